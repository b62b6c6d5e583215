//! Cartesia.

mod endpoints;
mod links;
mod platform;
mod sandbox;
