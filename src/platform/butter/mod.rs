//! Butter: numbers imported from Twilio, by an integration, or from a SIP trunk.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`list_numbers`](Butter::list_numbers), [`numbers`](Butter::numbers) | `GET /api/phone-numbers` |
//! | [`import_number`](Butter::import_number) | `POST /api/phone-numbers` |
//! | [`assign_number`](Butter::assign_number) | `POST /api/agents/{agent_id}/assign-phone-number` |
//! | [`unassign_number`](Butter::unassign_number) | `POST /api/agents/{agent_id}/unassign-phone-number/{phone_number_id}` |
//! | [`create_integration`](Butter::create_integration) | `POST /api/integrations` |
//! | [`update_integration`](Butter::update_integration) | `PUT /api/integrations/{integration_id}` |
//! | [`delete_integration`](Butter::delete_integration) | `DELETE /api/integrations/{integration_id}` |
//!
//! Source: <https://docs.getbutter.ai/api-reference/phone-numbers/import> and the pages next to it.
//!
//! Butter does not support labels, changing directions after the import, Twilio API keys, or an agent without inbound
//! calls. No endpoint reads or removes one number, and the list has no filter for a number:
//! [`get`](crate::VoicePlatform::get) and [`find`](crate::VoicePlatform::find) read the list page by page, up to the
//! number. Calls that begin while a list is read wait for the next one and share it. A SIP trunk's transport and inbound
//! addresses cannot be set, and its setting of a leading plus is ignored.
//!
//! Through the platform-independent API, each client creates one integration for each Twilio account, and all numbers
//! of the account use it. No endpoint lists integrations, so another process creates another one.
//! [`Byo::credential`](crate::Byo::credential) uses an existing integration, and
//! [`use_integration`](Butter::use_integration) sets that of an account, so that its token can be renewed.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::platform::butter::{Butter, CreateIntegration, ImportTwilioNumber};
//! use numport::sandbox::Sandbox;
//! # use numport::E164;
//!
//! let sandbox = Sandbox::start().await?;
//! let butter = Butter::from_vars(|name| sandbox.var(name))?;
//!
//! let twilio = CreateIntegration::twilio("Main account", sandbox.twilio().account_sid(),
//! sandbox.twilio().auth_token()); let integration = butter.create_integration(&twilio).await?; let import =
//! ImportTwilioNumber::new("+14155552671".parse::<E164>()?, integration.integration_id)
//!     .supports_inbound(true);
//! let number = butter.import_number(import).await?;
//! butter.assign_number("agent_a1b2c3d4e5f6", &number.phone_number_id).await?;
//! # Ok(())
//! # }
//! ```

mod client;
mod created;
mod error;
mod platform;
mod renew;
mod wire;

pub use client::Butter;
pub use wire::*;
