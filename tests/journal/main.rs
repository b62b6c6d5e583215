//! Imports of several processes, and of processes that are killed, with a journal in a directory.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // tests fail by panicking; what was killed is printed

mod attacks;
mod directory;
mod killed;
mod processes;
#[path = "../suite/services.rs"]
mod services;
