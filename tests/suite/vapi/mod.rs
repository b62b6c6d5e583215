//! Vapi.

mod credentials;
mod numbers;
mod pages_and_errors;
mod platform;
mod renewals;
mod required_fields;
mod sandbox;
mod settings;
mod settings_validation;
mod sip_trunk;
mod sip_trunk_reuse;
mod updates;
mod validation;
mod validation_support;
