use async_trait::async_trait;
use futures_util::stream::BoxStream;

use super::sip::{list, lookup};
use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::Result;
use crate::model::{Byo, NumberSource, ProviderKind};

#[async_trait]
impl NumberProvider for Byo {
    fn kind(&self) -> ProviderKind {
        ProviderKind::BYO
    }

    /// The credential without the numbers declared.
    fn source(&self) -> NumberSource {
        self.clone().into()
    }

    /// The credential is at the platform; nobody here can ask the carrier. What is declared answers, if
    /// anything is.
    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        lookup(self.kind(), &self.numbers, number)
    }

    /// The numbers declared.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        list(self.kind(), &self.numbers)
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        None
    }
}
