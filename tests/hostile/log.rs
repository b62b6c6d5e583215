//! The log of a test: what is written on its own thread.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct OfThread;

impl Write for OfThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Writes a log from here on, and forgets what was written before. Every test calls it before its first request: spans
/// that are used before there is a log may stay silent.
pub(crate) fn start() {
    static START: Once = Once::new();
    START.call_once(|| {
        let level = tracing::Level::TRACE;
        tracing_subscriber::fmt().with_max_level(level).with_ansi(false).with_writer(|| OfThread).init();
    });
    LOG.take();
}

/// What numport wrote since then, as it was written.
pub(crate) fn read() -> String {
    let log = LOG.with_borrow(|log| String::from_utf8(log.clone()).unwrap());
    assert!(log.contains("numport"), "there is a log");
    log
}
