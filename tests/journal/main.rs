//! Imports with a journal: several processes, killed ones, and what is left of them.
//!
//! A process is this same binary, run for one of the ignored tests.
#![allow(missing_docs)]

mod directory;
mod processes;
mod resend;
#[path = "../suite/services.rs"]
#[allow(dead_code, unused_imports, unused_macros)]
mod services;
