//! Compares the numbering plans with the reference library, and counts the allocations of a lookup.

#![allow(clippy::unwrap_used)]

mod allocations;
#[cfg(feature = "phonenumber")]
mod human;
#[cfg(feature = "phonenumber")]
mod national;
mod reference;
