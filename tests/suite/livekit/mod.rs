//! LiveKit.

pub(crate) mod endpoints;
mod platform;
mod sandbox;
mod spellings;
pub(crate) mod subject;
mod validation;
