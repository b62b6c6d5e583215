//! [`Importer`]: from a provider to a platform, safe to run twice.

mod imported;
mod preflight;
mod routing;

use std::sync::Arc;

pub use self::imported::{Field, Imported, Outcome};
pub use self::routing::Restored;
use crate::error::{Error, Incomplete, Indeterminate, Result, Step};
use crate::model::{ImportRequest, NumberRecord, NumberUpdate, Preflight, Routing, Severity};
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
}

impl Importer {
    /// From this provider into this platform.
    pub fn new(provider: impl NumberProvider + 'static, platform: impl VoicePlatform + 'static) -> Self {
        Self { provider: Arc::new(provider), platform: Arc::new(platform), looks: true }
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
        let looked = if self.looks { Some(self.preflight(request.number()).await?) } else { None };
        if let Some(refused) = looked.as_ref().filter(|looked| looked.severity() == Some(Severity::Error)) {
            return Err(Error::Preflight(Box::new(refused.clone())));
        }
        let Preflight { routing, findings, .. } =
            looked.unwrap_or_else(|| Preflight::nothing(*request.number(), self.provider.kind(), self.platform.kind()));
        let mut imported = self.bring(request).await.map_err(|error| with_routing(error, routing.as_ref()))?;
        imported.findings = findings;
        if let Some(before) = routing {
            self.look_again(&mut imported, before).await;
        }
        Ok(imported)
    }

    async fn bring(&self, request: &ImportRequest) -> Result<Imported> {
        if let Some(found) = self.platform.find(request.number()).await? {
            return self.finish(found, request, Outcome::AlreadyThere).await;
        }
        match self.platform.import_once(&self.provider.source(), request).await {
            Ok(record) => Ok(Imported::new(record, Outcome::Created)),
            // Only the call of the import itself leaves its fate open; a step before or after it does not.
            Err(error @ Error::Call(_)) if !error.surely_not_done() => self.recover(request, error).await,
            Err(error) => Err(error),
        }
    }

    /// The answer to an import was lost: is the number there?
    async fn recover(&self, request: &ImportRequest, lost: Error) -> Result<Imported> {
        match self.platform.find(request.number()).await {
            Ok(Some(found)) => self.finish(found, request, Outcome::Recovered).await,
            Ok(None) | Err(_) => {
                let (platform, number) = (self.platform.kind(), *request.number());
                Err(Box::new(Indeterminate { platform, number, routing_before: None, error: lost }).into())
            }
        }
    }

    /// Brings a record that is there to what the request names.
    async fn finish(&self, found: NumberRecord, request: &ImportRequest, outcome: Outcome) -> Result<Imported> {
        let (update, unmet) = self.missing(&found, request);
        if update.is_empty() {
            return Ok(Imported { unmet, ..Imported::new(found, outcome) });
        }
        match self.platform.update(&found.id, &update).await {
            Ok(record) => Ok(Imported { before: Some(found), unmet, ..Imported::new(record, outcome) }),
            Err(error) => Err(Box::new(Incomplete::imported(found, Step::Configure, error)).into()),
        }
    }

    /// Where the record differs: what can be set, and what cannot.
    fn missing(&self, found: &NumberRecord, request: &ImportRequest) -> (NumberUpdate, Vec<Field>) {
        let can = self.platform.capabilities();
        let (mut update, mut unmet) = (NumberUpdate::new(), Vec::new());
        if let Some(label) = request.label_text().filter(|&label| found.label.as_deref() != Some(label)) {
            if can.label.set {
                update = update.label(label);
            } else {
                unmet.push(Field::Label);
            }
        }
        if let Some(agent) = request.agent_id().filter(|&agent| found.agent.as_ref() != Some(agent)) {
            if can.agent.set {
                update = update.agent(agent.as_str());
            } else {
                unmet.push(Field::Agent);
            }
        }
        if let Some(inbound) = request.inbound_enabled().filter(|&wanted| found.inbound != Some(wanted)) {
            if can.inbound.set {
                update = update.inbound(inbound);
            } else {
                unmet.push(Field::Inbound);
            }
        }
        if let Some(outbound) = request.outbound_enabled().filter(|&wanted| found.outbound != Some(wanted)) {
            if can.outbound.set {
                update = update.outbound(outbound);
            } else {
                unmet.push(Field::Outbound);
            }
        }
        (update, unmet)
    }
}

impl AsRef<Self> for ImportRequest {
    fn as_ref(&self) -> &Self {
        self
    }
}

/// An import that broke off keeps what was seen before it, since it may have changed the routing already.
fn with_routing(error: Error, before: Option<&Routing>) -> Error {
    match error {
        Error::Incomplete(mut incomplete) => {
            incomplete.routing_before = before.cloned();
            incomplete.into()
        }
        Error::Indeterminate(mut indeterminate) => {
            indeterminate.routing_before = before.cloned();
            indeterminate.into()
        }
        other => other,
    }
}
