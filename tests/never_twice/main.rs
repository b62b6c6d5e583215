//! Never twice: whatever goes wrong with an import, there is at most one record, what is said is true, and one more
//! call ends in a finished record.
#![allow(clippy::unwrap_used)] // tests fail by panicking

mod crowd;
mod faults;
mod page;
mod scenario;
