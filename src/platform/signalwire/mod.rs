//! SignalWire: numbers attached to a Space, and told what takes their calls.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`import_number`](SignalWire::import_number) | `POST /api/relay/rest/imported_phone_numbers` |
//! | [`list_numbers`](SignalWire::list_numbers), [`numbers`](SignalWire::numbers) | `GET /api/relay/rest/phone_numbers` |
//! | [`get_number`](SignalWire::get_number) | `GET /api/relay/rest/phone_numbers/{id}` |
//! | [`update_number`](SignalWire::update_number) | `PUT /api/relay/rest/phone_numbers/{id}` |
//! | [`release_number`](SignalWire::release_number) | `DELETE /api/relay/rest/phone_numbers/{id}` |
//! | [`search_numbers`](SignalWire::search_numbers) | `GET /api/relay/rest/phone_numbers/search` |
//! | [`purchase_number`](SignalWire::purchase_number) | `POST /api/relay/rest/phone_numbers` |
//! | [`assign_e911_address`](SignalWire::assign_e911_address) | `POST /api/relay/rest/phone_numbers/{id}/e911_address` |
//! | [`remove_e911_address`](SignalWire::remove_e911_address) | `DELETE /api/relay/rest/phone_numbers/{id}/e911_address` |
//! | [`get_cnam`](SignalWire::get_cnam), [`request_cnam`](SignalWire::request_cnam), [`clear_cnam`](SignalWire::clear_cnam) | `GET`, `POST`, `DELETE /api/relay/rest/phone_numbers/{id}/cnam` |
//! | [`import_number_compat`](SignalWire::import_number_compat) | `POST /api/laml/2010-04-01/Accounts/{project}/ImportedPhoneNumbers` |
//!
//! Facts: <https://signalwire.com/docs/apis/relay-rest/imported-phone-numbers/create-imported-phone-number>
//! and its sister pages. Imports are a partner API that SignalWire switches on for a Space.
//!
//! What it cannot do: take a carrier's credentials (an import is the bare number; how its calls get to
//! SignalWire is arranged between the carriers), switch directions, or clear a name or an agent.
//! Removing a record **releases the number**, for good.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::platform::signalwire::{CallHandler, ImportNumber, ImportType, SignalWire, UpdateNumber, Webhook};
//! use numport::sandbox::Sandbox;
//!
//! let sandbox = Sandbox::start().await?;
//! let signalwire = SignalWire::from_vars(|name| sandbox.var(name))?;
//!
//! let import = ImportNumber::new("+49152234333323".parse()?, ImportType::Longcode);
//! let number = signalwire.import_number(&import).await?;
//! let handler = CallHandler::RelayScript(Webhook::new("https://example.com/swml"));
//! let number = signalwire.update_number(&number.id, &UpdateNumber::new().name("Desk").call_handler(handler)).await?;
//! assert_eq!(number.call_relay_script_url.unwrap().as_str(), "https://example.com/swml");
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod platform;
mod wire;

pub use client::SignalWire;
pub use wire::*;
