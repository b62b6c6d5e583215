use std::collections::HashSet;

use super::{Account, Heard, Key, memory, packed};
use crate::E164;

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
        memory.heard.push(Heard { listener: id, account, numbers: HashSet::new() });
        Self { account, id }
    }

    /// Forgets what it has heard, except of creates that are unresolved now.
    pub(in crate::import) fn restart(&self) {
        let mut memory = memory();
        let unresolved = memory.numbers.iter().filter(|(_, number)| number.unresolved.is_some());
        let unresolved = unresolved.filter(|(key, _)| self.account.is_none_or(|account| key.account == account));
        let unresolved = unresolved.map(|(key, _)| key.number).collect();
        memory.heard.retain(|heard| heard.listener != self.id);
        memory.heard.push(Heard { listener: self.id, account: self.account, numbers: unresolved });
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
/// are not believed.
#[derive(Debug)]
pub(in crate::import) struct Changing(Key);

impl Changing {
    pub(in crate::import) fn begin(account: Account, number: &E164) -> Self {
        let key = Key::new(account, number);
        memory().tell(key);
        Self(key)
    }
}

impl Drop for Changing {
    fn drop(&mut self) {
        memory().tell(self.0);
    }
}
