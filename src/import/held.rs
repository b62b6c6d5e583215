//! What the carriers hold, listed once instead of asking for each number.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::{Instant, timeout, timeout_at};

use super::Importer;
use super::holder::not_asked;
use super::listing::{KEPT, Keep, Known, Most, most_of_list};
use super::memory::Listener;
use super::probes::Probes;
use super::verify::{Read, Unverified};
use crate::E164;
use crate::error::{Error, Result};
use crate::http::count::counted;
use crate::model::{Details, Finding, Preflight};
use crate::provider::{self, HeldNumber, Holding, NumberProvider, Ownership};

/// What one carrier said.
enum List {
    /// All its numbers, as far as they are wanted.
    Whole(HashMap<E164, HeldNumber>),
    /// It is asked for each number: it does not tell its numbers, or has very many.
    Lookups,
    /// It could not be asked.
    Failed(Error),
}

/// What all carriers hold of some numbers.
pub(super) struct Held(Vec<List>, Probes);

impl Held {
    /// Lists the carriers, where that takes fewer requests than asking for each of these numbers.
    pub(super) async fn read(importer: &Importer, numbers: &HashSet<E164>) -> Result<Self> {
        let carriers = importer.provider.carriers();
        let most = most_of_list(numbers.len(), Known::Nothing);
        let read = carriers.iter().map(|carrier| async move {
            match most {
                Some(most) => list(*carrier, most, |number| numbers.contains(number)).await.0,
                None => Ok(List::Lookups),
            }
        });
        let lists = join_all(read).await;
        let all_failed = lists.iter().all(Result::is_err);
        let mut kept = Vec::with_capacity(lists.len());
        for (index, list) in lists.into_iter().enumerate() {
            kept.push(match list {
                Err(error) if all_failed => return Err(error),
                Err(error) => List::Failed(importer.noting_refusal(index, error)),
                Ok(list) => list,
            });
        }
        Ok(Self(kept, Probes::default()))
    }

    /// The carriers that could not be asked, and why.
    pub(super) fn not_asked(&self, importer: &Importer) -> Vec<String> {
        let carriers = importer.provider.carriers();
        let failed = carriers.iter().zip(&self.0).filter_map(|(carrier, list)| match list {
            List::Failed(error) => Some(format!("{} ({})", provider::name(*carrier), error.as_reason())),
            _ => None,
        });
        failed.collect()
    }

    /// Who holds a number. `everywhere` asks also for what no list has, since it may be in a subaccount.
    async fn holding(&self, importer: &Importer, number: &E164, everywhere: bool) -> Result<Holding> {
        let carriers = importer.provider.carriers();
        let answers = carriers.iter().enumerate().map(|(index, carrier)| async move {
            match &self.0[index] {
                List::Whole(held) => Ok(held.get(number).cloned().map_or(Ownership::NotHeld, Ownership::Held)),
                List::Lookups => importer.ask(index, *carrier, number).await,
                List::Failed(earlier) => Err(not_asked(*carrier, earlier)),
            }
        });
        let listed = provider::combine(&carriers, join_all(answers).await)?;
        let is_unseen = everywhere && matches!(listed.ownership, Ownership::NotHeld);
        if is_unseen && self.0.iter().any(|list| matches!(list, List::Whole(_))) {
            return importer.holding(&carriers, number).await;
        }
        importer.read_trunks(&carriers, &listed).await;
        Ok(listed)
    }

    /// Returns what the carriers say of a number, as a preflight. An import asks `everywhere`: then the preflight also
    /// contains a probe of the trunk. It refuses a number whose carrier is unknown.
    pub(super) async fn preflight(&self, importer: &Importer, number: &E164, everywhere: bool) -> Result<Preflight> {
        let carriers = importer.provider.carriers();
        match self.holding(importer, number, everywhere).await {
            Ok(holding) => {
                let mut preflight = importer.assess_holding(number, &carriers, &holding);
                if everywhere {
                    self.1.add(importer, &mut preflight).await?;
                }
                Ok(preflight)
            }
            Err(error) if carriers.len() > 1 => {
                let mut unknown = Preflight::nothing(*number, importer.provider.kind(), importer.platform.kind());
                unknown.findings.push(Finding::HolderLookupFailed { reason: error.as_reason() });
                Ok(unknown)
            }
            Err(error) => Err(error),
        }
    }
}

