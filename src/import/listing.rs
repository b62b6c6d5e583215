//! What a platform has, listed once instead of asking for each number.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::time::{Instant, timeout};

use super::Importer;
use super::held::HeldListing;
use super::memory::Listener;
use crate::E164;
use crate::error::{Result, Withheld};
use crate::http::count::{counted, so_far};
use crate::model::{Details, NumberRecord};
use crate::platform::{Find, VoicePlatform};

/// How long a list is believed by default.
pub(super) const LIST_AGE: Duration = Duration::from_secs(60);

/// How many look-ups a list must be able to save for each request that it takes, while its length is not known: one that
/// is given up has cost a tenth of them then.
const LOOKUPS_A_REQUEST: usize = 10;

/// The same in records. Services return up to 1000 a request, and a client that is not of this crate is not counted.
const RECORDS_A_LOOKUP: usize = 100;

/// How many records a run keeps at least of what a list shows. Of more it keeps one for each number that it expects; the
/// others are looked up when their turn comes.
pub(super) const KEPT: usize = 20_000;

/// Which numbers of a list are kept; of the others it is only known that they are there.
pub(super) type Keep = Box<dyn Fn(&E164) -> bool + Send + Sync>;

/// What is known of the length of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Nothing,
    /// It took so many requests, and had so many records.
    Read {
        requests: u64,
        records: usize,
    },
    /// It was given up, or failed, after at most so many records.
    LongerThan(usize),
    /// There is none.
    Never,
}

impl Known {
    /// A client that is not of this crate sends requests that nobody counts.
    pub(super) fn read(requests: u64, records: usize) -> Self {
        Self::Read { requests: if requests == 0 { (records / RECORDS_A_LOOKUP) as u64 + 1 } else { requests }, records }
    }
}

/// How much of a list is read before it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Most {
    pub(super) records: usize,
    requests: u64,
}

impl Most {
    const ALL: Self = Self { records: usize::MAX, requests: u64::MAX };

    /// Whether nothing more is read after so many records, within a [`counted`] future.
    pub(super) fn is_reached(self, records: usize) -> bool {
        records >= self.records || so_far() > self.requests
    }
}

/// How much of a list is read at most, so that it takes fewer requests than so many look-ups, or as many; `None` where
/// the look-ups take fewer.
pub(super) fn most_of_list(lookups: usize, known: Known) -> Option<Most> {
    let records = lookups.saturating_mul(RECORDS_A_LOOKUP);
    let is_worth_it = match known {
        _ if lookups < 2 => false,
        Known::Nothing => true,
        Known::Read { requests, .. } => requests <= lookups as u64,
        Known::LongerThan(longer) => records / 2 >= longer,
        Known::Never => false,
    };
    let most = match known {
        // It may have grown.
        Known::Read { records: read, .. } => {
            Most { records: records.max(read.saturating_mul(2)), requests: lookups as u64 }
        }
        _ => Most { records, requests: (lookups / LOOKUPS_A_REQUEST).max(1) as u64 },
    };
    is_worth_it.then_some(most)
}

/// What a list said.
#[derive(Default)]
struct Records {
    /// The records by their numbers; of those that are not kept whole it is only known that they are there.
    by_number: HashMap<E164, Option<Box<NumberRecord>>>,
    possible: Possible,
}

/// Records that may be of more than one number, by the last digits that they show.
#[derive(Default)]
pub(super) struct Possible(HashMap<String, Vec<NumberRecord>>);

impl Possible {
    /// Keeps a record whose number is not E.164.
    pub(super) fn add(&mut self, record: &NumberRecord) {
        if let Some(last) = record.number.last_digits() {
            let NumberRecord { platform, id, number, .. } = record;
            let short = NumberRecord::new(*platform, id.clone(), number.clone(), Details::new(()));
            self.0.entry(last).or_default().push(short);
        }
    }

    /// One that may be of this number.
    pub(super) fn of(&self, number: &E164) -> Option<Withheld> {
        let digits = number.digits();
        let alike = [&digits[digits.len().saturating_sub(4)..], ""].into_iter().filter_map(|last| self.0.get(last));
        let record = alike.flatten().find(|record| record.number.may_be(number))?;
        Some(Withheld::ambiguous(record, *number))
    }
}

/// The records of a platform, as a list of them said not long ago.
///
/// A list is read only where that takes no more requests than asking for the numbers one by one, as far as
/// is known ([`most_of_list`]); if it turns out longer, it is given up, and tried again when twice as many numbers were
/// asked for.
pub(super) struct Listing {
    platform: Arc<dyn VoicePlatform>,
    keep: Keep,
    /// Hears of the creates that were sent in this process since the list was begun.
    listener: Listener,
    max_age: Duration,
    /// How long a list may take.
    max_time: Duration,
    state: tokio::sync::Mutex<State>,
}

struct State {
    /// When the list was begun, and what it said.
    listed: Option<(Instant, Records)>,
    /// How many numbers are still to be asked for, at least, and how many were without a list.
    expected: usize,
    asked: usize,
    known: Known,
    /// Whether a list takes longer than it is believed. None is read then, unless a look-up reads it as well.
    is_slow: bool,
}

/// What a run over many numbers has listed.
pub(super) struct Lists {
    pub(super) platform: Listing,
    pub(super) carriers: HeldListing,
}

impl Lists {
    /// For at least `expected` numbers. `is_wanted` says which are kept, when a list is read.
    pub(super) fn new(
        importer: &Importer,
        expected: usize,
        is_wanted: impl Fn(&E164) -> bool + Clone + Send + Sync + 'static,
    ) -> Self {
        let platform = Listing::new(importer, expected, is_wanted.clone());
        Self { platform, carriers: HeldListing::new(importer, expected, is_wanted) }
    }
}

