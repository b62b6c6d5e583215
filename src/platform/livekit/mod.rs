//! LiveKit: numbers on inbound SIP trunks, in LiveKit's cloud or self-hosted.
//!
//! | call | method (`POST /twirp/livekit.SIP/…`) |
//! | --- | --- |
//! | [`create_inbound_trunk`](LiveKit::create_inbound_trunk) | `CreateSIPInboundTrunk` |
//! | [`get_inbound_trunk`](LiveKit::get_inbound_trunk) | `GetSIPInboundTrunk` |
//! | [`list_inbound_trunks`](LiveKit::list_inbound_trunks), [`inbound_trunks`](LiveKit::inbound_trunks) | `ListSIPInboundTrunk` |
//! | [`update_inbound_trunk`](LiveKit::update_inbound_trunk), [`replace_inbound_trunk`](LiveKit::replace_inbound_trunk) | `UpdateSIPInboundTrunk` |
//! | [`create_outbound_trunk`](LiveKit::create_outbound_trunk) | `CreateSIPOutboundTrunk` |
//! | [`get_outbound_trunk`](LiveKit::get_outbound_trunk) | `GetSIPOutboundTrunk` |
//! | [`list_outbound_trunks`](LiveKit::list_outbound_trunks), [`outbound_trunks`](LiveKit::outbound_trunks) | `ListSIPOutboundTrunk` |
//! | [`update_outbound_trunk`](LiveKit::update_outbound_trunk), [`replace_outbound_trunk`](LiveKit::replace_outbound_trunk) | `UpdateSIPOutboundTrunk` |
//! | [`delete_trunk`](LiveKit::delete_trunk) | `DeleteSIPTrunk` |
//! | [`create_dispatch_rule`](LiveKit::create_dispatch_rule) | `CreateSIPDispatchRule` |
//! | [`list_dispatch_rules`](LiveKit::list_dispatch_rules), [`dispatch_rules`](LiveKit::dispatch_rules) | `ListSIPDispatchRule` |
//! | [`update_dispatch_rule`](LiveKit::update_dispatch_rule), [`replace_dispatch_rule`](LiveKit::replace_dispatch_rule) | `UpdateSIPDispatchRule` |
//! | [`delete_dispatch_rule`](LiveKit::delete_dispatch_rule) | `DeleteSIPDispatchRule` |
//!
//! | call | method (`POST /twirp/livekit.PhoneNumberService/…`) |
//! | --- | --- |
//! | [`search_numbers`](LiveKit::search_numbers) | `SearchPhoneNumbers` |
//! | [`purchase_numbers`](LiveKit::purchase_numbers) | `PurchasePhoneNumber` |
//! | [`list_numbers`](LiveKit::list_numbers), [`numbers`](LiveKit::numbers) | `ListPhoneNumbers` |
//! | [`get_number`](LiveKit::get_number) | `GetPhoneNumber` |
//! | [`update_number`](LiveKit::update_number) | `UpdatePhoneNumber` |
//! | [`release_numbers`](LiveKit::release_numbers) | `ReleasePhoneNumbers` |
//!
//! Source: <https://docs.livekit.io/sip/api/> and
//! [`livekit_sip.proto`](https://github.com/livekit/protocol/blob/main/protobufs/livekit_sip.proto).
//!
//! # Through the platform-independent API
//!
//! A record is a number on an inbound trunk; its id is the trunk's id, a slash, and the number: `ST_…/+14155552671`. The label
//! is the trunk's name. The agent is the first agent of the dispatch rule that takes the number's calls. A record without a
//! rule has no agent: LiveKit rejects its calls.
//!
//! An import creates a trunk for the number, and a dispatch rule for this trunk and number. Their metadata is
//! `{"made_by":"numport"}`; nothing else is ever deleted. Only the number is sent: the trunk accepts calls from any address,
//! and places none. [`Byo::credential`](crate::Byo::credential) with the id of an inbound trunk adds the number to that trunk
//! instead, which can have a login and addresses. Removing a number takes it off such a trunk, but never the last one, because
//! a trunk without numbers accepts every number.
//!
//! A rule for several numbers or for all trunks is never changed: the number gets a rule of its own, which is before them. If
//! another rule is before that one, or as specific, the record shows it as its [`handler`](crate::NumberRecord::handler), and
//! the import reports that the agent is not confirmed. [`Finding::Conflicts`](crate::model::Finding::Conflicts) names it, and
//! the rules that take only the calls of some callers. An import of a number that is on a trunk also names other trunks with the
//! number, and those that accept every number.
//!
//! The id of a record on a shared trunk comes back when somebody takes the number off and adds it again. An undo then leaves
//! the record, if another dispatch rule for this number takes its calls. Without any rule for the number, nothing tells the two
//! apart, and the undo takes the number off.
//!
//! The carrier must send the calls to the project's SIP host ([`sip_host`](crate::ClientBuilder::sip_host)); LiveKit changes
//! nothing there. LiveKit's own numbers are not records: [`numbers`](LiveKit::numbers) lists them.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::platform::livekit::{DispatchRule, InboundTrunk, LiveKit, Rule};
//! use numport::sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let livekit = LiveKit::from_vars(|name| sandbox.var(name))?;
//!
//! let trunk = InboundTrunk::new().name("Front desk").numbers(vec!["+14155552671".to_owned()]);
//! let trunk = livekit.create_inbound_trunk(&trunk).await?;
//! let id = trunk.sip_trunk_id.ok_or("a trunk has an id")?;
//! let rule = DispatchRule::new(Rule::individual("call-")).trunk_ids(vec![id]);
//! let rule = livekit.create_dispatch_rule(&rule).await?;
//! assert!(rule.sip_dispatch_rule_id.is_some());
//! # Ok(())
//! # }
//! ```

mod call;
mod client;
mod error;
mod numbers;
mod platform;
mod rules;
mod wire;

pub use client::LiveKit;
pub use platform::TrunkNumber;
pub use wire::*;
