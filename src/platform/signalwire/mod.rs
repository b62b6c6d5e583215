//! SignalWire: numbers that are attached to a Space, each with a handler of its calls.
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
//! Source: <https://signalwire.com/docs/apis/relay-rest/imported-phone-numbers/create-imported-phone-number>
//! and the pages next to it. Imports are a partner API that SignalWire enables for a Space.
//!
//! SignalWire does not accept carrier credentials: an import contains only the number, and the carriers arrange how its
//! calls reach SignalWire. It does not support changing directions, or clearing a name or an agent. Removing a record
//! **releases the number** permanently.
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
