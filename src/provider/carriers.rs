//! Several carriers combined into one provider.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future::join_all;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use crate::E164;
use crate::error::{Error, Result};
use crate::model::{AccountId, CallbackUrl, Finding, NumberSource, Problem, ProblemCode, ProviderKind, Routing};

/// Combines several carriers into one provider: accounts, subaccounts, SIP trunks, stored credentials. One plan then
/// covers the numbers of all of them.
///
/// The importer imports each number from the carrier that holds it. It looks the number up at all carriers:
///
/// - If two carriers hold or declare a number, it is not imported ([`Finding::HeldByTwo`]).
/// - If the lookup at one carrier fails and no other carrier holds the number, its holder is unknown and nothing is
///   changed. If another carrier holds the number, it is imported with a warning ([`Finding::CarrierLookupFailed`]).
/// - If no carrier is known to hold the number, it is imported from the only carrier that cannot tell its numbers (a
///   trunk without declared numbers), if there is exactly one. If there are several such carriers, declare their
///   numbers.
///
/// For a Twilio subaccount, give a client with the subaccount's own SID and token. Most platforms refuse the source of a
/// client from `Twilio::for_subaccount`, which has the parent's token.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::provider::Carriers;
/// use numport::{ImportRequest, Importer, SipTrunk, Twilio, Vapi, sandbox::Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let vars = |name: &str| sandbox.var(name);
/// let trunk = SipTrunk::new("203.0.113.7").number("+493012345678".parse()?);
/// let carriers = Carriers::new().and(Twilio::from_vars(vars)?).and(trunk);
/// let importer = Importer::new(carriers, Vapi::from_vars(vars)?);
///
/// for number in ["+14155552671", "+493012345678"] {
///     println!("{}", importer.import(ImportRequest::new(number.parse()?)).await?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Carriers(Vec<Arc<dyn NumberProvider>>);

impl Carriers {
    /// The kind of several combined carriers.
    pub const KIND: ProviderKind = ProviderKind::from_static("carriers");

    /// Creates a provider without carriers.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a carrier.
    pub fn and(mut self, carrier: impl NumberProvider + 'static) -> Self {
        self.0.push(Arc::new(carrier));
        self
    }

    fn controls(&self) -> impl Iterator<Item = &dyn RoutingControl> {
        self.carriers().into_iter().filter_map(NumberProvider::routing)
    }

    /// The control of the carrier that holds this routing's number. A failed lookup counts only if no other carrier
    /// holds it.
    async fn control_of(&self, routing: &Routing) -> Result<&dyn RoutingControl> {
        let mut failed = None;
        for control in self.controls() {
            match control.snapshot(&routing.number).await {
                Ok(Some(kept)) if kept.id == routing.id => return Ok(control),
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        let fault = format!("is for {}, which none of the carriers holds under the same id", routing.number);
        let problem =
            Problem::new(ProblemCode::Mismatch, "routing", fault, "use the carrier that the routing was read from");
        Err(Error::invalid("the routing was not set", vec![problem]))
    }
}

impl FromIterator<Arc<dyn NumberProvider>> for Carriers {
    fn from_iter<I: IntoIterator<Item = Arc<dyn NumberProvider>>>(carriers: I) -> Self {
        Self(carriers.into_iter().collect())
    }
}

#[async_trait]
impl NumberProvider for Carriers {
    fn kind(&self) -> ProviderKind {
        Self::KIND
    }

    /// The accounts of all carriers.
    fn account(&self) -> AccountId {
        let accounts: Vec<AccountId> = self.carriers().iter().map(|carrier| carrier.account()).collect();
        AccountId::new(accounts.iter().map(AccountId::as_str).collect::<Vec<_>>().join(" + "))
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        self.0.iter().flat_map(|carrier| carrier.carriers()).collect()
    }

    /// A source that no platform accepts: each number has the source of its own carrier.
    fn source(&self) -> NumberSource {
        NumberSource::custom(Self::KIND, ())
    }

    /// Queries all carriers. A number that two hold, or that several may hold, is not verifiable.
    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        let carriers = self.carriers();
        let answers = join_all(carriers.iter().map(|carrier| carrier.lookup(number))).await;
        let holding = combine(&carriers, answers)?;
        let is_clear = holding.carrier.is_some() || !matches!(holding.ownership, Ownership::Held(_));
        Ok(if is_clear { holding.ownership } else { Ownership::NotVerifiable })
    }

    /// The numbers of one carrier after the other.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let lists: Vec<_> = self.carriers().into_iter().map(NumberProvider::list).collect();
        stream::iter(lists).flatten().boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        self.controls().next().is_some().then_some(self as _)
    }
}

