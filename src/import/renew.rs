//! Renewing the credentials of imported numbers from the importer's source.

use std::collections::HashSet;
use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::stream::{BoxStream, StreamExt};
use tracing::Instrument;

use super::bulk::Refused;
use super::in_time::InTime;
use super::listing::Listing;
use super::log::{self, number_span};
use super::memory::{lock, packed};
use super::why::{NOT_ATTEMPTED, advised};
use super::{Importer, Many};
use crate::E164;
use crate::error::{Error, Result};
use crate::http::count::RequestCount;
use crate::model::{
    Finding, NumberId, NumberRecord, NumberSource, PlatformKind, Preflight, Problem, ProblemCode, Severity, SourcePart,
};
use crate::platform::{RENEW, RenewalRun, RenewedCredentials, SourceMatch};

/// The result of [`Importer::renew`]. `Display` shows it in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Renewed {
    /// The number.
    pub number: E164,
    /// The platform.
    pub platform: PlatformKind,
    /// The id of the number's record.
    pub record: NumberId,
    /// The credentials that were changed.
    pub credentials: RenewedCredentials,
    /// Findings that make the holder of the number uncertain: the lookup at one of several carriers failed.
    pub findings: Vec<Finding>,
}

/// The result for one number of [`Importer::renew_many`].
///
/// ```
/// use numport::import::{RenewalOutcome, RenewedItem};
///
/// fn print(item: &RenewedItem) {
///     match &item.outcome {
///         RenewalOutcome::Renewed(renewed) => println!("{renewed}"),
///         _ => eprintln!("{}: {}", item.number, item.report()),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct RenewedItem {
    /// The number's index in the input; the first is 0.
    pub index: usize,
    /// The number.
    pub number: E164,
    /// The outcome of the renewal.
    pub outcome: RenewalOutcome,
    /// How many requests the run has sent since the item before this one, as
    /// [`BulkItem::requests`](crate::import::BulkItem::requests).
    pub requests: u64,
}

/// The outcome of one renewal of [`Importer::renew_many`].
///
/// ```
/// use numport::import::RenewalOutcome;
///
/// fn told(outcome: &RenewalOutcome) -> String {
///     match outcome {
///         RenewalOutcome::Renewed(renewed) => renewed.to_string(),
///         RenewalOutcome::Failed(error) => error.report(),
///         other => other.code().to_owned(),
///     }
/// }
/// assert_eq!(told(&RenewalOutcome::NotAttempted), "not_attempted");
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum RenewalOutcome {
    /// The platform now has the source's credentials.
    Renewed(Renewed),
    /// The credentials are not renewed, or the result is unknown. The error is the one that [`Importer::renew`]
    /// returns. It is safe to renew again.
    Failed(Error),
    /// An earlier input has the same number. Nothing was sent for this one.
    Duplicate,
    /// Nothing was sent, because a service refused a key (401) before this number was reached.
    NotAttempted,
}

impl RenewalOutcome {
    /// Returns the outcome's stable code: `renewed`, `refused`, `failed`, `unknown`, `duplicate` or `not_attempted`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Renewed(_) => "renewed",
            Self::Failed(error) => error.failure().as_str(),
            Self::Duplicate => "duplicate",
            Self::NotAttempted => "not_attempted",
        }
    }

    /// Returns whether the number's credentials were not renewed, as far as known.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotAttempted)
    }
}

impl fmt::Display for Renewed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, platform, record, credentials, findings } = self;
        write!(f, "{number} on {platform}: credentials {credentials}, id {record}")?;
        findings.iter().try_for_each(|finding| write!(f, "; {}: {finding}", finding.severity()))
    }
}

impl RenewedItem {
    /// Returns one line for people: the number, the outcome, and what to do about it.
    #[must_use]
    pub fn report(&self) -> String {
        let number = self.number;
        match &self.outcome {
            RenewalOutcome::Renewed(renewed) => advised(renewed.to_string(), self.advice()),
            RenewalOutcome::Failed(error) => format!("{number} {}: {}", error.failure().as_str(), error.report()),
            RenewalOutcome::Duplicate => format!("{number} duplicate: the input already has it"),
            RenewalOutcome::NotAttempted => {
                format!("{number} not attempted: {NOT_ATTEMPTED}")
            }
        }
    }
}

impl Importer {
    /// Updates the credentials that the platform has for a number to the carrier's [source], for example after the
    /// carrier's token was renewed. With several carriers, it uses the source of the carrier that holds the number.
    /// Importing the number again does not do this: an import leaves the record's credentials unchanged.
    ///
    /// If the platform has a stored credential that several numbers share, such as that of a SIP trunk at Vapi, all of
    /// them get the new credential: [`Renewed::credentials`] names it. The stored credential is changed only if it
    /// shows the same account or trunk. Otherwise this number gets another credential, and the other numbers keep
    /// theirs.
    ///
    /// Renewing is safe to repeat after any failure: the platform then has either the old or the new credentials.
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
    ///   which credential the record uses, or does not have the number (field `number`). Nothing was changed.
    /// - [`Error::Preflight`] when the carrier does not hold the number. Nothing was sent to the platform.
    /// - [`Error::Withheld`] when another import of the number does not end in time, or the platform may have the
    ///   number under a masked number. Nothing was changed.
    /// - [`Error::Call`] and [`Error::NotFound`] when a call to the carrier or the platform fails or is refused. If
    ///   [`Error::surely_not_done`] is false, the credentials may already be the new ones. Renew again.
    ///
    /// A renewal that takes longer than the [`deadline`](Self::deadline) fails with [`Error::Withheld`] when nothing was
    /// changed, and with [`Error::Call`] when the credentials may already be the new ones.
    pub async fn renew(&self, number: &E164) -> Result<Renewed> {
        self.renew_listed(number, None, None, &RenewalRun::new()).await
    }

