//! What a platform has, listed once instead of asking for each number.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio::time::Instant;

use super::memory::Listener;
use crate::E164;
use crate::error::{Result, Withheld};
use crate::model::{Details, NumberRecord};
use crate::platform::{Find, VoicePlatform};

/// How long a listing is believed. Whoever else imports the number meanwhile, on another machine, is not seen.
const FRESH: Duration = Duration::from_secs(60);

/// How many records a list's request brings, about: so many numbers can be asked for instead.
pub(super) const RECORDS_A_REQUEST: usize = 100;

/// Which records a listing keeps whole; of the others it knows only that they are there.
type Keep = Box<dyn Fn(&E164) -> bool + Send + Sync>;

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
/// is known; if it turns out longer, it is given up, and tried again when twice as many numbers were asked for.
pub(super) struct Listing {
    platform: Arc<dyn VoicePlatform>,
    keep: Keep,
    /// Hears of the creates that were sent in this process since the list was begun.
    listener: Listener,
    state: tokio::sync::Mutex<State>,
}

struct State {
    /// When the list was begun, and what it said.
    listed: Option<(Instant, Records)>,
    /// How many numbers are still to be asked for, at least, and how many were without a list.
    expected: usize,
    asked: usize,
    /// How long a list must be worth while before it is tried.
    worth: usize,
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
        platform: Arc<dyn VoicePlatform>,
        expected: usize,
        keep: impl Fn(&E164) -> bool + Send + Sync + 'static,
    ) -> Self {
        let listener = Listener::new(&*platform);
        let state = State { listed: None, expected, asked: 0, worth: 0 };
        Self { platform, keep: Box::new(keep), listener, state: tokio::sync::Mutex::new(state) }
    }

    /// What is known of a number; lists the platform if that is worth while. Its lock must be held, or an import
    /// of it by another task would be missed.
    pub(super) async fn ask(&self, number: &E164) -> Listed {
        let mut state = self.state.lock().await;
        let fresh = state.listed.as_ref().is_some_and(|(begun, _)| begun.elapsed() < FRESH);
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
        let most = if by_list { usize::MAX } else { (state.expected + state.asked).saturating_mul(RECORDS_A_REQUEST) };
        // One number alone is asked for.
        if most < state.worth.max(2 * RECORDS_A_REQUEST) {
            return;
        }
        let begun = Instant::now();
        // What is unresolved now may be missing in the list; what is sent from here on is heard of.
        self.listener.restart();
        match self.read(most).await {
            Ok(Some(records)) => {
                state.listed = Some((begun, records));
                state.asked = 0;
            }
            Ok(None) | Err(_) => state.worth = most.saturating_mul(2),
        }
    }

    /// The whole list; `None` when it is longer than so many records.
    async fn read(&self, most: usize) -> Result<Option<Records>> {
        let mut records = Records::default();
        let mut list = self.platform.list();
        let mut count = 0;
        while let Some(record) = list.try_next().await? {
            count += 1;
            if count > most {
                return Ok(None);
            }
            records.possible.add(&record);
            if let Some(number) = record.number.telephone() {
                records.by_number.entry(number).or_insert_with(|| (self.keep)(&number).then(|| Box::new(record)));
            }
        }
        Ok(Some(records))
    }
}
