//! What carriers document of their SIP side.

/// What a carrier documents of its SIP side. The client of each carrier with one has it as the constant `SIP`.
///
/// Carriers change their addresses, so compare them with the [`page`](Self::page) before you rely on them.
///
/// ```
/// # #[cfg(feature = "telnyx")] {
/// use numport::{SipTrunk, Telnyx};
///
/// let trunk = Telnyx::sip_trunk("user", "password");
/// // Calls come from the region that is set for the connection, from one of two addresses.
/// let trunk = Telnyx::SIP.inbound("US").fold(trunk, SipTrunk::allow_inbound);
/// assert_eq!(trunk.allowed_inbound[0].to_string(), "192.76.120.10");
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SipFacts {
    /// The host that takes outbound calls; `{trunk_id}` stands for the id of a trunk.
    pub host: &'static str,
    /// The regions, and the addresses that inbound calls of each come from, for
    /// [`allow_inbound`](crate::SipTrunk::allow_inbound). Empty if the page lists no addresses.
    pub regions: &'static [(&'static str, &'static [[u8; 4]])],
    /// The page that documents this.
    pub page: &'static str,
}

impl SipFacts {
    /// Returns the addresses that inbound calls of a region come from. There are none if the page does not name the region.
    pub fn inbound(&self, region: &str) -> impl Iterator<Item = [u8; 4]> + use<> {
        let found = self.regions.iter().find(|(known, _)| *known == region);
        found.map_or(&[][..], |(_, addresses)| addresses).iter().copied()
    }
}
