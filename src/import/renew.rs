//! Bringing the credentials of imported numbers to the importer's source.

use std::pin::pin;

use tracing::Instrument;

use super::log::{self, number_span};
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use futures_util::stream::{BoxStream, StreamExt};

use super::bulk::Refused;
use super::listing::Listing;
use super::memory::{NumberLock, lock, packed};
use super::{Importer, Many};
use crate::E164;
use crate::error::{Error, Result};
use crate::model::{
    Finding, NumberId, NumberRecord, NumberSource, PlatformKind, Preflight, Problem, ProblemCode, Severity,
};
use crate::platform::{RENEW, RenewalRun, RenewedCredentials, SourceMatch};

/// What [`Importer::renew`] did. `Display` says it in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renewed {
    /// The number.
    pub number: E164,
    /// The platform.
    pub platform: PlatformKind,
    /// The id of its record.
    pub record: NumberId,
    /// What was changed.
    pub credentials: RenewedCredentials,
    /// What is not sure of who holds the number: a carrier of several that could not be asked.
    pub findings: Vec<Finding>,
}

/// What became of one number of [`Importer::renew_many`].
#[derive(Debug)]
#[non_exhaustive]
pub struct RenewedItem {
    /// The number's index in the input; the first is 0.
    pub index: usize,
    /// The number.
    pub number: E164,
    /// What became of it.
    pub outcome: RenewalOutcome,
}

/// What became of the renewal of one number among many.
#[derive(Debug)]
#[non_exhaustive]
pub enum RenewalOutcome {
    /// Its credentials are those of the source.
    Renewed(Renewed),
    /// They are not, or nobody knows; as the error of [`Importer::renew`]. Renewing it again is safe.
    Failed(Error),
    /// The number stood in the input before; nothing was sent for this one.
    Duplicate,
    /// Nothing was sent: a key was refused (401) before its turn came.
    NotAttempted,
}

impl RenewalOutcome {
    /// Returns its stable code: `renewed`, `refused`, `failed`, `unknown`, `duplicate` or `not_attempted`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Renewed(_) => "renewed",
            Self::Failed(error) => error.failure().as_str(),
            Self::Duplicate => "duplicate",
            Self::NotAttempted => "not_attempted",
        }
    }

    /// Whether the number's credentials were not renewed, as far as is known.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotAttempted)
    }
}

impl fmt::Display for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, platform, record, credentials, findings } = self;
        write!(f, "{number} on {platform}: credentials {credentials}, id {record}")?;
        findings.iter().try_for_each(|finding| write!(f, "; {}: it {finding}", finding.severity()))
    }
}

impl RenewedItem {
    /// The number, what became of it, and what to do about it, in a line for people.
    #[must_use]
    pub fn report(&self) -> String {
        let number = self.number;
        match &self.outcome {
            RenewalOutcome::Renewed(renewed) => renewed.to_string(),
            RenewalOutcome::Failed(error) => format!("{number} {}: {}", error.failure().as_str(), error.report()),
            RenewalOutcome::Duplicate => format!("{number} duplicate: it stands before"),
            RenewalOutcome::NotAttempted => format!("{number} not attempted: a key was refused before"),
        }
    }
}

impl Importer {
    /// Brings the credentials that the platform has for a number to the provider's [source], for example after the
    /// carrier's token was renewed. Of several carriers it is the source of the one that holds the number. Importing the number again does not: it leaves the record's credentials alone.
    ///
    /// Where the platform has a stored credential that several numbers share, such as that of a SIP trunk at Vapi, all
    /// of them get the new one: [`Renewed::credentials`] names it. It is changed only if it visibly is of the same
    /// account or trunk. Otherwise this number gets another credential, and the others keep theirs.
    ///
    /// Safe to repeat, after any failure: the platform has either the old or the new credentials then.
    /// [`Capabilities::renewal`](crate::platform::Capabilities::renewal) tells what a platform can renew.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::sandbox::Sandbox;
    /// use numport::{ImportRequest, Importer, Twilio, Vapi};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let number = "+14155552671".parse()?;
    /// let vapi = Vapi::from_vars(vars)?;
    /// Importer::new(Twilio::from_vars(vars)?, vapi.clone()).import(ImportRequest::new(number)).await?;
    ///
    /// // The token is renewed at Twilio, and Vapi still has the old one.
    /// sandbox.twilio().rotate_auth_token("a-new-token");
    /// let renewed_vars = |name: &str| match name {
    ///     "TWILIO_AUTH_TOKEN" => Some("a-new-token".to_owned()),
    ///     _ => sandbox.var(name),
    /// };
    /// let importer = Importer::new(Twilio::from_vars(renewed_vars)?, vapi);
    /// let renewed = importer.renew(&number).await?;
    /// assert!(renewed.credentials.record, "a Twilio number has credentials of its own at Vapi");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [source]: crate::NumberProvider::source
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the platform cannot renew credentials of this source (field `source`), cannot tell
    ///   which credential the record uses, or does not have the number (field `number`); nothing was changed.
    /// - [`Error::Preflight`] when the provider does not hold the number; nothing was sent to the platform.
    /// - [`Error::Withheld`] when an import of the number does not end, or the platform may have it under a masked
    ///   number; nothing was changed.
    /// - [`Error::Call`] and [`Error::NotFound`] when the provider or the platform cannot be asked or refuses. If
    ///   [`Error::surely_not_done`] is false, the credentials may be the new ones already. Renew again.
    pub async fn renew(&self, number: &E164) -> Result<Renewed> {
        self.renew_listed(number, None, None, &RenewalRun::new()).await
    }

