//! Interactly: numbers imported from Twilio.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`list_numbers`](Interactly::list_numbers) | `GET /assistants/v1/numbers` |
//! | [`import_number`](Interactly::import_number) | `POST /assistants/v1/numbers/twilio` |
//! | [`purchase_number`](Interactly::purchase_number) | `POST /assistants/v1/numbers/purchase` |
//! | [`update_number`](Interactly::update_number) | `PUT /assistants/v1/numbers/{id}` |
//!
//! Source: <https://docs.interactly.ai/api-reference/phone-numbers/import-number> and the pages next to it.
//!
//! Interactly does not support SIP trunks or renaming a number. No endpoint reads or removes one number:
//! [`get`](crate::VoicePlatform::get) and [`find`](crate::VoicePlatform::find) read the list, which has
//! no pages.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::platform::interactly::{ImportNumber, Interactly, UpdateNumber};
//! use numport::{Patch, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! let interactly = Interactly::from_vars(|name| sandbox.var(name))?;
//!
//! let import = ImportNumber::new("+14155552671".parse()?).label("Front desk");
//! let number = interactly.import_number(&import).await?;
//! let update = UpdateNumber::new().assistant_id(Patch::Set("a12f9c88".into())).inbound_enabled(true);
//! let number = interactly.update_number(&number.id, &update).await?;
//! assert_eq!(number.assistant_id.as_deref(), Some("a12f9c88"));
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod platform;
mod wire;

pub use client::Interactly;
pub use wire::{Credentials, ImportNumber, PhoneNumber, Provider, ProviderName, PurchaseNumber, UpdateNumber};
