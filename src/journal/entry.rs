use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::E164;
use crate::import::{Change, Undo};
use crate::model::{AccountId, NumberId, PlatformKind, ProviderKind, Routing, Timestamp};

/// A number in an account at a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Key {
    /// The platform.
    pub platform: PlatformKind,
    /// The account at the platform.
    pub account: AccountId,
    /// The number.
    pub number: E164,
}

impl Key {
    /// Creates the key of a number.
    #[must_use]
    pub const fn new(platform: PlatformKind, account: AccountId, number: E164) -> Self {
        Self { platform, account, number }
    }
}

/// An import that has sent a create, or was about to, and whose result is unknown. Also one that has sent an update with
/// which the platform may take the calls over, and was not verified, and a removal by a plan that has rerouted the calls
/// and did not finish.
///
/// Treat it as confidential, because its [`Routing`] may hold secrets. `Debug` does not show them.
///
/// ```
/// use numport::journal::UnresolvedImport;
///
/// fn print(import: &UnresolvedImport) {
///     println!("{} into {}: sent at {}", import.number, import.account, import.sent_at);
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UnresolvedImport {
    /// The platform.
    pub platform: PlatformKind,
    /// The account at the platform.
    pub account: AccountId,
    /// The number.
    pub number: E164,
    /// The carrier from which it was imported, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<ProviderKind>,
    /// Whether a create was sent, and not only an update of a record that was there.
    pub creates: bool,
    /// Whether the platform answered the create that it has the number already (409), and no other create is unresolved.
    /// A record that is found later was there before, as far as is known: rolling the import back does not remove it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken: bool,
    /// The changes that its updates make to a record that was there. Each may have been made or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// When the first of its requests was sent.
    pub first_sent_at: Timestamp,
    /// When the last of its requests was sent.
    pub sent_at: Timestamp,
    /// The number's routing from before the first request, if the carrier showed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routing_before: Option<Routing>,
}

impl UnresolvedImport {
    /// Creates the entry of an import whose create is sent now.
    #[must_use]
    pub fn new(key: &Key, carrier: Option<ProviderKind>, routing_before: Option<Routing>) -> Self {
        let Key { platform, account, number } = key.clone();
        let now = Timestamp::now();
        Self {
            platform,
            account,
            number,
            carrier,
            creates: true,
            taken: false,
            changes: Vec::new(),
            first_sent_at: now,
            sent_at: now,
            routing_before,
        }
    }

    /// Returns the number and its account.
    #[must_use]
    pub fn key(&self) -> Key {
        Key::new(self.platform, self.account.clone(), self.number)
    }
}

/// What a journal keeps of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Kept {
    /// The import whose result is unknown, and how long ago its last create was sent, by the journal's clock.
    pub unresolved: Option<(UnresolvedImport, Duration)>,
    /// The record that was created last.
    pub created: Option<KeptRecord>,
    /// How long ago a process settled an import of the number or removed its record, by the journal's clock. Lists that
    /// are older are not believed.
    pub changed: Option<Duration>,
}

impl Kept {
    /// Creates what a journal keeps of a number, for journals of your own.
    #[must_use]
    pub const fn new(
        unresolved: Option<(UnresolvedImport, Duration)>,
        created: Option<KeptRecord>,
        changed: Option<Duration>,
    ) -> Self {
        Self { unresolved, created, changed }
    }
}

/// A record that was created, and how long ago. A journal keeps this and [`Kept::changed`] for at least 10 minutes, which
/// is the longest time for which a list is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs)] // journals of others make it
pub struct KeptRecord {
    /// The platform's id of the record.
    pub id: NumberId,
    /// How long ago its import was settled, by the journal's clock.
    pub age: Duration,
}

/// The result of an import, as a journal keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settled {
    /// The record, if the import created it.
    pub created: Option<NumberId>,
    /// What is needed to roll the import back, if it changed anything. Only a journal that keeps a history needs it.
    pub undo: Option<Undo>,
}

/// An earlier import, from the history of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::exhaustive_structs)] // journals of others make it
pub struct Past {
    /// When its result became known.
    pub settled_at: Timestamp,
    /// What is needed to roll it back.
    pub undo: Undo,
}
