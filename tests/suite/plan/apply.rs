//! Applying a plan: to a world that is as planned, and to one that has moved.

use futures_util::StreamExt;
use numport::import::plan::{Applied, AppliedStep};
use numport::model::{Finding, RecordNumber, Removal};
use numport::{AccountKey, Desired, Error, ImportRequest, Importer, Interactly, Plan, Twilio, VoicePlatform};

use crate::support::in_memory::{Exchange, Inner, NATIVE, Shelf, THROUGH_LIST, number, request};

pub(crate) async fn apply(importer: &Importer, plan: Plan) -> Vec<AppliedStep> {
    let mut steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
    steps.sort_by_key(|step| step.index);
    steps
}

fn words(steps: &[AppliedStep]) -> Vec<&'static str> {
    steps.iter().map(|step| step.outcome.as_str()).collect()
}

/// Numbers 0 to 4 at the platform, 5 to 9 at the carrier alone.
fn world(can: &'static numport::platform::Capabilities) -> (Shelf, Exchange, Importer) {
    let (shelf, exchange) = (Shelf::with(can, 5), Exchange::default());
    for last in 0..10 {
        exchange.point(number(last), "https://old.example.com/voice");
    }
    (shelf.clone(), exchange.clone(), Importer::new(exchange, shelf))
}

