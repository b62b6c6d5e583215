//! Random states: carriers, a platform, routings, and a desired state. Whatever a plan removes, every number that the
//! platform answered is still answered, and no record whose carrier is unknown is removed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use fastrand::Rng;
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::conformance::{Call, InMemoryPlatform};
use numport::import::plan::PlanStep;
use numport::model::{AccountId, CallbackUrl, Calls, ProviderKind, Removal, Routing};
use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support, Takeover};
use numport::provider::{Carriers, HeldNumber, NumberProvider, Ownership, RoutingControl};
use numport::{Byo, Desired, E164, Error, Importer, NumberSource, Plan, Result, SipTrunk};

use crate::plan::apply::apply;
use crate::support::in_memory::{KIND, number, request};

const WORLDS: u64 = 1000;
const NUMBERS: usize = 12;
const HERE: &str = "https://api.vapi.ai/twilio/inbound_call";

static FORGETS: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_label(Support::FULL, None)
    .with_agent(Support::FULL)
    .with_takeover(Takeover::AtImport);
static RELEASES: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Releases)
    .with_label(Support::FULL, None)
    .with_agent(Support::FULL)
    .with_takeover(Takeover::Nothing);

/// A carrier in memory, which may be unreachable.
#[derive(Clone, Debug)]
struct Carrier {
    account: &'static str,
    calls: Arc<Mutex<BTreeMap<E164, Calls>>>,
    fails: bool,
}

impl Carrier {
    fn held(number: E164, calls: &Calls) -> HeldNumber {
        let settings = [("calls".to_owned(), serde_json::to_string(calls).unwrap())].into();
        let mut held = HeldNumber::new(number, ());
        held.routing = Some(Routing::new(number, number.to_string(), calls.clone(), settings));
        held
    }

    fn ask(&self) -> Result<BTreeMap<E164, Calls>> {
        let fault = numport::error::CallFault::Transport(numport::error::TransportFault::new(
            numport::error::Loss::NotConnected,
        ));
        let error = || numport::error::CallError::new(self.kind().into(), "ask", numport::error::Delivery::Read, fault);
        if self.fails { Err(Error::from(Box::new(error()))) } else { Ok(self.calls.lock().unwrap().clone()) }
    }
}

#[async_trait]
impl NumberProvider for Carrier {
    fn kind(&self) -> ProviderKind {
        ProviderKind::from_static("carrier")
    }

    fn account(&self) -> AccountId {
        AccountId::new(self.account)
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    fn source(&self) -> NumberSource {
        Byo::credential(self.kind(), self.account).into()
    }

    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        let held = self.ask()?.get(number).map(|calls| Self::held(*number, calls));
        Ok(held.map_or(Ownership::NotHeld, Ownership::Held))
    }

    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        match self.ask() {
            Ok(calls) => stream::iter(calls).map(|(number, calls)| Ok(Self::held(number, &calls))).boxed(),
            Err(error) => stream::iter([Err(error)]).boxed(),
        }
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

#[async_trait]
impl RoutingControl for Carrier {
    async fn check_point(&self, _: &CallbackUrl) -> Result<()> {
        Ok(())
    }

    async fn trunk_addresses(&self, _: &str) -> Result<Vec<CallbackUrl>> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        Ok(self.ask()?.get(number).and_then(|calls| Self::held(*number, calls).routing))
    }

    fn parts_of(&self, _setting: &str) -> &'static [&'static str] {
        &[]
    }

    fn is_attachment(&self, _: &str) -> bool {
        false
    }

    fn cleared_by(&self, _: &str) -> &'static [&'static str] {
        &[]
    }

    async fn restore(&self, routing: &Routing) -> Result<Routing> {
        self.ask()?;
        self.calls.lock().unwrap().insert(routing.number, routing.calls.clone());
        Ok(routing.clone())
    }

    async fn point(&self, routing: &Routing, address: &CallbackUrl) -> Result<Routing> {
        let calls = Calls::Url(address.clone());
        self.restore(&Self::held(routing.number, &calls).routing.unwrap()).await
    }
}

