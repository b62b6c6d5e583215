use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::{Result, checked};
use crate::model::{Declared, NumberSource, ProviderKind, SipTrunk};

#[async_trait]
impl NumberProvider for SipTrunk {
    fn kind(&self) -> ProviderKind {
        ProviderKind::SIP_TRUNK
    }

    /// The trunk without the numbers declared.
    fn source(&self) -> NumberSource {
        self.clone().into()
    }

    /// A trunk does not tell which numbers it carries: what is declared answers, if anything is.
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

pub(super) fn lookup(kind: ProviderKind, numbers: &Declared, number: &E164) -> Result<Ownership> {
    checked(kind, "look up number", |problems| numbers.check(problems))?;
    Ok(if numbers.is_empty() {
        Ownership::NotVerifiable
    } else if numbers.contains(number) {
        Ownership::Held(HeldNumber::new(*number, ()))
    } else {
        Ownership::NotHeld
    })
}

pub(super) fn list(kind: ProviderKind, numbers: &Declared) -> BoxStream<'_, Result<HeldNumber>> {
    match checked(kind, "list numbers", |problems| numbers.check(problems)) {
        Ok(()) => stream::iter(numbers.iter().map(|number| Ok(HeldNumber::new(number, ())))).boxed(),
        Err(error) => stream::iter([Err(error)]).boxed(),
    }
}
