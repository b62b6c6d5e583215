//! Vonage.

mod endpoints;
mod lookup;
mod routing;
mod sandbox;
mod updates;
