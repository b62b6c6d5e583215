//! Telnyx: numbers held in a Telnyx account.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`list_numbers`](Telnyx::list_numbers), [`numbers`](Telnyx::numbers) | `GET /phone_numbers` |
//! | [`list_slim_numbers`](Telnyx::list_slim_numbers), [`slim_numbers`](Telnyx::slim_numbers) | `GET /phone_numbers/slim` |
//! | [`get_number`](Telnyx::get_number) | `GET /phone_numbers/{id}` |
//! | [`update_number`](Telnyx::update_number) | `PATCH /phone_numbers/{id}` |
//! | [`release_number`](Telnyx::release_number) | `DELETE /phone_numbers/{id}` |
//! | [`update_numbers`](Telnyx::update_numbers), [`get_job`](Telnyx::get_job) | `POST /phone_numbers/jobs/update_phone_numbers`, `GET /phone_numbers/jobs/{id}` |
//! | [`verify_ownership`](Telnyx::verify_ownership) | `POST /phone_numbers/actions/verify_ownership` |
//! | [`number_features`](Telnyx::number_features) | `POST /numbers_features` |
//! | [`list_voice_settings`](Telnyx::list_voice_settings), [`voice_settings`](Telnyx::voice_settings) | `GET /phone_numbers/voice` |
//! | [`get_voice_settings`](Telnyx::get_voice_settings), [`update_voice_settings`](Telnyx::update_voice_settings) | `GET` and `PATCH /phone_numbers/{id}/voice` |
//! | [`list_messaging_settings`](Telnyx::list_messaging_settings), [`messaging_settings`](Telnyx::messaging_settings) | `GET /phone_numbers/messaging` |
//! | [`get_messaging_settings`](Telnyx::get_messaging_settings), [`update_messaging_settings`](Telnyx::update_messaging_settings) | `GET` and `PATCH /phone_numbers/{id}/messaging` |
//! | [`list_connections`](Telnyx::list_connections), [`connections`](Telnyx::connections) | `GET /connections` |
//! | [`get_connection`](Telnyx::get_connection) | `GET /connections/{id}` |
//! | [`get_balance`](Telnyx::get_balance) | `GET /balance` |
//!
//! Source: <https://developers.telnyx.com/api/numbers/list-phone-numbers> and the pages next to it.
//!
//! # Routing
//!
//! A number is attached to one connection, which gets its calls. A platform that takes over the number attaches it to a
//! connection of its own. [`Calls`](crate::model::Calls) returns the address of a Voice API application, and the id of
//! a SIP connection or a TeXML application, whose address Telnyx does not show. If a number's calls are always
//! forwarded, they reach no connection, so the number is not imported
//! ([`Finding::Forwarded`](crate::model::Finding::Forwarded)).
//!
//! [`RoutingControl::restore`](crate::provider::RoutingControl::restore) restores `connection_id`, the voice settings
//! that set where calls go, and `messaging_profile_id`. It does not restore settings of a connection itself, such as
//! `webhook_event_url`. Telnyx does not document how to detach a connection: the client sends an empty text, reads the
//! number, and sends null if the connection is still there. If that does not detach it, the client returns an error.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::{NumberProvider, Telnyx, provider::Ownership, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! let telnyx = Telnyx::from_vars(|name| sandbox.var(name))?;
//! match telnyx.lookup(&"+19705555098".parse()?).await? {
//!     Ownership::Held(held) => println!("held, its calls go to {:?}", held.routing.map(|routing| routing.calls)),
//!     _ => println!("not in this account"),
//! }
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod provider;
mod routing;
mod settings;
mod wire;

pub use client::Telnyx;
pub use error::ErrorCode;
pub use wire::*;
