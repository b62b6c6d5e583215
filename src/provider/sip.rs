use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::Result;
use crate::model::{NumberSource, ProviderKind, SipTrunk};

#[async_trait]
impl NumberProvider for SipTrunk {
    fn kind(&self) -> ProviderKind {
        ProviderKind::SipTrunk
    }

    fn source(&self) -> NumberSource {
        self.clone().into()
    }

    /// A trunk does not tell which numbers it carries.
    async fn lookup(&self, _number: &E164) -> Result<Ownership> {
        Ok(Ownership::NotVerifiable)
    }

    /// None: see [`lookup`](Self::lookup).
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        stream::empty().boxed()
    }
    fn routing(&self) -> Option<&dyn RoutingControl> {
        None
    }
}
