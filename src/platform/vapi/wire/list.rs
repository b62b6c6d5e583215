use serde_json::Number;

use super::number::PhoneNumber;
use crate::http::Call;
use crate::model::{ProblemCode, Problems, Timestamp};
use crate::wire::{open_enum, query_object, received_object, wire_object};

/// The maximum length of a search, in characters.
pub const SEARCH_MAX: usize = 100;
/// The maximum number of entries in one response.
pub const LIMIT_MAX: u32 = 1000;

/// The filters that both lists support: the limit, and the times of creation and update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct ListFilter {
    limit: Option<u32>,
    bounds: Vec<(&'static str, Timestamp)>,
}

/// A strict or inclusive bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // there are four comparisons
pub enum Bound {
    /// After this time.
    After,
    /// At or after this time.
    From,
    /// Before this time.
    Before,
    /// At or before this time.
    Until,
}

impl ListFilter {
    /// Creates a filter that matches everything. The limit defaults to 100.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum number of entries, up to 1000. Defaults to 100.
    pub const fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Only entries that were created at such a time.
    pub fn created(mut self, bound: Bound, at: Timestamp) -> Self {
        let name = match bound {
            Bound::After => "createdAtGt",
            Bound::From => "createdAtGe",
            Bound::Before => "createdAtLt",
            Bound::Until => "createdAtLe",
        };
        self.bounds.push((name, at));
        self
    }

    /// Only entries that were last changed at such a time.
    pub fn updated(mut self, bound: Bound, at: Timestamp) -> Self {
        let name = match bound {
            Bound::After => "updatedAtGt",
            Bound::From => "updatedAtGe",
            Bound::Before => "updatedAtLt",
            Bound::Until => "updatedAtLe",
        };
        self.bounds.push((name, at));
        self
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(limit) = self.limit {
            problems.range("limit", &limit.into(), 0, LIMIT_MAX);
        }
    }

    pub(crate) fn apply(&self, call: Call) -> Call {
        let call = call.query("limit", self.limit);
        self.bounds.iter().fold(call, |call, (name, at)| call.query(name, Some(format!("{at:.3}"))))
    }
}

query_object! {
    /// A search, with pages. Defaults to everything, newest first, 100 per page.
    pub struct SearchNumbers {
        texts {
            /// Only numbers whose name, number or SIP address contains this text, ignoring case. At most 100
            /// characters.
            search = "search",
        }
        values {
            /// The index of the page, from 1.
            page: u32 = "page",
            /// The order.
            sort_order: SortOrder = "sortOrder",
            /// The field to sort by.
            sort_by: SortBy = "sortBy",
        }
        apart {
            /// The filters that both lists support. The limit applies to each page.
            filter: ListFilter,
        }
    }
}

impl SearchNumbers {
    /// Sorts oldest first, unless an order is set.
    pub(crate) fn oldest_first(mut self) -> Self {
        self.sort_order.get_or_insert(SortOrder::Ascending);
        self
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(filter) = &self.filter {
            filter.check(problems);
        }
        if let Some(search) = &self.search {
            problems.length("search", search, 0, SEARCH_MAX);
        }
        if self.page == Some(0) {
            problems.add(ProblemCode::OutOfRange, "page", "is 0", "use 1 or more");
        }
    }

    pub(crate) fn apply(&self, call: Call) -> Call {
        let call = self.query(call);
        match &self.filter {
            Some(filter) => filter.apply(call),
            None => call,
        }
    }
}

open_enum! {
    /// The order of a list.
    pub enum SortOrder {
        /// Ascending: smallest first.
        Ascending = "ASC",
        /// Descending: largest first.
        Descending = "DESC",
    }

    /// The field that a list is sorted by.
    pub enum SortBy {
        /// The time of creation.
        CreatedAt = "createdAt",
        /// The duration. Applies to calls.
        Duration = "duration",
        /// The cost. Applies to calls.
        Cost = "cost",
    }
}

received_object! {
    /// One page of numbers.
    pub struct NumberPage {
        required {
            /// The numbers.
            results: Vec<PhoneNumber>,
        }
        optional {
            /// The position of the page in the list.
            metadata: PageMetadata,
        }
    }
}

wire_object! {
    /// The position of a page in its list.
    pub struct PageMetadata {
        optional {
            /// The number of entries per page.
            items_per_page: Number,
            /// The total number of entries.
            total_items: Number,
            /// The index of this page, from 1.
            current_page: Number,
            /// The number of pages.
            total_pages: Number,
            /// Whether another page follows.
            has_next_page: bool,
            /// A cursor. No documented parameter accepts it.
            next_cursor: String,
            /// The order.
            sort_order: SortOrder,
            /// Whether some entries are too old to be shown.
            items_beyond_retention: bool,
            /// The latest time in the list.
            created_at_le: String,
            /// The earliest time in the list.
            created_at_ge: String,
        }
    }
}
