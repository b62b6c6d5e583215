//! Cartesia: numbers of linked Twilio accounts, and numbers that Cartesia holds itself.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`import_number`](Cartesia::import_number) | `POST /agents/phone-numbers` |
//! | [`provision_number`](Cartesia::provision_number) | `POST /agents/phone-numbers/provision` |
//! | [`get_number`](Cartesia::get_number) | `GET /agents/phone-numbers/{id}` |
//! | [`list_numbers`](Cartesia::list_numbers), [`numbers`](Cartesia::numbers) | `GET /agents/phone-numbers` |
//! | [`list_agent_numbers`](Cartesia::list_agent_numbers) | `GET /agents/{agent_id}/phone-numbers` |
//! | [`update_number`](Cartesia::update_number) | `PATCH /agents/phone-numbers/{id}` |
//! | [`delete_number`](Cartesia::delete_number) | `DELETE /agents/phone-numbers/{id}` |
//! | [`list_providers`](Cartesia::list_providers) | `GET /agents/phone-numbers/providers` |
//! | [`create_provider`](Cartesia::create_provider) | `POST /agents/phone-numbers/providers` |
//! | [`get_provider`](Cartesia::get_provider) | `GET /agents/phone-numbers/providers/{id}` |
//! | [`update_provider`](Cartesia::update_provider) | `PATCH /agents/phone-numbers/providers/{id}` |
//! | [`delete_provider`](Cartesia::delete_provider) | `DELETE /agents/phone-numbers/providers/{id}` |
//!
//! Source: <https://docs.cartesia.ai/api-reference/agents/phone-numbers/import> and the pages next to it, in the version
//! [`VERSION`](Cartesia::VERSION). The page of `get_number` and the methods of the calls for one provider are inferred.
//!
//! An import links the Twilio account first, by an API key of the type Standard; the account's auth token is refused. Cartesia
//! has one link for each account and region of the key
//! ([`twilio_region`](crate::ClientBuilder::twilio_region)), so a link that is there is used as it is.
//! [`Byo`](crate::Byo) names a link by its id. What a second import of a number does is not documented, so an import with
//! a lost response is looked up and never sent again.
//!
//! How an import changes the number's routing at Twilio is not documented.
//!
//! Cartesia requires a label: an import without one uses the number, with a space in it. A number without an agent only makes
//! calls. A removal first takes the agent off. A number that Cartesia holds is lost with its record, so its removal needs [`Removal::RecordAndNumber`](crate::Removal::RecordAndNumber).
//!
//! Whether Cartesia's search finds a number by its E.164 form is not documented. Until it has found one, a lookup reads the
//! whole list if the search finds nothing. Concurrent lookups share one list.
//!
//! A renewal ([`Importer::renew`](crate::Importer::renew)) changes the key of the link, for all its numbers.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::platform::cartesia::{Cartesia, CreateTwilioProvider, ImportNumber, ProviderRef, UpdateNumber};
//! use numport::sandbox::Sandbox;
//! use numport::{E164, Patch};
//!
//! let sandbox = Sandbox::start().await?;
//! let cartesia = Cartesia::from_vars(|name| sandbox.var(name))?;
//!
//! let (key, secret) = sandbox.twilio().api_key();
//! let link = CreateTwilioProvider::new(sandbox.twilio().account_sid(), key, secret);
//! let link = cartesia.create_provider(link).await?;
//! let number: E164 = "+14155552671".parse()?;
//! let import = ImportNumber::new("Front desk", number, ProviderRef::id(link.id)).agent_id("agent_1");
//! let number = cartesia.import_number(&import).await?;
//! let number = cartesia.update_number(&number.id, &UpdateNumber::new().agent_id(Patch::Clear)).await?;
//! assert_eq!(number.agent, None);
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod link;
mod platform;
mod read;
mod wire;

pub use client::Cartesia;
pub use wire::*;
