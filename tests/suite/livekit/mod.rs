//! LiveKit.

pub(crate) mod endpoints;
mod platform;
mod sandbox;
mod spellings;
mod validation;
