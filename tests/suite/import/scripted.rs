//! A platform that follows a script.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::error::{CallError, CallFault, Delivery, Incomplete, Loss, Refusal, StatusCode, Step, TransportFault};
use numport::model::{
    Details, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate, PlatformKind, ProviderKind,
    RecordNumber, Removal, Service,
};
use numport::platform::{Capabilities, Create, Duplicates, Find, OnRemoval, Sources, Support, VoicePlatform};
use numport::{Byo, E164, Error, Importer, Result};
use tokio::time::Instant;

use End::{Answered, Done, HalfDone, Hang, Lost, NotBegun};
use Look::{Failed, Nothing, There};

const KIND: PlatformKind = PlatformKind::from_static("scripted");

pub(super) static UNKNOWN: Capabilities =
    Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets).with_label(Support::FULL, None);
pub(super) static REFUSES: Capabilities = UNKNOWN.with_duplicates(Duplicates::Refused);

/// How an import ends.
#[derive(Clone, Copy)]
pub(super) enum End {
    Done,
    /// The answer is lost.
    Lost,
    /// The answer never comes.
    Hang,
    /// Answered with this status, as a refusal or as what leaves it open.
    Answered(u16, Delivery),
    /// Imported, and then a later step failed.
    HalfDone,
    /// The step before it failed.
    NotBegun,
}

/// What a look for the number shows.
#[derive(Clone, Copy)]
pub(super) enum Look {
    There,
    Nothing,
    Failed,
}

#[derive(Clone, Debug)]
pub(super) struct Scripted(Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    can: &'static Capabilities,
    imports: Mutex<VecDeque<End>>,
    /// The last one is shown again and again.
    looks: Mutex<VecDeque<Look>>,
    sent: AtomicUsize,
    looked: Mutex<Vec<Instant>>,
}

impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an end")
    }
}

impl std::fmt::Debug for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a look")
    }
}

impl Scripted {
    pub(super) fn new(can: &'static Capabilities, imports: &[End], looks: &[Look]) -> Self {
        Self(Arc::new(Inner {
            can,
            imports: Mutex::new(imports.iter().copied().collect()),
            looks: Mutex::new(looks.iter().copied().collect()),
            sent: AtomicUsize::new(0),
            looked: Mutex::default(),
        }))
    }

    pub(super) fn importer(&self) -> Importer {
        Importer::new(Byo::credential(ProviderKind::SIP_TRUNK, "c1"), self.clone())
    }

    pub(super) fn sent(&self) -> usize {
        self.0.sent.load(Ordering::SeqCst)
    }

    /// When the number was looked for, in milliseconds since the first look.
    pub(super) fn looked(&self) -> Vec<u128> {
        let looked = self.0.looked.lock().unwrap();
        looked.iter().map(|at| at.duration_since(looked[0]).as_millis()).collect()
    }
}

fn record(number: &E164) -> NumberRecord {
    NumberRecord::new(KIND, "r1", RecordNumber::E164(*number), Details::new(()))
}

fn failed(delivery: Delivery, status: Option<u16>) -> Error {
    let fault = match status {
        Some(_) => CallFault::Refusal(Refusal::new("no")),
        None => CallFault::Transport(TransportFault::new(Loss::Reset)),
    };
    let mut call = CallError::new(Service::Platform(KIND), "import number", delivery, fault);
    call.status = status.map(|status| StatusCode::from_u16(status).unwrap());
    Box::new(call).into()
}

#[async_trait]
impl VoicePlatform for Scripted {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> u64 {
        Arc::as_ptr(&self.0) as u64
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.0.can
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        self.0.can.check_import(KIND, source, request)?;
        Ok(Create::new(async move {
            self.0.sent.fetch_add(1, Ordering::SeqCst);
            let end = self.0.imports.lock().unwrap().pop_front().expect("no more imports are scripted");
            // Other tasks get a chance to send too, if nothing holds them.
            tokio::task::yield_now().await;
            match end {
                Done => Ok(record(request.number())),
                Lost => Err(failed(Delivery::Unknown, None)),
                Hang => std::future::pending().await,
                Answered(status, delivery) => Err(failed(delivery, Some(status))),
                HalfDone => {
                    let error = failed(Delivery::Unknown, None);
                    let incomplete = Incomplete::imported(record(request.number()), Step::Configure, error);
                    Err(Box::new(incomplete).into())
                }
                NotBegun => {
                    let (number, error) = (*request.number(), failed(Delivery::Refused, Some(401)));
                    let incomplete = Incomplete::not_imported(KIND, number, None, Step::MakeCredential, error);
                    Err(Box::new(incomplete).into())
                }
            }
        }))
    }

    async fn get(&self, _: &NumberId) -> Result<NumberRecord> {
        unreachable!("not asked for")
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        self.0.looked.lock().unwrap().push(Instant::now());
        let mut looks = self.0.looks.lock().unwrap();
        let look = if looks.len() > 1 { looks.pop_front() } else { looks.front().copied() };
        match look.expect("a look is scripted") {
            There => Ok(Some(record(number))),
            Nothing => Ok(None),
            Failed => Err(failed(Delivery::Read, Some(503))),
        }
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        stream::empty().boxed()
    }

    async fn update(&self, _: &NumberId, _: &NumberUpdate) -> Result<NumberRecord> {
        unreachable!("nothing is asked for that could be updated")
    }

    async fn remove(&self, _: &NumberId, _: Removal) -> Result<()> {
        unreachable!("an importer removes nothing")
    }
}
