//! [`Importer`] imports numbers from a carrier into a platform and is safe to run twice.
//!
#![doc = include_str!("what_can_go_wrong.md")]

mod asked;
mod backup;
mod batches;
mod bulk;
mod change;
mod check;
mod failed;
mod find;
mod held;
mod holder;
mod imported;
mod in_time;
mod keep;
mod listing;
mod log;
mod lookup;
mod many;
mod memory;
mod one;
mod own_changes;
pub mod plan;
mod point;
mod preflight;
mod probes;
mod progress;
mod reconcile;
mod recover;
mod removal;
mod renew;
mod replace;
mod replaced;
mod report;
mod restore;
mod routing;
mod run;
mod trunks;
mod undo;
mod verify;
mod why;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

pub use self::bulk::{BulkItem, BulkOutcome};
pub use self::change::{Change, Field};
pub use self::check::Checked;
pub use self::imported::{Imported, Outcome};
use self::listing::LIST_AGE;
pub use self::lookup::LookupPolicy;
pub use self::many::{Iterable, Many, Streamed};
pub use self::plan::{Desired, Plan};
pub use self::progress::{Counted, Progress};
pub use self::recover::{Resolution, Resolved};
pub use self::renew::{RenewalOutcome, Renewed, RenewedItem};
pub use self::replace::{ReplaceConsent, Replacement, ReplacementEffect};
pub use self::replaced::Replaced;
pub use self::restore::Restored;
pub use self::undo::{Left, Stays, Undo, UndoOutcome, Undone, UndoneItem, UndoneRecord};
use crate::error::Error;
use crate::journal::Journal;
use crate::model::{CallbackUrl, ImportRequest, NumberSource};
use crate::platform::VoicePlatform;
use crate::provider::NumberProvider;

/// Imports numbers from one provider into one platform.
///
/// [`import`](Self::import) is safe to run again after any failure: it first looks the number up at the carrier and at
/// the platform, and it finishes the work of an earlier run. [`restore`](Self::restore) restores the routing that an
/// import changed at the carrier.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::{ImportRequest, Importer, Outcome, Twilio, Vapi, sandbox::Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let vars = |name: &str| sandbox.var(name);
/// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
///
/// let request = ImportRequest::new("+14155552671".parse()?).label("Front desk");
/// assert_eq!(importer.import(&request).await?.outcome, Outcome::Created);
/// assert_eq!(importer.import(&request).await?.outcome, Outcome::AlreadyThere);
/// # Ok(())
/// # }
/// ```
///
/// # Cancellation
///
/// Every future and stream of an importer may be dropped at any time. Dropping it stops waiting and sends nothing more;
/// a request that is on its way may still be carried out. Each call is then safe to make again:
///
/// - [`import`](Self::import), [`import_many`](Self::import_many) and [`apply`](Self::apply): a number whose create may
///   have been sent is [unresolved](Self::unresolved), and the next import of it looks it up before it creates anything.
///   Another process knows of it if both have the same [`journal`](Self::journal).
/// - [`renew`](Self::renew) and [`renew_many`](Self::renew_many): the platform has the old or the new credentials.
/// - [`restore`](Self::restore), [`restore_many`](Self::restore_many), [`undo`](Self::undo) and
///   [`undo_many`](Self::undo_many): some steps may be done; another call does the rest.
/// - [`plan`](Self::plan), [`check`](Self::check), [`preflight`](Self::preflight) and
///   [`backup_routing`](Self::backup_routing) only read.
#[derive(Clone)]
pub struct Importer {
    provider: Arc<dyn NumberProvider>,
    platform: Arc<dyn VoicePlatform>,
    account: memory::Account,
    /// What the platform needs to reach the numbers of each carrier.
    sources: Arc<[NumberSource]>,
    skip_preflight: bool,
    concurrency: usize,
    lookup_policy: LookupPolicy,
    lock_timeout: Duration,
    deadline: Duration,
    list_age: Duration,
    /// In a run over many numbers, why each of several carriers is not asked any more: it refused its key.
    refused: Option<Arc<[OnceLock<Error>]>>,
    inbound_address: Option<CallbackUrl>,
    replace_trunks: bool,
    journal: Option<(Arc<dyn Journal>, memory::JournalId)>,
    resend_after: Duration,
    trunks: Arc<trunks::Trunks>,
    /// How trunks are probed, if they are.
    #[cfg(feature = "sip-probe")]
    prober: Option<crate::probe::Prober>,
}

