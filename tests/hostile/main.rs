//! Answers that are untrue, late, repeated, endless or forged: what numport promises holds against all of them.
//!
//! A target of its own, since what it reads in the log must not be hidden by other tests that use the same spans.
#![allow(clippy::unwrap_used)] // tests fail by panicking

#[path = "../suite/support/hostile/mod.rs"]
mod hostile;
#[path = "../suite/services.rs"]
mod services;
#[path = "../suite/support/thread_log.rs"]
mod thread_log;

mod addresses;
mod another_record;
mod between;
mod busy;
mod conflict;
mod endless;
mod lagging;
mod log;
mod overload;
mod recovered;
mod secrets;
mod spellings;
mod texts;
mod unconfirmed;
