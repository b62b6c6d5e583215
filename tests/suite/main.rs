//! One test binary for everything that goes over HTTP, so that it is linked once.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // tests fail by panicking

mod support;

mod answers;
mod butter;
mod butter_imports;
mod butter_pages;
mod butter_platform;
mod butter_rules;
mod clients;
mod conformance;
mod declared;
mod edges;
mod import;
mod interactly;
mod objects;
mod once;
mod preflight;
mod raw;
mod routing;
mod sandbox;
mod sandbox_butter;
mod sandbox_faults;
mod sandbox_signalwire;
mod sandbox_twilio;
mod signalwire;
mod signalwire_extras;
mod signalwire_handlers;
mod signalwire_imports;
mod signalwire_pages;
mod signalwire_platform;
mod signalwire_rules;
mod signalwire_settings;
mod sip;
mod sip_properties;
mod trunk;
mod twilio;
mod vapi_credentials;
mod vapi_edges;
mod vapi_numbers;
mod vapi_pages;
mod vapi_required;
mod vapi_rules;
mod vapi_setting_rules;
mod vapi_settings;
mod vapi_updates;
