//! ElevenLabs.

mod endpoints;
mod pages_and_errors;
mod platform;
mod renewals;
mod settings;
mod validation;
