use std::ops::RangeInclusive;

use super::{CredentialId, Declared, ProviderKind};
use crate::E164;

/// "Bring your own": a carrier whose credential the platform already has.
///
/// It is a provider ([`NumberProvider`](crate::NumberProvider)) and can be converted into a
/// [`NumberSource`](crate::NumberSource). numport cannot look up the numbers at the carrier. It uses the numbers that
/// you declare with [`number`](Self::number) and [`numbers`](Self::numbers) instead.
///
/// ```
/// use numport::{Byo, model::ProviderKind};
///
/// let interactly = Byo::stored_default(ProviderKind::TWILIO).number("+14155552671".parse()?);
/// let vapi = Byo::credential(ProviderKind::TELNYX, "f0c3a1c4-6a5c-4c43-9f0b-3a2a7a0c8b11");
/// assert!(interactly.credential.is_none() && vapi.credential.is_some());
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Byo {
    /// The carrier that the credential is for.
    pub carrier: ProviderKind,
    /// The platform's id of the credential. `None` stands for the platform's default credential.
    pub credential: Option<CredentialId>,
    pub(crate) numbers: Declared,
}

impl Byo {
    /// Creates the source for a credential with this id at the platform.
    pub fn credential(carrier: ProviderKind, id: impl Into<CredentialId>) -> Self {
        Self { carrier, credential: Some(id.into()), numbers: Declared::default() }
    }

    /// Creates the source for the platform's default credential for this carrier.
    #[must_use]
    pub fn stored_default(carrier: ProviderKind) -> Self {
        Self { carrier, credential: None, numbers: Declared::default() }
    }

    /// Declares that the carrier holds this number.
    #[must_use]
    pub fn number(self, number: E164) -> Self {
        self.numbers(number..=number)
    }

    /// Declares that the carrier holds these numbers, including the first and the last. Both must have the same number
    /// of digits.
    #[must_use]
    pub fn numbers(mut self, numbers: RangeInclusive<E164>) -> Self {
        self.numbers.declare(&numbers);
        self
    }
}
