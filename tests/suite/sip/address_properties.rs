//! The grammar of SIP hosts and addresses, on generated texts.

use numport::SipTrunk;
use numport::model::{SipAddress, SipHost, SipTransport};
use proptest::prelude::*;

const LABEL: &str = "[a-zA-Z0-9]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?";
const TOP_LABEL: &str = "[a-zA-Z]([a-zA-Z0-9-]{0,20}[a-zA-Z0-9])?";

/// Hosts of the grammar, in the form they print in.
fn host() -> impl Strategy<Value = String> {
    prop_oneof![
        (prop::collection::vec(LABEL, 0..5), TOP_LABEL, prop::bool::ANY).prop_map(|(mut labels, top, dot)| {
            labels.push(top);
            labels.join(".") + if dot { "." } else { "" }
        }),
        any::<std::net::Ipv4Addr>().prop_map(|address| address.to_string()),
        any::<std::net::Ipv6Addr>().prop_map(|address| format!("[{address}]")),
    ]
}

fn transport() -> impl Strategy<Value = Option<SipTransport>> {
    prop::option::of(prop::sample::select(vec![SipTransport::Udp, SipTransport::Tcp, SipTransport::Tls]))
}

/// Texts near the grammar, so that many are almost good.
const NEAR: &str = "(sips?:)?[a-c0-9.:@_%üÜ\\[\\]-]{0,12}(:[0-9]{0,6})?(;[transport=udpcl;]{0,16})?";

fn prints_back(text: &str) -> Result<(), TestCaseError> {
    if let Ok(host) = text.parse::<SipHost>() {
        let printed = host.to_string();
        prop_assert!(printed.is_ascii());
        prop_assert_eq!(printed.parse::<SipHost>().map(|host| host.to_string()), Ok(printed));
        if text.is_ascii() && !text.contains('[') {
            prop_assert_eq!(host.as_str(), text.trim());
        }
        let _ = host.warning();
    }
    if let Ok(address) = text.parse::<SipAddress>() {
        prop_assert_eq!(address.to_string().parse(), Ok(address));
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_host_of_the_grammar_prints_back(text in host()) {
        prop_assert_eq!(text.parse::<SipHost>().map(|host| host.to_string()), Ok(text));
    }

    #[test]
    fn every_address_of_the_grammar_is_read_in_each_form(
        host in host(), port in prop::option::of(1_u16..), zeros in 0_usize..4, transport in transport(), blank in "[ \t]{0,2}",
    ) {
        let port_text = port.map_or_else(String::new, |port| format!(":{}{port}", "0".repeat(zeros)));
        let parameter = transport.map_or_else(String::new, |transport| format!(";Transport={}", transport.as_str().to_uppercase()));
        let address: SipAddress = format!("{blank}sip:{host}{port_text}{parameter}{blank}").parse().unwrap();
        prop_assert_eq!(address.host.as_str(), host);
        prop_assert_eq!((address.port, address.transport), (port, transport));
        prop_assert_eq!(address.to_string().parse(), Ok(address));
    }

    #[test]
    fn no_text_panics_and_what_is_read_prints_back(text in "\\PC*") {
        prints_back(&text)?;
    }

    #[test]
    fn no_text_near_the_grammar_panics_and_what_is_read_prints_back(text in NEAR) {
        prints_back(&text)?;
    }

    #[test]
    fn a_password_before_an_at_shows_nowhere(
        before in "(sips?:)?[a-z]{0,4}[:;?/ ]?", after in "(:x@)?[a-z.:;?/ \\[]{0,10}", blank in "[ \n]?",
    ) {
        let text = format!("{before}Pl4nted{blank}@{after}");
        let trunk = SipTrunk::new(&text);
        let host = text.parse::<SipHost>().unwrap_err();
        let address = text.parse::<SipAddress>().unwrap_err();
        for shown in [host.to_string(), format!("{host:?}"), address.to_string(), format!("{address:?} {trunk:?}")] {
            prop_assert!(!shown.contains("Pl4nted"), "{}", shown);
        }
    }
}
