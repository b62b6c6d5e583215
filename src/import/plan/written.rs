//! What a journal is told of a step that may move the calls of a number whose record is there.

use super::applied::Changed;
use super::apply::Steps;
use crate::E164;
use crate::error::{Result, Withheld};
use crate::import::change::Change;
use crate::import::memory::NumberLock;
use crate::import::{Importer, Undo};
use crate::journal::Key;
use crate::model::{NumberRecord, ProviderKind, Routing};
use crate::platform::Takeover;

/// A change that is written down, if there is a journal, until its result is known.
pub(super) struct Written<'a> {
    lock: &'a mut NumberLock,
    number: E164,
    /// The record before it.
    record: NumberRecord,
    /// Whether the journal was told.
    is_told: bool,
}

impl Steps {
    /// Whether the platform may take the calls over when a record is updated.
    pub(super) fn takes_over(&self) -> bool {
        let importer = &self.shared.importer;
        importer.sources.iter().any(|source| importer.takeover(Some(source)) != Takeover::Nothing)
    }

    /// Writes down where the calls go before a change that may move them, as an import does.
    pub(super) async fn write_down<'a>(
        &self,
        lock: &'a mut NumberLock,
        number: &E164,
        record: NumberRecord,
        changes: &[Change],
    ) -> Result<Written<'a>> {
        if !lock.has_journal() {
            return Ok(Written::nothing(lock, number, record));
        }
        let importer = &self.shared.importer;
        let before = match importer.provider.routing() {
            Some(control) => control.snapshot(number).await?,
            None => None,
        };
        let carrier = match &*importer.sources {
            [source] => source.carrier,
            _ => importer.provider.kind(),
        };
        importer.write_down_calls(lock, number, carrier, before, changes).await?;
        Ok(Written { lock, number: *number, record, is_told: true })
    }
}

impl Importer {
    /// Writes down where the calls go before a request that may move them, if there is a journal.
    pub(super) async fn write_down_calls(
        &self,
        lock: &mut NumberLock,
        number: &E164,
        carrier: ProviderKind,
        before: Option<Routing>,
        changes: &[Change],
    ) -> Result<()> {
        lock.routing = before;
        let key = || Key::new(self.platform.kind(), self.platform.account(), *number);
        let told = lock.write_down(carrier, false, changes, key).await;
        let told = told.and_then(|()| lock.updating(carrier, changes.to_vec()));
        if let Err(reason) = told {
            lock.not_done();
            lock.settle(|| None).await;
            return Err(Box::new(Withheld::new(self.platform.kind(), *number, reason)).into());
        }
        Ok(())
    }
}

impl<'a> Written<'a> {
    /// For a change that moves no calls.
    pub(super) const fn nothing(lock: &'a mut NumberLock, number: &E164, record: NumberRecord) -> Self {
        Self { lock, number: *number, record, is_told: false }
    }

    /// Passes on the result of the first request.
    pub(super) async fn watch<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.as_ref().is_err_and(|error| error.surely_not_done()) {
            self.not_done().await;
        }
        result
    }

    /// Nothing was changed.
    pub(super) async fn not_done(&mut self) {
        if self.is_told {
            self.lock.not_done();
            self.lock.settle(|| None).await;
        }
    }

    /// All of it was done. An earlier import that is unresolved stays so.
    pub(super) async fn done(self, steps: &Steps, changed: &Changed) {
        if !self.is_told || self.lock.unresolved.is_some() {
            return;
        }
        let undo = self.undo(&steps.shared.importer, changed).await;
        self.lock.resolved();
        self.lock.settle(|| Some(undo)).await;
    }

    async fn undo(&self, importer: &Importer, changed: &Changed) -> Undo {
        let before = &self.record;
        let changes = changed.record.as_ref().map(|after| Change::between(before, after)).unwrap_or_default();
        let takeover = importer.takeover(importer.sources.first());
        let after = match (&changed.routing, importer.provider.routing()) {
            (Some(after), _) => Some(after.clone()),
            (None, Some(control)) if takeover != Takeover::AtImport => {
                control.snapshot(&self.number).await.ok().flatten()
            }
            _ => None,
        };
        let moved = |(before, after): (&Routing, Routing)| {
            let replaced_by = Some(importer.left_by_import(before, &after, takeover));
            Routing { replaced_by, ..before.clone() }
        };
        let routing = self.lock.routing.as_ref().zip(after).map(moved);
        let left = changed.record.as_ref().unwrap_or(before).into();
        let undo = importer.planned_undo(self.number, before.id.clone(), left, routing);
        Undo { changes, ..undo }
    }
}
