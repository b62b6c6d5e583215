//! The sandbox itself. The tests of one service are in that service's folder.

#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod chaos;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod lost_responses;
pub(crate) mod plain_requests;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod refusals;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod requests;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod unexpected_responses;
#[cfg(feature = "vapi")]
mod unknown_limit;
