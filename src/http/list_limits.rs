use std::time::Duration;

/// Limits for reading a list. If a service leads from page to page forever, the client stops at a limit and returns an
/// error ([`PageFault`](crate::error::PageFault)) that names it.
///
/// ```
/// use std::time::Duration;
/// use numport::{Vapi, http::ListLimits};
///
/// let limits = ListLimits::default().max_items(5_000_000).deadline(Duration::from_secs(3 * 60 * 60));
/// let vapi = Vapi::builder("my-private-key").list_limits(limits).build()?;
/// # Ok::<(), numport::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct ListLimits {
    pub(super) max_pages: u32,
    pub(super) max_items: u64,
    pub(super) deadline: Duration,
}

impl Default for ListLimits {
    /// Returns 20,000 pages, 1,000,000 items and 60 minutes. A list of 100,000 numbers with 20 numbers a page has 5,000
    /// pages.
    fn default() -> Self {
        Self { max_pages: 20_000, max_items: 1_000_000, deadline: Duration::from_secs(60 * 60) }
    }
}

impl ListLimits {
    /// Sets the maximum number of pages of one list. Defaults to 20,000. 0 counts as 1.
    pub const fn max_pages(mut self, pages: u32) -> Self {
        self.max_pages = pages;
        self
    }

    /// Sets the maximum number of items of one list. Defaults to 1,000,000.
    pub const fn max_items(mut self, items: u64) -> Self {
        self.max_items = items;
        self
    }

    /// Sets how long the client may take to read one list, including all pages, retries and waits. The time that the
    /// caller takes between the pages does not count. If the service answers 429 to all attempts for a page after the
    /// first, the list goes on with that page within this time. Defaults to 60 minutes.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }
}
