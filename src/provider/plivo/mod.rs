//! Plivo: numbers held in a Plivo account or subaccount.
//!
//! | call | endpoint, below `/v1/Account/{auth_id}/` |
//! | --- | --- |
//! | [`list_numbers`](Plivo::list_numbers), [`numbers`](Plivo::numbers) | `GET Number/` |
//! | [`get_number`](Plivo::get_number) | `GET Number/{number}/` |
//! | [`update_number`](Plivo::update_number) | `POST Number/{number}/` |
//! | [`add_number`](Plivo::add_number) | `POST Number/` |
//! | [`release_number`](Plivo::release_number) | `DELETE Number/{number}/` |
//! | [`list_applications`](Plivo::list_applications), [`applications`](Plivo::applications) | `GET Application/` |
//! | [`get_application`](Plivo::get_application) | `GET Application/{app_id}/` |
//! | [`list_trunks`](Plivo::list_trunks), [`trunks`](Plivo::trunks) | `GET Zentrunk/Trunk/` |
//! | [`get_trunk`](Plivo::get_trunk) | `GET Zentrunk/Trunk/{trunk_id}/` |
//! | [`get_account`](Plivo::get_account) | `GET` the account itself |
//! | [`list_subaccounts`](Plivo::list_subaccounts), [`subaccounts`](Plivo::subaccounts) | `GET Subaccount/` |
//!
//! Source: <https://www.plivo.com/docs/numbers/api/account-phone-number>. Plivo accepts 300 requests in 5 seconds.
//!
//! # Routing
//!
//! A number has one application or one inbound SIP trunk. [`Calls`](crate::model::Calls) returns the address of an
//! application. No platform of this crate takes over a number at Plivo: import it with a SIP trunk as its source, and
//! route the number to an inbound trunk to the platform.
//!
//! [`RoutingControl::restore`](crate::provider::RoutingControl::restore) restores `app_id`, or the object of the private
//! beta. It does not restore settings of the application itself, such as `answer_url`.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use numport::provider::plivo::UpdateNumber;
//! use numport::{Plivo, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::start().await?;
//! let plivo = Plivo::from_vars(|name| sandbox.var(name))?;
//! let number = "+17609915566".parse()?;
//! let before = plivo.get_number(&number).await?;
//! // Without an application, Plivo would assign the default one. The client repeats the present one.
//! let after = plivo.update_number(&number, &UpdateNumber::new().alias("Front desk")).await?;
//! assert_eq!(after.app_id(), before.app_id());
//! # Ok(())
//! # }
//! ```

mod client;
mod error;
mod provider;
mod routing;
mod wire;

pub use client::Plivo;
pub use wire::*;
