//! Tests that every platform and every carrier must pass.

mod agents;
mod carrier_table;
mod completeness;
mod conformance;
mod fitting;
mod in_memory_platform;
mod provider_conformance;
pub(crate) mod records;
mod renewals;
mod requests;
mod sources;
#[cfg(all(feature = "interactly", feature = "vapi", feature = "signalwire", feature = "butter"))]
mod trait_objects;
mod without_label;
