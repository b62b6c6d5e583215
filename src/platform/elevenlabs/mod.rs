//! ElevenLabs: numbers imported from Twilio, a SIP trunk or Exotel.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`import_number`](ElevenLabs::import_number) | `POST /v1/convai/phone-numbers` |
//! | [`list_all_numbers`](ElevenLabs::list_all_numbers) | `GET /v1/convai/phone-numbers` |
//! | [`list_numbers`](ElevenLabs::list_numbers), [`numbers`](ElevenLabs::numbers) | `GET /v1/convai/v2/phone-numbers` |
//! | [`get_number`](ElevenLabs::get_number) | `GET /v1/convai/phone-numbers/{id}` |
//! | [`update_number`](ElevenLabs::update_number) | `PATCH /v1/convai/phone-numbers/{id}` |
//! | [`delete_number`](ElevenLabs::delete_number) | `DELETE /v1/convai/phone-numbers/{id}` |
//! | [`list_sip_messages`](ElevenLabs::list_sip_messages), [`sip_messages`](ElevenLabs::sip_messages) | `GET /v1/convai/phone-numbers/{id}/sip-messages` |
//!
//! Source: <https://elevenlabs.io/docs/eleven-agents/api-reference/phone-numbers/create> and the pages next to it, and the
//! [SIP trunk guide](https://elevenlabs.io/docs/eleven-agents/phone-numbers/sip-trunking).
//!
//! Whether ElevenLabs refuses a second import of a number or makes a second record is not documented. If a number has several
//! records, an import uses the first one, and [`Finding::Conflicts`](crate::model::Finding::Conflicts) names the others.
//!
//! An import through the platform-independent API takes over a Twilio number's calls, and not its messages. It needs the
//! account's auth token. With an API key, ElevenLabs would need the auth token as well; only [`ImportTwilioNumber`] of the
//! typed client sends both. An import without a label uses the number, because ElevenLabs requires a label. A trunk's number accepts calls from the addresses of [`allow_inbound`](crate::SipTrunk::allow_inbound), or else
//! from the trunk's own if that is an IP address, or else from everywhere. The carrier must send them to
//! `sip:{number}@sip.rtc.elevenlabs.io`.
//!
//! An update of the agent keeps the environment. An undo also restores the environment and the branch that the former agent
//! had, in any process, because an [`Undo`](crate::import::Undo), a plan and a journal hold them. If the branch is gone, the
//! undo leaves it out and reports that the agent is not as before. If somebody has set another environment or branch since the
//! import, the undo keeps the agent, and says so.
//!
//! Renewing the credentials of a number ([`Importer::renew`](crate::Importer::renew)) sends a SIP trunk's login to the
//! number itself. Those of Twilio and Exotel cannot be updated. [`Importer::replace`](crate::Importer::replace) removes the
//! record of a Twilio number and imports it again, with its label, agent, environment and branch. ElevenLabs does not show
//! whether a record takes messages, nor its Twilio region; the new record has neither.
//!
//! [`NumberRecord::settings`](crate::NumberRecord::settings) has the trunk, `livekit_stack` and `store_sip_messages` as well,
//! and [`restore_settings`](crate::VoicePlatform::restore_settings) restores them. Only passwords are not shown: a trunk that
//! is restored keeps those that ElevenLabs has.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::platform::elevenlabs::{ElevenLabs, ImportTwilioNumber, UpdateNumber};
//! use numport::sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name))?;
//!
//! let number = "+14155552671".parse::<numport::E164>()?;
//! let (sid, token) = (sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
//! let import = ImportTwilioNumber::new(number, "Front desk", sid, token).enable_sms(false);
//! let imported = elevenlabs.import_number(import).await?;
//!
//! let update = UpdateNumber::new().label("Reception".to_owned());
//! let number = elevenlabs.update_number(&imported.phone_number_id, &update).await?;
//! assert_eq!(number.label.as_deref(), Some("Reception"));
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod platform;
mod settings;
mod trunk;
mod wire;

pub use client::ElevenLabs;
pub use wire::*;