/// How long a create may still be carried out after it was sent, by default.
const RESEND_AFTER: Duration = Duration::from_secs(120);

/// How many numbers are processed concurrently by default.
const CONCURRENCY: usize = 16;

impl Importer {
    /// Creates an importer from this carrier into this platform. It reads the carrier's source
    /// ([`NumberProvider::source`]) once: the data that the platform needs to reach the carrier's numbers. From then
    /// on the platform's client redacts the source's secrets ([`VoicePlatform::redact`]).
    pub fn new(provider: impl NumberProvider + 'static, platform: impl VoicePlatform + 'static) -> Self {
        let sources: Arc<[NumberSource]> = provider.carriers().iter().map(|carrier| carrier.source()).collect();
        sources.iter().for_each(|source| platform.redact(&source.secrets()));
        Self {
            account: memory::account(&platform),
            sources,
            provider: Arc::new(provider),
            platform: Arc::new(platform),
            skip_preflight: false,
            concurrency: CONCURRENCY,
            lookup_policy: LookupPolicy::default(),
            lock_timeout: Duration::from_secs(120),
            deadline: Duration::from_secs(10 * 60),
            list_age: LIST_AGE,
            refused: None,
            inbound_address: None,
            replace_trunks: false,
            journal: None,
            resend_after: RESEND_AFTER,
            trunks: Arc::default(),
            #[cfg(feature = "sip-probe")]
            prober: None,
        }
    }

    /// Returns the carrier.
    #[must_use]
    pub fn provider(&self) -> &dyn NumberProvider {
        &*self.provider
    }

    /// Returns the platform.
    #[must_use]
    pub fn platform(&self) -> &dyn VoicePlatform {
        &*self.platform
    }

    /// Skips the preflight. The importer then does not look numbers up at the carrier, imports them without its
    /// findings, and does not know their routing from before. [Several carriers](crate::provider::Carriers) are still
    /// asked, because only they tell which carrier holds the number. Removals of a plan are always checked.
    #[must_use]
    pub const fn skip_preflight(mut self) -> Self {
        self.skip_preflight = true;
        self
    }

    /// Sets how many numbers [`import_many`](Self::import_many), [`renew_many`](Self::renew_many),
    /// [`undo_many`](Self::undo_many), [`plan`](Self::plan) and [`apply`](Self::apply) process concurrently. Defaults to 16. 0 counts as 1. Each client has its own limit of
    /// requests per second ([`ClientBuilder::requests_per_second`](crate::ClientBuilder::requests_per_second)). An
    /// import takes its place only until its number is created; it is verified together with others.
    #[must_use]
    pub const fn concurrency(mut self, numbers: usize) -> Self {
        self.concurrency = if numbers == 0 { 1 } else { numbers };
        self
    }

    /// Sets how a number is looked up after the response to its import was lost.
    #[must_use]
    pub const fn lookup_policy(mut self, policy: LookupPolicy) -> Self {
        self.lookup_policy = policy;
        self
    }

