//! False, late, repeated, endless or forged responses: numport's promises hold against all of them.
//!
//! This is a target of its own, because other tests that use the same spans would hide log events from it.
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
mod removals;
mod secrets;
mod spellings;
mod texts;
mod unconfirmed;
