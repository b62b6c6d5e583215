//! The log of a test: the events on its own thread.

use std::sync::Once;

use crate::thread_log::{self, OfThread};

/// Starts a log, and clears an earlier one. Every test calls it before its first request, because spans that are used
/// before there is a log may stay silent.
pub(crate) fn start() {
    static START: Once = Once::new();
    START.call_once(|| {
        let level = tracing::Level::TRACE;
        tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(|| OfThread).init();
    });
    thread_log::clear();
}

/// What numport logged since then.
pub(crate) fn read() -> String {
    let log = thread_log::read();
    assert!(log.contains("numport"), "there is a log");
    log
}