/// Which wanted numbers a carrier holds, unless its list is longer than so many records; and how many requests that
/// took.
async fn list(carrier: &dyn NumberProvider, most: Most, is_wanted: impl Fn(&E164) -> bool) -> (Result<List>, Known) {
    let mut count = 0;
    let read = async {
        let mut held = HashMap::new();
        let mut numbers = carrier.list();
        while let Some(number) = numbers.try_next().await? {
            count += 1;
            if is_wanted(&number.number) {
                // What nobody asks for takes the most room.
                let slim = HeldNumber { details: Details::new(()), label: None, ..number };
                held.insert(slim.number, slim);
            }
            // The next page is not asked for.
            if most.is_reached(count) {
                return Ok(List::Lookups);
            }
        }
        Ok(List::Whole(held))
    };
    let (read, requests) = counted(read).await;
    match read {
        Ok(List::Whole(held)) => (Ok(List::Whole(held)), Known::read(requests, count)),
        // It cannot tell its numbers.
        Err(Error::Invalid(_)) => (Ok(List::Lookups), Known::Never),
        other => (other, Known::LongerThan(most.records)),
    }
}

/// The same, in half of the time that an import has, so that there is enough left for look-ups.
async fn list_in_time(
    importer: &Importer,
    carrier: &dyn NumberProvider,
    most: Most,
    is_wanted: impl Fn(&E164) -> bool,
) -> (Result<List>, Known) {
    let read = timeout(importer.deadline / 2, list(carrier, most, is_wanted)).await;
    read.unwrap_or((Ok(List::Lookups), Known::LongerThan(most.records)))
}

/// What all carriers hold, for a run over many numbers: as a list of them said not long ago.
///
/// A list is read only where it takes no more requests than asking for the numbers one by one, as far as is known; if it
/// turns out longer, it is given up, and tried again when twice as many numbers were asked for. One that fails says
/// nothing, and the numbers are asked for.
pub(super) struct HeldListing {
    is_wanted: Keep,
    /// Hears of routings that were changed by this process since the lists were begun.
    listener: Listener,
    state: tokio::sync::Mutex<State>,
    pub(super) probes: Probes,
}

struct State {
    /// When the lists were begun, and what they said.
    listed: Option<(Instant, Arc<Held>)>,
    /// How many numbers are still to be asked for, at least, and how many were without a list.
    expected: usize,
    asked: usize,
    /// Of each carrier.
    known: Vec<Known>,
    /// Whether a list takes longer than it is believed. None is read then.
    is_slow: bool,
}

impl HeldListing {
    /// For at least `expected` numbers. `is_wanted` says which are kept, when a list is read.
    pub(super) fn new(
        importer: &Importer,
        expected: usize,
        is_wanted: impl Fn(&E164) -> bool + Send + Sync + 'static,
    ) -> Self {
        let known = importer.sources.iter().map(|_| Known::Nothing).collect();
        let state = State { listed: None, expected, asked: 0, known, is_slow: importer.list_age.is_zero() };
        let (listener, state) = (Listener::new(None), tokio::sync::Mutex::new(state));
        Self { is_wanted: Box::new(is_wanted), listener, state, probes: Probes::default() }
    }

    /// Who holds a number. The lock of the number must be held.
    pub(super) async fn holding(&self, importer: &Importer, number: &E164) -> Result<Holding> {
        match self.listed(importer, number).await {
            Some(held) => held.holding(importer, number, true).await,
            None => importer.holding(&importer.provider.carriers(), number).await,
        }
    }

