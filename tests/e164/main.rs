//! The numbering plans against the reference library, and what asking them costs.

mod allocations;
mod national;
mod reference;
