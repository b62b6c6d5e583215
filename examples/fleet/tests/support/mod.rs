//! What a test needs of the machine.

pub mod postgres;

use std::io::Write;

/// Says so past the test harness, which keeps what a test that passes prints.
pub fn skipped(test: &str, reason: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
}
