//! The numbering plans against the reference library, and what asking them costs.

#![allow(clippy::unwrap_used)]

mod allocations;
#[cfg(feature = "phonenumber")]
mod human;
#[cfg(feature = "phonenumber")]
mod national;
mod reference;
