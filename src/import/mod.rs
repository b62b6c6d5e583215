//! [`Importer`]: from a provider to a platform, safe to run twice.
//!
#![doc = include_str!("what_can_go_wrong.md")]

mod finish;
mod imported;
mod once;
mod preflight;
mod read_back;
mod routing;
mod turn;

use std::sync::Arc;

pub use self::imported::{Field, Imported, Outcome};
use self::once::Wanted;
pub use self::read_back::ReadBack;
pub use self::routing::Restored;
use self::turn::Turn;
use crate::error::{Error, Result};
use crate::model::{ImportRequest, Preflight, Routing, Severity};
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
    read_back: ReadBack,
}

impl Importer {
    /// From this provider into this platform.
    pub fn new(provider: impl NumberProvider + 'static, platform: impl VoicePlatform + 'static) -> Self {
        Self { provider: Arc::new(provider), platform: Arc::new(platform), looks: true, read_back: ReadBack::default() }
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
        let request = request.as_ref();
        self.platform.check_import(&self.provider.source(), request)?;
        let mut turn = Turn::take(&*self.platform, *request.number()).await;
        let looked = if self.looks { Some(self.preflight(request.number()).await?) } else { None };
        if let Some(refused) = looked.as_ref().filter(|looked| looked.severity() == Some(Severity::Error)) {
            return Err(Error::Preflight(Box::new(refused.clone())));
        }
        let Preflight { routing, findings, .. } =
            looked.unwrap_or_else(|| Preflight::nothing(*request.number(), self.provider.kind(), self.platform.kind()));
        let wanted = Wanted { request, routing: routing.as_ref() };
        let mut imported = match self.bring(&wanted, &mut turn).await {
            Ok(imported) => imported,
            Err(error) => {
                // What became of a call is settled where it is known; any other error tells by itself.
                if !matches!(error, Error::Call(_) | Error::Indeterminate(_)) {
                    turn.settle();
                }
                return Err(with_routing(error, routing.as_ref()));
            }
        };
        imported.findings = findings;
        if let Some(now) = routing {
            self.look_again(&mut imported, now, turn.has_sent).await;
        }
        // Only now: whoever drops this future before has not learned where the calls went.
        turn.settle();
        Ok(imported)
    }
}

impl AsRef<Self> for ImportRequest {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// An import that broke off keeps what was seen before it, since it may have changed the routing already.
fn with_routing(mut error: Error, before: Option<&Routing>) -> Error {
    let kept = match &mut error {
        Error::Incomplete(incomplete) => &mut incomplete.routing_before,
        Error::Indeterminate(indeterminate) => &mut indeterminate.routing_before,
        _ => return error,
    };
    if kept.is_none() {
        *kept = before.cloned();
    }
    error
}
