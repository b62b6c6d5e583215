//! The exact bodies of SignalWire's API.

mod cnam;
mod compat;
mod handler;
mod import;
mod number;
mod search;
mod update;

pub use cnam::*;
pub use compat::*;
pub use handler::*;
pub use import::*;
pub use number::*;
pub use search::*;
pub use update::*;
