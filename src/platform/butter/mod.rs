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
//! Facts: <https://docs.getbutter.ai/api-reference/phone-numbers/import> and its sister pages.
//!
//! What it cannot do: keep a label, switch directions later, fetch one number or remove one (no such
//! endpoint is documented; [`get`](crate::VoicePlatform::get) and [`find`](crate::VoicePlatform::find)
//! read the list), take a Twilio API key, have inbound calls off while an agent has the number, or be told a SIP trunk's
//! transport, its inbound addresses, or its wish for a leading plus (which it is not told then).
//!
//! Through the uniform words an inline Twilio source makes one integration for each client and account,
//! used by all its numbers. No endpoint that lists integrations is documented, so another process makes
//! another one; [`Byo::credential`](crate::Byo::credential) names one that exists, and
//! [`use_integration`](Butter::use_integration) that of an account, so that its token can be renewed.
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
//! let twilio = CreateIntegration::twilio("Main account", sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
//! let integration = butter.create_integration(&twilio).await?;
//! let import = ImportTwilioNumber::new("+14155552671".parse::<E164>()?, integration.integration_id)
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
