//! A guard against lists that never end.

use std::collections::HashSet;

use crate::error::PageFault;

/// Remembers the pages of one list that were read.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashSet<String>);

impl Seen {
    /// Notes a page by its link, cursor or first item; a page that comes again is a fault.
    pub(crate) fn note(&mut self, page: impl Into<String>) -> Result<(), PageFault> {
        if self.0.insert(page.into()) { Ok(()) } else { Err(PageFault::Repeated) }
    }
}
