//! A platform that follows a script: how each create ends, and what each lookup finds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::{CallError, CallFault, Delivery, Incomplete, Refusal, StatusCode, Step};
use numport::model::{Details, NumberRecord, PlatformKind, RecordNumber, Service};
use numport::platform::{Capabilities, Duplicates, Find, OnRemoval, Sources, Support};
use numport::{E164, Error, Importer};
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
    /// The response is lost.
    Lost,
    /// The response never arrives.
    Hang,
    /// The response has this status, as a refusal or with an unknown result.
    Answered(u16, Delivery),
    /// Imported, and then a later step failed.
    HalfDone,
    /// The step before it failed.
    NotBegun,
}

/// The result of a lookup. `There` needs an earlier create, however it ended.
#[derive(Clone, Copy)]
pub(super) enum Look {
    There,
    Nothing,
    Failed,
}

#[derive(Clone, Debug)]
pub(super) struct Scripted {
    pub(super) platform: InMemoryPlatform,
    looked: Arc<Mutex<Vec<Instant>>>,
}

impl Scripted {
    /// The last result is repeated.
    pub(super) fn new(can: &'static Capabilities, imports: &[End], looks: &[Look]) -> Self {
        let platform = InMemoryPlatform::new(KIND, can);
        // The record that is found in the end is that of the first create.
        let is_seen = looks.iter().any(|look| matches!(look, There));
        let answers = imports.iter().enumerate().map(|(nth, end)| answer(*end, is_seen && nth == 0));
        platform.script(Call::Create, answers);
        platform.always(Call::Create, Answer::Error(|number| panic!("no more imports of {number} are scripted")));
        let shown = |look: &Look| match look {
            There => Answer::Usual,
            Nothing => Answer::Nothing,
            Failed => Answer::Fails { status: Some(503), delivery: Delivery::Read, done: false },
        };
        platform.script(Call::Find, looks.iter().map(shown));
        platform.always(Call::Find, looks.last().map(shown).expect("a look is scripted"));
        let looked: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let looks = looked.clone();
        platform.on_call(move |call, _| {
            if call == Call::Find {
                looks.lock().unwrap().push(Instant::now());
            }
        });
        Self { platform, looked }
    }

    /// One that does not wait before it sends a create again, which is of no interest here.
    pub(super) fn importer(&self) -> Importer {
        crate::support::in_memory::importer(&self.platform).resend_after(Duration::ZERO)
    }

    pub(super) fn sent(&self) -> usize {
        self.platform.calls(Call::Create)
    }

    /// The times of the lookups, in milliseconds since the first one.
    pub(super) fn looked(&self) -> Vec<u128> {
        let looked = self.looked.lock().unwrap();
        looked.iter().map(|at| at.duration_since(looked[0]).as_millis()).collect()
    }
}

fn answer(end: End, done: bool) -> Answer {
    match end {
        Done => Answer::Usual,
        Lost => Answer::lost(done),
        Hang => Answer::Never { done },
        Answered(status, delivery) => Answer::Fails { status: Some(status), delivery, done },
        HalfDone => Answer::Error(|number| {
            let record = NumberRecord::new(KIND, "r1", RecordNumber::E164(number), Details::new(()));
            Box::new(Incomplete::imported(record, Step::Configure, failed(500, Delivery::Unknown))).into()
        }),
        NotBegun => Answer::Error(|number: E164| {
            Box::new(Incomplete::not_imported(KIND, number, None, Step::MakeCredential, failed(401, Delivery::Refused)))
                .into()
        }),
    }
}

fn failed(status: u16, delivery: Delivery) -> Error {
    let fault = CallFault::Refusal(Refusal::new("no"));
    let mut call = CallError::new(Service::Platform(KIND), "a step of the import", delivery, fault);
    call.status = Some(StatusCode::from_u16(status).unwrap());
    Box::new(call).into()
}
