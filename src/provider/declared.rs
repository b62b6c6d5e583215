//! Providers that have no API: the declared numbers answer for them.

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::{Result, checked};
use crate::model::{
    AccountId, Byo, CredentialId, Declared, NumberSource, ProblemCode, Problems, ProviderKind, SipTrunk,
};

macro_rules! declared {
    ($($(#[$doc:meta])* $Provider:ident = $kind:expr, $account:expr;)+) => {$(
        $(#[$doc])*
        #[async_trait]
        impl NumberProvider for $Provider {
            fn kind(&self) -> ProviderKind {
                $kind
            }

            fn account(&self) -> AccountId {
                let account: fn(&Self) -> String = $account;
                AccountId::new(account(self))
            }

            fn carriers(&self) -> Vec<&dyn NumberProvider> {
                vec![self]
            }

            /// Creates it without declared numbers.
            fn source(&self) -> NumberSource {
                self.clone().into()
            }

            async fn lookup(&self, number: &E164) -> Result<Ownership> {
                lookup(self.kind(), &self.numbers, number)
            }

            /// The declared numbers; an error if there are none.
            fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
                list(self.kind(), &self.numbers)
            }

            fn routing(&self) -> Option<&dyn RoutingControl> {
                None
            }
        }
    )+};
}

declared! {
    /// The credential is stored at the platform, so the carrier cannot be queried.
    Byo = ProviderKind::BYO, |byo| {
        let credential = byo.credential.as_ref().map_or("default", CredentialId::as_str);
        format!("{credential}@{}", byo.carrier)
    };
    /// A trunk cannot list its numbers.
    SipTrunk = ProviderKind::SIP_TRUNK, |trunk| {
        let port = trunk.port.map_or_else(String::new, |port| format!(":{port}"));
        let user = trunk.credentials.as_ref().map_or_else(String::new, |(user, _)| format!("{user}@"));
        format!("{user}{}{port}", trunk.host_text().to_ascii_lowercase())
    };
}

fn lookup(kind: ProviderKind, numbers: &Declared, number: &E164) -> Result<Ownership> {
    checked(kind, "look up number", |problems| numbers.check(problems))?;
    Ok(if numbers.is_empty() {
        Ownership::NotVerifiable
    } else if numbers.contains(number) {
        Ownership::Held(HeldNumber::new(*number, ()))
    } else {
        Ownership::NotHeld
    })
}

fn list(kind: ProviderKind, numbers: &Declared) -> BoxStream<'_, Result<HeldNumber>> {
    let undeclared = |problems: &mut Problems| {
        if numbers.is_empty() {
            problems.add(
                ProblemCode::Missing,
                "numbers",
                "are not declared, and no API can list them",
                "declare the numbers",
            );
        }
    };
    match checked(kind, "list numbers", |problems| {
        numbers.check(problems);
        undeclared(problems);
    }) {
        Ok(()) => stream::iter(numbers.iter().map(|number| Ok(HeldNumber::new(number, ())))).boxed(),
        Err(error) => stream::iter([Err(error)]).boxed(),
    }
}
