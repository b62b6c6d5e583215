//! What a process remembers of one number.

use std::time::Duration;

use tokio::time::Instant;

use super::{JournalId, MAX_AGE, json};
use crate::import::Change;
use crate::journal::{self, UnresolvedImport};
use crate::model::{NumberId, ProviderKind, Routing, Timestamp};

/// A create that was sent and whose result nobody has learned.
#[derive(Clone, Debug)]
pub(in crate::import) struct Unresolved {
    /// When the first and the last create was sent.
    first: Sent,
    last: Sent,
    carrier: Option<ProviderKind>,
    /// Whether one of them was a create, and not all were updates of a record that was there.
    pub(in crate::import) creates: bool,
    /// Whether the platform answered the only create that it has the number already.
    pub(in crate::import) taken: bool,
    /// What the updates of a record that was there change, or not.
    pub(in crate::import) changes: Vec<Change>,
    /// Where the carrier sent the calls before it, as JSON: that is a fifth of the routing's size.
    pub(super) routing: Option<Box<str>>,
    /// The journal that knows all of it.
    pub(super) journal: Option<JournalId>,
    /// Whether this process has sent one of them.
    is_own: bool,
}

/// A record that was created here.
#[derive(Clone, Debug)]
pub(in crate::import) struct Created {
    pub(in crate::import) id: NumberId,
    pub(in crate::import) at: Instant,
    /// The journal that knows of it.
    pub(super) journal: Option<JournalId>,
}

/// A request that may change the routing, as it is sent.
pub(super) struct Sending {
    pub(super) carrier: ProviderKind,
    pub(super) creates: bool,
    /// What an update changes.
    pub(super) changes: Vec<Change>,
    /// The journal in which it is written down.
    pub(super) journal: Option<JournalId>,
}

/// When a create was sent: how long ago is told by one clock, and shown by another.
#[derive(Clone, Copy, Debug)]
struct Sent {
    /// When it was sent, or when the journal told it, and how long ago it was then.
    known: Instant,
    age: Duration,
    at: Timestamp,
}

impl Sent {
    fn now() -> Self {
        Self { known: Instant::now(), age: Duration::ZERO, at: Timestamp::now() }
    }

    fn age(&self) -> Duration {
        self.known.elapsed().saturating_add(self.age)
    }

    fn later(self, other: Self) -> Self {
        if self.age() <= other.age() { self } else { other }
    }
}

impl Unresolved {
    pub(super) fn now(Sending { carrier, creates, changes, journal }: Sending) -> Self {
        let now = Sent::now();
        let carrier = Some(carrier);
        Self { first: now, last: now, carrier, creates, taken: false, changes, routing: None, journal, is_own: true }
    }

    /// That of a journal, whose clock says how long ago its last create was sent.
    pub(super) fn of_journal(entry: &UnresolvedImport, age: Duration, journal: JournalId) -> Self {
        let known = Instant::now();
        let between = entry.sent_at.saturating_duration_since(entry.first_sent_at);
        Self {
            first: Sent { known, age: age.saturating_add(between), at: entry.first_sent_at },
            last: Sent { known, age, at: entry.sent_at },
            carrier: entry.carrier,
            creates: entry.creates,
            taken: entry.taken,
            changes: entry.changes.clone(),
            routing: entry.routing_before.as_ref().and_then(json),
            journal: Some(journal),
            is_own: false,
        }
    }

    /// Another request of it is being sent.
    pub(super) fn again(&mut self, sending: Sending) {
        (self.last, self.is_own, self.journal) = (Sent::now(), true, sending.journal);
        self.creates |= sending.creates;
        self.taken &= !sending.creates;
        self.changes = Change::after(&self.changes, sending.changes);
    }

    /// What its journal tells of it now. The clock of the machine may have been set since.
    pub(super) fn told(self, told: Self) -> Self {
        Self { last: self.last.later(told.last), is_own: self.is_own, ..told }
    }

    /// This one and another one of the number, of which nobody else knows both.
    pub(super) fn and(self, other: Self) -> Self {
        let (first, second) = if self.first.age() >= other.first.age() { (self, other) } else { (other, self) };
        Self {
            last: first.last.later(second.last),
            creates: first.creates || second.creates,
            taken: !first.may_be_own() && !second.may_be_own(),
            changes: Change::after(&first.changes, second.changes),
            journal: first.journal.filter(|_| first.journal == second.journal),
            is_own: first.is_own || second.is_own,
            ..first
        }
    }

    /// Whether a record that is found may come from it.
    pub(in crate::import) const fn may_be_own(&self) -> bool {
        self.creates && !self.taken
    }

    /// Whether it is known from a journal alone, which will tell it again.
    pub(super) fn is_only_learned(&self) -> bool {
        self.journal.is_some() && !self.is_own
    }

    pub(in crate::import) fn is_expired(&self) -> bool {
        self.first.age() > MAX_AGE
    }

    /// How long ago the last create was sent.
    pub(in crate::import) fn age(&self) -> Duration {
        self.last.age()
    }

    pub(in crate::import) fn sent_at(&self) -> Timestamp {
        self.last.at
    }

    pub(super) fn entry(&self, key: &journal::Key) -> UnresolvedImport {
        let routing_before = self.routing();
        let mut entry = UnresolvedImport::new(key, self.carrier, routing_before);
        (entry.first_sent_at, entry.sent_at) = (self.first.at, self.last.at);
        (entry.creates, entry.taken, entry.changes) = (self.creates, self.taken, self.changes.clone());
        entry
    }

    /// Where the carrier sent the calls before it.
    pub(in crate::import) fn routing(&self) -> Option<Routing> {
        self.routing.as_deref().and_then(|routing| serde_json::from_str(routing).ok())
    }
}
