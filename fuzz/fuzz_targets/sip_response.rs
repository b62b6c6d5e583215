//! A response of a SIP peer is read within bounds, and what is read of a whole response does not depend on how a network
//! cuts it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use numport::fuzzing::sip_response;

fuzz_target!(|octets: &[u8]| {
    for is_datagram in [false, true] {
        let Some((head, length)) = sip_response(octets, is_datagram) else { continue };
        assert!(length <= octets.len() && length >= "SIP/2.0 200\r\n\r\n".len());
        assert!((100..700).contains(&head.status));
        // The octets behind a message in a stream are no part of it, and none of its own can be left out.
        if !is_datagram {
            assert_eq!(sip_response(&octets[..length], false), Some((head.clone(), length)));
            assert_eq!(sip_response(&octets[..length - 1], false), None);
            assert_eq!(sip_response(&octets[..length], true), Some((head, length)));
        }
    }
});
