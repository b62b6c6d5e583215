use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::Result;
use crate::model::{Byo, NumberSource, ProviderKind};

#[async_trait]
impl NumberProvider for Byo {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Byo
    }

    fn source(&self) -> NumberSource {
        self.clone().into()
    }

    /// The credential is at the platform; nobody here can ask the carrier.
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
