//! The texts of a SIP trunk: which are accepted, which are refused and why, and which give a warning.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use numport::SipTrunk;
use numport::model::{
    AllowedAddress, AllowedAddressError, HostWarning, SipAddress, SipAddressError, SipHost, SipTransport,
};

#[test]
fn a_host_prints_as_it_was_written() {
    let long = format!("{}.{}.example", "a".repeat(63), "b".repeat(63));
    let longest = format!("{}.{}", [&*"a".repeat(63); 3].join("."), "z".repeat(61));
    assert_eq!(longest.len(), 253);
    for text in [
        "sip.example.com",
        "SIP.Example.COM",
        "sip.example.com.",
        "a",
        "x1",
        "a-b.c--d.e9",
        "9.1a.com",
        "xn--bcher-kva.example",
        "127.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[2001:db8::1]",
        &long,
        &longest,
        &format!("{longest}."),
    ] {
        let host: SipHost = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((host.as_str(), &*host.to_string()), (text, text));
        assert_eq!(host.ip().is_some(), text.starts_with(['[', '1', '2']), "{text}");
    }
}

#[test]
fn a_host_with_several_forms_is_normalized() {
    for (text, printed) in [
        ("  sip.example.com\t\n", "sip.example.com"),
        ("[2001:DB8:0:0::1]", "[2001:db8::1]"),
        ("[::FFFF:10.0.0.1]", "[::ffff:10.0.0.1]"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.Example", "xn--bcher-kva.example"),
        ("sip。例え。jp", "sip.xn--r8jz45g.jp"),
    ] {
        assert_eq!(text.parse::<SipHost>().expect(text).as_str(), printed);
    }
    assert_eq!("SIP.example.com".parse::<SipHost>(), "sip.Example.COM".parse());
    assert_ne!("sip.example.com".parse::<SipHost>(), "sip.example.com.".parse());
}

#[test]
fn an_invalid_host_is_refused_with_its_problem() {
    use SipAddressError::*;
    let label = "a".repeat(64);
    let name = format!("{}.{}", [&*"a".repeat(63); 3].join("."), "z".repeat(62));
    for (text, error) in [
        ("", Empty),
        (" \t\u{a0}", Empty),
        ("user:secret@sip.example.com", UserPart),
        ("secret word@", UserPart),
        ("a b", Blank),
        ("a\tb.com", Blank),
        ("a\u{2003}b.com", Blank),
        ("127.1", Ipv4),
        ("1.2.3.256", Ipv4),
        ("1.2.3.4.5", Ipv4),
        ("01.2.3.4", Ipv4),
        ("1.2.3.4.", Ipv4),
        ("2130706433", Ipv4),
        ("0x7f.1", TopLabel),
        ("0x7f000001", TopLabel),
        ("a.1b", TopLabel),
        ("::1", UnbracketedIpv6),
        ("2001:db8::1", UnbracketedIpv6),
        ("[]", Ipv6),
        ("[::1", Ipv6),
        ("[127.0.0.1]", Ipv6),
        ("[fe80::1%eth0]", Ipv6),
        ("[::1]x", Ipv6),
        ("[[::1]]", Ipv6),
        ("my_trunk.example.com", Underscore),
        ("sip%2eexample.com", Character { found: '%' }),
        ("b%C3%BCcher.ü", Character { found: '%' }),
        ("a:5060", Character { found: ':' }),
        ("a;b", Character { found: ';' }),
        ("a\0b", Character { found: '\0' }),
        ("a..b", EmptyLabel),
        (".a", EmptyLabel),
        ("a..", EmptyLabel),
        (".", EmptyLabel),
        ("-a.com", Hyphen),
        ("a-.com", Hyphen),
        ("a.-", Hyphen),
        (&label, LabelTooLong { octets: 64 }),
        (&name, NameTooLong { octets: 254 }),
        ("\u{ad}", International),
        ("１２７．０．０．１", International),
        ("a℀b.com", International),
        ("a＿ü.example", Underscore),
    ] {
        assert_eq!(text.parse::<SipHost>(), Err(error), "{text:?}");
    }
}

#[test]
fn an_address_is_reduced_to_host_port_and_transport() {
    use SipTransport::*;
    for (text, host, port, transport, printed) in [
        ("sip.example.com", "sip.example.com", None, None, "sip.example.com"),
        (" sip.example.com:5060 ", "sip.example.com", Some(5060), None, "sip.example.com:5060"),
        ("sip:sip.example.com", "sip.example.com", None, None, "sip.example.com"),
        ("SIP:203.0.113.1:00005060", "203.0.113.1", Some(5060), None, "203.0.113.1:5060"),
        ("sips:a.example", "a.example", None, Some(Tls), "sip:a.example;transport=tls"),
        ("Sips:a.example;transport=tcp", "a.example", None, Some(Tls), "sip:a.example;transport=tls"),
        ("sips:a.example;transport=TLS", "a.example", None, Some(Tls), "sip:a.example;transport=tls"),
        ("sip:a.example:1;Transport=UDP", "a.example", Some(1), Some(Udp), "sip:a.example:1;transport=udp"),
        ("a.example;transport=tcp", "a.example", None, Some(Tcp), "sip:a.example;transport=tcp"),
        ("[2001:db8::1]", "[2001:db8::1]", None, None, "[2001:db8::1]"),
        ("sip:[::1]:65535", "[::1]", Some(65535), None, "[::1]:65535"),
        // Hosts with the name of a scheme.
        ("sips", "sips", None, None, "sip:sips"),
        ("sip:sip:5060", "sip", Some(5060), None, "sip:sip:5060"),
    ] {
        let address: SipAddress = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((address.host.as_str(), address.port, address.transport), (host, port, transport), "{text}");
        assert_eq!(address.to_string(), printed);
        assert_eq!(printed.parse(), Ok(address));
    }
}

#[test]
fn an_invalid_address_is_refused_with_its_problem() {
    use SipAddressError::*;
    let parameter = |name: &str| Parameter { name: name.to_owned() };
    for (text, error) in [
        ("", Empty),
        ("sip:", Empty),
        (":5060", Empty),
        ("sip:;transport=udp", Empty),
        ("sip:user:secret@a.example", UserPart),
        ("a b@c?d/e", UserPart),
        ("sip: a.example", Blank),
        ("a.example ;transport=udp", Blank),
        ("sip:a.example?subject=x", Headers),
        ("sip://a.example", Slash),
        ("a.example/", Slash),
        ("sip:a.example;lr", parameter("lr")),
        ("sip:a.example;user=phone;transport=udp", parameter("user")),
        ("a.example;", MalformedParameter),
        ("a.example;;transport=udp", MalformedParameter),
        ("a.example;p%40ss", MalformedParameter),
        ("a.example;transport", Transport),
        ("a.example;transport=sctp", Transport),
        ("a.example;transport=ws", Transport),
        ("a.example;transport=udp;transport=udp", RepeatedTransport),
        ("sips:a.example;transport=udp", SipsOverUdp),
        ("a.example:", Port),
        ("a.example:0", Port),
        ("a.example:000", Port),
        ("a.example:65536", Port),
        ("a.example:+5060", Port),
        ("a.example:0+5060", Port),
        ("a.example:5060x", Port),
        ("a.example:٣", Port),
        ("tel:+14155552671", Port),
        ("::1", UnbracketedIpv6),
        ("2001:db8::1:5060", UnbracketedIpv6),
        ("[::1]5060", Ipv6),
        ("[::1", Ipv6),
        ("sip:5060", Ipv4),
        ("my_trunk:5060", Underscore),
    ] {
        let refused = text.parse::<SipAddress>().expect_err(text);
        assert_eq!(refused, error, "{text:?}");
        assert_eq!(refused.to_string(), format!("{}; {}", error.fault(), error.remedy()));
        assert!(!error.fault().is_empty() && !error.remedy().is_empty(), "{error:?}");
    }
}

#[test]
fn no_default_port_is_added() {
    let (without, with): (SipAddress, SipAddress) =
        ("sip.example.com".parse().unwrap(), "sip.example.com:5060".parse().unwrap());
    assert_ne!(without, with);
}

#[test]
fn an_address_that_is_not_public_gives_a_warning() {
    use HostWarning::*;
    for (text, warning) in [
        ("0.0.0.0", Some(Unspecified)),
        ("127.0.0.1", Some(Loopback)),
        ("127.255.255.255", Some(Loopback)),
        ("10.0.0.1", Some(Private)),
        ("172.16.0.1", Some(Private)),
        ("172.32.0.1", None),
        ("192.168.255.1", Some(Private)),
        ("169.254.1.1", Some(LinkLocal)),
        ("100.63.255.255", None),
        ("100.64.0.0", Some(SharedAddress)),
        ("100.127.255.255", Some(SharedAddress)),
        ("100.128.0.0", None),
        ("203.0.113.10", None),
        ("[::]", Some(Unspecified)),
        ("[::1]", Some(Loopback)),
        ("[fbff::1]", None),
        ("[fc00::1]", Some(Private)),
        ("[fdff::1]", Some(Private)),
        ("[fe80::1]", Some(LinkLocal)),
        ("[febf::1]", Some(LinkLocal)),
        ("[fec0::1]", None),
        ("[::ffff:127.0.0.1]", Some(Loopback)),
        ("[::ffff:100.64.0.1]", Some(SharedAddress)),
        ("[::ffff:203.0.113.10]", None),
        ("[2001:db8::1]", None),
        ("localhost", Some(LocalName)),
        ("LocalHost.", Some(LocalName)),
        ("pbx.localhost", Some(LocalName)),
        ("pbx.LOCAL", Some(LocalName)),
        ("pbx.internal.", Some(LocalName)),
        ("pbx", Some(SingleLabel)),
        ("pbx.", Some(SingleLabel)),
        ("local", Some(SingleLabel)),
        ("local.example", None),
        ("mylocal.example.com", None),
        ("notlocalhost.com", None),
    ] {
        assert_eq!(text.parse::<SipHost>().expect(text).warning(), warning, "{text}");
    }
    assert_eq!(Private.to_string(), "is an address of a private network, which a platform in the cloud cannot reach");
}

#[test]
fn an_allowed_address_is_one_or_a_network() {
    for (text, address, prefix, printed) in [
        ("203.0.113.10", "203.0.113.10", 32, "203.0.113.10"),
        (" 203.0.113.10/32", "203.0.113.10", 32, "203.0.113.10"),
        ("203.0.113.8/30", "203.0.113.8", 30, "203.0.113.8/30"),
        ("0.0.0.0/0", "0.0.0.0", 0, "0.0.0.0/0"),
        ("2001:DB8::", "2001:db8::", 128, "2001:db8::"),
        ("2001:db8::/32", "2001:db8::", 32, "2001:db8::/32"),
    ] {
        let allowed: AllowedAddress = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((allowed.address(), allowed.prefix()), (address.parse().unwrap(), prefix), "{text}");
        assert_eq!(allowed.to_string(), printed);
        assert_eq!(printed.parse(), Ok(allowed));
    }
    let address = Ipv4Addr::new(203, 0, 113, 10);
    assert_eq!(AllowedAddress::from([203, 0, 113, 10]), address.into());
    assert_eq!(AllowedAddress::from(address), IpAddr::V4(address).into());
    assert_eq!(AllowedAddress::from(Ipv6Addr::LOCALHOST).prefix(), 128);
}

#[test]
fn an_invalid_allowed_address_is_refused_with_its_problem() {
    use AllowedAddressError::*;
    for (text, error) in [
        ("", NotAnAddress),
        ("sip.example.com", NotAnAddress),
        ("[2001:db8::1]", NotAnAddress),
        ("203.0.113/24", NotAnAddress),
        ("203.0.113.0/", Prefix { max: 32 }),
        ("203.0.113.0/33", Prefix { max: 32 }),
        ("203.0.113.0/+24", Prefix { max: 32 }),
        ("203.0.113.0/24/24", Prefix { max: 32 }),
        ("2001:db8::/129", Prefix { max: 128 }),
        ("203.0.113.10/24", NotANetwork { network: "203.0.113.0/24".parse().unwrap() }),
        ("203.0.113.10/0", NotANetwork { network: "0.0.0.0/0".parse().unwrap() }),
        ("2001:db8::1/64", NotANetwork { network: "2001:db8::/64".parse().unwrap() }),
    ] {
        assert_eq!(text.parse::<AllowedAddress>(), Err(error), "{text:?}");
    }
}

#[test]
fn a_trunk_keeps_the_address_or_its_error() {
    let trunk = SipTrunk::new("sip.example.com");
    assert_eq!(trunk.host().unwrap().as_str(), "sip.example.com");
    let address: SipAddress = "sips:sip.example.com:5061".parse().unwrap();
    let apart = SipTrunk::new("sip.example.com").port(5061).transport(SipTransport::Tls);
    assert_eq!(SipTrunk::new("sips:sip.example.com:5061"), apart);
    assert_eq!(SipTrunk::from(address), apart);
    assert_eq!(SipTrunk::new("sip.example.com:5060;transport=udp").port(5061).transport(SipTransport::Tls), apart);

    let bad = SipTrunk::new("sip:user:planted@sip.example.com");
    assert_eq!(bad.host(), Err(SipAddressError::UserPart));
    assert!(!format!("{bad:?}").contains("planted"), "{bad:?}");
}
