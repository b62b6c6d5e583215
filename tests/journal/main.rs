//! Imports of several processes, and of processes that are killed, with a journal in a directory or in PostgreSQL.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // tests fail by panicking; what was killed is printed

mod applied;
mod attacks;
mod directory;
mod history;
mod killed;
mod moved;
mod pgbouncer;
mod pooler;
mod postgres;
mod processes;
mod server;
#[path = "../suite/services.rs"]
mod services;
mod tally;
mod tls;
mod together;
