//! Twilio: numbers held in a Twilio account.
//!
//! | call | endpoint |
//! | --- | --- |
//! | [`list_numbers`](Twilio::list_numbers) | `GET /2010-04-01/Accounts/{AccountSid}/IncomingPhoneNumbers.json` |
//! | [`get_number`](Twilio::get_number) | `GET …/IncomingPhoneNumbers/{Sid}.json` |
//!
//! Facts: <https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource>.
//!
//! ```no_run
//! # async fn run() -> numport::Result<()> {
//! use numport::{NumberProvider, Twilio, provider::Ownership};
//!
//! let twilio = Twilio::from_env()?;
//! match twilio.lookup(&"+14155552671".parse().expect("a number")).await? {
//!     Ownership::Held(held) => println!("held, its calls go to {:?}", held.voice_url),
//!     _ => println!("not in this account"),
//! }
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod provider;
mod wire;

pub use client::Twilio;
pub use wire::{Capabilities, IncomingPhoneNumber, ListNumbers, NumberPage};
