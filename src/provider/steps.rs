//! Operations of several requests.

use crate::error::{Error, Result};

/// The requests of one operation. Once one of them has changed something, the error of a later one does not say that
/// nothing was done, even if that one was a read or was refused.
#[derive(Debug, Default)]
pub(super) struct Steps {
    written: bool,
}

impl Steps {
    /// Passes on the result of a request that changes nothing.
    pub(super) fn read<T>(&self, result: Result<T>) -> Result<T> {
        if self.written { result.map_err(Error::after_write) } else { result }
    }

    /// Passes on the result of a request that changes something.
    pub(super) fn write<T>(&mut self, result: Result<T>) -> Result<T> {
        let result = self.read(result);
        self.written |= result.is_ok();
        result
    }
}