/// What a listing says of a number.
#[derive(Debug)]
pub(super) enum Listed {
    There(Box<NumberRecord>),
    Absent,
    /// A record is there that may be of the number. A search for the number need not show it.
    Possible(Box<Withheld>),
    /// The platform must be asked.
    Unknown,
}

impl Listing {
    /// For at least `expected` numbers. `keep` says which records of a list are kept whole, when it is read.
    pub(super) fn new(
        importer: &Importer,
        expected: usize,
        keep: impl Fn(&E164) -> bool + Send + Sync + 'static,
    ) -> Self {
        let is_slow = importer.list_age.is_zero();
        let state = State { listed: None, expected, asked: 0, known: Known::Nothing, is_slow };
        Self {
            platform: importer.platform.clone(),
            keep: Box::new(keep),
            listener: Listener::new(Some(importer.account)),
            max_age: importer.list_age,
            // So that there is enough left for look-ups.
            max_time: importer.deadline / 2,
            state: tokio::sync::Mutex::new(state),
        }
    }

    /// What is known of a number; lists the platform if that is worth while. Its lock must be held, or an import
    /// of it by another task would be missed.
    pub(super) async fn ask(&self, number: &E164) -> Listed {
        let mut state = self.state.lock().await;
        let fresh = state.listed.as_ref().is_some_and(|(begun, _)| begun.elapsed() < self.max_age);
        if !fresh {
            state.listed = None;
            self.list(&mut state).await;
        }
        state.expected = state.expected.saturating_sub(1);
        let Some((_, records)) = &mut state.listed else {
            state.asked += 1;
            return Listed::Unknown;
        };
        if self.listener.has_heard(number) {
            return Listed::Unknown;
        }
        match records.by_number.get_mut(number).map(Option::take) {
            None => records.possible.of(number).map_or(Listed::Absent, |record| Listed::Possible(Box::new(record))),
            Some(Some(record)) => Listed::There(record),
            Some(None) => Listed::Unknown,
        }
    }

    /// Reads the list, unless it is not worth while. One that breaks off says nothing.
    async fn list(&self, state: &mut State) {
        let by_list = self.platform.capabilities().find == Find::ThroughList;
        let lookups = state.expected.saturating_add(state.asked);
        let (most, max_time, kept) = match most_of_list(lookups, state.known) {
            // A look-up reads the whole list, too.
            _ if by_list => (Most::ALL, Duration::MAX, usize::MAX),
            Some(most) if !state.is_slow => (most, self.max_time, KEPT.max(lookups)),
            _ => return,
        };
        let begun = Instant::now();
        // What is unresolved now may be missing in the list; what is sent from here on is heard of.
        self.listener.restart();
        let (read, requests) = counted(timeout(max_time, self.read(most, kept))).await;
        match read {
            Ok(Ok(Some((records, count)))) if by_list || begun.elapsed() < self.max_age => {
                state.listed = Some((begun, records));
                state.asked = 0;
                state.known = Known::read(requests, count);
            }
            Ok(Ok(Some(_))) => state.is_slow = true,
            _ => state.known = Known::LongerThan(most.records),
        }
    }

    /// The whole list and its length, with so many records kept whole; `None` when it is longer than that.
    async fn read(&self, most: Most, kept: usize) -> Result<Option<(Records, usize)>> {
        let mut left = kept;
        let mut records = Records::default();
        let mut list = self.platform.list();
        let mut count = 0;
        while let Some(record) = list.try_next().await? {
            count += 1;
            records.possible.add(&record);
            if let Some(number) = record.number.telephone() {
                match records.by_number.entry(number) {
                    Entry::Occupied(mut first) => {
                        if let Some(first) = first.get_mut() {
                            first.add_second(&record.id);
                        }
                    }
                    Entry::Vacant(free) => {
                        let is_kept = left > 0 && (self.keep)(&number);
                        left -= usize::from(is_kept);
                        free.insert(is_kept.then(|| Box::new(record)));
                    }
                }
            }
            // The next page is not asked for.
            if most.is_reached(count) {
                return Ok(None);
            }
        }
        Ok(Some((records, count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_whose_requests_nobody_counts_takes_one_for_each_hundred_records() {
        for (counted, records, requests) in [(0, 0, 1), (0, 99, 1), (0, 250, 3), (7, 250, 7)] {
            assert_eq!(Known::read(counted, records), Known::Read { requests, records });
        }
    }

    #[test]
    fn a_list_is_read_where_it_takes_no_more_requests_than_look_ups() {
        let read = |requests, records| Known::Read { requests, records };
        for (lookups, known, most) in [
            (0, Known::Nothing, None),
            (1, Known::Nothing, None),
            // One request of 1000 records, and not one for each.
            (10, Known::Nothing, Some((1_000, 1))),
            (1_000, Known::Nothing, Some((100_000, 100))),
            // 10 numbers of 50,000 that are held.
            (10, read(50, 50_000), None),
            (10, Known::LongerThan(1_000), None),
            (19, Known::LongerThan(1_000), None),
            (20, Known::LongerThan(1_000), Some((2_000, 2))),
            (49, read(50, 50_000), None),
            (50, read(50, 50_000), Some((100_000, 50))),
            (1, read(1, 3), None),
            (2, read(1, 3), Some((200, 2))),
            (1_000, Known::Never, None),
            (usize::MAX, Known::Nothing, Some((usize::MAX, u64::MAX / 10))),
            (usize::MAX, Known::LongerThan(usize::MAX), None),
        ] {
            assert_eq!(
                most_of_list(lookups, known).map(|most| (most.records, most.requests)),
                most,
                "{lookups} {known:?}"
            );
        }
    }
}
