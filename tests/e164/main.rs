//! The numbering plans against the reference library, and what asking them costs.

#![allow(clippy::unwrap_used)]

mod allocations;
mod national;
mod reference;
