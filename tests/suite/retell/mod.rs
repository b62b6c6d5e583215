//! Retell.

mod endpoints;
mod platform;
mod sandbox;
mod validation;
