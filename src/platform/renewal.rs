//! Updating the credentials of a record to another source.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio::sync::OnceCell;

use super::Way;
use super::sources::check_key;
use crate::error::Result;
use crate::model::{CredentialId, NumberSource, PlatformKind, ProblemCode, Problems, ProviderKind, SourcePart};

/// The credentials that a platform can update to another source ([`renew`](super::VoicePlatform::renew)).
///
/// ```
/// use numport::model::ProviderKind;
/// use numport::platform::{Renewal, Renews, Way};
/// use numport::{AccountKey, NumberSource, SipTrunk};
///
/// static RENEWAL: Renewal = Renewal::Of(&[(ProviderKind::TWILIO, Way::Account, Renews::Record)]);
/// let twilio = NumberSource::account(ProviderKind::TWILIO, AccountKey::token("AC…", "the-new-token"));
/// assert_eq!(RENEWAL.of(&twilio), Some(Renews::Record));
/// assert_eq!(RENEWAL.of(&SipTrunk::new("sip.example.com").into()), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Renewal {
    /// No credentials: the platform documents no way.
    Unsupported,
    /// There are no credentials: an import gives the platform none.
    NoCredentials,
    /// The credentials of these sources, and of no others.
    Of(&'static [(ProviderKind, Way, Renews)]),
}

/// The object that a renewal changes at a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Renews {
    /// The record. No other record changes.
    Record,
    /// A stored credential. Every record that uses it changes.
    Credential,
}

/// The changes of a renewal. If the record already used the source, nothing was changed and both fields are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RenewedCredentials {
    /// Whether the record itself was changed.
    pub record: bool,
    /// The stored credential that was changed or created. Other records may use it.
    pub credential: Option<CredentialId>,
}

/// Whether a record shows that it uses a source. Platforms do not show secrets, so secrets are never compared.
///
/// ```
/// use numport::platform::SourceMatch;
///
/// fn told(found: &SourceMatch) -> String {
///     match found {
///         SourceMatch::Same => "the record uses this source".to_owned(),
///         SourceMatch::Differs { part, uses, given } => format!("its {part} is {uses}, and not {given}"),
///         _ => "the record does not show it".to_owned(),
///     }
/// }
/// assert_eq!(told(&SourceMatch::Same), "the record uses this source");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceMatch {
    /// Everything that the record shows belongs to this source. The secrets may differ.
    Same,
    /// The record uses another source.
    Differs {
        /// The part that differs.
        part: SourcePart,
        /// The value in the record, as an id or a name. It is never a secret.
        uses: String,
        /// The value in the source. It is never a secret.
        given: String,
    },
    /// The record does not show enough.
    Unknown,
}

/// Remembers which stored credentials were renewed, so that a credential that several records share is sent once.
/// Create a new one for each run: a later run must send everything again, because somebody else may have changed it.
#[derive(Debug, Default)]
pub struct RenewalRun(Mutex<Vec<Renewing>>);

#[derive(Debug)]
struct Renewing {
    id: CredentialId,
    source: NumberSource,
    renewed: Arc<OnceCell<CredentialId>>,
}

impl Renewal {
    /// Returns the object that a renewal to this source changes; `None` if the platform cannot renew it.
    #[must_use]
    pub fn of(self, source: &NumberSource) -> Option<Renews> {
        let Self::Of(table) = self else { return None };
        let way = Way::of(&source.reach);
        let found = table.iter().find(|(carrier, taken, _)| *carrier == source.carrier && taken.includes(way));
        found.map(|(.., renews)| *renews)
    }

    /// Adds why there is no renewal to this source.
    pub(super) fn check(self, platform: PlatformKind, source: &NumberSource, problems: &mut Problems) {
        let renews = |table: &'static [(ProviderKind, Way, Renews)]| {
            move |way| table.iter().any(|(carrier, taken, _)| *carrier == source.carrier && taken.includes(way))
        };
        match self {
            Self::NoCredentials => {
                let fault = format!("cannot be renewed: {platform} stores no carrier credentials");
                problems.add(ProblemCode::Unsupported, "", fault, "no action is needed there");
            }
            Self::Of(_) if self.of(source).is_some() => {}
            Self::Of(table) if check_key(platform, source.carrier, Way::of(&source.reach), renews(table), problems) => {
            }
            Self::Unsupported | Self::Of(_) => {
                let what = match Way::of(&source.reach) {
                    Way::Account | Way::Token | Way::Key => format!("the credentials of {}", source.carrier),
                    Way::Trunk => "the credentials of a SIP trunk".to_owned(),
                    Way::Stored | Way::StoredDefault => format!("a stored credential of {}", source.carrier),
                    Way::Custom => "the credentials of this source".to_owned(),
                };
                let fault = format!("cannot be renewed: {platform} documents no way to change {what}");
                let remedy = match self {
                    Self::Of(_) => {
                        "change them in the platform's dashboard, or replace the record: `Importer::plan_replacement` tells \
                         whether that is possible"
                    }
                    _ => "change them in the platform's dashboard",
                };
                problems.add(ProblemCode::Unsupported, "", fault, remedy);
            }
        }
    }
}

impl RenewedCredentials {
    /// Returns the result of a renewal that changed nothing.
    #[must_use]
    pub fn unchanged() -> Self {
        Self::default()
    }

    /// Returns the result of a renewal that changed the record.
    #[must_use]
    pub const fn record() -> Self {
        Self { record: true, credential: None }
    }

    /// Returns the result of a renewal that changed a stored credential.
    #[must_use]
    pub const fn credential(id: CredentialId) -> Self {
        Self { record: false, credential: Some(id) }
    }
}

impl fmt::Display for RenewedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.record, &self.credential) {
            (false, None) => f.write_str("unchanged"),
            (true, None) => f.write_str("renewed for this record only"),
            (false, Some(id)) => write!(f, "renewed in credential {id}, which other records may use"),
            (true, Some(id)) => write!(f, "renewed: the record now uses credential {id}, which other records may use"),
        }
    }
}

impl SourceMatch {
    pub(super) fn differs(part: SourcePart, uses: impl Into<String>, given: impl Into<String>) -> Self {
        Self::Differs { part, uses: uses.into(), given: given.into() }
    }

    /// Compares an id that a record may show.
    pub(super) fn of(part: SourcePart, uses: Option<&str>, given: &str) -> Self {
        match uses.filter(|uses| !uses.is_empty()) {
            None => Self::Unknown,
            Some(uses) if uses == given => Self::Same,
            Some(uses) => Self::differs(part, uses, given),
        }
    }
}

impl RenewalRun {
    /// Creates a run in which nothing has been renewed yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Renews a stored credential, unless this run has already renewed it from the same source. Concurrent callers
    /// wait. If `renew` fails, the next caller tries again. `renew` returns the id of the credential that the records
    /// should use from now on, usually the same one.
    ///
    /// # Errors
    ///
    /// The error of `renew`.
    pub async fn once(
        &self,
        id: &CredentialId,
        source: &NumberSource,
        renew: impl Future<Output = Result<CredentialId>> + Send,
    ) -> Result<CredentialId> {
        let renewed = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match all.iter().find(|one| one.id == *id && one.source == *source) {
                Some(one) => one.renewed.clone(),
                None => {
                    let renewed = Arc::new(OnceCell::new());
                    all.push(Renewing { id: id.clone(), source: source.clone(), renewed: renewed.clone() });
                    renewed
                }
            }
        };
        renewed.get_or_try_init(|| renew).await.cloned()
    }
}
