use std::time::Duration;

use crate::model::word;

/// A page of a list that does not lead to a safe next page.
///
/// ```
/// use numport::error::PageFault;
///
/// fn told(fault: &PageFault) -> String {
///     match fault {
///         PageFault::TooManyItems { limit } => format!("raise `ListLimits::max_items` above {limit}"),
///         PageFault::Repeated => "the service repeats itself".to_owned(),
///         other => other.to_string(),
///     }
/// }
/// assert_eq!(told(&PageFault::Repeated), "the service repeats itself");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageFault {
    /// The link to the next page leads to another origin than that of the base URL. No credentials are sent there.
    #[error("the next page is at another origin, `{}`", word(.origin))]
    ForeignOrigin {
        /// The origin that the link names.
        origin: String,
    },
    /// The link to the next page is missing, or is not a URL.
    #[error("the link to the next page is missing or is not a URL")]
    BadLink,
    /// A page came again, so that the list would never end.
    #[error("the list returned a page that was already read")]
    Repeated,
    /// The link to the next page leaves the path of the base URL. No credentials are sent there.
    #[error("the next page is at `{path}`, outside of the base URL's path")]
    OutsideBase {
        /// The path that the link names, at most 100 characters of it, escaped.
        path: String,
    },
    /// The list has more pages than [`ListLimits::max_pages`](crate::http::ListLimits::max_pages).
    #[error("the list continues after {limit} pages; if it really is that long, raise `ListLimits::max_pages`")]
    TooManyPages {
        /// The maximum number of pages.
        limit: u32,
    },
    /// The list has more items than [`ListLimits::max_items`](crate::http::ListLimits::max_items).
    #[error("the list has more than {limit} items; if it really is that long, raise `ListLimits::max_items`")]
    TooManyItems {
        /// The maximum number of items.
        limit: u64,
    },
    /// Reading the list took longer than [`ListLimits::deadline`](crate::http::ListLimits::deadline).
    #[error("reading the list took longer than {} s; if it really is that long, raise `ListLimits::deadline`", .limit.as_secs())]
    TooSlow {
        /// The time limit.
        limit: Duration,
    },
}

impl PageFault {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ForeignOrigin { .. } => "foreign_origin",
            Self::BadLink => "bad_link",
            Self::Repeated => "repeated",
            Self::OutsideBase { .. } => "outside_base",
            Self::TooManyPages { .. } => "too_many_pages",
            Self::TooManyItems { .. } => "too_many_items",
            Self::TooSlow { .. } => "too_slow",
        }
    }
}
