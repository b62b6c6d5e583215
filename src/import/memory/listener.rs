use std::collections::HashSet;

use super::{Account, Heard, account, memory, packed};
use crate::E164;
use crate::platform::VoicePlatform;

/// Hears of the creates that are sent into an account.
#[derive(Debug)]
pub(in crate::import) struct Listener {
    pub(super) account: Account,
    pub(super) id: usize,
}

impl Listener {
    pub(in crate::import) fn new(platform: &dyn VoicePlatform) -> Self {
        let mut memory = memory();
        let (account, id) = (account(platform), memory.listeners);
        memory.listeners += 1;
        memory.heard.push(Heard { listener: id, account, numbers: HashSet::new() });
        Self { account, id }
    }

    /// Forgets what it has heard, except of creates that are unresolved now.
    pub(in crate::import) fn restart(&self) {
        let mut memory = memory();
        let unresolved = memory.numbers.iter().filter(|(_, number)| number.unresolved.is_some());
        let unresolved = unresolved.filter(|(key, _)| key.account == self.account);
        let unresolved = unresolved.map(|(key, _)| key.number).collect();
        memory.heard.retain(|heard| heard.listener != self.id);
        memory.heard.push(Heard { listener: self.id, account: self.account, numbers: unresolved });
    }

    /// Whether it has heard of a create of this number.
    pub(in crate::import) fn has_heard(&self, number: &E164) -> bool {
        memory().heard.iter().any(|heard| heard.listener == self.id && heard.numbers.contains(&packed(number)))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        memory().heard.retain(|heard| heard.listener != self.id);
    }
}
