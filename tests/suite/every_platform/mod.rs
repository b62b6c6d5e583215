//! What holds for every platform and every provider.

mod conformance;
mod records;
mod sources;
mod trait_objects;
