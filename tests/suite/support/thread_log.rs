//! What is logged on the thread of one test.

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

/// Forgets what was logged.
pub(crate) fn clear() {
    LOG.take();
}

/// Returns what was logged since.
pub(crate) fn read() -> String {
    LOG.with_borrow(|log| String::from_utf8_lossy(log).into_owned())
}
