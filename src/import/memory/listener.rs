use std::collections::HashSet;

use tokio::time::Instant;

use super::{Account, Heard, Key, forget_created, memory, packed};
use crate::E164;
use crate::model::NumberId;

/// Hears of what this process changes while a list is believed: of the creates that are sent into an account, or of
/// every change of a number's routing at a carrier, which a create into any account may be.
#[derive(Debug)]
pub(in crate::import) struct Listener {
    /// `None` for the carriers.
    pub(super) account: Option<Account>,
    pub(super) id: usize,
}

impl Listener {
    pub(in crate::import) fn new(account: Option<Account>) -> Self {
        let mut memory = memory();
        let id = memory.listeners;
        memory.listeners += 1;
        memory.heard.push(Heard { listener: id, account, since: Instant::now(), numbers: HashSet::new() });
        Self { account, id }
    }

    /// Forgets what it has heard, except of creates that are unresolved now.
    pub(in crate::import) fn restart(&self) {
        let mut memory = memory();
        let unresolved = memory.numbers.iter().filter(|(_, number)| number.unresolved.is_some());
        let unresolved = unresolved.filter(|(key, _)| self.account.is_none_or(|account| key.account == account));
        let unresolved = unresolved.map(|(key, _)| key.number).collect();
        memory.heard.retain(|heard| heard.listener != self.id);
        memory.heard.push(Heard {
            listener: self.id,
            account: self.account,
            since: Instant::now(),
            numbers: unresolved,
        });
    }

    /// Whether it has heard of a change of this number.
    pub(in crate::import) fn has_heard(&self, number: &E164) -> bool {
        memory().heard.iter().any(|heard| heard.listener == self.id && heard.numbers.contains(&packed(number)))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        memory().heard.retain(|heard| heard.listener != self.id);
    }
}

/// A change of a number's routing at its carrier, or a removal of its record. Lists that are read before or during it
/// are not believed. A record whose removal may have been sent is not remembered as created here, also if this is
/// dropped: everybody who needs the record looks it up.
#[derive(Debug)]
pub(in crate::import) struct Changing {
    account: Account,
    number: E164,
    removes: Option<NumberId>,
}

impl Changing {
    pub(in crate::import) fn begin(account: Account, number: &E164) -> Self {
        memory().tell(Key::new(account, number));
        Self { account, number: *number, removes: None }
    }

    /// The removal of this record is being sent.
    pub(in crate::import) fn removing(&mut self, id: &NumberId) {
        self.removes = Some(id.clone());
    }

    /// It was surely not carried out.
    pub(in crate::import) fn not_removed(&mut self) {
        self.removes = None;
    }
}

impl Drop for Changing {
    fn drop(&mut self) {
        memory().tell(Key::new(self.account, &self.number));
        if let Some(id) = &self.removes {
            forget_created(self.account, &self.number, Some(id));
        }
    }
}
