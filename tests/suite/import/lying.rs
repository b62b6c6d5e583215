//! A platform of one's own that returns another record than requested: the importer compares the records itself.

use async_trait::async_trait;
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::import::{BulkItem, BulkOutcome};
use numport::model::{
    AccountId, CallbackUrl, CredentialId, Details, NumberId, PlatformKind, ProviderKind, RecordNumber, SourcePart,
};
use numport::platform::{Capabilities, Create, RenewalRun, RenewedCredentials, SourceMatch};
use numport::{
    Byo, E164, Error, ImportRequest, Importer, NumberRecord, NumberSource, NumberUpdate, Outcome, Removal, Result,
    Secret, VoicePlatform,
};

use crate::support::in_memory::{self, KIND, NATIVE, number, request};
use crate::support::validation::problem_fields;

/// The label of a record that is of another source.
const THEIRS: &str = "Theirs";

/// Changes the response to a call.
#[derive(Clone, Debug)]
struct Lying {
    platform: InMemoryPlatform,
    lie: fn(Call, NumberRecord) -> NumberRecord,
}

impl Lying {
    fn new(lie: fn(Call, NumberRecord) -> NumberRecord) -> Self {
        Self { platform: in_memory::platform(&NATIVE, 0), lie }
    }

    fn importer(&self) -> Importer {
        Importer::new(Byo::credential(ProviderKind::SIP_TRUNK, "c1"), self.clone())
    }
}

#[async_trait]
impl VoicePlatform for Lying {
    fn kind(&self) -> PlatformKind {
        self.platform.kind()
    }

    fn account(&self) -> AccountId {
        self.platform.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.platform.capabilities()
    }

    fn inbound_address(&self) -> Option<CallbackUrl> {
        self.platform.inbound_address()
    }

    fn redact(&self, secrets: &[Secret]) {
        self.platform.redact(secrets);
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        let create = self.platform.create(source, request)?;
        Ok(Create::new(async move { create.await.map(|record| (self.lie)(Call::Create, record)) }))
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        self.platform.get(id).await.map(|record| (self.lie)(Call::Get, record))
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        Ok(self.platform.find(number).await?.map(|record| (self.lie)(Call::Find, record)))
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.platform.list()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        self.platform.update(id, update).await.map(|record| (self.lie)(Call::Update, record))
    }

    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        match record.label.as_deref() {
            Some(THEIRS) => {
                let (uses, given) = ("theirs".to_owned(), "ours".to_owned());
                SourceMatch::Differs { part: SourcePart::Account, uses, given }
            }
            _ => self.platform.compare_source(record, source),
        }
    }

    fn replacement_losses(&self, _: &NumberRecord, _: &NumberSource) -> Option<&'static [&'static str]> {
        Some(&[])
    }

    async fn renew(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        self.platform.renew(record, source, run).await
    }

    async fn remove_credential(&self, id: &CredentialId, number: &E164) -> Result<bool> {
        self.platform.remove_credential(id, number).await
    }

    fn created_credential(&self, id: &CredentialId) -> bool {
        self.platform.created_credential(id)
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        self.platform.remove(id, consent).await
    }
}

fn with_number(mut record: NumberRecord, number: RecordNumber) -> NumberRecord {
    record.number = number;
    record
}

/// The same record with another id.
fn stranger(record: NumberRecord) -> NumberRecord {
    NumberRecord::new(KIND, "somebody else's", record.number, Details::new(()))
}

#[tokio::test(start_paused = true)]
async fn an_update_that_returns_another_id_is_rejected() {
    let lying = Lying::new(|call, record| if call == Call::Update { stranger(record) } else { record });
    let own = lying.platform.insert(number(1));
    let error = lying.importer().import(request(1).label("Desk")).await.unwrap_err();
    let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
    assert_eq!(incomplete.record.as_ref().map(|record| &record.id), Some(&own));
    assert!(incomplete.error.report().contains("somebody else's"), "{}", error.report());
}

#[tokio::test(start_paused = true)]
async fn a_create_without_a_number_is_accepted_only_if_its_id_has_the_number() {
    for is_own in [true, false] {
        let lying = Lying::new(if is_own {
            without_number
        } else {
            |call, record| if call == Call::Get { stranger(record) } else { without_number(call, record) }
        });
        let imported = lying.importer().import(request(2)).await.unwrap();
        let outcome = if is_own { Outcome::Created } else { Outcome::Recovered };
        assert_eq!((imported.outcome, &imported.record.id), (outcome, &lying.platform.records()[0].id));
        assert_eq!(lying.platform.calls(Call::Create), 1);
    }
}

