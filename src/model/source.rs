use std::any::Any;

use super::{AccountKey, Byo, CredentialId, Declared, Details, ProblemCode, Problems, ProviderKind, Secret, SipTrunk};

/// The data that a platform needs to reach a number at a carrier.
///
/// [`NumberProvider::source`](crate::NumberProvider::source) returns it. The platform's
/// [`Capabilities`](crate::platform::Capabilities) say which sources it supports.
///
/// ```
/// use numport::model::{ProviderKind, Reach};
/// use numport::{AccountKey, NumberSource, SipTrunk};
///
/// let twilio = NumberSource::account(ProviderKind::TWILIO, AccountKey::token("AC…", "the-token"));
/// let trunk = NumberSource::from(SipTrunk::new("sip.example.com"));
/// let stored = NumberSource::stored(ProviderKind::TELNYX, "f0c3a1c4-6a5c-4c43-9f0b-3a2a7a0c8b11");
/// assert!(matches!(stored.reach, Reach::Stored(Some(_))));
/// # let _ = (twilio, trunk);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberSource {
    /// The carrier.
    pub carrier: ProviderKind,
    /// How the platform reaches the carrier's numbers.
    pub reach: Reach,
    /// What is wrong with the numbers that were declared; they themselves are the carrier's affair.
    faults: Declared,
}

/// How a platform reaches a carrier's numbers.
///
/// ```
/// use numport::model::Reach;
/// use numport::{NumberSource, SipTrunk};
///
/// /// What a platform of your own sends for a source.
/// fn sends(source: &NumberSource) -> Option<String> {
///     match &source.reach {
///         Reach::Account(account) => Some(format!("the account {}", account.account)),
///         Reach::Trunk(trunk) => Some(format!("the trunk {}", trunk.host().ok()?.as_str())),
///         _ => None,
///     }
/// }
/// let source = NumberSource::from(SipTrunk::new("sip.example.com"));
/// assert_eq!(sends(&source).as_deref(), Some("the trunk sip.example.com"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// The platform logs in to the account at the carrier. The import contains the credentials.
    Account(AccountKey),
    /// The platform sends calls to a SIP trunk and receives calls from it.
    Trunk(SipTrunk),
    /// The platform already has a credential for the carrier. `None` stands for the platform's default credential.
    Stored(Option<CredentialId>),
    /// A source that only one platform understands. Two such sources are equal if one is a clone of the other.
    Custom(Details),
}

impl NumberSource {
    fn new(carrier: ProviderKind, reach: Reach) -> Self {
        Self { carrier, reach, faults: Declared::default() }
    }

    /// Creates a source from a carrier's account.
    #[must_use]
    pub fn account(carrier: ProviderKind, key: AccountKey) -> Self {
        Self::new(carrier, Reach::Account(key))
    }

    /// Creates a source from a credential that the platform stores under this id.
    pub fn stored(carrier: ProviderKind, id: impl Into<CredentialId>) -> Self {
        Self::new(carrier, Reach::Stored(Some(id.into())))
    }

    /// Creates a source from the platform's default credential for this carrier.
    #[must_use]
    pub fn stored_default(carrier: ProviderKind) -> Self {
        Self::new(carrier, Reach::Stored(None))
    }

    /// Creates a source that only one platform understands. That platform reads the details with [`Details::get`].
    pub fn custom<T: Any + std::fmt::Debug + Send + Sync>(carrier: ProviderKind, details: T) -> Self {
        Self::new(carrier, Reach::Custom(Details::new(details)))
    }

    /// Returns the source's secrets: the key of the account, also in the base64 form of an HTTP login, or the password
    /// of the trunk. The secrets of a [custom](Reach::Custom) source are unknown.
    #[must_use]
    pub fn secrets(&self) -> Vec<Secret> {
        match &self.reach {
            Reach::Account(account) => account.secrets().into(),
            Reach::Trunk(trunk) => trunk.credentials.iter().map(|(_, password)| password.clone()).collect(),
            Reach::Stored(_) | Reach::Custom(_) => Vec::new(),
        }
    }

    /// Adds everything that is wrong with it by itself, whatever the platform.
    pub(crate) fn check(&self, problems: &mut Problems) {
        match &self.reach {
            Reach::Account(key) => key.check(self.carrier, problems),
            Reach::Trunk(trunk) => trunk.check(problems),
            Reach::Stored(Some(id)) if id.as_str().trim().is_empty() => {
                problems.add(
                    ProblemCode::Empty,
                    "credential",
                    "is empty",
                    "give the platform's id of the credential, or use its stored default",
                );
            }
            Reach::Stored(_) | Reach::Custom(_) => {}
        }
        self.faults.check(problems);
    }
}

/// Converts without the declared numbers, because trunks that differ only in their numbers share one credential at a
/// platform.
impl From<SipTrunk> for NumberSource {
    fn from(mut trunk: SipTrunk) -> Self {
        trunk.numbers.forget();
        Self::new(ProviderKind::SIP_TRUNK, Reach::Trunk(trunk))
    }
}

/// Converts without the declared numbers.
impl From<Byo> for NumberSource {
    fn from(mut byo: Byo) -> Self {
        byo.numbers.forget();
        Self { faults: byo.numbers, ..Self::new(byo.carrier, Reach::Stored(byo.credential)) }
    }
}
