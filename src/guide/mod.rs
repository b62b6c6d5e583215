//! A guide: short pages about common tasks. Every example on them runs as a test against the [sandbox](crate::sandbox).
//!
//! | page | answers |
//! | --- | --- |
//! | [`errors`] | Which HTTP status does my service return, and may the caller retry? |
//! | [`logging`] | What does a run leave in the log? |
//! | [`platforms`] | What can each platform do? |
//! | [`carriers`] | How do platforms reach the numbers of each carrier, and what cannot be restored? |
//! | [`several_carriers`] | How do I import numbers of several accounts or trunks? |
//! | [`renewing`] | The carrier's token changed. What now? |
//! | [`journals`] | What if my process is killed, or several processes import? |
//! | [`rolling_back`] | How do I undo an import, a bulk run or a plan? |
//! | [`moving`] | How do I move a fleet of numbers to another platform? |
//! | [`tenants`] | My customers bring their own accounts. How many clients do I need? |
//! | [`synchronous`] | How do I use this without `async`? |
#![cfg_attr(feature = "sip-probe", doc = "| [`probe`] | Does my SIP trunk answer? |")]
//! | [`testing`] | How do I test my own code? |
//! | [`own_platform`] | How do I add a platform that is not in this crate? |
//!
//! # Glossary
//!
//! | term | meaning |
//! | --- | --- |
//! | platform | A service whose voice agents answer calls, such as Vapi: a [`VoicePlatform`](crate::VoicePlatform). |
//! | carrier, provider | The company that holds a number and routes its calls, such as Twilio: a [`NumberProvider`](crate::NumberProvider). |
//! | trunk | A SIP connection between a carrier or a telephone system and a platform: a [`SipTrunk`](crate::SipTrunk). |
//! | source | What a platform needs to reach a carrier's numbers, credentials included: a [`NumberSource`](crate::NumberSource). |
//! | record | A platform's entry for a number: a [`NumberRecord`](crate::NumberRecord). |
//! | routing | Where the carrier sends a number's calls: a [`Routing`](crate::model::Routing). |
//! | takeover | A platform rewrites the carrier's routing during an import, so that calls go to the platform. |
//! | unresolved import | A create whose response was lost and whose record was not found. See [`Importer::unresolved`](crate::Importer::unresolved). |

#[doc = include_str!("errors.md")]
pub mod errors {}

#[doc = include_str!("logging.md")]
pub mod logging {}

#[doc = include_str!("platforms.md")]
pub mod platforms {}

#[doc = include_str!("carriers.md")]
pub mod carriers {}

#[doc = include_str!("several_carriers.md")]
#[doc = include_str!("several_carriers.svg")]
pub mod several_carriers {}

#[doc = include_str!("renewing.md")]
pub mod renewing {}

#[doc = include_str!("journals.md")]
pub mod journals {}

#[doc = include_str!("rolling_back.md")]
#[doc = include_str!("rolling_back.svg")]
pub mod rolling_back {}

#[doc = include_str!("moving.md")]
pub mod moving {}

#[doc = include_str!("tenants.md")]
pub mod tenants {}

#[doc = include_str!("synchronous.md")]
pub mod synchronous {}

#[cfg(feature = "sip-probe")]
#[doc = include_str!("probe.md")]
pub mod probe {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("own_platform.md")]
pub mod own_platform {}
