//! The error of an undo that was dropped at its deadline.

use super::Undo;
use crate::error::{CallError, Error, Incomplete, Safety, Step, Withheld};
use crate::import::Importer;
use crate::model::{CredentialId, NumberRecord};

/// How far an undo has come.
#[derive(Default)]
#[allow(clippy::large_enum_variant)] // there is one of an undo
pub(super) enum Far {
    /// Nothing was changed.
    #[default]
    Nothing,
    /// The routing is being restored.
    Restoring,
    /// The routing is restored, as far as it is to be. The record is looked at.
    Looking(NumberRecord),
    /// The record is being removed, or its fields restored.
    Changing(NumberRecord),
    /// The record is gone, and what its removal changed of the routing is restored.
    Keeping,
    /// The record is gone, and this credential is being removed.
    Credential(CredentialId),
}

impl Importer {
    pub(super) fn late_undo(&self, undo: &Undo, far: Far) -> Error {
        let (platform, number) = (undo.platform, undo.number);
        let nothing_sent = || Error::from(Withheld::late(platform, number, self.deadline)).withheld_from("rolled back");
        let at_platform = |operation| CallError::timed_out(platform.into(), operation, Safety::Repeatable);
        let at_carrier = || CallError::timed_out(self.provider.kind().into(), "restore routing", Safety::Repeatable);
        let gone = |left, step, error| Incomplete::not_imported(platform, number, left, step, error);
        let incomplete = match far {
            Far::Nothing => return nothing_sent(),
            Far::Restoring => return at_carrier(),
            Far::Looking(record) => Incomplete::imported(record, Step::Undo, nothing_sent()),
            Far::Changing(record) => {
                let operation = if undo.created { "remove number" } else { "update number" };
                Incomplete::imported(record, Step::Undo, at_platform(operation))
            }
            Far::Keeping => gone(None, Step::Restore, at_carrier()),
            Far::Credential(left) => gone(Some(left), Step::RemoveCredential, at_platform("remove credential")),
        };
        Box::new(incomplete).into()
    }
}
