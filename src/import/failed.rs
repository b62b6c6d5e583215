//! What an import that failed says, and what is remembered of it.

use super::lookup::Lookups;
use super::run::Run;
use crate::error::{CallError, Error, Incomplete, Indeterminate, Safety, Step, Withheld, WithheldReason};
use crate::model::{Routing, Timestamp};

impl Run<'_> {
    pub(super) fn too_early(&self) -> Error {
        let sent_at = self.lock.unresolved.as_ref().map_or_else(Timestamp::now, |earlier| earlier.sent_at());
        let retry_after = self.may_still_be_changed().unwrap_or_default();
        let reason = WithheldReason::Unresolved { sent_at, retry_after };
        Box::new(Withheld::new(self.importer.platform.kind(), *self.request.number(), reason)).into()
    }

    /// Tells the journal what became of an import that failed, where that is known.
    pub(super) async fn settle_failed(&mut self) {
        self.lock.settle(|| None).await;
    }

    /// Decides what is remembered of an import that failed, and tells in the error where the calls went before.
    pub(super) fn failed(&mut self, error: Error) -> Error {
        match &error {
            // Who finishes it is to know that it was this import which created the record, and where the calls went.
            Error::Incomplete(incomplete) if incomplete.record.is_some() && self.lock.may_have_created() => {}
            Error::Incomplete(incomplete) if incomplete.record.is_some() && !incomplete.error.surely_not_done() => {}
            // A step before the create failed.
            Error::Incomplete(_) => self.lock.not_done(),
            error if error.surely_not_done() => self.lock.not_done(),
            _ => {}
        }
        let mut error = error;
        if let Error::Incomplete(incomplete) = &mut error {
            incomplete.created = incomplete.record.is_some() && self.lock.may_have_created();
            incomplete.request = Some(self.request.clone());
            if let (Some(record), true) = (&incomplete.record, incomplete.created) {
                self.lock.created(&record.id);
            }
        }
        // An unresolved import may have changed the routing: what was seen before it counts.
        let earlier = self.lock.unresolved.as_ref().and_then(|earlier| earlier.routing());
        with_routing(error, || earlier.or_else(|| self.lock.routing.clone()))
    }

    /// The error of an import that was dropped at its deadline.
    pub(super) fn late(&mut self) -> Error {
        let (platform, number) = (self.importer.platform.kind(), *self.request.number());
        let timed_out = |safety| CallError::timed_out(platform.into(), "import number", safety);
        let error = match (self.imported.take().map(|imported| imported.record), self.sent_at) {
            (Some(record), _) => {
                Box::new(Incomplete::imported(record, Step::Configure, timed_out(Safety::Repeatable))).into()
            }
            (None, Some(sent_at)) => Box::new(Indeterminate {
                platform,
                number,
                sent_at,
                lookups: 0,
                last_lookup_error: None,
                routing_before: None,
                error: timed_out(Safety::Create),
            })
            .into(),
            (None, None) => {
                let reason = WithheldReason::Deadline { after: self.importer.deadline };
                Box::new(Withheld::new(platform, number, reason)).into()
            }
        };
        self.failed(error)
    }

    /// The error of an import whose create may have been done, and whose number these lookups did not find.
    pub(super) fn unresolved(&self, sent_at: Timestamp, lookups: Lookups, error: Error) -> Error {
        Box::new(Indeterminate {
            platform: self.importer.platform.kind(),
            number: *self.request.number(),
            sent_at,
            lookups: lookups.count,
            last_lookup_error: lookups.last_error.map(Box::new),
            routing_before: None,
            error,
        })
        .into()
    }
}

/// An import that broke off keeps what was seen before it, since it may have changed the routing already.
fn with_routing(mut error: Error, before: impl FnOnce() -> Option<Routing>) -> Error {
    let kept = match &mut error {
        Error::Incomplete(incomplete) => &mut incomplete.routing_before,
        Error::Indeterminate(indeterminate) => &mut indeterminate.routing_before,
        _ => return error,
    };
    if kept.is_none() {
        *kept = before();
    }
    error
}
