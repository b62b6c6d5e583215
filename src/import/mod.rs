//! [`Importer`]: from a provider to a platform, safe to run twice.
//!
#![doc = include_str!("what_can_go_wrong.md")]

mod attempt;
mod bulk;
mod finish;
mod imported;
mod listing;
mod once;
pub mod plan;
mod preflight;
mod progress;
mod read_back;
mod routing;
mod turn;

use std::sync::Arc;

use self::attempt::Attempt;
pub use self::bulk::{BulkItem, BulkOutcome};
pub use self::imported::{Field, Imported, Outcome};
use self::listing::Listing;
pub use self::plan::{Desired, Plan};
pub use self::progress::Progress;
pub use self::read_back::ReadBack;
pub use self::routing::Restored;
use crate::error::{Error, Result};
use crate::model::{ImportRequest, Routing};
use crate::platform::VoicePlatform;
use crate::provider::NumberProvider;

/// Imports numbers from one provider into one platform.
///
/// [`import`](Self::import) may be run again after anything: it looks at the carrier and for the number
/// first, and finishes what an earlier run left. [`restore`](Self::restore) puts back what an import
/// changed at the carrier.
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
#[derive(Clone, Debug)]
pub struct Importer {
    provider: Arc<dyn NumberProvider>,
    platform: Arc<dyn VoicePlatform>,
    looks: bool,
    at_once: usize,
    read_back: ReadBack,
}

/// How many numbers are under way at once, unless said otherwise.
const AT_ONCE: usize = 16;

impl Importer {
    /// From this provider into this platform.
    pub fn new(provider: impl NumberProvider + 'static, platform: impl VoicePlatform + 'static) -> Self {
        Self {
            provider: Arc::new(provider),
            platform: Arc::new(platform),
            looks: true,
            at_once: AT_ONCE,
            read_back: ReadBack::default(),
        }
    }

    /// The provider.
    #[must_use]
    pub fn provider(&self) -> &dyn NumberProvider {
        &*self.provider
    }

    /// The platform.
    #[must_use]
    pub fn platform(&self) -> &dyn VoicePlatform {
        &*self.platform
    }

    /// The same without the look at the provider: numbers are imported whatever it would say, and nothing
    /// is known afterwards of where their calls went before.
    #[must_use]
    pub fn skip_preflight(mut self) -> Self {
        self.looks = false;
        self
    }

    /// The same with another count of numbers that [`import_many`](Self::import_many), [`plan`](Self::plan) and
    /// [`apply`](Self::apply) have under way at once; 16 unless said otherwise. 0 counts as 1. How many requests
    /// a second that makes is limited on each client by itself
    /// ([`ClientBuilder::requests_per_second`](crate::ClientBuilder::requests_per_second)). An import takes three
    /// requests of the carrier and the platform or more: a look before, the import, a look after.
    #[must_use]
    pub const fn at_once(mut self, numbers: usize) -> Self {
        self.at_once = if numbers == 0 { 1 } else { numbers };
        self
    }

    /// The same with another way to look for a number whose import's answer was lost.
    #[must_use]
    pub const fn read_back(mut self, read_back: ReadBack) -> Self {
        self.read_back = read_back;
        self
    }

    /// Brings the number into the platform as the request says.
    ///
    /// The provider is asked first whether anything stands against it ([`preflight`](Self::preflight)), then
    /// the platform for the number. If it is there, nothing is imported; where the record differs from what
    /// the request names, it is changed to that ([`Imported::before`] shows how it was), and what the
    /// request does not name stays. An import whose answer was lost is not sent again: the number is looked
    /// for instead. Afterwards the provider is read once more: [`Imported::findings`] tells when the number's
    /// calls do not go to the platform though it is documented to see to that.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the platform cannot do what is asked; nothing was sent.
    /// - [`Error::Preflight`] when a finding at the provider is an error; nothing was sent to the platform.
    /// - [`Error::Call`] when the provider or the platform cannot be asked or refuses; the number is not
    ///   imported by this call.
    /// - [`Error::Incomplete`] when the number is imported and not set up, or a credential is left
    ///   behind; run it again.
    /// - [`Error::Indeterminate`] when the answer was lost and the number was not found; run it again
    ///   later.
    pub async fn import(&self, request: impl AsRef<ImportRequest> + Send) -> Result<Imported> {
        self.import_by(request.as_ref(), None).await.map(|imported| *imported)
    }

    /// The same, with a list of what the platform has at hand.
    async fn import_by(&self, request: &ImportRequest, listing: Option<&Listing>) -> Result<Box<Imported>> {
        let mut attempt = Attempt::begin(self, request).await?;
        attempt.check()?;
        let found = attempt.find(listing).await?;
        attempt.complete(found).await
    }
}

impl AsRef<Self> for ImportRequest {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// An import that broke off keeps what was seen before it, since it may have changed the routing already.
fn with_routing(mut error: Error, before: Option<Routing>) -> Error {
    let kept = match &mut error {
        Error::Incomplete(incomplete) => &mut incomplete.routing_before,
        Error::Indeterminate(indeterminate) => &mut indeterminate.routing_before,
        _ => return error,
    };
    if kept.is_none() {
        *kept = before;
    }
    error
}
