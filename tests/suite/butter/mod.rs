//! Butter.

pub(crate) mod endpoints;
mod imports;
mod pages_and_errors;
pub(crate) mod platform;
mod sandbox;
mod validation;
