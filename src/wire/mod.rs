//! What the models of every service share: fields and values that outlive the API, and the three states of an update.
//!
//! Models of what a service returns keep what this crate does not know: a field in [`UnknownFields`], a value of an
//! enum in [`Unknown`], an object of another kind in [`UnknownObject`]. All are written back as they came.
//! Models of updates state what happens to each field by a [`Patch`].

pub(crate) mod keep;
mod object;
pub(crate) mod open;
mod patch;
mod unknown;

pub(crate) use object::{request_object, wire_object};
pub use open::{Unknown, UnknownObject};
pub(crate) use open::{open_enum, open_union};
pub use patch::Patch;
pub use unknown::UnknownFields;
