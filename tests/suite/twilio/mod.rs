//! Twilio.

mod accounts;
mod endpoints;
#[cfg(feature = "signalwire")]
mod errors;
mod lookup;
mod pages;
mod region;
mod retries;
mod routing;
mod sandbox;
mod trunks;
mod updates;
mod validation;
