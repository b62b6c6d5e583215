//! Never twice: whatever goes wrong with an import, there is at most one record, the outcome is true, and a second call
//! ends with a finished record.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // tests fail by panicking; a random point is printed

mod crowd;
mod faults;
#[path = "../suite/support/hostile/mod.rs"]
mod hostile;
mod killed;
mod page;
mod place;
mod pointing;
mod renewals;
mod requests;
mod scenario;
#[path = "../suite/services.rs"]
mod services;
mod storm;
mod undoing;
