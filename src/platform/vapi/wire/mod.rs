//! The exact bodies of Vapi's API.

mod create;
mod credential;
mod credential_request;
mod hook;
mod list;
mod number;
mod server;
mod settings;
mod sip;
mod text;
mod transfer;
mod update;

pub use create::*;
pub use credential::*;
pub use credential_request::*;
pub use hook::*;
pub use list::*;
pub use number::*;
pub use server::*;
pub use settings::*;
pub use sip::*;
pub use text::{NAME_MAX, NUMBER_LENGTH};
pub use transfer::*;
pub use update::*;
