use std::future::{pending, poll_fn};
use std::task::Poll;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt};

use super::answer::{Failure, failed};
use super::{Answer, Call, InMemoryPlatform};
use crate::error::{Delivery, Error, NotFound, Result};
use crate::model::{
    AccountId, CallbackUrl, CredentialId, Details, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate,
    PlatformKind, RecordNumber, Removal,
};
use crate::platform::{Capabilities, Create, Duplicates, RenewalRun, RenewedCredentials, SourceMatch, VoicePlatform};
use crate::{E164, Patch, Secret};

impl InMemoryPlatform {
    /// Makes a call that ends as the script says.
    async fn call<T>(&self, call: Call, number: Option<E164>, act: impl FnOnce(&Answer) -> Result<T>) -> Result<T> {
        let (answer, hook, takes) = {
            let mut state = self.state();
            (state.begin(call), state.hook.clone(), state.create_takes)
        };
        if let Some(hook) = hook {
            hook(call, number);
        }
        // Other tasks run in the meantime, as during a request.
        let wait = async {
            yield_now().await;
            if call == Call::Create && !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
        };
        let Some(failure) = answer.failure(self.kind, call, number) else {
            wait.await;
            return act(&answer);
        };
        // A request that is carried out in spite of a failure is so even if the caller stops waiting for it.
        if answer.is_done() {
            drop(act(&answer));
        }
        wait.await;
        match failure {
            Failure::Error(error) => Err(error),
            Failure::NoResponse => pending().await,
        }
    }

    fn number_of(&self, id: &NumberId) -> Option<E164> {
        let state = self.state();
        state.position(id).and_then(|at| state.records[at].number.telephone())
    }

    fn missing(&self, id: &NumberId) -> Error {
        NotFound::new(self.kind, id.clone()).into()
    }

    fn make(&self, request: &ImportRequest) -> Result<NumberRecord> {
        let mut state = self.state();
        let refuses = self.can.duplicates == Duplicates::Refused;
        if refuses && state.records.iter().any(|record| record.number.is(request.number())) {
            return Err(failed(self.kind, Call::Create, Some(409), Delivery::Refused));
        }
        let mut record =
            NumberRecord::new(self.kind, state.next_id(), RecordNumber::E164(*request.number()), Details::new(()));
        if self.can.label.create {
            record.label = request.label_text().map(str::to_owned);
        }
        if self.can.agent.create {
            record.agent = request.agent_id().cloned();
        }
        if self.can.inbound.create {
            record.inbound = request.inbound_enabled();
        }
        if self.can.outbound.create {
            record.outbound = request.outbound_enabled();
        }
        state.records.push(record.clone());
        Ok(record)
    }
}

#[async_trait]
impl VoicePlatform for InMemoryPlatform {
    fn kind(&self) -> PlatformKind {
        self.kind
    }

    /// Clones are one account.
    fn account(&self) -> AccountId {
        AccountId::new(format!("in-memory-{}", self.account))
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.can
    }

    /// Nothing would show it.
    fn inbound_address(&self) -> Option<CallbackUrl> {
        None
    }

    fn redact(&self, _: &[Secret]) {}

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        self.can.check_import(self.kind, source, request)?;
        Ok(Create::new(self.call(Call::Create, Some(*request.number()), |_| self.make(request))))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let found = |_: &Answer| {
            let state = self.state();
            state.position(id).map(|at| state.records[at].clone()).ok_or_else(|| self.missing(id))
        };
        self.call(Call::Get, self.number_of(id), found).await
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let found = |answer: &Answer| match answer {
            Answer::Nothing => Ok(None),
            _ => Ok(self.state().records.iter().find(|record| record.number.is(number)).cloned()),
        };
        self.call(Call::Find, Some(*number), found).await
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let listed = |answer: &Answer| match answer {
            Answer::Nothing => Ok(Vec::new()),
            _ => Ok(self.state().records.clone()),
        };
        let read = |record: NumberRecord| {
            self.state().listed += 1;
            Ok(record)
        };
        let list = stream::once(async move {
            let listed = self.call(Call::List, None, listed).await;
            let takes = self.state().list_takes;
            if !takes.is_zero() {
                tokio::time::sleep(takes).await;
            }
            listed
        });
        list.flat_map(move |listed| match listed {
            Ok(records) => stream::iter(records).map(read).left_stream(),
            Err(error) => stream::once(std::future::ready(Err(error))).right_stream(),
        })
        .boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        self.can.check_update(self.kind, update)?;
        let changed = |_: &Answer| {
            let mut state = self.state();
            let at = state.position(id).ok_or_else(|| self.missing(id))?;
            let record = &mut state.records[at];
            patch(&mut record.label, update.label_patch());
            patch(&mut record.agent, update.agent_patch());
            record.inbound = update.inbound_enabled().or(record.inbound);
            record.outbound = update.outbound_enabled().or(record.outbound);
            Ok(record.clone())
        };
        self.call(Call::Update, self.number_of(id), changed).await
    }

    /// A record shows nothing of its source.
    fn compare_source(&self, _: &NumberRecord, _: &NumberSource) -> SourceMatch {
        SourceMatch::Unknown
    }

    async fn renew(&self, record: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        self.can.check_renewal(self.kind, source)?;
        let renewed = |_: &Answer| match self.state().position(&record.id) {
            Some(_) => Ok(RenewedCredentials::record()),
            None => Err(self.missing(&record.id)),
        };
        self.call(Call::Renew, record.number.telephone(), renewed).await
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        self.can.check_removal(self.kind, consent)?;
        let removed = |_: &Answer| {
            let mut state = self.state();
            let at = state.position(id).ok_or_else(|| self.missing(id))?;
            state.records.remove(at);
            Ok(())
        };
        self.call(Call::Remove, self.number_of(id), removed).await
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}

fn patch<T: Clone>(field: &mut Option<T>, patch: &Patch<T>) {
    match patch {
        Patch::Set(value) => *field = Some(value.clone()),
        Patch::Clear => *field = None,
        Patch::Keep => {}
    }
}

/// Lets other tasks run once.
async fn yield_now() {
    let mut yielded = false;
    poll_fn(|context| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
