//! The examples that do real work, run in this process against sandboxes.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout)] // tests fail by panicking
#![allow(clippy::duplicate_mod)] // each example brings its own `support`

#[path = "../../examples/import_csv/main.rs"]
mod import_csv;
#[path = "../../examples/move_between.rs"]
mod move_between;
#[path = "../../examples/plan_apply.rs"]
mod plan_apply;

mod bad_rows;
mod clients;
mod import;
mod moving;
mod plans;
mod positions;
mod stopped;

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use lexopt::Parser;
use numport::sandbox::Sandbox;

/// A file of this test run's own.
fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = new_file(name);
    fs::write(&path, content).unwrap();
    path
}

/// A path at which nothing is yet.
fn new_file(name: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{count}-{name}", process::id()))
}

/// What was typed, words between blanks.
fn typed(words: &str) -> Parser {
    Parser::from_args(words.split_whitespace())
}

/// The requests that change something, as `service METHOD`.
fn changes(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let changing = requests.iter().filter(|entry| entry.method != "GET");
    changing.map(|entry| format!("{} {}", entry.service, entry.method)).collect()
}
