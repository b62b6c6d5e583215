//! Plivo.

mod endpoints;
mod lists_and_errors;
mod lookup;
mod routing;
mod sandbox;
mod updates;
