//! One test binary for everything that goes over HTTP, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // tests fail by panicking

mod support;

mod answers;
mod clients;
mod import;
mod interactly;
mod objects;
mod raw;
mod sandbox;
mod sandbox_butter;
mod sandbox_signalwire;
mod secrets;
mod trunk;
mod twilio;
mod vapi_credentials;
mod vapi_edges;
mod vapi_numbers;
mod vapi_pages;
mod vapi_rules;
mod vapi_setting_rules;
mod vapi_settings;
mod vapi_updates;
