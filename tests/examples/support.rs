//! Files, arguments, and the requests that a sandbox received. The tests of `examples/import_csv` use it too.

use std::fs;
use std::path::PathBuf;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use lexopt::Parser;
use numport::sandbox::Sandbox;

/// A file of this test run.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = new_file(name);
    fs::write(&path, content).unwrap();
    path
}

/// A path where no file exists yet.
pub(crate) fn new_file(name: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{count}-{name}", process::id()))
}

/// Command-line arguments, separated by spaces.
pub(crate) fn typed(words: &str) -> Parser {
    Parser::from_args(words.split_whitespace())
}

/// The requests that change something, as `service METHOD`.
pub(crate) fn changes(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let changing = requests.iter().filter(|entry| entry.method != "GET");
    changing.map(|entry| format!("{} {}", entry.service, entry.method)).collect()
}
