//! SignalWire.

mod caller_name_and_emergency;
mod client_builder;
pub(crate) mod endpoints;
mod handlers;
mod imports;
mod pages_and_errors;
pub(crate) mod platform;
mod sandbox;
mod validation;
