//! What holds for every platform and every provider.

mod conformance;
mod provider_conformance;
mod records;
mod sources;
mod trait_objects;
