//! The grammar of SIP hosts and addresses, on generated texts.

use std::net::{Ipv4Addr, Ipv6Addr};

use fastrand::Rng;
use numport::SipTrunk;
use numport::model::{SipAddress, SipHost, SipTransport};

use crate::support::texts::{any, of, one};

const CASES: usize = 5000;
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// A label of a host; the last one begins with a letter.
fn label(rng: &mut Rng, is_last: bool) -> String {
    let letters_and_digits = format!("{LETTERS}{DIGITS}");
    let mut label = of(rng, if is_last { LETTERS } else { &letters_and_digits }, 1..=1);
    if rng.bool() {
        label += &of(rng, &format!("{letters_and_digits}-"), 0..=20);
        label += &of(rng, &letters_and_digits, 1..=1);
    }
    label
}

/// A host of the grammar, in the form in which it is printed.
fn host(rng: &mut Rng) -> String {
    match rng.u8(..3) {
        0 => {
            let labels = rng.usize(..5);
            let mut host: String = (0..labels).map(|_| label(rng, false) + ".").collect();
            host += &label(rng, true);
            host + one(rng, ["", "."])
        }
        1 => Ipv4Addr::from(rng.u32(..)).to_string(),
        _ => {
            // Groups of zeros are shortened.
            let groups = [(); 8].map(|()| if rng.bool() { rng.u16(..) } else { 0 });
            format!("[{}]", Ipv6Addr::from(groups))
        }
    }
}

/// A text near the grammar, so that many are almost valid.
fn near(rng: &mut Rng) -> String {
    let mut text = one(rng, ["", "sip:", "sips:"]).to_owned();
    text += &of(rng, "abc0123456789.:@_%üÜ[]-", 0..=12);
    if rng.bool() {
        text += ":";
        text += &of(rng, DIGITS, 0..=6);
    }
    if rng.bool() {
        text += ";";
        text += &of(rng, "transport=udpcl;", 0..=16);
    }
    text
}

fn prints_back(text: &str) {
    if let Ok(host) = text.parse::<SipHost>() {
        let printed = host.to_string();
        assert!(printed.is_ascii(), "{text:?}");
        assert_eq!(printed.parse::<SipHost>().map(|host| host.to_string()), Ok(printed), "{text:?}");
        if text.is_ascii() && !text.contains('[') {
            assert_eq!(host.as_str(), text.trim());
        }
        let _ = host.warning();
    }
    if let Ok(address) = text.parse::<SipAddress>() {
        assert_eq!(address.to_string().parse(), Ok(address), "{text:?}");
    }
}

#[test]
fn every_valid_host_round_trips() {
    let mut rng = Rng::with_seed(1);
    for _ in 0..CASES {
        let text = host(&mut rng);
        assert_eq!(text.parse::<SipHost>().map(|host| host.to_string()), Ok(text));
    }
}

#[test]
fn every_valid_address_is_parsed_in_each_form() {
    let mut rng = Rng::with_seed(2);
    for _ in 0..CASES {
        let (host, port) = (host(&mut rng), rng.bool().then(|| rng.u16(1..)));
        let port_text = port.map_or_else(String::new, |port| format!(":{}{port}", of(&mut rng, "0", 0..=3)));
        let transports = [None, Some(SipTransport::Udp), Some(SipTransport::Tcp), Some(SipTransport::Tls)];
        let transport = one(&mut rng, transports);
        let parameter =
            transport.map_or_else(String::new, |name| format!(";Transport={}", name.as_str().to_uppercase()));
        let blank = of(&mut rng, " \t", 0..=2);
        let text = format!("{blank}sip:{host}{port_text}{parameter}{blank}");
        let address: SipAddress = text.parse().unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!((address.host.as_str(), address.port, address.transport), (&*host, port, transport), "{text:?}");
        assert_eq!(address.to_string().parse(), Ok(address));
    }
}

#[test]
fn no_text_panics_and_every_parsed_one_round_trips() {
    let mut rng = Rng::with_seed(3);
    for _ in 0..CASES {
        prints_back(&any(&mut rng, 40));
    }
}

#[test]
fn no_text_near_the_grammar_panics_and_every_parsed_one_round_trips() {
    let mut rng = Rng::with_seed(4);
    for _ in 0..CASES {
        prints_back(&near(&mut rng));
    }
}

#[test]
fn a_password_before_an_at_is_never_shown() {
    let mut rng = Rng::with_seed(5);
    for _ in 0..CASES {
        let mut text = one(&mut rng, ["", "sip:", "sips:"]).to_owned();
        text += &of(&mut rng, "abcdefghijklmnopqrstuvwxyz", 0..=4);
        text += &of(&mut rng, ":;?/ ", 0..=1);
        text += "Pl4nted";
        text += &of(&mut rng, " \n", 0..=1);
        text += "@";
        text += one(&mut rng, ["", ":x@"]);
        text += &of(&mut rng, "abcdefghijklmnopqrstuvwxyz.:;?/ [", 0..=10);
        let trunk = SipTrunk::new(&text);
        let host = text.parse::<SipHost>().unwrap_err();
        let address = text.parse::<SipAddress>().unwrap_err();
        for shown in [host.to_string(), format!("{host:?}"), address.to_string(), format!("{address:?} {trunk:?}")] {
            assert!(!shown.contains("Pl4nted"), "{text:?}: {shown}");
        }
    }
}
