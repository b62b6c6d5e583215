//! Twilio: numbers held in a Twilio account.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`list_numbers`](Twilio::list_numbers), [`numbers`](Twilio::numbers) | `GET /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json` |
//! | [`get_number`](Twilio::get_number) | `GET …/IncomingPhoneNumbers/{Sid}.json` |
//! | [`update_number`](Twilio::update_number) | `POST …/IncomingPhoneNumbers/{Sid}.json` |
//! | [`list_caller_ids`](Twilio::list_caller_ids), [`caller_ids`](Twilio::caller_ids) | `GET …/OutgoingCallerIds.json` |
//! | [`list_accounts`](Twilio::list_accounts), [`accounts`](Twilio::accounts) | `GET /2010-04-01/Accounts.json` |
//! | [`get_account`](Twilio::get_account) | `GET /2010-04-01/Accounts/{Sid}.json` |
//! | [`trunks`](Twilio::trunks) | `GET /v1/Trunks` at `trunking.twilio.com` |
//! | [`origination_urls`](Twilio::origination_urls) | `GET /v1/Trunks/{TrunkSid}/OriginationUrls` |
//! | [`trunk_numbers`](Twilio::trunk_numbers) | `GET /v1/Trunks/{TrunkSid}/PhoneNumbers` |
//! | [`get_trunk_number`](Twilio::get_trunk_number) | `GET …/PhoneNumbers/{Sid}` |
//! | [`attach_to_trunk`](Twilio::attach_to_trunk) | `POST …/PhoneNumbers` |
//! | [`detach_from_trunk`](Twilio::detach_from_trunk) | `DELETE …/PhoneNumbers/{Sid}` |
//!
//! A [lookup](crate::NumberProvider::lookup) sends one call for a number that the account holds. For any other number
//! it also sends one call to list the subaccounts and one for each of the first 20 active subaccounts; a standard API
//! key may not list them. This lookup is unrelated to Twilio's Lookup product, which costs money.
//!
//! Source: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>. Twilio limits the number of
//! concurrent requests, not the requests per second. The client retries a read or an update that Twilio refuses for
//! that reason (status 429).
//!
//! ```no_run
//! # async fn run() -> numport::Result<()> {
//! use numport::{NumberProvider, Twilio, provider::Ownership};
//!
//! let twilio = Twilio::from_env()?;
//! match twilio.lookup(&"+14155552671".parse().expect("a number")).await? {
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
mod trunking;
mod wire;

pub use client::Twilio;
pub use error::ErrorCode;
pub use wire::*;
