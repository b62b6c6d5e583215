//! A platform of your own: in memory, and checked by the suite that this crate's platforms pass.
//!
//! ```sh
//! cargo run --example own_platform
//! ```
#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};
use numport::conformance::{self, Subject};
use numport::error::{CallError, CallFault, Delivery, NotFound, Refusal, StatusCode};
use numport::model::{Details, NumberId, PlatformKind, ProviderKind, RecordNumber, Service};
use numport::platform::{Capabilities, Create, Duplicates, Find, OnRemoval, Sources, Support};
use numport::{
    AccountKey, E164, ImportRequest, NumberRecord, NumberSource, NumberUpdate, Patch, Removal, Result, VoicePlatform,
};

const KIND: PlatformKind = PlatformKind::from_static("parrot");

static CAN: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_label(Support::FULL, Some(64))
    .with_agent(Support::FULL)
    .with_duplicates(Duplicates::Refused);

#[derive(Debug, Default)]
struct Parrot(Mutex<Vec<NumberRecord>>);

impl Parrot {
    fn records(&self) -> MutexGuard<'_, Vec<NumberRecord>> {
        self.0.lock().unwrap()
    }
}

#[async_trait]
impl VoicePlatform for Parrot {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    /// There is one parrot in this process.
    fn account(&self) -> u64 {
        0
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAN
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        CAN.check_import(KIND, source, request)?;
        // Nothing happens before this is awaited.
        Ok(Create::new(async move {
            let mut records = self.records();
            if records.iter().any(|record| record.number == *request.number()) {
                let words = CallFault::Refusal(Refusal::new("the number is there already"));
                let mut call = CallError::new(Service::Platform(KIND), "import number", Delivery::Refused, words);
                call.status = Some(StatusCode::CONFLICT);
                return Err(Box::new(call).into());
            }
            let id = format!("p{}", records.len() + 1);
            let mut record = NumberRecord::new(KIND, id, RecordNumber::E164(*request.number()), Details::new(()));
            record.label = request.label_text().map(str::to_owned);
            record.agent = request.agent_id().cloned();
            records.push(record.clone());
            Ok(record)
        }))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let found = self.records().iter().find(|record| record.id == *id).cloned();
        found.ok_or_else(|| NotFound::new(KIND, id.clone()).into())
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        Ok(self.records().iter().find(|record| record.number == *number).cloned())
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let records = self.records().clone();
        stream::iter(records).map(Ok).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAN.check_update(KIND, update)?;
        let mut records = self.records();
        let Some(record) = records.iter_mut().find(|record| record.id == *id) else {
            return Err(NotFound::new(KIND, id.clone()).into());
        };
        apply(&mut record.label, update.label_patch());
        apply(&mut record.agent, update.agent_patch());
        Ok(record.clone())
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAN.check_removal(KIND, consent)?;
        let mut records = self.records();
        let before = records.len();
        records.retain(|record| record.id != *id);
        if records.len() == before { Err(NotFound::new(KIND, id.clone()).into()) } else { Ok(()) }
    }
}

fn apply<T: Clone>(field: &mut Option<T>, patch: &Patch<T>) {
    match patch {
        Patch::Set(value) => *field = Some(value.clone()),
        Patch::Clear => *field = None,
        Patch::Keep => {}
    }
}

#[tokio::main]
async fn main() {
    let parrot = Parrot::default();
    let account = AccountKey::token("AC00000000000000000000000000000000", "token");
    let source = NumberSource::account(ProviderKind::TWILIO, account);
    conformance::all(&mut Subject::new(&parrot, source, conformance::numbers(30))).await;
    println!("parrot passes the suite; it keeps {} records now", parrot.records().len());
}
