//! What the models of every service share: fields and values that outlive the API, and the three states of an update.
//!
//! Models of what a service returns keep what this crate does not know: a field in [`UnknownFields`], a value of an
//! enum in [`Unknown`], an object of another kind in [`UnknownObject`]. All are written back as they came.
//! Models of updates state what happens to each field by a [`Patch`].

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