#[async_trait]
impl RoutingControl for Carriers {
    /// A failed lookup counts only if no other carrier knows the trunk.
    async fn trunk_addresses(&self, trunk: &str) -> Result<Vec<CallbackUrl>> {
        let mut failed = None;
        for control in self.controls() {
            match control.trunk_addresses(trunk).await {
                Ok(addresses) if addresses.is_empty() => {}
                Ok(addresses) => return Ok(addresses),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or_else(|| Ok(Vec::new()), Err)
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        let (mut found, mut failed) = (None, None);
        for answer in join_all(self.controls().map(|control| control.snapshot(number))).await {
            match answer {
                Ok(Some(_)) if found.is_some() => {
                    let fault = format!("{number} is held by several carriers");
                    let remedy = "keep it at one of them, or query that carrier alone";
                    let problem = Problem::new(ProblemCode::Conflict, "carriers", fault, remedy);
                    return Err(Error::invalid("the routing was not read", vec![problem]));
                }
                Ok(Some(routing)) => found = Some(routing),
                Ok(None) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match (found, failed) {
            (None, Some(error)) => Err(error),
            (found, _) => Ok(found),
        }
    }

    fn parts_of(&self, setting: &str) -> &'static [&'static str] {
        let parts = self.controls().map(|control| control.parts_of(setting));
        parts.into_iter().find(|parts| !parts.is_empty()).unwrap_or_default()
    }

    fn is_attachment(&self, setting: &str) -> bool {
        self.controls().any(|control| control.is_attachment(setting))
    }

    fn cleared_by(&self, setting: &str) -> &'static [&'static str] {
        let cleared = self.controls().map(|control| control.cleared_by(setting));
        cleared.into_iter().find(|cleared| !cleared.is_empty()).unwrap_or_default()
    }

    async fn restore(&self, routing: &Routing) -> Result<Routing> {
        self.control_of(routing).await?.restore(routing).await
    }

    /// Each carrier answers for itself, so any that can is enough.
    async fn check_point(&self, address: &CallbackUrl) -> Result<()> {
        let mut first = Ok(());
        for control in self.controls() {
            match control.check_point(address).await {
                Ok(()) => return Ok(()),
                Err(error) => first = first.and(Err(error)),
            }
        }
        first
    }

    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        self.control_of(routing).await?.point(routing, address).await
    }
}

/// Which of several carriers holds a number.
#[derive(Debug)]
pub(crate) struct Holding {
    pub(crate) ownership: Ownership,
    /// The index of the carrier from which the number can be imported, if that is clear.
    pub(crate) carrier: Option<usize>,
    /// The held numbers of the other carriers that hold it too.
    pub(crate) others: Vec<HeldNumber>,
    /// The indexes of all carriers that hold it, in this order.
    pub(crate) holders: Vec<usize>,
    /// The findings in addition to those about the carrier's own answer.
    pub(crate) findings: Vec<Finding>,
}

/// Combines the results of these carriers. If no carrier is known to hold the number and a lookup failed, the result is
/// the error of that lookup.
pub(crate) fn combine(carriers: &[&dyn NumberProvider], answers: Vec<Result<Ownership>>) -> Result<Holding> {
    let (mut held, mut elsewhere, mut silent, mut failed) = (Vec::new(), None, Vec::new(), Vec::new());
    for (index, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(Ownership::Held(number)) => held.push((index, number)),
            Ok(Ownership::HeldBySubaccount(number)) => elsewhere = elsewhere.or(Some(number)),
            Ok(Ownership::NotVerifiable) => silent.push(index),
            Ok(Ownership::NotHeld) => {}
            Err(error) => failed.push((index, error)),
        }
    }
    let names = |indexes: &[usize]| -> Vec<String> { indexes.iter().map(|&index| name(carriers[index])).collect() };
    if !held.is_empty() {
        let holders: Vec<usize> = held.iter().map(|(index, _)| *index).collect();
        let (index, number) = held.remove(0);
        let ownership = Ownership::Held(number);
        if holders.len() > 1 {
            let findings = vec![Finding::HeldByTwo { carriers: names(&holders) }];
            let others = held.into_iter().map(|(_, number)| number).collect();
            return Ok(Holding { ownership, carrier: None, others, holders, findings });
        }
        let lookup_failed = |(index, error): (usize, Error)| Finding::CarrierLookupFailed {
            carrier: name(carriers[index]),
            reason: error.as_reason(),
        };
        let findings = failed.into_iter().map(lookup_failed).collect();
        return Ok(Holding { ownership, carrier: Some(index), others: Vec::new(), holders, findings });
    }
    if !failed.is_empty() {
        return Err(failed.swap_remove(0).1);
    }
    let of = |ownership, carrier| Holding {
        ownership,
        carrier,
        others: Vec::new(),
        holders: Vec::new(),
        findings: Vec::new(),
    };
    Ok(match (elsewhere, &silent[..]) {
        (Some(number), _) => of(Ownership::HeldBySubaccount(number), None),
        (None, []) => of(Ownership::NotHeld, None),
        (None, [index]) => of(Ownership::NotVerifiable, Some(*index)),
        (None, several) => {
            let findings = vec![Finding::HolderUnknown { carriers: names(several) }];
            Holding { findings, ..of(Ownership::NotVerifiable, None) }
        }
    })
}

/// A carrier's kind and account, for people.
pub(crate) fn name(carrier: &dyn NumberProvider) -> String {
    format!("{} {}", carrier.kind(), carrier.account())
}