    /// Renews the credentials of many numbers [concurrently](Self::concurrency), each as [`renew`](Self::renew) does.
    /// If several numbers share a stored credential, it is sent once.
    ///
    /// It takes the records from one list, where that takes fewer requests, and believes the list for
    /// [`list_age`](Self::list_age): a record that somebody has given another stored credential since then keeps that one.
    /// A shared credential is read right before it is changed. A plan reads each record again instead.
    ///
    /// The stream yields each result as soon as it is ready and continues after failures. Only a refused key (401) ends
    /// it: renewals that have begun are finished, and the remaining numbers yield [`NotAttempted`]. The stream pulls
    /// input only when it has capacity. Dropping the stream cancels the renewals that have begun. It is safe to run
    /// again with the same input.
    ///
    /// [`NotAttempted`]: RenewalOutcome::NotAttempted
    pub fn renew_many<'a, K>(&self, numbers: impl Many<'a, E164, K>) -> BoxStream<'a, RenewedItem> {
        let numbers = numbers.into_stream();
        let listing = Listing::new(self, numbers.size_hint().0, |_| true);
        let seen = Mutex::new(HashSet::new());
        let shared = Arc::new((self.for_run(), listing, Refused::of(self), RenewalRun::new()));
        let requests = RequestCount::default();
        let counted = requests.clone();
        numbers
            .enumerate()
            .map(move |(index, number)| {
                let (is_first, shared) = (lock(&seen).insert(packed(&number)), shared.clone());
                requests.of(async move {
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
                    RenewedItem { index, number, outcome, requests: 0 }
                })
            })
            .buffer_unordered(self.concurrency)
            .map(move |item| RenewedItem { requests: counted.take(), ..item })
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
            let is_sent = AtomicBool::new(false);
            let call = (self.platform.kind().into(), RENEW);
            let what = InTime { number, done: "renewed", call, is_sent: &is_sent };
            let result = self.in_time(what, self.renew_unlogged(number, id, listing, run, &is_sent)).await;
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
        is_sent: &AtomicBool,
    ) -> Result<Renewed> {
        let platform = self.platform.kind();
        self.check_renewal()?;
        let _lock = self.lock(number).await?;
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
                Problem::new(ProblemCode::Missing, "number", format!("{number} has no record"), "import it first"),
            ));
        };
        is_sent.store(true, Ordering::Relaxed);
        let credentials = self.platform.renew(&record, source, run).await?;
        Ok(Renewed { number: *number, platform, record: record.id, credentials, findings })
    }

    /// Checks before anybody is asked that the platform can renew the credentials of one carrier at least.
    fn check_renewal(&self) -> Result<()> {
        let (platform, can) = (self.platform.kind(), self.platform.capabilities());
        let none = Problem::new(ProblemCode::Missing, "provider", "has no carrier", "add one by `Carriers::and`");
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
    pub(super) async fn source_of(&self, number: &E164) -> Result<(&NumberSource, Vec<Finding>)> {
        if let ([source], true) = (&*self.sources, self.skip_preflight) {
            return Ok((source, Vec::new()));
        }
        let mut preflight = self.preflight_unlogged(number).await?;
        preflight.findings.retain(is_of_holder);
        let is_refused = !self.skip_preflight && preflight.severity() == Some(Severity::Error);
        match preflight.carrier.and_then(|index| self.sources.get(index)) {
            Some(source) if !is_refused => Ok((source, preflight.findings)),
            _ => Err(Error::Preflight(Box::new(preflight))),
        }
    }

    /// Why a renewal of this record surely fails, for a plan.
    pub(super) fn cannot_renew(&self, record: &NumberRecord, preflight: Option<&Preflight>) -> Option<String> {
        let source = match (preflight, &*self.sources) {
            (None, [source]) => source,
            (None, _) => return None,
            (Some(preflight), sources) => {
                let refuses = |finding: &&Finding| is_of_holder(finding) && finding.severity() == Severity::Error;
                let refused = preflight.findings.iter().find(refuses).filter(|_| !self.skip_preflight);
                if let Some(refused) = refused {
                    return Some(refused.to_string());
                }
                sources.get(preflight.carrier?)?
            }
        };
        if let Err(Error::Invalid(invalid)) = self.platform.capabilities().check_renewal(self.platform.kind(), source) {
            return Some(invalid.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
        }
        let other = self.source_finding(record, source);
        other
            .filter(|other| matches!(other, Finding::OtherSource { part: SourcePart::Carrier, .. }))
            .map(|other| other.to_string())
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

/// Whether it concerns who holds a number.
const fn is_of_holder(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::NotHeld
            | Finding::HeldBySubaccount { .. }
            | Finding::HeldByTwo { .. }
            | Finding::HolderUnknown { .. }
            | Finding::CarrierLookupFailed { .. }
    )
}

fn not_renewed(platform: PlatformKind, problem: Problem) -> Error {
    Error::invalid(format!("{platform}: {RENEW} was not sent"), vec![problem])
}
