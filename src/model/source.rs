use std::any::Any;

use super::{AccountKey, Byo, CredentialId, Declared, Details, ProblemCode, Problems, ProviderKind, Secret, SipTrunk};

/// What a platform needs to reach a number that is held at a carrier.
///
/// [`NumberProvider::source`](crate::NumberProvider::source) returns it. Which ones a platform takes is a part of its
/// [`Capabilities`](crate::platform::Capabilities).
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
    /// How the platform reaches its numbers.
    pub reach: Reach,
    /// What is wrong with the numbers that were declared; they themselves are the provider's affair.
    faults: Declared,
}

/// How a platform reaches a carrier's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reach {
    /// It logs in to the account at the carrier. The import carries the credentials.
    Account(AccountKey),
    /// It calls a SIP trunk, and is called by it.
    Trunk(SipTrunk),
    /// It has a credential for the carrier already. `None` is the one that it keeps as its default.
    Stored(Option<CredentialId>),
    /// Only the platform that takes it knows what is in it. Two of them are equal if they are clones of one.
    Custom(Details),
}

impl NumberSource {
    fn new(carrier: ProviderKind, reach: Reach) -> Self {
        Self { carrier, reach, faults: Declared::default() }
    }

    /// Creates a source of a carrier's account.
    #[must_use]
    pub fn account(carrier: ProviderKind, key: AccountKey) -> Self {
        Self::new(carrier, Reach::Account(key))
    }

    /// Creates a source of a credential that the platform has stored under this id.
    pub fn stored(carrier: ProviderKind, id: impl Into<CredentialId>) -> Self {
        Self::new(carrier, Reach::Stored(Some(id.into())))
    }

    /// Creates a source of the credential that the platform keeps as its default for this carrier.
    #[must_use]
    pub fn stored_default(carrier: ProviderKind) -> Self {
        Self::new(carrier, Reach::Stored(None))
    }

    /// Creates a source that only one platform understands. That platform reads the details by [`Details::get`].
    pub fn custom<T: Any + std::fmt::Debug + Send + Sync>(carrier: ProviderKind, details: T) -> Self {
        Self::new(carrier, Reach::Custom(Details::new(details)))
    }

    /// Returns its secrets: what opens the account, also as a login of HTTP has it in base64, or the password of the
    /// trunk. Those of a [custom](Reach::Custom) source are not known.
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
                    "give the platform's id of it, or use its stored default",
                );
            }
            Reach::Stored(_) | Reach::Custom(_) => {}
        }
        self.faults.check(problems);
    }
}

/// Without the numbers declared: they are the provider's affair, and trunks that differ by them alone
/// share one credential at a platform.
impl From<SipTrunk> for NumberSource {
    fn from(mut trunk: SipTrunk) -> Self {
        trunk.numbers.forget();
        Self::new(ProviderKind::SIP_TRUNK, Reach::Trunk(trunk))
    }
}

/// Without the numbers declared.
impl From<Byo> for NumberSource {
    fn from(mut byo: Byo) -> Self {
        byo.numbers.forget();
        Self { faults: byo.numbers, ..Self::new(byo.carrier, Reach::Stored(byo.credential)) }
    }
}
