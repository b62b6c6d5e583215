//! A platform in memory that counts what it is asked, and a provider beside it, for tests in paused time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::error::{CallError, CallFault, Delivery, NotFound, Refusal, StatusCode};
use numport::model::{Calls, Details, NumberId, PlatformKind, ProviderKind, RecordNumber, Removal, Routing, Service};
use numport::platform::{Capabilities, Create, Find, OnRemoval, Sources, Support};
use numport::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use numport::{
    Byo, E164, Error, ImportRequest, Importer, NumberRecord, NumberSource, NumberUpdate, Patch, Result, VoicePlatform,
};

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

#[derive(Debug, Default)]
pub(crate) struct Inner {
    pub(crate) records: Vec<NumberRecord>,
    pub(crate) finds: usize,
    pub(crate) gets: usize,
    /// How many lists were begun, and how many records were read from them.
    pub(crate) lists: usize,
    pub(crate) listed: usize,
    pub(crate) imports: usize,
    pub(crate) updates: usize,
    /// The status that everything but the list is refused with from this import on.
    pub(crate) refuses_from: Option<(usize, u16)>,
    /// The status that a removal is refused with.
    pub(crate) refuses_removal: Option<u16>,
    /// How long an import takes.
    pub(crate) import_takes: Duration,
    made: usize,
}

#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) can: &'static Capabilities,
    inner: Arc<Mutex<Inner>>,
}

impl Shelf {
    pub(crate) fn new(can: &'static Capabilities) -> Self {
        Self { can, inner: Arc::default() }
    }

    /// With records of the numbers 0 to so many.
    pub(crate) fn with(can: &'static Capabilities, records: usize) -> Self {
        let shelf = Self::new(can);
        for last in 0..records {
            shelf.put(RecordNumber::E164(number(last)));
        }
        shelf
    }

    pub(crate) fn put(&self, number: RecordNumber) -> NumberId {
        let mut inner = self.inner();
        inner.made += 1;
        let record = NumberRecord::new(KIND, format!("r{}", inner.made), number, Details::new(()));
        let id = record.id.clone();
        inner.records.push(record);
        id
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// From numbers of which nothing is asked.
    pub(crate) fn importer(&self) -> Importer {
        Importer::new(Byo::credential(ProviderKind::SIP_TRUNK, "c1"), self.clone())
    }

    pub(crate) fn records_of(&self, number: &E164) -> usize {
        self.inner().records.iter().filter(|record| record.number.is(number)).count()
    }

    fn refused(&self) -> Result<()> {
        let inner = self.inner();
        let Some((_, status)) = inner.refuses_from.filter(|(from, _)| inner.imports >= *from) else { return Ok(()) };
        Err(refusal(status))
    }
}

fn refusal(status: u16) -> Error {
    let fault = CallFault::Refusal(Refusal::new("no"));
    let mut call = CallError::new(Service::Platform(KIND), "call", Delivery::Refused, fault);
    call.status = StatusCode::from_u16(status).ok();
    Box::new(call).into()
}

#[async_trait]
impl VoicePlatform for Shelf {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> u64 {
        Arc::as_ptr(&self.inner) as u64
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.can
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        self.can.check_import(KIND, source, request)?;
        Ok(Create::new(async move {
            self.refused()?;
            let takes = {
                let mut inner = self.inner();
                inner.imports += 1;
                inner.import_takes
            };
            tokio::time::sleep(takes).await;
            self.put(RecordNumber::E164(*request.number()));
            let mut inner = self.inner();
            let record = inner.records.last_mut().unwrap();
            record.label = request.label_text().map(str::to_owned);
            record.agent = request.agent_id().cloned();
            Ok(record.clone())
        }))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        self.refused()?;
        let mut inner = self.inner();
        inner.gets += 1;
        let found = inner.records.iter().find(|record| record.id == *id).cloned();
        found.ok_or_else(|| NotFound::new(KIND, id.clone()).into())
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        self.refused()?;
        let mut inner = self.inner();
        inner.finds += 1;
        Ok(inner.records.iter().find(|record| record.number.is(number)).cloned())
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let records = {
            let mut inner = self.inner();
            inner.lists += 1;
            inner.records.clone()
        };
        stream::iter(records)
            .map(|record| {
                self.inner().listed += 1;
                Ok(record)
            })
            .boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        self.refused()?;
        let mut inner = self.inner();
        inner.updates += 1;
        let found = inner.records.iter_mut().find(|record| record.id == *id);
        let record = found.ok_or_else(|| Error::from(NotFound::new(KIND, id.clone())))?;
        match update.label_patch() {
            Patch::Set(label) => record.label = Some(label.clone()),
            Patch::Clear => record.label = None,
            Patch::Keep => {}
        }
        if let Patch::Set(agent) = update.agent_patch() {
            record.agent = Some(agent.clone());
        }
        Ok(record.clone())
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        self.can.check_removal(KIND, consent)?;
        let mut inner = self.inner();
        if let Some(status) = inner.refuses_removal {
            return Err(refusal(status));
        }
        inner.records.retain(|record| record.id != *id);
        Ok(())
    }
}

/// A carrier that holds the numbers given, each with an address that its calls go to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    numbers: Arc<Mutex<Vec<(E164, String)>>>,
    restored: Arc<AtomicUsize>,
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

    /// How often a routing was put back.
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
    Routing::new(number, "held".to_owned(), Calls::Url(url.into()), settings)
}

#[async_trait]
impl NumberProvider for Exchange {
    fn kind(&self) -> ProviderKind {
        ProviderKind::from_static("exchange")
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
    async fn snapshot(&self, number: &E164) -> Result<Option<Routing>> {
        Ok(self.url(number).map(|url| routing(*number, &url)))
    }

    async fn restore(&self, before: &Routing) -> Result<Routing> {
        self.restored.fetch_add(1, Ordering::SeqCst);
        self.point(before.number, &before.settings["voice_url"]);
        Ok(before.clone())
    }
}