    /// The lists, if they are worth while and say something of this number.
    async fn listed(&self, importer: &Importer, number: &E164) -> Option<Arc<Held>> {
        let mut state = self.state.lock().await;
        let is_fresh = |begun: &Instant| begun.elapsed() < importer.list_age;
        if !state.listed.as_ref().is_some_and(|(begun, _)| is_fresh(begun)) && !state.is_slow {
            state.listed = None;
            let lookups = state.expected.saturating_add(state.asked);
            if let Some((begun, held)) = self.read(importer, lookups, &mut state.known).await {
                if is_fresh(&begun) {
                    state.listed = Some((begun, Arc::new(held)));
                    state.asked = 0;
                } else {
                    state.is_slow = true;
                }
            }
        }
        state.expected = state.expected.saturating_sub(1);
        match &state.listed {
            Some(_) if self.listener.has_heard(number) => None,
            Some((_, held)) => Some(held.clone()),
            None => {
                state.asked += 1;
                None
            }
        }
    }

    /// Lists the carriers where that is worth while for so many look-ups, and tells when that was begun; `None` where it
    /// is not for any.
    async fn read(&self, importer: &Importer, lookups: usize, known: &mut [Known]) -> Option<(Instant, Held)> {
        let carriers = importer.provider.carriers();
        let most: Vec<Option<Most>> = known.iter().map(|known| most_of_list(lookups, *known)).collect();
        if most.iter().all(Option::is_none) {
            return None;
        }
        let begun = Instant::now();
        self.listener.restart();
        let read = carriers.iter().zip(most).map(|(carrier, most)| async move {
            match most {
                Some(most) => {
                    let kept = AtomicUsize::new(0);
                    // Of a number that is not kept, as of one that the carrier does not hold, the carrier is asked.
                    let is_kept = |number: &E164| {
                        (self.is_wanted)(number) && kept.fetch_add(1, Ordering::Relaxed) < KEPT.max(lookups)
                    };
                    Some(list_in_time(importer, *carrier, most, is_kept).await)
                }
                None => None,
            }
        });
        let mut lists = Vec::with_capacity(carriers.len());
        for (index, (read, known)) in join_all(read).await.into_iter().zip(known).enumerate() {
            lists.push(match read {
                Some((list, learned)) => {
                    *known = learned;
                    list.unwrap_or_else(|error| {
                        // The key of one carrier is no other one's, so that the run goes on.
                        let _ = importer.noting_refusal(index, error);
                        List::Lookups
                    })
                }
                None => List::Lookups,
            });
        }
        lists.iter().any(|list| matches!(list, List::Whole(_))).then(|| (begun, Held(lists, Probes::default())))
    }

    /// The routings of these numbers as they are now, in their order: by lists that are begun now, where they take
    /// fewer requests than asking for each.
    pub(super) async fn routings(&self, importer: &Importer, imports: &[Unverified], deadline: Instant) -> Vec<Read> {
        let mut known = self.state.lock().await.known.clone();
        let carriers = importer.provider.carriers();
        let lists = carriers.iter().enumerate().zip(&mut known).map(|((index, carrier), known)| {
            let wanted: HashSet<E164> = imports
                .iter()
                .filter(|import| import.carrier == index)
                .map(|import| *import.imported.number())
                .collect();
            async move {
                let most = most_of_list(wanted.len(), *known)?;
                let (list, learned) = list_in_time(importer, *carrier, most, |number| wanted.contains(number)).await;
                *known = learned;
                if let Ok(List::Whole(held)) = list { Some(held) } else { None }
            }
        });
        let lists = join_all(lists).await;
        self.state.lock().await.known = known;
        let listed = imports.iter().map(|import| {
            let number = *import.imported.number();
            let routing = lists[import.carrier].as_ref().and_then(|held| held.get(&number)?.routing.clone());
            // A list may lag, and a carrier's list need not tell where calls go.
            (number, routing.filter(|routing| import.believes(importer, routing)))
        });
        let routings = listed.collect::<Vec<_>>().into_iter().map(|(number, listed)| async move {
            match (listed, importer.provider.routing()) {
                (Some(routing), _) => Ok(Ok(Some(routing))),
                (None, Some(control)) => timeout_at(deadline, control.snapshot(&number)).await,
                (None, None) => Ok(Ok(None)),
            }
        });
        // In order, since the caller knows them by it.
        stream::iter(routings).buffered(importer.concurrency).collect().await
    }
}
