//! Retell.

mod agents;
mod endpoints;
mod platform;
mod sandbox;
mod validation;
