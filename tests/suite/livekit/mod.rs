//! LiveKit.

mod between;
pub(crate) mod endpoints;
mod platform;
mod rules;
mod sandbox;
mod spellings;
mod validation;
