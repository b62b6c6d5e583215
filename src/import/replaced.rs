//! The result of a replacement, and how it is rolled back.

use super::{Imported, Undo};
use crate::model::NumberId;

/// A replaced record.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replaced {
    /// The id of the record that was removed.
    pub removed: NumberId,
    /// The new import.
    pub imported: Imported,
}

impl Replaced {
    /// Returns the data that [`Importer::undo`](crate::Importer::undo) needs to roll back an import whose record this
    /// replacement removed. `earlier` is [`Imported::undo`] of that import. The undo removes the new record, and restores the
    /// routing from before the import. Returns `None` if the data is of another record, or of an import that did not create the record.
    ///
    /// [`Imported::undo`] of [`imported`](Self::imported) knows only the routing from before the replacement, when the calls
    /// went to the platform already.
    #[must_use]
    pub fn undo_of(&self, earlier: &Undo) -> Option<Undo> {
        let new = self.imported.undo();
        let is_of_removed = earlier.created
            && earlier.id == self.removed
            && (earlier.platform, earlier.number) == (new.platform, new.number)
            && earlier.account == new.account;
        is_of_removed.then(|| Undo { routing: earlier.routing.clone().or_else(|| new.routing.clone()), ..new })
    }
}
