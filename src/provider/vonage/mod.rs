//! Vonage (Nexmo): numbers held in a Vonage account or subaccount.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`list_numbers`](Vonage::list_numbers), [`numbers`](Vonage::numbers), [`find_number`](Vonage::find_number) | `GET /account/numbers` |
//! | [`update_number`](Vonage::update_number) | `POST /number/update` |
//! | [`cancel_number`](Vonage::cancel_number) | `POST /number/cancel` |
//! | [`get_balance`](Vonage::get_balance) | `GET /account/get-balance` |
//! | [`list_applications`](Vonage::list_applications), [`all_applications`](Vonage::all_applications) | `GET /v2/applications` at `api.nexmo.com` |
//! | [`get_application`](Vonage::get_application) | `GET /v2/applications/{id}` |
//!
//! Source: <https://developer.vonage.com/en/api/numbers>. The client sends the credentials in a header, never in a
//! query.
//!
//! # Routing
//!
//! A number is linked to an application, which answers its calls. A SIP address or a telephone number takes precedence
//! over it; such a number is not imported ([`Finding::Forwarded`](crate::model::Finding::Forwarded)). A platform that
//! takes over the number links it to an application of its own.
//!
//! Vonage clears each field that an update leaves out. So every update reads the number first and sends all its fields
//! back. **Fields that cannot be read are lost**: every update clears `voiceStatusCallback` and `moSmppSysType`
//! ([`UNREADABLE`]) unless it sets them.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::provider::vonage::{UpdateNumber, VoiceCallbackType};
//! use numport::{Vonage, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! let vonage = Vonage::from_vars(|name| sandbox.var(name))?;
//! let number = "+447700900000".parse()?;
//! let update = UpdateNumber::new().forward_to(VoiceCallbackType::Sip, "sip:447700900000@sip.example.com");
//! let after = vonage.update_number(&number, &update).await?;
//! // The client sent the application and the URL for messages back, so they are still set.
//! assert!(after.app_id.is_some() && after.mo_http_url.is_some());
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod provider;
mod routing;
mod wire;

pub use client::Vonage;
pub use wire::*;
