//! Interactly.

mod endpoints;
mod sandbox;