/// A state, and facts that only the test knows.
struct World {
    platform: InMemoryPlatform,
    carriers: Vec<Carrier>,
    /// The numbers of the trunk, whose calls go to the platform.
    trunk: BTreeSet<E164>,
    importer: Importer,
    /// Whether the trunk lists its numbers.
    declared: bool,
}

fn calls(random: &mut Rng) -> Calls {
    match random.u8(0..7) {
        0 => Calls::Nowhere,
        1 => Calls::Url("https://api.elevenlabs.io/twilio/inbound_call".into()),
        2 => Calls::Url("https://voice.example.com/forwards".into()),
        3 => Calls::Url("https://voice.example.com/answers-itself".into()),
        4 => Calls::Trunk("TK-forwards".to_owned()),
        _ => Calls::Url(HERE.into()),
    }
}

impl World {
    fn random(random: &mut Rng) -> Self {
        let can = if random.bool() { &FORGETS } else { &RELEASES };
        let platform = InMemoryPlatform::new(KIND, can);
        let (mut trunk, with_trunk, declared) = (BTreeSet::new(), random.bool(), random.bool());
        let mut carriers: Vec<Carrier> = ["main", "sub", "other"][..random.usize(1..=3)]
            .iter()
            .map(|account| Carrier { account, calls: Arc::default(), fails: random.u8(0..5) == 0 })
            .collect();
        for number in (0..NUMBERS).map(number) {
            for _ in 0..random.usize(0..3) {
                platform.insert(number);
                let agent = random.bool().then(|| "a-old".into());
                platform.edit(|records| records.last_mut().unwrap().agent = agent);
            }
            match random.usize(0..6) {
                0 => {}
                1 | 2 => drop(trunk.insert(number)),
                which => {
                    let count = carriers.len();
                    carriers[which % count].calls.lock().unwrap().insert(number, calls(random));
                    // Two carriers say that they hold it.
                    if random.u8(0..10) == 0 {
                        carriers[(which + 1) % count].calls.lock().unwrap().insert(number, calls(random));
                    }
                }
            }
        }
        let mut provider = carriers.iter().cloned().fold(Carriers::new(), Carriers::and);
        if with_trunk {
            let all = SipTrunk::new("sip.example.com");
            provider = provider.and(if declared { trunk.iter().copied().fold(all, SipTrunk::number) } else { all });
        }
        let (takes, takes_over) = (carriers.clone(), std::ptr::eq(can, &FORGETS));
        platform.on_call(move |call, number| {
            if let (Call::Create, Some(number), true) = (call, number, takes_over) {
                for carrier in &takes {
                    if let Some(calls) = carrier.calls.lock().unwrap().get_mut(&number) {
                        *calls = Calls::Url(HERE.into());
                    }
                }
            }
        });
        let mut importer = Importer::new(provider, platform.clone());
        if random.u8(0..8) == 0 {
            importer = importer.skip_preflight();
        }
        carriers.sort_by_key(|carrier| carrier.account);
        Self { platform, carriers, trunk, importer, declared: with_trunk && declared }
    }

    /// The numbers that the platform answers: the calls go to it, and a record has an agent.
    fn answered(&self) -> BTreeSet<E164> {
        let with_agent = self.platform.records().into_iter().filter(|record| record.agent.is_some());
        let numbers = with_agent.filter_map(|record| record.number.telephone());
        let comes = |calls: &Calls| match calls {
            Calls::Url(url) => url.as_str() == HERE || url.as_str().ends_with("forwards"),
            Calls::Trunk(_) => true,
            _ => false,
        };
        let reached = |number: &E164| {
            self.trunk.contains(number)
                || self.carriers.iter().any(|carrier| carrier.calls.lock().unwrap().get(number).is_some_and(comes))
        };
        numbers.filter(reached).collect()
    }

