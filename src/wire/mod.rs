//! Shared parts of all models: unknown fields and values, and the three states of an update.
//!
//! Models of responses keep what this crate does not know: a field in [`UnknownFields`], a value of an enum in
//! [`Unknown`], an object of another kind in [`UnknownObject`]. All are written back as they were received. In models of
//! updates, a [`Patch`] says what happens to each field.

pub(crate) mod document;
pub(crate) mod name;
pub(crate) mod object;
pub(crate) mod open;
mod patch;
pub(crate) mod query;
pub(crate) mod read;
pub(crate) mod secret;
#[cfg(test)]
mod tests;
pub(crate) mod union;
mod unknown;
pub(crate) mod write;

pub(crate) use object::{received_object, request_object, wire_object};
pub(crate) use open::open_enum;
pub use patch::Patch;
pub(crate) use query::query_object;
pub(crate) use union::{open_union, request_union};
pub use unknown::{Unknown, UnknownFields, UnknownObject};
