use super::{PhoneNumber, TelephonyProvider};
use crate::model::Problems;
use crate::wire::{open_enum, query_object, received_object};

/// The maximum number of entries of one page.
pub const PAGE_SIZE_MAX: u32 = 1000;

query_object! {
    /// The filters of the list without pages.
    pub struct NumberFilter {
        texts {
            /// Only numbers of this agent.
            agent_id = "agent_id",
            /// Only numbers of this branch of an agent.
            branch_id = "branch_id",
        }
        values {
            /// Only numbers of this carrier.
            provider: TelephonyProvider = "provider",
        }
    }

    /// The filters of the list with pages. Defaults to everything, 100 per page.
    pub struct ListNumbers {
        texts {
            /// Starts at a [`next_cursor`](NumberPage::next_cursor).
            cursor = "cursor",
            /// Only this number. Whether numbers that contain the text match too is not documented.
            phone_number = "phone_number",
            /// Only numbers whose id is this text, or whose label or number contains it, ignoring case.
            search = "search",
            /// Only numbers whose label contains this text, ignoring case.
            label = "label",
            /// Only numbers of this agent.
            agent_id = "agent_id",
            /// Only numbers of this branch of an agent.
            branch_id = "branch_id",
        }
        values {
            /// The number of entries per page, 1 to 1000. Defaults to 100.
            page_size: u32 = "page_size",
            /// Only numbers of this carrier.
            provider: TelephonyProvider = "provider",
            /// Only numbers that may make calls, or only those that may not.
            supports_outbound: bool = "supports_outbound",
            /// The field to sort by.
            sort_by: SortBy = "sort_by",
            /// The order.
            sort_direction: SortDirection = "sort_direction",
        }
    }
}

open_enum! {
    /// The field that a list is sorted by.
    pub enum SortBy {
        /// The label.
        Label = "label",
        /// The number.
        PhoneNumber = "phone_number",
    }

    /// The order of a list.
    pub enum SortDirection {
        /// Ascending.
        Ascending = "asc",
        /// Descending.
        Descending = "desc",
    }
}

received_object! {
    snake_case;

    /// One page of numbers.
    pub struct NumberPage {
        required {
            /// The numbers.
            phone_numbers: Vec<PhoneNumber>,
        }
        nullable {
            /// The cursor of the next page.
            next_cursor: String,
        }
        optional {
            /// Whether there is a next page.
            has_more: bool,
        }
    }
}

impl ListNumbers {
    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(size) = self.page_size {
            problems.range("page_size", &size.into(), 1, PAGE_SIZE_MAX);
        }
    }
}
