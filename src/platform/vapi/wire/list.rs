use serde_json::Number;

use super::number::PhoneNumber;
use crate::http::Call;
use crate::model::{ProblemCode, Problems, Timestamp};
use crate::wire::{open_enum, query_object, received_object, wire_object};

/// The most characters of a search.
pub const SEARCH_MAX: usize = 100;
/// The most numbers in one answer.
pub const LIMIT_MAX: u32 = 1000;

/// Bounds that both lists know: how many, and made or changed when.
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
    /// Later than.
    After,
    /// At, or later than.
    From,
    /// Earlier than.
    Before,
    /// At, or earlier than.
    Until,
}

impl ListFilter {
    /// Everything, 100 at most.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many at most, up to 1000; 100 unless said otherwise.
    pub const fn limit(mut self, limit: u32) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Only what was made at such a time.
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

    /// Only what was last changed at such a time.
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
    /// The list that can be searched and comes in pages. Defaults to everything, newest first, 100 a page.
    pub struct SearchNumbers {
        texts {
            /// Numbers whose name, number or SIP address holds this text, in any letter case; at most 100
            /// characters.
            search = "search",
        }
        values {
            /// Which page, from 1.
            page: u32 = "page",
            /// Which end comes first.
            sort_order: SortOrder = "sortOrder",
            /// What is sorted by.
            sort_by: SortBy = "sortBy",
        }
        apart {
            /// The bounds that both lists know; the limit is that of a page.
            filter: ListFilter,
        }
    }
}

impl SearchNumbers {
    /// The oldest first, unless an order was given.
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
    /// Which end of a list comes first.
    pub enum SortOrder {
        /// The smallest.
        Ascending = "ASC",
        /// The largest.
        Descending = "DESC",
    }

    /// What a list is sorted by.
    pub enum SortBy {
        /// When it was made.
        CreatedAt = "createdAt",
        /// How long it took; of calls.
        Duration = "duration",
        /// What it cost; of calls.
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
            /// Where the page stands in the list.
            metadata: PageMetadata,
        }
    }
}

wire_object! {
    /// Where a page stands in its list.
    pub struct PageMetadata {
        optional {
            /// How many a page has.
            items_per_page: Number,
            /// How many there are in all.
            total_items: Number,
            /// Which page it is, from 1.
            current_page: Number,
            /// How many pages there are.
            total_pages: Number,
            /// Whether there is a page after it.
            has_next_page: bool,
            /// A cursor; no parameter that takes it is declared.
            next_cursor: String,
            /// Which end came first.
            sort_order: SortOrder,
            /// Whether some are too old to be shown.
            items_beyond_retention: bool,
            /// The latest time in it.
            created_at_le: String,
            /// The earliest time in it.
            created_at_ge: String,
        }
    }
}
