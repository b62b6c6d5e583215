//! Which addresses are on the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::model::AddressRange;

/// The range that keeps a probe from connecting to the address; `None` for a public one.
pub(super) const fn forbidden(address: IpAddr) -> Option<AddressRange> {
    match address {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

const fn of_v4(address: Ipv4Addr) -> Option<AddressRange> {
    Some(match address.octets() {
        [0, ..] => AddressRange::Unspecified,
        [127, ..] => AddressRange::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] => AddressRange::Private,
        [169, 254, ..] => AddressRange::LinkLocal,
        [100, 64..=127, ..] => AddressRange::SharedAddress,
        [224..=239, ..] | [255, 255, 255, 255] => AddressRange::Multicast,
        // Relays of 6to4.
        [192, 88, 99, _] => AddressRange::Translated,
        // Protocols, documentation, benchmarks, and what was never assigned.
        [192, 0, 0 | 2, _] | [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] | [240..=255, ..] => {
            AddressRange::Reserved
        }
        _ => return None,
    })
}

/// Public addresses are in 2000::/3, besides some parts of it.
const fn of_v6(address: Ipv6Addr) -> Option<AddressRange> {
    Some(match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressRange::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressRange::Loopback,
        // Compatible, mapped and translated addresses; NAT64; Teredo; 6to4.
        [0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0xffff, ..] | [0x64, 0xff9b, ..] | [0x2001, 0, ..] | [0x2002, ..] => {
            AddressRange::Translated
        }
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => AddressRange::Private,
        [0xfe80..=0xfebf, ..] => AddressRange::LinkLocal,
        [0xff00..=0xffff, ..] => AddressRange::Multicast,
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => AddressRange::Reserved,
        [0x2000..=0x3fff, ..] => return None,
        _ => AddressRange::Reserved,
    })
}

/// Whether nobody can allow it, because it is not the address of one machine.
pub(super) const fn is_no_machine(range: AddressRange) -> bool {
    matches!(range, AddressRange::Unspecified | AddressRange::Multicast)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_allowed() {
        let cases = [
            ("0.0.0.0", AddressRange::Unspecified),
            ("0.1.2.3", AddressRange::Unspecified),
            ("127.0.0.1", AddressRange::Loopback),
            ("127.255.255.254", AddressRange::Loopback),
            ("10.0.0.1", AddressRange::Private),
            ("172.16.0.1", AddressRange::Private),
            ("172.31.255.255", AddressRange::Private),
            ("192.168.1.1", AddressRange::Private),
            ("169.254.169.254", AddressRange::LinkLocal),
            ("100.64.0.1", AddressRange::SharedAddress),
            ("100.127.255.255", AddressRange::SharedAddress),
            ("224.0.0.1", AddressRange::Multicast),
            ("255.255.255.255", AddressRange::Multicast),
            ("192.0.0.8", AddressRange::Reserved),
            ("192.0.2.1", AddressRange::Reserved),
            ("198.19.0.1", AddressRange::Reserved),
            ("240.0.0.1", AddressRange::Reserved),
            ("::", AddressRange::Unspecified),
            ("::1", AddressRange::Loopback),
            ("::7f00:1", AddressRange::Translated),
            ("::ffff:8.8.8.8", AddressRange::Translated),
            ("::ffff:0:127.0.0.1", AddressRange::Translated),
            ("64:ff9b::7f00:1", AddressRange::Translated),
            ("64:ff9b:1::1", AddressRange::Translated),
            ("2001::1", AddressRange::Translated),
            ("2002:7f00:1::", AddressRange::Translated),
            ("fd00::1", AddressRange::Private),
            ("fec0::1", AddressRange::Private),
            ("fe80::1", AddressRange::LinkLocal),
            ("ff02::1", AddressRange::Multicast),
            ("2001:2::1", AddressRange::Reserved),
            ("2001:db8::1", AddressRange::Reserved),
            ("3fff::1", AddressRange::Reserved),
            ("100::1", AddressRange::Reserved),
            ("4000::1", AddressRange::Reserved),
        ];
        for (address, range) in cases {
            assert_eq!(forbidden(address.parse().unwrap()), Some(range), "{address}");
        }
        for public in ["8.8.8.8", "100.63.0.1", "172.32.0.1", "54.172.60.0", "2600:1f18::1", "2a00:1450::1"] {
            assert_eq!(forbidden(public.parse().unwrap()), None, "{public}");
        }
    }
}