    /// Renews the credentials of many numbers [concurrently](Self::concurrency), each as [`renew`](Self::renew) does. A
    /// stored credential that several of them share is sent once.
    ///
    /// The results come as they are ready. A number that fails ends nothing. Only a key that is refused (401) does:
    /// what is under way is finished, and the rest of the input is answered [`NotAttempted`]. The input is read as
    /// there is room. Dropping the stream drops what is under way; running it again over the same input is safe.
    ///
    /// [`NotAttempted`]: RenewalOutcome::NotAttempted
    pub fn renew_many<'a, K>(&self, numbers: impl Many<'a, E164, K>) -> BoxStream<'a, RenewedItem> {
        let numbers = numbers.into_stream();
        let listing = Listing::new(self.platform.clone(), numbers.size_hint().0, |_| true);
        let seen = Mutex::new(HashSet::new());
        let shared = Arc::new((self.for_run(), listing, Refused::of(self), RenewalRun::new()));
        numbers
            .enumerate()
            .map(move |(index, number)| {
                let (is_first, shared) = (lock(&seen).insert(packed(&number)), shared.clone());
                async move {
                    let (importer, listing, refused, run) = &*shared;
                    let outcome = if !is_first {
                        RenewalOutcome::Duplicate
                    } else if refused.already() {
                        RenewalOutcome::NotAttempted
                    } else {
                        match refused.watch(importer.renew_listed(&number, None, Some(listing), run).await) {
                            Ok(renewed) => RenewalOutcome::Renewed(renewed),
                            Err(error) => RenewalOutcome::Failed(error),
                        }
                    };
                    RenewedItem { index, number, outcome }
                }
            })
            .buffer_unordered(self.concurrency)
            .boxed()
    }

    pub(super) async fn renew_listed(
        &self,
        number: &E164,
        id: Option<&NumberId>,
        listing: Option<&Listing>,
        run: &RenewalRun,
    ) -> Result<Renewed> {
        let span = number_span!("renew", self, number);
        pin!(async {
            let result = self.renew_unlogged(number, id, listing, run).await;
            log::ended(&result, |_| "renewed", |renewed| Some(format!("credentials {}", renewed.credentials)));
            result
        })
        .instrument(span)
        .await
    }

    async fn renew_unlogged(
        &self,
        number: &E164,
        id: Option<&NumberId>,
        listing: Option<&Listing>,
        run: &RenewalRun,
    ) -> Result<Renewed> {
        let platform = self.platform.kind();
        self.check_renewal()?;
        let _lock = NumberLock::take(self.account, number, self.lock_timeout).await?;
        let (source, findings) = self.source_of(number).await?;
        self.platform.capabilities().check_renewal(platform, source)?;
        let found = match id {
            Some(id) => match self.platform.get(id).await {
                Err(error) if error.is_not_found() => None,
                record => Some(record?).filter(|record| record.number.telephone() == Some(*number)),
            },
            None => self.find(number, listing).await?,
        };
        let Some(record) = found else {
            return Err(not_renewed(
                platform,
                Problem::new(ProblemCode::Missing, "number", format!("{number} is not there"), "import it"),
            ));
        };
        let credentials = self.platform.renew(&record, source, run).await?;
        Ok(Renewed { number: *number, platform, record: record.id, credentials, findings })
    }

    /// Checks before anybody is asked that the platform can renew the credentials of one carrier at least.
    fn check_renewal(&self) -> Result<()> {
        let (platform, can) = (self.platform.kind(), self.platform.capabilities());
        let none = Problem::new(ProblemCode::Missing, "provider", "has no carrier", "give one");
        let mut refused = Err(not_renewed(platform, none));
        for source in self.sources.iter().rev() {
            refused = can.check_renewal(platform, source);
            if refused.is_ok() {
                break;
            }
        }
        refused
    }

    /// The source of the carrier that holds a number. Where its calls go is no matter here.
    async fn source_of(&self, number: &E164) -> Result<(&NumberSource, Vec<Finding>)> {
        if let ([source], true) = (&*self.sources, self.skip_preflight) {
            return Ok((source, Vec::new()));
        }
        let mut preflight = self.preflight(number).await?;
        let is_of_holder = |finding: &Finding| {
            matches!(
                finding,
                Finding::NotHeld
                    | Finding::HeldBySubaccount { .. }
                    | Finding::HeldByTwo { .. }
                    | Finding::HolderUnknown { .. }
                    | Finding::CarrierNotAsked { .. }
            )
        };
        preflight.findings.retain(is_of_holder);
        let is_refused = !self.skip_preflight && preflight.severity() == Some(Severity::Error);
        match preflight.carrier.and_then(|index| self.sources.get(index)) {
            Some(source) if !is_refused => Ok((source, preflight.findings)),
            _ => Err(Error::Preflight(Box::new(preflight))),
        }
    }

    /// What a plan says of a record that visibly uses another source than that of the carrier that holds its number.
    pub(super) fn planned_source_finding(
        &self,
        record: &NumberRecord,
        preflight: Option<&Preflight>,
    ) -> Option<Finding> {
        let carriers = self.provider.carriers();
        let index = match (preflight, &carriers[..]) {
            (Some(preflight), _) => preflight.carrier?,
            (None, [_]) => 0,
            (None, _) => return None,
        };
        self.source_finding(record, &carriers.get(index)?.source())
    }

    /// Whether a record that was found visibly uses another source than this one.
    pub(super) fn source_finding(&self, record: &NumberRecord, source: &NumberSource) -> Option<Finding> {
        match self.platform.compare_source(record, source) {
            SourceMatch::Differs { part, uses, given } => Some(Finding::OtherSource { part, uses, given }),
            SourceMatch::Same | SourceMatch::Unknown => None,
        }
    }
}

fn not_renewed(platform: PlatformKind, problem: Problem) -> Error {
    Error::invalid(format!("{platform}: {RENEW} was not sent"), vec![problem])
}