    /// Whether exactly one of the carriers is known to hold a number.
    fn is_known(&self, number: &E164) -> bool {
        let told = |carrier: &&Carrier| !carrier.fails && carrier.calls.lock().unwrap().contains_key(number);
        self.carriers.iter().filter(told).count() + usize::from(self.declared && self.trunk.contains(number)) == 1
    }

    /// Somebody else changes something.
    fn disturb(&self, random: &mut Rng) {
        let number = number(random.usize(0..NUMBERS));
        match random.u8(0..3) {
            0 => self.platform.edit(|records| {
                if let Some(record) = random.choice(records.iter_mut()) {
                    record.agent = Some("somebody-else".into());
                }
            }),
            1 => self.platform.edit(|records| {
                records.retain(|record| record.number.telephone() != Some(number));
            }),
            _ => {
                for carrier in &self.carriers {
                    if let Some(now) = carrier.calls.lock().unwrap().get_mut(&number) {
                        *now = calls(random);
                    }
                }
            }
        }
    }
}

async fn live(seed: u64) -> usize {
    let random = &mut Rng::with_seed(seed);
    let world = World::random(random);
    let wanted = |last| match random.u8(0..4) {
        0 => Some(request(last).agent("a-new")),
        1 => Some(request(last)),
        _ => None,
    };
    let desired: Desired = (0..NUMBERS).filter_map(wanted).collect();
    let plan = match world.importer.plan(&desired).await {
        Ok(plan) => plan,
        // No carrier could be queried.
        Err(error) => {
            assert!(world.carriers.iter().all(|carrier| carrier.fails), "seed {seed}: {error}");
            return 0;
        }
    };
    let consent = if random.bool() { Removal::Record } else { Removal::RecordAndNumber };
    let mut plan = plan.remove_extra(consent);
    if random.bool() {
        plan = plan.remove_second(consent);
    }
    if random.bool() {
        plan = plan.point_calls();
    }
    if random.bool() {
        plan = serde_json::from_str::<Plan>(&serde_json::to_string(&plan).unwrap()).unwrap();
    }
    while random.u8(0..3) == 0 {
        world.disturb(random);
    }
    let (answered, records) = (world.answered(), world.platform.records());
    let known: BTreeSet<E164> = (0..NUMBERS).map(number).filter(|number| world.is_known(number)).collect();
    let steps = apply(&world.importer, plan).await;
    let told: Vec<String> = steps.iter().map(|step| format!("{} {:?}", step.report(), step.step)).collect();

    let left = world.answered();
    let lost: Vec<&E164> = answered.difference(&left).collect();
    assert!(lost.is_empty(), "seed {seed}: {lost:?} are answered no more\n{}", told.join("\n"));
    let stays: BTreeSet<String> = world.platform.records().iter().map(|record| record.id.to_string()).collect();
    let removed: Vec<_> = records.iter().filter(|record| !stays.contains(record.id.as_str())).collect();
    for record in &removed {
        let number = record.number.telephone().unwrap();
        assert!(known.contains(&number), "seed {seed}: {number} was removed, and nobody knows its carrier");
        assert!(world.carriers.iter().all(|carrier| !carrier.fails), "seed {seed}: a carrier could not be asked");
    }
    let planned = steps.iter().filter(|step| matches!(&step.step, PlanStep::Extra(extra) if extra.remove.is_some()));
    assert!(planned.count() >= removed.len(), "seed {seed}");
    removed.len()
}

#[tokio::test(start_paused = true)]
async fn no_answered_number_is_lost_and_no_unknown_record_is_removed() {
    let mut removed = 0;
    for seed in 0..WORLDS {
        removed += live(seed).await;
    }
    assert!(removed > 200, "only {removed} records were removed in all worlds, so that little was tried");
}