fn without_number(call: Call, record: NumberRecord) -> NumberRecord {
    if call == Call::Create { with_number(record, RecordNumber::Absent) } else { record }
}

#[tokio::test(start_paused = true)]
async fn a_record_with_another_number_is_not_used() {
    let lying = Lying::new(|call, record| match call {
        Call::Find => with_number(record, number(9).into()),
        _ => record,
    });
    lying.platform.insert(number(3));
    let error = lying.importer().import(request(3).label("Desk")).await.unwrap_err();
    assert!(error.surely_not_done(), "{error:?}");
    assert_eq!([Call::Create, Call::Update].map(|call| lying.platform.calls(call)), [0, 0]);
}

/// The calls of records whose numbers the platform masks.
fn masked(call: Call, record: NumberRecord, mask: &str) -> NumberRecord {
    let is_masked = matches!(call, Call::Create | Call::Update);
    if is_masked { with_number(record, RecordNumber::read(Some(mask))) } else { record }
}

#[tokio::test(start_paused = true)]
async fn a_masked_number_in_a_response_is_the_requested_one_if_it_may_be() {
    let lying = Lying::new(|call, record| masked(call, record, "+1415***0004"));
    let imported = lying.importer().import(request(4)).await.unwrap();
    assert_eq!((imported.outcome, imported.record.number), (Outcome::Created, number(4).into()));
    let updated = lying.importer().import(request(4).label("Desk")).await.unwrap();
    assert_eq!((updated.outcome, updated.record.number), (Outcome::Updated, number(4).into()));
    assert_eq!(updated.record.label.as_deref(), Some("Desk"));

    // That of another number is looked up.
    let lying = Lying::new(|call, record| masked(call, record, "+1415***0009"));
    let imported = lying.importer().import(request(5)).await.unwrap();
    assert_eq!((imported.outcome, imported.record.number), (Outcome::Recovered, number(5).into()));
    assert_eq!(lying.platform.calls(Call::Create), 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_was_just_created_and_now_has_another_number_is_not_used() {
    let lying = Lying::new(|call, record| match call {
        Call::Get => with_number(record, number(9).into()),
        _ => record,
    });
    lying.importer().import(request(6)).await.unwrap();
    lying.platform.script(Call::Find, [Answer::Nothing]);
    let error = lying.importer().import(request(6)).await.unwrap_err();
    assert!(error.surely_not_done() && error.report().contains(&number(9).to_string()), "{error:?}");
    assert_eq!(lying.platform.calls(Call::Create), 1);
}

#[tokio::test]
async fn a_record_is_replaced_only_if_nothing_of_it_is_lost() {
    type Edit = fn(&mut NumberRecord);
    let edits: [(Edit, bool); 4] = [
        (|_| {}, true),
        (|record| record.releases = true, false),
        (|record| record.handler = Some("a squad".to_owned()), false),
        (|record| record.label = Some(THEIRS.to_owned()), false),
    ];
    for (nth, (edit, is_planned)) in edits.into_iter().enumerate() {
        let lying = Lying::new(|_, record| record);
        lying.platform.insert(number(7));
        lying.platform.edit(|records| edit(&mut records[0]));
        let planned = lying.importer().plan_replacement(&number(7)).await;
        let refused = planned.as_ref().err().map(|error| problem_fields(error).concat());
        assert_eq!(refused.as_deref(), (!is_planned).then_some("record"), "{nth}");
    }
}

#[tokio::test]
async fn a_record_that_is_listed_twice_is_no_conflict_of_itself() {
    let platform = in_memory::platform(&NATIVE, 3);
    for (is_other, expected) in [(false, 0), (true, 1)] {
        platform.edit(|records| {
            let mut again = records[0].clone();
            if is_other {
                again.id = "second".into();
            }
            records.push(again);
        });
        let items: Vec<_> = in_memory::importer(&platform).import_many((0..3).map(request)).collect().await;
        assert_eq!(platform.calls(Call::Find), 0, "it is found in the list");
        let told = |item: &&BulkItem| match &item.outcome {
            BulkOutcome::Imported(imported) => imported.findings.iter().any(|finding| finding.code() == "conflicts"),
            other => panic!("{other:?}"),
        };
        assert_eq!(items.iter().filter(told).count(), expected);
    }
}
