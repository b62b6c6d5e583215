//! A platform in memory and a provider, for tests in paused time.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::{CallError, CallFault, Delivery, Refusal};
use numport::model::{AccountId, CallbackUrl, Calls, PlatformKind, ProviderKind, Routing};
use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support};
use numport::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use numport::{Byo, E164, ImportRequest, Importer, NumberSource, Result};

pub(crate) const KIND: PlatformKind = PlatformKind::VAPI;

pub(crate) static NATIVE: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_label(Support::FULL, Some(20))
    .with_agent(Support::FULL)
    .with_directions(Support::CREATE, Support::NONE);
pub(crate) static THROUGH_LIST: Capabilities =
    Capabilities::new(Sources::Any, Find::ThroughList, OnRemoval::Unsupported).with_label(Support::FULL, None);

pub(crate) fn number(last: usize) -> E164 {
    format!("+1415557{last:04}").parse().unwrap()
}

pub(crate) fn request(last: usize) -> ImportRequest {
    ImportRequest::new(number(last))
}

/// A platform with records of this many numbers, from number 0.
pub(crate) fn platform(can: &'static Capabilities, records: usize) -> InMemoryPlatform {
    let platform = InMemoryPlatform::new(KIND, can);
    for last in 0..records {
        platform.insert(number(last));
    }
    platform
}

/// From numbers of which nothing is requested.
pub(crate) fn importer(platform: &InMemoryPlatform) -> Importer {
    Importer::new(Byo::credential(ProviderKind::SIP_TRUNK, "c1"), platform.clone())
}

pub(crate) fn records_of(platform: &InMemoryPlatform, number: &E164) -> usize {
    platform.records().iter().filter(|record| record.number.is(number)).count()
}

/// Lets this many creates succeed, and refuses every later one with this status.
pub(crate) fn refuse_creates_after(platform: &InMemoryPlatform, creates: usize, status: u16) {
    platform.script(Call::Create, vec![Answer::Usual; creates]);
    platform.always(Call::Create, Answer::refused(status));
}

/// A hook that a call runs.
type Hook = Box<dyn Fn() + Send>;

/// A carrier that holds the given numbers, each with the URL that gets its calls.
#[derive(Clone, Default)]
pub(crate) struct Exchange {
    numbers: Arc<Mutex<Vec<(E164, String)>>>,
    restored: Arc<AtomicUsize>,
    ignores: Arc<AtomicBool>,
    hook: Arc<Mutex<Option<Hook>>>,
    on_point: Arc<Mutex<Option<Hook>>>,
    silent: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an exchange")
    }
}

impl Exchange {
    pub(crate) fn point(&self, number: E164, url: &str) {
        let mut numbers = self.numbers.lock().unwrap();
        numbers.retain(|(held, _)| *held != number);
        numbers.push((number, url.to_owned()));
    }

    pub(crate) fn url(&self, number: &E164) -> Option<String> {
        self.numbers.lock().unwrap().iter().find(|(held, _)| held == number).map(|(_, url)| url.clone())
    }

    /// From now on it keeps its URLs, and responds to a restore with the present ones.
    pub(crate) fn ignore_restores(&self) {
        self.ignores.store(true, Ordering::SeqCst);
    }

    /// Sets whether every read of a routing fails from now on.
    pub(crate) fn set_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    /// From now on, or no longer, no response to a change ever comes, though it is carried out.
    pub(crate) fn set_hanging(&self, hanging: bool) {
        self.hangs.store(hanging, Ordering::SeqCst);
    }

    async fn respond(&self) {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    /// Sets the hook that runs after calls were pointed.
    pub(crate) fn on_point(&self, hook: impl Fn() + Send + 'static) {
        *self.on_point.lock().unwrap() = Some(Box::new(hook));
    }

    /// Sets the hook that runs when a routing is restored.
    pub(crate) fn on_restore(&self, hook: impl Fn() + Send + 'static) {
        *self.hook.lock().unwrap() = Some(Box::new(hook));
    }

    /// How often a routing was restored.
    pub(crate) fn restored(&self) -> usize {
        self.restored.load(Ordering::SeqCst)
    }

    fn held(number: E164, url: &str) -> HeldNumber {
        let mut held = HeldNumber::new(number, ());
        held.routing = Some(routing(number, url));
        held
    }
}

fn routing(number: E164, url: &str) -> Routing {
    let settings = [("voice_url".to_owned(), url.to_owned())].into();
    let calls = if url.is_empty() { Calls::Nowhere } else { Calls::Url(url.into()) };
    Routing::new(number, "held".to_owned(), calls, settings)
}

#[async_trait]
impl NumberProvider for Exchange {
    fn kind(&self) -> ProviderKind {
        ProviderKind::from_static("exchange")
    }

    fn account(&self) -> AccountId {
        AccountId::new("exchange")
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    fn source(&self) -> NumberSource {
        Byo::credential(ProviderKind::SIP_TRUNK, "c1").into()
    }

    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        Ok(self.url(number).map_or(Ownership::NotHeld, |url| Ownership::Held(Self::held(*number, &url))))
    }

    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let numbers = self.numbers.lock().unwrap().clone();
        stream::iter(numbers).map(|(number, url)| Ok(Self::held(number, &url))).boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

#[async_trait]
impl RoutingControl for Exchange {
    async fn check_point(&self, _: &CallbackUrl) -> Result<()> {
        Ok(())
    }

    async fn trunk_addresses(&self, _: &str) -> Result<Vec<CallbackUrl>> {
        Ok(Vec::new())
    }

    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        if self.silent.load(Ordering::SeqCst) {
            let fault = CallFault::Refusal(Refusal::new("out of service"));
            return Err(Box::new(CallError::new(self.kind().into(), "read routing", Delivery::Read, fault)).into());
        }
        Ok(self.url(number).map(|url| routing(*number, &url)))
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

    async fn restore(&self, before: &Routing) -> Result<Routing> {
        self.restored.fetch_add(1, Ordering::SeqCst);
        if let Some(hook) = &*self.hook.lock().unwrap() {
            hook();
        }
        if !self.ignores.load(Ordering::SeqCst) {
            self.point(before.number, &before.settings["voice_url"]);
        }
        self.respond().await;
        Ok(self.url(&before.number).map_or_else(|| before.clone(), |url| routing(before.number, &url)))
    }

    async fn point(&self, before: &Routing, address: &CallbackUrl) -> Result<Routing> {
        self.point(before.number, address.as_str());
        if let Some(hook) = &*self.on_point.lock().unwrap() {
            hook();
        }
        self.respond().await;
        Ok(routing(before.number, address.as_str()))
    }
}
