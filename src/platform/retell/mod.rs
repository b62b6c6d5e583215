//! Retell: numbers imported from a SIP trunk, or bought from Retell.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`import_number`](Retell::import_number) | `POST /import-phone-number` |
//! | [`purchase_number`](Retell::purchase_number) | `POST /create-phone-number` |
//! | [`get_number`](Retell::get_number) | `GET /get-phone-number/{phone_number}` |
//! | [`list_numbers`](Retell::list_numbers), [`numbers`](Retell::numbers) | `GET /v2/list-phone-numbers` |
//! | [`list_all_numbers`](Retell::list_all_numbers) | `GET /list-phone-numbers` |
//! | [`update_number`](Retell::update_number) | `PATCH /update-phone-number/{phone_number}` |
//! | [`delete_number`](Retell::delete_number) | `DELETE /delete-phone-number/{phone_number}` |
//!
//! Source: <https://docs.retellai.com/api-references/import-phone-number> and the pages next to it, and the
//! [guide to SIP trunks](https://docs.retellai.com/deploy/custom-telephony).
//!
//! A record has no id of its own: the number is the id. So an undo removes a record only if it has not been changed since the
//! import; otherwise it may be another one of the same number.
//!
//! A number belongs to one workspace across all of Retell. Retell refuses a second import of it with status 400, and an
//! import then looks the number up. If this workspace does not show it, the import fails with
//! [`ErrorKind::Conflict`](crate::error::ErrorKind::Conflict): another workspace may have it.
//!
//! An import changes nothing at the carrier and does not check the trunk. A trunk has two addresses, one for each direction:
//!
//! | address | calls | where it is set |
//! | --- | --- | --- |
//! | termination, such as `acme.pstn.twilio.com` | from Retell to the carrier | the host of [`SipTrunk`](crate::SipTrunk), which an import sends; Retell needs it for a number that only takes calls, too |
//! | origination, `sip:` and [`SIP_HOST`](Retell::SIP_HOST) | from the carrier to Retell | at the carrier |
//!
//! For a number of Twilio, give [`ReachedBy`](crate::provider::ReachedBy) the account and its elastic SIP trunk:
//!
//! ```
//! # #[cfg(feature = "twilio")] {
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::model::Reached;
//! use numport::provider::ReachedBy;
//! use numport::sandbox::{Sandbox, twilio::TwilioNumber};
//! use numport::{ImportRequest, Importer, Retell, SipTrunk, Twilio};
//!
//! let number = "+14155552671".parse()?;
//! // Twilio's trunk has the number, and its origination URL is Retell's server.
//! let origination = format!("sip:{}", Retell::SIP_HOST);
//! let sandbox = Sandbox::builder().hold(TwilioNumber::new(number).on_trunk()).trunk_origination([origination]);
//! let sandbox = sandbox.start().await?;
//! let vars = |name: &str| sandbox.var(name);
//!
//! let termination = SipTrunk::new("acme.pstn.twilio.com").credentials("user", "password");
//! let importer = Importer::new(ReachedBy::new(Twilio::from_vars(vars)?, termination), Retell::from_vars(vars)?);
//! let imported = importer.import(ImportRequest::new(number).agent("agent_a1b2")).await?;
//! assert_eq!(imported.reached, Reached::Platform);
//! # Ok(())
//! # }
//! # main().unwrap();
//! # }
//! ```
//!
//! An agent that the platform-independent API sets becomes the only inbound agent, with the weight 1. A number with several
//! inbound agents, or with a webhook in place of them, has a [`handler`](crate::NumberRecord::handler). An undo restores the
//! agents with their weights and versions.
//!
//! Directions are not supported, and neither are a trunk's port, inbound addresses and leading plus. A trunk that requires
//! encrypted media needs the transport TLS. A removal of a number that Retell sold releases the number, so it needs
//! [`Removal::RecordAndNumber`](crate::Removal::RecordAndNumber).
//!
//! Retell never returns a trunk's password. A renewal ([`Importer::renew`](crate::Importer::renew)) sends the trunk's
//! host, user and password together.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::Patch;
//! use numport::platform::retell::{AgentWeight, ImportNumber, Retell, UpdateNumber};
//! use numport::sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let retell = Retell::from_vars(|name| sandbox.var(name))?;
//!
//! let import = ImportNumber::new("+14155552671", "acme.pstn.twilio.com")
//!     .ignore_e164_validation(false)
//!     .sip_trunk_auth_username("user")
//!     .sip_trunk_auth_password("password")
//!     .inbound_agents([AgentWeight::new("agent_a1b2", 0.75), AgentWeight::new("agent_c3d4", 0.25)]);
//! let number = retell.import_number(&import).await?;
//! let update = UpdateNumber::new().nickname("Reception".to_owned()).fallback_number(Patch::Clear);
//! let number = retell.update_number(&number.phone_number, &update).await?;
//! assert_eq!(number.nickname.as_deref(), Some("Reception"));
//! # Ok(())
//! # }
//! ```

mod agents;
mod client;
mod error;
mod platform;
mod renew;
mod trunk;
mod wire;

pub use client::Retell;
pub use wire::*;
