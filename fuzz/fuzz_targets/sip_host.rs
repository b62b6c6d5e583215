//! A parsed host, address or network prints as text that parses to the same value.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numport::model::{AllowedAddress, SipAddress, SipHost};

fuzz_target!(|text: &str| {
    if let Ok(host) = text.parse::<SipHost>() {
        let printed = host.to_string();
        assert!(!text.contains('@'));
        if text.is_ascii() && !text.contains('[') {
            assert_eq!(printed, text.trim(), "a good name or IPv4 address prints as it was written");
        }
        let again: SipHost = printed.parse().expect("what was printed is read");
        assert_eq!((again.as_str(), again.ip()), (&*printed, host.ip()));
        assert_eq!(again.warning(), host.warning());
        let address: SipAddress = printed.parse().expect("a host alone is an address");
        assert_eq!((address.host, address.port, address.transport), (host, None, None));
    }
    if let Ok(address) = text.parse::<SipAddress>() {
        assert!(!text.contains('@') && address.port != Some(0));
        assert_eq!(address.to_string().parse(), Ok(address));
    }
    if let Ok(allowed) = text.parse::<AllowedAddress>() {
        assert_eq!(allowed.to_string().parse(), Ok(allowed));
    }
});
