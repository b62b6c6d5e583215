//! What services share.

use std::time::Duration;

use jiff::Timestamp;

use super::api::Api;

/// What a service sees beside its own state while it answers.
pub(super) struct Context<'a> {
    shared: &'a mut Shared,
    /// The services before and after it in the list.
    others: [&'a mut [Box<dyn Api>]; 2],
}

/// What all services share.
#[derive(Debug)]
pub(super) struct Shared {
    max_page: usize,
    ids: u64,
    clock: Timestamp,
}

impl Shared {
    pub(super) const fn new(max_page: usize) -> Self {
        Self { max_page, ids: 0, clock: Timestamp::UNIX_EPOCH }
    }
}

impl<'a> Context<'a> {
    pub(super) const fn new(shared: &'a mut Shared, others: [&'a mut [Box<dyn Api>]; 2]) -> Self {
        Self { shared, others }
    }

    pub(super) fn others(&mut self) -> impl Iterator<Item = &mut Box<dyn Api>> {
        self.others.iter_mut().flat_map(|apis| apis.iter_mut())
    }

    /// How long a page is when this many were asked for.
    pub(super) fn page_size(&self, asked: usize) -> usize {
        asked.min(self.shared.max_page)
    }

    /// A new id in the form of a UUID.
    pub(super) fn id(&mut self) -> String {
        self.hex_id("00000000-0000-4000-8000-")
    }

    /// A new id of twelve hexadecimal digits behind a prefix.
    pub(super) fn hex_id(&mut self, prefix: &str) -> String {
        self.shared.ids += 1;
        format!("{prefix}{:012x}", self.shared.ids)
    }

    /// Now, and later than every time given before.
    pub(super) fn moment(&mut self) -> Timestamp {
        let shared = &mut self.shared;
        shared.clock = (shared.clock + Duration::from_millis(1)).max(Timestamp::now());
        shared.clock
    }

    /// The same as a text, to the millisecond.
    pub(super) fn now(&mut self) -> String {
        format!("{:.3}", self.moment())
    }
}
