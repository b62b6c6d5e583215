//! [`Importer`]: from a provider to a platform, safe to run twice.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Incomplete, Indeterminate, Result, Step};
use crate::model::{ImportRequest, NumberRecord, NumberUpdate};
use crate::platform::VoicePlatform;
use crate::provider::NumberProvider;

/// Imports numbers from one provider into one platform.
///
/// [`import`](Self::import) may be run again after anything: it looks for the number first, and
/// finishes what an earlier run left.
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
}

/// A number that is imported, and how it came to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Imported {
    /// The record as it is now.
    pub record: NumberRecord,
    /// How it came to be.
    pub outcome: Outcome,
    /// The record as it was found, when it was there already and this import changed it.
    pub before: Option<NumberRecord>,
    /// What the request asks for and the record does not have, since the platform cannot change it
    /// later.
    pub unmet: Vec<Field>,
}

/// How a record came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// This import made it.
    Created,
    /// It was there before.
    AlreadyThere,
    /// This import's answer was lost, and the record was found afterwards.
    Recovered,
}

/// A field of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// The label.
    Label,
    /// The agent.
    Agent,
    /// Inbound calls.
    Inbound,
    /// Outbound calls.
    Outbound,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Created => "created",
            Self::AlreadyThere => "already there",
            Self::Recovered => "recovered",
        })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Label => "label",
            Self::Agent => "agent",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        })
    }
}

impl Importer {
    /// From this provider into this platform.
    pub fn new(provider: impl NumberProvider + 'static, platform: impl VoicePlatform + 'static) -> Self {
        Self { provider: Arc::new(provider), platform: Arc::new(platform) }
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

    /// Brings the number into the platform as the request says.
    ///
    /// The platform is asked for the number first. If it is there, nothing is imported; where the record
    /// differs from what the request names, it is changed to that ([`Imported::before`] shows how it
    /// was), and what the request does not name stays. An import whose answer was lost is not sent
    /// again: the number is looked for instead.
    ///
    /// # Errors
    ///
    /// - [`Error::Invalid`] when the platform cannot do what is asked; nothing was sent.
    /// - [`Error::Call`] when the platform cannot be asked or refuses; the number is not imported by
    ///   this call.
    /// - [`Error::Incomplete`] when the number is imported and not set up, or a credential is left
    ///   behind; run it again.
    /// - [`Error::Indeterminate`] when the answer was lost and the number was not found; run it again
    ///   later.
    pub async fn import(&self, request: impl AsRef<ImportRequest> + Send) -> Result<Imported> {
        let request = request.as_ref();
        let source = self.provider.source();
        self.platform.check_import(&source, request)?;
        if let Some(found) = self.platform.find(request.number()).await? {
            return self.finish(found, request, Outcome::AlreadyThere).await;
        }
        match self.platform.import_once(&source, request).await {
            Ok(record) => Ok(Imported { record, outcome: Outcome::Created, before: None, unmet: Vec::new() }),
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
                Err(Box::new(Indeterminate { platform, number, error: lost }).into())
            }
        }
    }

    /// Brings a record that is there to what the request names.
    async fn finish(&self, found: NumberRecord, request: &ImportRequest, outcome: Outcome) -> Result<Imported> {
        let (update, unmet) = self.missing(&found, request);
        if update.is_empty() {
            return Ok(Imported { record: found, outcome, before: None, unmet });
        }
        match self.platform.update(&found.id, &update).await {
            Ok(record) => Ok(Imported { record, outcome, before: Some(found), unmet }),
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
