//! Vapi: numbers imported from Twilio, Vonage, Telnyx or a SIP trunk, or created by Vapi itself.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`create_number`](Vapi::create_number) | `POST /phone-number` |
//! | [`list_numbers`](Vapi::list_numbers) | `GET /phone-number` |
//! | [`search_numbers`](Vapi::search_numbers), [`numbers`](Vapi::numbers) | `GET /v2/phone-number` |
//! | [`get_number`](Vapi::get_number) | `GET /phone-number/{id}` |
//! | [`update_number`](Vapi::update_number) | `PATCH /phone-number/{id}` |
//! | [`delete_number`](Vapi::delete_number) | `DELETE /phone-number/{id}` |
//! | [`create_credential`](Vapi::create_credential) | `POST /credential` |
//! | [`list_credentials`](Vapi::list_credentials) | `GET /credential` |
//! | [`get_credential`](Vapi::get_credential) | `GET /credential/{id}` |
//! | [`update_credential`](Vapi::update_credential) | `PATCH /credential/{id}` |
//! | [`delete_credential`](Vapi::delete_credential) | `DELETE /credential/{id}` |
//!
//! Source: <https://docs.vapi.ai/api-reference/phone-numbers/create> and the pages next to it, and the
//! [SIP trunk guide](https://docs.vapi.ai/advanced/sip/sip-trunk).
//!
//! Through the platform-independent API, each client creates one `byo-sip-trunk` credential for each SIP trunk, and all
//! numbers of the trunk use it. [`Byo::credential`](crate::Byo::credential) uses an existing credential.
//! Vapi recognizes inbound calls only by IPv4 addresses, so a trunk with a host name needs
//! [`allow_inbound`](crate::SipTrunk::allow_inbound) or [`outbound_only`](crate::SipTrunk::outbound_only).
//!
//! A number of Telnyx or Vonage needs a stored credential. That of a Vonage account is found by its API key, or made. Only
//! the dashboard makes one of Telnyx, and it does not show its account: if there is exactly one, it is used; otherwise
//! give its id ([`ReachedBy`](crate::provider::ReachedBy)).
//!
//! Renewing the credentials of a number ([`Importer::renew`](crate::Importer::renew)) updates a Twilio number itself. On a
//! trunk it updates the number's credential if it sends calls to the same hosts with the same user. That changes all numbers
//! that use it. Otherwise the number gets another credential. The fields of a Telnyx credential are not documented, so a
//! number can only get the id of another one.
//!
//! Vapi does not support changing the directions of a number, or importing a Twilio number with a stored credential
//! (a Twilio number has its own).
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::Patch;
//! use numport::platform::vapi::{CreateTwilioNumber, Settings, SettingsPatch, Vapi};
//! use numport::sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let vapi = Vapi::from_vars(|name| sandbox.var(name))?;
//!
//! let create = CreateTwilioNumber::new("+14155552671".parse::<numport::E164>()?, sandbox.twilio().account_sid())
//!     .twilio_auth_token(sandbox.twilio().auth_token())
//!     .sms_enabled(false)
//!     .settings(Settings::new().name("Front desk"));
//! let number = vapi.create_number(create).await?;
//! let number = vapi.update_number(&number.id, SettingsPatch::new().name(Patch::Set("Reception".into()))).await?;
//! assert_eq!(number.name.as_deref(), Some("Reception"));
//! # Ok(())
//! # }
//! ```

mod account;
mod client;
mod error;
mod platform;
mod renew;
mod trunk;
mod wire;

pub use client::Vapi;
pub use wire::*;
