//! Requirements of the tests.

pub mod postgres;

use std::io::Write;

/// Prints it directly, because the test harness hides the output of successful tests.
pub fn skipped(test: &str, reason: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: {reason}");
}
