//! One import of one number, from the check to the verification at the carrier.

use std::pin::pin;

use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::listing::Lists;
use super::log::{self, number_span};
use super::run::Run;
use super::verify::Unverified;
use super::{Imported, Importer};
use crate::error::{Error, Result, Withheld};
use crate::http::deadline::after;
use crate::model::{ImportRequest, Problem, ProblemCode};
use crate::platform::Create;

impl Importer {
    /// Imports a number into the platform as the request says.
    ///
    /// The importer first looks the number up at the carrier and, at the same time, at the platform. It checks that
    /// nothing at the carrier prevents the import ([`preflight`](Self::preflight)). If the platform has the number, it
    /// creates nothing. If the record differs from the request, it updates the fields that the request sets
    /// ([`Imported::before`] shows the earlier record) and leaves the other fields unchanged. If the response to the
    /// create is lost, it does not send the create again, but looks the number up. After the import it verifies the
    /// routing at the carrier: [`Imported::findings`] tells if the platform is documented to take over the number's
    /// calls and they do not go there.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the platform does not support the request, or the label of the number's record is that of
    ///   other numbers too ([`NumberRecord::label_of`]). Nothing was changed.
    /// - [`Error::Withheld`] when the platform may already have the number, or another import of it does not end in
    ///   time. Only lookups were sent to the platform.
    /// - [`Error::Preflight`] when a finding at the carrier is an error. Only lookups were sent.
    /// - [`Error::Call`] when a call to the carrier or the platform fails or is refused. This call did not import the
    ///   number.
    /// - [`Error::Incomplete`] when the number is imported and not set up, or a credential is left behind. Run the
    ///   import again.
    /// - [`Error::Indeterminate`] when the response was lost, or the platform says that it has the number (409), and no
    ///   lookup found the number. Run the import again later.
    ///
    /// [`NumberRecord::label_of`]: crate::NumberRecord::label_of
    ///
    /// An import that takes longer than the [`deadline`](Self::deadline) fails with `Withheld`, `Incomplete` or
    /// `Indeterminate`, by how far it came.
    ///
    /// # Cancellation
    ///
    /// Dropping the future never leads to a second record: if a create may have been sent, the import is
    /// [unresolved](Self::unresolved) in this process, and the next import of the number looks it up first. What was
    /// sent stays as the platform carries it out.
    pub async fn import(&self, request: impl AsRef<ImportRequest> + Send) -> Result<Imported> {
        let request = request.as_ref();
        let span = number_span!("import", self, request.number());
        // Pinned, since it is large, and the span would take it over by a move.
        pin!(async {
            let deadline = after(self.deadline);
            match self.begin_import(request, None, deadline).await {
                Ok(mut unverified) => {
                    self.verify(&mut unverified, deadline).await;
                    log::imported(&unverified.imported);
                    Ok(unverified.imported)
                }
                Err(error) => {
                    log::failed(&error);
                    Err(error)
                }
            }
        })
        .instrument(span)
        .await
    }

    /// Everything but the look at the carrier afterwards. `lists` is what a run over many numbers has listed.
    pub(super) async fn begin_import(
        &self,
        request: &ImportRequest,
        lists: Option<&Lists>,
        deadline: Instant,
    ) -> Result<Unverified> {
        let create = self.prepare(request)?;
        // It outlives what is dropped at the deadline, and knows how far that came.
        let mut run = self.begin_run(request, deadline).await?;
        let imported = {
            let import = pin!(async {
                let found = run.look(lists).await?;
                run.check_preflight()?;
                run.complete(found?, create).await
            });
            timeout_at(deadline, import).await
        };
        match imported.unwrap_or_else(|_| Err(run.late())) {
            Ok(imported) => Ok(run.unverified(imported)),
            Err(error) => {
                run.settle_failed().await;
                Err(error)
            }
        }
    }

    /// Waits for the number's lock, until the deadline.
    pub(super) async fn begin_run<'a>(&'a self, request: &'a ImportRequest, deadline: Instant) -> Result<Run<'a>> {
        let lock = timeout_at(deadline, pin!(self.lock(request.number())))
            .await
            .unwrap_or_else(|_| Err(Withheld::late(self.platform.kind(), *request.number(), self.deadline)))?;
        Ok(Run::new(self, request, lock))
    }

    /// Checks the import before anybody is asked. It is prepared already where there is only one carrier; of several,
    /// the platform must take the number from one at least.
    pub(super) fn prepare<'a>(&'a self, request: &'a ImportRequest) -> Result<Option<Create<'a>>> {
        let [source] = &*self.sources else {
            let mut refused = None;
            for source in &*self.sources {
                match self.platform.create(source, request) {
                    Ok(_) => return Ok(None),
                    Err(error) => refused = refused.or(Some(error)),
                }
            }
            let none = || {
                Error::invalid(
                    "the number was not imported",
                    vec![Problem::new(
                        ProblemCode::Missing,
                        "provider",
                        "has no carrier",
                        "add one by `Carriers::and`",
                    )],
                )
            };
            return Err(refused.unwrap_or_else(none));
        };
        self.platform.create(source, request).map(Some)
    }
}
