//! A carrier in memory, whose calls fail, hang or lag as a test sets them, and are counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use numport::error::{CallError, CallFault, Delivery, Refusal, StatusCode};
use numport::model::{AccountId, CallbackUrl, Calls, ProviderKind, Routing};
use numport::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};
use numport::{Byo, E164, NumberSource, Result};

/// How a call ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum End {
    #[default]
    Usual,
    Never,
    After(Duration),
    Refused(u16),
    /// A list shows the numbers that were held when this was set, and is complete.
    Stale,
    /// After a while, and as it was when it was asked.
    AsAsked(Duration),
}

/// The kind of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asked {
    Lookup,
    List,
    Snapshot,
}

#[derive(Default)]
struct State {
    held: Arc<BTreeMap<E164, String>>,
    /// The contents of a list that lags.
    stale: Arc<BTreeMap<E164, String>>,
    ends: BTreeMap<Asked, End>,
    counts: BTreeMap<Asked, usize>,
    /// How long the snapshot of a number takes.
    slow: BTreeMap<E164, Duration>,
}

#[derive(Clone)]
pub(crate) struct Carrier {
    name: &'static str,
    state: Arc<Mutex<State>>,
    ended: Arc<tokio::sync::Notify>,
}

impl fmt::Debug for Carrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Carrier {
    /// A carrier without numbers.
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, state: Arc::default(), ended: Arc::default() }
    }

    /// Holds a number whose calls go to this URL.
    pub(crate) fn hold(&self, number: E164, url: &str) {
        Arc::make_mut(&mut self.state.lock().unwrap().held).insert(number, url.to_owned());
    }

    /// Routes the calls of a number elsewhere, if it holds it.
    pub(crate) fn reroute(&self, number: E164, url: &str) {
        if let Some(held) = Arc::make_mut(&mut self.state.lock().unwrap().held).get_mut(&number) {
            url.clone_into(held);
        }
    }

    /// Sets how these calls end from now on. Calls that hang continue to.
    pub(crate) fn always(&self, asked: Asked, end: End) {
        let mut state = self.state.lock().unwrap();
        state.ends.insert(asked, end);
        if end == End::Stale {
            state.stale = state.held.clone();
        }
        self.ended.notify_waiters();
    }

    /// Sets how long a snapshot of this number takes.
    pub(crate) fn snapshot_takes(&self, number: E164, duration: Duration) {
        self.state.lock().unwrap().slow.insert(number, duration);
    }

    /// How often it got such a call.
    pub(crate) fn count(&self, asked: Asked) -> usize {
        self.state.lock().unwrap().counts.get(&asked).copied().unwrap_or_default()
    }

    async fn ask(&self, asked: Asked) -> Result<Arc<BTreeMap<E164, String>>> {
        *self.state.lock().unwrap().counts.entry(asked).or_default() += 1;
        // Other tasks run meanwhile, as they do during a request.
        tokio::task::yield_now().await;
        loop {
            let changed = self.ended.notified();
            let end = self.state.lock().unwrap().ends.get(&asked).copied().unwrap_or_default();
            match end {
                End::Never => changed.await,
                End::Refused(status) => return Err(self.refusal(status)),
                End::Stale => return Ok(self.state.lock().unwrap().stale.clone()),
                End::After(wait) => {
                    tokio::time::sleep(wait).await;
                    break;
                }
                End::AsAsked(wait) => {
                    let asked = self.state.lock().unwrap().held.clone();
                    tokio::time::sleep(wait).await;
                    return Ok(asked);
                }
                End::Usual => break,
            }
        }
        Ok(self.state.lock().unwrap().held.clone())
    }

    fn refusal(&self, status: u16) -> numport::Error {
        let fault = CallFault::Refusal(Refusal::new("as the script says"));
        let mut error = CallError::new(self.kind().into(), "ask", Delivery::Read, fault);
        error.status = StatusCode::from_u16(status).ok();
        Box::new(error).into()
    }
}

fn held(number: E164, url: &str) -> HeldNumber {
    let settings = [("voice_url".to_owned(), url.to_owned())].into();
    let mut held = HeldNumber::new(number, ());
    held.routing = Some(Routing::new(number, "held".to_owned(), Calls::Url(url.into()), settings));
    held
}

#[async_trait]
impl NumberProvider for Carrier {
    fn kind(&self) -> ProviderKind {
        ProviderKind::from_static("carrier")
    }

    fn account(&self) -> AccountId {
        AccountId::new(self.name)
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    fn source(&self) -> NumberSource {
        Byo::credential(ProviderKind::SIP_TRUNK, self.name).into()
    }

    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        let numbers = self.ask(Asked::Lookup).await?;
        Ok(numbers.get(number).map_or(Ownership::NotHeld, |url| Ownership::Held(held(*number, url))))
    }

    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let pages = stream::once(self.ask(Asked::List));
        pages
            .map_ok(|numbers| {
                let all: Vec<_> = numbers.iter().map(|(number, url)| Ok(held(*number, url))).collect();
                stream::iter(all)
            })
            .try_flatten()
            .boxed()
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
        let takes = self.state.lock().unwrap().slow.get(number).copied();
        if let Some(takes) = takes {
            tokio::time::sleep(takes).await;
        }
        let numbers = self.ask(Asked::Snapshot).await?;
        Ok(numbers.get(number).and_then(|url| held(*number, url).routing))
    }

    fn parts_of(&self, _setting: &str) -> &'static [&'static str] {
        &[]
    }

    fn is_attachment(&self, _setting: &str) -> bool {
        false
    }

    fn cleared_by(&self, _: &str) -> &'static [&'static str] {
        &[]
    }

    async fn restore(&self, before: &Routing) -> Result<Routing> {
        self.reroute(before.number, &before.settings["voice_url"]);
        Ok(before.clone())
    }

    async fn point(&self, before: &Routing, address: &CallbackUrl) -> Result<Routing> {
        self.reroute(before.number, address.as_str());
        Ok(before.clone())
    }
}
