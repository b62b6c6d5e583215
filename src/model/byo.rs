use std::ops::RangeInclusive;

use super::{CredentialId, Declared, ProviderKind};
use crate::E164;

/// "Bring your own": a carrier whose credential the platform holds already.
///
/// It is a provider ([`NumberProvider`](crate::NumberProvider)) and makes a
/// [`NumberSource`](crate::NumberSource). Nobody here can ask the carrier for its numbers; what is
/// declared by [`number`](Self::number) and [`numbers`](Self::numbers) answers instead.
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
    /// The platform's id of the credential; `None` is the one that the platform keeps as its default.
    pub credential: Option<CredentialId>,
    pub(crate) numbers: Declared,
}

impl Byo {
    /// A credential of this id at the platform.
    pub fn credential(carrier: ProviderKind, id: impl Into<CredentialId>) -> Self {
        Self { carrier, credential: Some(id.into()), numbers: Declared::default() }
    }

    /// The credential that the platform keeps as its default for this carrier.
    #[must_use]
    pub fn stored_default(carrier: ProviderKind) -> Self {
        Self { carrier, credential: None, numbers: Declared::default() }
    }

    /// Declares that the carrier holds this number.
    #[must_use]
    pub fn number(self, number: E164) -> Self {
        self.numbers(number..=number)
    }

    /// Declares that the carrier holds these numbers, first and last included. Both have the same count
    /// of digits.
    #[must_use]
    pub fn numbers(mut self, numbers: RangeInclusive<E164>) -> Self {
        self.numbers.declare(&numbers);
        self
    }
}
