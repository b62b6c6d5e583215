//! ElevenLabs.

mod endpoints;
mod pages_and_errors;
mod platform;
mod renewals;
mod replacing;
mod settings;
mod validation;