    /// Sets how long an import waits for another import of the same number in this process, and in the processes that
    /// share its [`journal`](Self::journal). Defaults to 120 s. After it the import fails with [`Error::Withheld`], and
    /// nothing is sent.
    ///
    /// A loop over [`import_many`](Self::import_many) may await an import of a number that the stream is also
    /// importing. The stream does not continue while the loop waits, so without this limit the import would wait
    /// forever.
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Sets how long [`import`](Self::import), [`undo`](Self::undo), [`restore`](Self::restore) and
    /// [`renew`](Self::renew) may take in all, the wait for another import of the number included. Each number of a run
    /// has this time: of [`import_many`](Self::import_many), [`undo_many`](Self::undo_many),
    /// [`restore_many`](Self::restore_many) and [`renew_many`](Self::renew_many), and each import and renewal of
    /// [`apply`](Self::apply). Defaults to 10 min.
    ///
    /// What is under way then is dropped, which is as safe as dropping the future of an import, and the error says how
    /// far it came:
    ///
    /// - [`Error::Withheld`]: no create and no update was sent.
    /// - [`Error::Indeterminate`]: a create was sent, and its result is not known. The import is
    ///   [unresolved](Self::unresolved), so the next one looks the number up first.
    /// - [`Error::Incomplete`]: the number is imported, and perhaps not set up.
    ///
    /// [`undo`](Self::undo), [`restore`](Self::restore) and [`renew`](Self::renew) list what their errors say.
    ///
    /// If only the verification is missing, the import succeeds, and
    /// [`Finding::VerificationFailed`](crate::model::Finding::VerificationFailed) says so. In [`import_many`](Self::import_many) and
    /// [`apply`](Self::apply), numbers that are verified together have this time anew.
    ///
    /// After it, a [`journal`](Self::journal) may take 30 s more to write down the result.
    ///
    /// A deadline that is shorter than the clients' own
    /// ([`RetryPolicy::deadline`](crate::RetryPolicy::deadline)) and that of the
    /// [`LookupPolicy`] together cuts off retries and lookups that would have resolved a lost response.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use numport::{Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?).deadline(Duration::from_secs(90));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets for how long a run over many numbers believes a list of the platform's records or of a carrier's numbers.
    /// Defaults to 60 s, and is at most 10 min. Afterwards it lists again. With 0 s it looks up every number.
    ///
    /// A list that takes longer than this to read is not used, and the run does not list again: it looks up each number.
    /// Set a longer time if an account has very many numbers. A platform that can only be searched through its list
    /// ([`Find::ThroughList`](crate::platform::Find::ThroughList)) is always listed.
    ///
    /// [`import_many`](Self::import_many), [`apply`](Self::apply) and [`renew_many`](Self::renew_many) list where that
    /// takes fewer requests than looking up each number. They do not see what others change after the list was read:
    ///
    /// - an import of the same number by *another process*, unless both have the same [`journal`](Self::journal). A
    ///   platform that does not refuse duplicates would have the number twice, so give each process its own numbers or
    ///   set a journal;
    /// - a change of the number's routing at the carrier before its import, or a release of the number. A roll-back then
    ///   restores the routing of the list, and [`apply`](Self::apply) does not report the import as `Moved`.
    ///
    /// A number that no list shows is looked up before it is refused. A shorter time costs more requests. What this
    /// process itself changes is never taken from an older list. Records are removed, changed and renewed, and calls are
    /// pointed, only after a fresh read of that number.
    #[must_use]
    pub fn list_age(mut self, age: Duration) -> Self {
        self.list_age = age.min(memory::CREATED_FOR);
        self
    }

    /// Sets the address to which a carrier sends a number's calls so that the platform answers them. Defaults to the
    /// one that the platform is known to have ([`VoicePlatform::inbound_address`]). Calls that go there count as
    /// answered by the platform, and a plan that [points calls](crate::Plan::point_calls) sends them there.
    #[must_use]
    pub fn inbound_address(mut self, address: impl Into<CallbackUrl>) -> Self {
        self.inbound_address = Some(address.into());
        self
    }

    /// Also imports numbers on a trunk whose calls all go to the SIP address of another voice platform. A plan that
    /// [points calls](crate::Plan::point_calls) takes them off that trunk. Defaults to `false`: a number on a trunk is not
    /// imported, because the trunk gets its calls whatever the platform sets. A number on any other trunk is never taken off.
    #[must_use]
    pub const fn replace_trunks(mut self, replace: bool) -> Self {
        self.replace_trunks = replace;
        self
    }
}

/// The carriers and the platform's account, in a line.
impl fmt::Debug for Importer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let carriers: Vec<&str> = self.sources.iter().map(|source| source.carrier.as_str()).collect();
        f.debug_struct("Importer")
            .field("carriers", &carriers)
            .field("platform", &self.platform.kind().as_str())
            .field("account", &self.platform.account())
            .finish_non_exhaustive()
    }
}

impl AsRef<Self> for ImportRequest {
    fn as_ref(&self) -> &Self {
        self
    }
}