fn desired() -> Desired {
    (0..10).map(|last| request(last).label(format!("Desk {last}"))).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_applied_is_unchanged_in_the_next_plan() {
    // One list for the plan, and one for all steps where a number is found by a list alone.
    for (can, asked) in [(&NATIVE, (1, 5, 5)), (&THROUGH_LIST, (2, 0, 0))] {
        let (shelf, _, importer) = world(can);
        let plan = importer.plan(&desired()).await.unwrap();
        let steps = apply(&importer, plan.clone()).await;
        assert_eq!(words(&steps), [["updated"; 5], ["created"; 5]].concat());
        assert!(steps.iter().all(|step| !step.outcome.is_failure()));
        let counted = |inner: &Inner| (inner.lists, inner.finds, inner.gets);
        assert_eq!(counted(&shelf.inner()), asked, "lists, finds, gets");
        let next = importer.plan(&desired()).await.unwrap();
        assert!(!next.does_something(), "{next}");
        assert!(next.to_string().ends_with("0 blocked, 10 unchanged, 0 not desired"), "{next}");
        // The same plan again finds everything done.
        let sent = |shelf: &Shelf| {
            let inner = shelf.inner();
            (inner.imports, inner.updates)
        };
        let before = sent(&shelf);
        let again = apply(&importer, plan).await;
        assert_eq!(words(&again), ["unchanged"; 10]);
        assert!(again.iter().all(|step| !step.outcome.is_failure()));
        assert_eq!(sent(&shelf), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_whose_world_has_moved_is_refused_and_named_and_the_rest_is_done() {
    for can in [&NATIVE, &THROUGH_LIST] {
        let (shelf, exchange, importer) = world(can);
        let plan = importer.plan(&desired()).await.unwrap();
        let plan: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();

        shelf.inner().records[0].label = Some("By hand".to_owned());
        shelf.inner().records[1].label = Some("Desk 1".to_owned());
        let gone = shelf.inner().records[2].id.clone();
        shelf.inner().records.retain(|record| record.id != gone);
        let there = shelf.put(RecordNumber::E164(number(5)));
        exchange.point(number(6), "https://new.example.com/voice");

        let steps = apply(&importer, plan).await;
        let expected =
            ["moved", "unchanged", "moved", "updated", "updated", "moved", "moved", "created", "created", "created"];
        assert_eq!(words(&steps), expected);
        let moved: Vec<String> = steps
            .iter()
            .filter_map(|step| match &step.outcome {
                Applied::Moved(differences) => Some(format!(
                    "{} {}",
                    step.step.number(),
                    differences.iter().map(ToString::to_string).collect::<String>()
                )),
                _ => None,
            })
            .collect();
        assert_eq!(
            moved,
            [
                "+14155570000 label: planned none, found \"By hand\"".to_owned(),
                format!("+14155570002 record: planned id {gone}, found none"),
                format!("+14155570005 record: planned none at vapi, found id {there}"),
                "+14155570006 calls: planned https://old.example.com/…, found https://new.example.com/…".to_owned(),
            ]
        );
        assert!(steps[0].outcome.is_failure());
        assert_eq!(shelf.inner().records[0].label.as_deref(), Some("By hand"), "left as it is");
        assert_eq!(shelf.records_of(&number(6)), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn another_record_of_the_number_is_not_the_planned_one() {
    for can in [&NATIVE, &THROUGH_LIST] {
        let (shelf, _, importer) = world(can);
        let plan = importer.plan(&desired()).await.unwrap();
        let planned = shelf.inner().records.remove(0).id;
        shelf.put(RecordNumber::E164(number(0)));
        let steps = apply(&importer, plan).await;
        let Applied::Moved(differences) = &steps[0].outcome else { panic!("{:?}", steps[0]) };
        assert_eq!(differences[0].to_string(), format!("record: planned id {planned}, found none"));
        assert_eq!(shelf.inner().updates, 4);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_looked_at_has_failed_and_is_not_taken_for_gone() {
    let (shelf, _, importer) = world(&NATIVE);
    let desired: Desired = [request(0).label("Desk")].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap().remove_extra(Removal::Record);
    shelf.inner().refuses_from = Some((0, 403));
    assert_eq!(words(&apply(&importer, plan).await), ["failed"; 5]);
    assert_eq!(shelf.inner().records.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_plan_blocks_is_blocked() {
    let (shelf, _, importer) = world(&NATIVE);
    let desired: Desired = [request(5).label("x".repeat(21)), request(77)].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    let steps = apply(&importer, plan).await;
    assert_eq!(words(&steps)[..2], ["blocked"; 2]);
    assert!(matches!(&steps[0].outcome, Applied::Blocked { findings } if findings.is_empty()), "the step says why");
    assert!(matches!(&steps[1].outcome, Applied::Blocked { findings } if *findings == [Finding::NotHeld]));
    assert!(steps[0].outcome.is_failure());
    assert_eq!(shelf.inner().imports, 0);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_broke_off_midway_is_finished_by_the_same_plan() {
    let (shelf, _, importer) = world(&NATIVE);
    let desired = [request(0).label("Desk 0").agent("a-0")].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    shelf.inner().records[0].label = Some("Desk 0".to_owned());
    assert_eq!(words(&apply(&importer, plan).await)[0], "updated");
    assert_eq!(shelf.inner().records[0].agent.as_ref().map(AsRef::as_ref), Some("a-0"));
}

#[tokio::test(start_paused = true)]
async fn a_record_whose_number_is_another_now_is_left() {
    let (shelf, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    shelf.inner().records[0].number = RecordNumber::E164(number(77));
    let steps = apply(&importer, plan).await;
    let Applied::Moved(differences) = &steps[0].outcome else { panic!("{:?}", steps[0]) };
    assert_eq!(differences[0].to_string(), "number: planned +14155570000, found +14155570077");
    assert_eq!(shelf.inner().records[0].label, None);
}

#[tokio::test(start_paused = true)]
async fn what_the_carrier_says_against_it_since_blocks_the_step() {
    let (shelf, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    // The account has given one back, and lost another.
    let emptied = Importer::new(Exchange::default(), shelf.clone());
    let steps = apply(&emptied, plan).await;
    assert_eq!(words(&steps[4..6]), ["updated", "blocked"]);
    assert!(matches!(&steps[5].outcome, Applied::Blocked { findings } if *findings == [Finding::NotHeld]));
    assert_eq!(shelf.inner().imports, 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_not_desired_is_removed_only_when_that_was_said() {
    let (shelf, exchange, importer) = world(&NATIVE);
    exchange.point(number(1), "https://api.vapi.ai/twilio/inbound_call");
    let desired: Desired = [request(0)].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    let steps = apply(&importer, plan.clone()).await;
    assert_eq!(words(&steps), ["unchanged", "kept", "kept", "kept", "kept"]);
    assert!(steps.iter().all(|step| !step.outcome.is_failure()));
    assert_eq!(shelf.inner().records.len(), 5);

    let moved_on = shelf.inner().records[4].id.clone();
    shelf.inner().records[4].number = RecordNumber::E164(number(9));
    let plan = plan.remove_extra(Removal::Record);
    let steps = apply(&importer, plan.clone()).await;
    assert_eq!(words(&steps), ["unchanged", "blocked", "removed", "removed", "moved"]);
    let Applied::Blocked { findings } = &steps[1].outcome else { panic!() };
    assert_eq!(*findings, [Finding::StillAnswered], "its callers would reach nobody");
    assert!(steps[2..4].iter().all(|step| !step.outcome.is_failure()));
    assert!(shelf.inner().records.iter().any(|record| record.id == moved_on));
    assert_eq!(exchange.restored(), 0, "the calls of what is removed still go where they went");

    let without_a_look = importer.clone().skip_preflight();
    assert_eq!(words(&apply(&without_a_look, plan).await), ["unchanged", "removed", "unchanged", "unchanged", "moved"]);
}

#[tokio::test(start_paused = true)]
async fn a_second_record_is_removed_though_the_first_gets_the_calls() {
    let (shelf, exchange, importer) = world(&NATIVE);
    exchange.point(number(0), "https://api.vapi.ai/twilio/inbound_call");
    let second = shelf.put(RecordNumber::E164(number(0)));
    let mut desired: Vec<_> = (0..5).map(request).collect();
    let plan = importer.plan(&desired.iter().cloned().collect()).await.unwrap().remove_extra(Removal::Record);
    let steps = apply(&importer, plan).await;
    assert_eq!(words(&steps), ["unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "removed"]);
    assert!(shelf.records_of(&number(0)) == 1 && !shelf.inner().records.iter().any(|record| record.id == second));

    // When the first has gone since, the second one is all that answers.
    let second = shelf.put(RecordNumber::E164(number(0)));
    let plan = importer.plan(&desired.iter().cloned().collect()).await.unwrap().remove_extra(Removal::Record);
    shelf.inner().records.retain(|record| record.id == second || !record.number.is(&number(0)));
    assert_eq!(words(&apply(&importer, plan).await)[5..], ["blocked"]);
    assert_eq!(shelf.records_of(&number(0)), 1);

    // When neither is desired, both are left as long as they get the calls.
    shelf.put(RecordNumber::E164(number(0)));
    drop(desired.remove(0));
    let plan = importer.plan(&desired.into_iter().collect()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&importer, plan).await)[4..], ["blocked", "blocked"]);
}

#[tokio::test(start_paused = true)]
async fn each_step_reports_what_became_of_it_and_what_to_do() {
    let (shelf, exchange, importer) = world(&NATIVE);
    exchange.point(number(4), "https://api.vapi.ai/twilio/inbound_call");
    shelf.inner().records[1].label = Some("Desk 1".to_owned());
    let desired =
        [request(0).label("Desk 0"), request(1).label("Desk 1"), request(8).outbound(true), request(99)].into_iter();
    let plan = importer.plan(&desired.collect()).await.unwrap();
    let plan = plan.remove_extra_if(Removal::Record, |step| {
        assert!(matches!(step, numport::import::plan::PlanStep::Extra { .. }), "asked of nothing else");
        step.number() == number(4)
    });
    shelf.inner().records[0].label = Some("By hand".to_owned());
    let mut lines: Vec<_> = apply(&importer, plan).await.iter().map(AppliedStep::report).collect();
    lines.retain(|line| !line.ends_with("kept"));
    assert_eq!(
        lines,
        [
            "+14155570000 moved: label: planned none, found \"By hand\". Make a new plan.",
            "+14155570001 unchanged",
            "+14155570008 blocked: `outbound` cannot be set by an import into vapi; leave it out.",
            "+14155570099 blocked: it is not held by the provider. Check the number, and whose account it is in; a \
             trunk's must be among those declared.",
            "+14155570004 blocked: it still sends its calls to the platform, which would answer no more. Point its \
             calls elsewhere first: import it where it is to be answered, or set them at the provider.",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_is_refused_has_failed_and_one_that_finds_nothing_has_moved() {
    for (status, word) in [(404, "moved"), (403, "failed")] {
        let (shelf, _, importer) = world(&NATIVE);
        let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
        shelf.inner().refuses_removal = Some(status);
        let steps = apply(&importer, plan).await;
        assert_eq!(words(&steps), [word; 5]);
        let Applied::Moved(differences) = &steps[0].outcome else { continue };
        assert_eq!(differences[0].to_string(), "record: planned id r1, found none");
    }
}

/// A platform that points a number's calls at nobody when it forgets it.
#[derive(Debug)]
struct Careless {
    shelf: Shelf,
    exchange: Exchange,
}

#[async_trait::async_trait]
impl VoicePlatform for Careless {
    fn kind(&self) -> numport::model::PlatformKind {
        self.shelf.kind()
    }
    fn account(&self) -> u64 {
        self.shelf.account()
    }
    fn capabilities(&self) -> &'static numport::platform::Capabilities {
        self.shelf.capabilities()
    }
    fn create<'a>(
        &'a self,
        source: &'a numport::NumberSource,
        request: &'a ImportRequest,
    ) -> numport::Result<numport::platform::Create<'a>> {
        self.shelf.create(source, request)
    }
    async fn get(&self, id: &numport::model::NumberId) -> numport::Result<numport::NumberRecord> {
        self.shelf.get(id).await
    }
    async fn find(&self, number: &numport::E164) -> numport::Result<Option<numport::NumberRecord>> {
        self.shelf.find(number).await
    }
    fn list(&self) -> futures_util::stream::BoxStream<'_, numport::Result<numport::NumberRecord>> {
        self.shelf.list()
    }
    async fn update(
        &self,
        id: &numport::model::NumberId,
        update: &numport::NumberUpdate,
    ) -> numport::Result<numport::NumberRecord> {
        self.shelf.update(id, update).await
    }
    async fn remove(&self, id: &numport::model::NumberId, consent: Removal) -> numport::Result<()> {
        let record = self.shelf.get(id).await?;
        self.exchange.point(record.number.telephone().unwrap(), "https://demo.twilio.com/welcome");
        self.shelf.remove(id, consent).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_removal_leaves_the_calls_where_they_went() {
    let (shelf, exchange, _) = world(&NATIVE);
    let importer = Importer::new(exchange.clone(), Careless { shelf, exchange: exchange.clone() });
    exchange.point(number(0), "https://api.elevenlabs.io/twilio/inbound_call");
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&importer, plan).await), ["removed"; 5]);
    assert_eq!(exchange.url(&number(0)).unwrap(), "https://api.elevenlabs.io/twilio/inbound_call");
    assert_eq!(exchange.url(&number(1)).unwrap(), "https://old.example.com/voice");
}

#[tokio::test]
async fn a_plan_is_applied_where_it_was_made_for_and_removes_what_was_agreed_to() {
    let (_, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    let refused = |importer: &Importer, plan: Plan| match importer.apply(plan) {
        Err(Error::Invalid(invalid)) => invalid.to_string(),
        other => panic!("{:?}", other.map(drop)),
    };
    let elsewhere = Interactly::builder("key").build().unwrap();
    let twilio = Twilio::builder(AccountKey::token(format!("AC{:032}", 0), "token")).build().unwrap();
    assert_eq!(
        refused(&Importer::new(twilio, elsewhere), plan),
        "the plan was not applied: `platform` is \"vapi\", and the importer's is interactly; apply it with the importer \
         that it was made for; `provider` is \"exchange\", and the importer's is twilio; apply it with the importer \
         that it was made for"
    );
    let (_, _, importer) = world(&THROUGH_LIST);
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(
        refused(&importer, plan),
        "the plan was not applied: `remove` cannot be done through vapi's API; remove the record in the platform's \
         dashboard"
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_refused_ends_it() {
    let (shelf, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    shelf.inner().refuses_from = Some((2, 401));
    let steps = apply(&importer.concurrency(1), plan).await;
    let expected = ["updated", "updated", "updated", "updated", "updated", "created", "created", "failed"];
    assert_eq!(words(&steps)[..8], expected);
    assert_eq!(words(&steps)[8..], ["not attempted"; 2]);
}
