//! Restores and renewals that end at the importer's deadline.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::time::timeout_at;

use super::Importer;
use super::restore::{Back, Restored};
use crate::E164;
use crate::error::{CallError, Result, Safety, Withheld};
use crate::http::deadline::after;
use crate::model::{Routing, Service};

/// What is done with a number until the deadline.
pub(super) struct InTime<'a> {
    pub(super) number: &'a E164,
    /// As an error says that it was not done, such as `renewed`.
    pub(super) done: &'static str,
    /// The call that changes something, and who gets it.
    pub(super) call: (Service, &'static str),
    /// Whether that call may have been sent.
    pub(super) is_sent: &'a AtomicBool,
}

impl Importer {
    /// Drops these steps at the deadline. The error says whether something may be changed by then.
    pub(super) async fn in_time<T>(
        &self,
        what: InTime<'_>,
        steps: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        // Large, and moved into the timeout.
        let result = timeout_at(after(self.deadline), Box::pin(steps)).await.unwrap_or_else(|_| {
            let (service, operation) = what.call;
            Err(match what.is_sent.load(Ordering::Relaxed) {
                true => CallError::timed_out(service, operation, Safety::Repeatable),
                false => Withheld::late(self.platform.kind(), *what.number, self.deadline).into(),
            })
        });
        result.map_err(|error| error.withheld_from(what.done))
    }

    /// Restores a routing while nobody else imports the number, since the calls would be those of its record.
    pub(super) async fn restore_alone(&self, before: &Routing, verify: bool) -> Result<Restored> {
        let is_sent = AtomicBool::new(false);
        let call = (self.provider.kind().into(), "restore routing");
        let what = InTime { number: &before.number, done: "restored", call, is_sent: &is_sent };
        let steps = async {
            let _lock = self.lock(&before.number).await?;
            let back = self.compare_routing(before, false).await?;
            is_sent.store(back.as_ref().is_some_and(Back::is_some), Ordering::Relaxed);
            self.send_back(before, back, verify).await
        };
        self.logged_restore(before, self.in_time(what, steps)).await
    }
}
