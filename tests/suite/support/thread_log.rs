//! The log of one test's thread.

use std::cell::RefCell;
use std::io::Write;

thread_local! {
    static LOG: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The writer to give to the subscriber of the process.
pub(crate) struct OfThread;

impl Write for OfThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Clears the log.
pub(crate) fn clear() {
    LOG.take();
}

/// Returns the log since then.
pub(crate) fn read() -> String {
    LOG.with_borrow(|log| String::from_utf8_lossy(log).into_owned())
}
