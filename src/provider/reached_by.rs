use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::Result;
use crate::model::{AccountId, NumberSource, ProviderKind};

/// A carrier whose numbers platforms reach in another way than by its account: by a credential that the platform stores,
/// or by a SIP trunk. It looks numbers up and keeps their routing as the carrier does.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(all(feature = "twilio", feature = "vapi", feature = "sandbox"))] {
/// use numport::provider::ReachedBy;
/// use numport::{ImportRequest, Importer, SipTrunk, Twilio, Vapi, sandbox::Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let vars = |name: &str| sandbox.var(name);
/// // Vapi calls out through the trunk, and the number's routing stays as it is.
/// let trunk = SipTrunk::new("example.pstn.twilio.com").outbound_only().credentials("user", "password");
/// let carrier = ReachedBy::new(Twilio::from_vars(vars)?, trunk);
/// let importer = Importer::new(carrier, Vapi::from_vars(vars)?);
/// let imported = importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
/// assert_eq!(imported.record.carrier.as_deref(), Some("byo-phone-number"));
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ReachedBy<P> {
    carrier: P,
    source: NumberSource,
}

impl<P: NumberProvider> ReachedBy<P> {
    /// Creates the carrier with this source. Numbers that a trunk declares do not count: the carrier knows its own.
    pub fn new(carrier: P, source: impl Into<NumberSource>) -> Self {
        Self { carrier, source: source.into() }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<P: NumberProvider> NumberProvider for ReachedBy<P> {
    fn kind(&self) -> ProviderKind {
        self.carrier.kind()
    }

    fn account(&self) -> AccountId {
        self.carrier.account()
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    fn source(&self) -> NumberSource {
        self.source.clone()
    }

    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        self.carrier.lookup(number).await
    }

    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        self.carrier.list()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        self.carrier.routing()
    }
}
