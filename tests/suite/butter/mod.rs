//! Butter.

pub(crate) mod endpoints;
mod imports;
mod lookups;
mod pages_and_errors;
pub(crate) mod platform;
mod renewals;
mod sandbox;
mod validation;
