//! The deadline of an undo, and of an import that a plan makes: each says how far it came, and another call does the rest.

use std::time::Duration;

use futures_util::StreamExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::{Delivery, Failure, Step, WithheldReason};
use numport::import::plan::Applied;
use numport::import::{Undo, UndoneRecord};
use numport::model::{Finding, Reached, Removal};
use numport::{Desired, Error, ImportRequest, Importer, LookupPolicy, SipTrunk};
use tokio::time::{Instant, timeout};

use crate::support::in_memory::{Exchange, NATIVE, number, platform};
use crate::support::unresolved;

const BEFORE: &str = "https://app.example.com/voice";
const HERE: &str = "https://api.vapi.ai/twilio/inbound_call";
const DEADLINE: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

struct World {
    exchange: Exchange,
    platform: InMemoryPlatform,
    importer: Importer,
    undo: Undo,
}

/// A number that was imported and whose calls the platform took over.
async fn world() -> World {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), BEFORE);
    let carrier = exchange.clone();
    platform.on_call(move |call, _| {
        if call == Call::Create {
            carrier.point(number(1), HERE);
        }
    });
    let policy = LookupPolicy::default().max_lookups(1).first_wait(Duration::ZERO);
    let importer = Importer::new(exchange.clone(), platform.clone()).lookup_policy(policy).deadline(DEADLINE);
    let undo = importer.import(ImportRequest::new(number(1))).await.unwrap().undo();
    World { exchange, platform, importer, undo }
}

impl World {
    /// The error of an undo that ends at its deadline.
    async fn late(&self) -> Error {
        let begun = Instant::now();
        let undone = timeout(DAY, self.importer.undo(&self.undo, Removal::Record)).await.expect("it ends");
        assert_eq!(begun.elapsed(), DEADLINE);
        undone.unwrap_err()
    }

    /// Another undo does the rest.
    async fn finish(&self) {
        self.exchange.set_hanging(false);
        self.importer.forget_created(&number(1)).await.expect("no journal"); // as another process
        let undone = self.importer.undo(&self.undo, Removal::Record).await.unwrap();
        assert!(undone.is_complete(), "{undone}");
        assert_eq!(self.exchange.url(&number(1)).as_deref(), Some(BEFORE));
        assert!(self.platform.records().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_is_late_before_it_changed_anything_says_that_it_was_withheld() {
    let world = world().await;
    world.platform.script(Call::Get, [Answer::Never { done: false }]);
    let late = world.late().await;
    assert!(
        matches!(&late, Error::Withheld(withheld) if withheld.reason == WithheldReason::Deadline { after: DEADLINE })
    );
    assert_eq!(
        late.to_string(),
        "vapi: +14155570001 was not rolled back: looking up the number took longer than the deadline of 5 s"
    );
    assert_eq!((world.exchange.url(&number(1)).as_deref(), late.failure()), (Some(HERE), Failure::Failed));
    world.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_is_late_while_the_routing_is_restored_does_not_know_whether_it_was() {
    let world = world().await;
    world.exchange.set_hanging(true);
    let late = world.late().await;
    let call = late.call().unwrap();
    assert!(matches!(&late, Error::Call(_)), "{late}");
    assert_eq!(
        (call.operation, call.delivery, late.failure()),
        ("restore routing", Delivery::Unknown, Failure::Unknown)
    );
    assert_eq!(world.platform.records().len(), 1);
    world.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_is_late_with_the_record_says_that_the_routing_is_restored() {
    for (call, done, nth) in [(Call::Remove, true, 0), (Call::Remove, false, 0), (Call::Get, false, 1)] {
        let world = world().await;
        let mut answers = vec![Answer::Usual; nth];
        answers.push(Answer::Never { done });
        world.platform.script(call, answers);
        let late = world.late().await;
        let Error::Incomplete(incomplete) = &late else { panic!("{late}") };
        assert_eq!((incomplete.step, incomplete.record.is_some()), (Step::Undo, true));
        // What was sent may be done, and what was not sent is not.
        let was_sent = incomplete.error.call().map(|call| (call.operation, call.delivery));
        assert_eq!(was_sent, (call == Call::Remove).then_some(("remove number", Delivery::Unknown)), "{late}");
        assert!(late.is_retryable());
        world.finish().await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_is_late_after_the_removal_says_that_the_record_is_gone() {
    let world = world().await;
    let carrier = world.exchange.clone();
    world.platform.on_call(move |call, _| {
        if call == Call::Remove {
            carrier.point(number(1), "");
            carrier.set_hanging(true);
        }
    });
    let late = world.late().await;
    assert!(matches!(&late, Error::Incomplete(incomplete) if incomplete.step == Step::Restore), "{late}");
    assert!(world.platform.records().is_empty());
    world.finish().await;
}

#[tokio::test(start_paused = true)]
async fn an_undo_of_changed_fields_is_late_with_their_update() {
    let platform = platform(&NATIVE, 1);
    let importer = Importer::new(SipTrunk::new("203.0.113.7"), platform.clone()).deadline(DEADLINE);
    let undo = importer.import(ImportRequest::new(number(0)).label("New")).await.unwrap().undo();
    platform.script(Call::Update, [Answer::Never { done: false }]);
    let late = timeout(DAY, importer.undo(&undo, Removal::Record)).await.expect("it ends").unwrap_err();
    assert_eq!(late.call().map(|call| call.operation), Some("update number"));
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: Vec::new() });
    assert_eq!(platform.records()[0].label, None);
}

async fn applied(importer: &Importer, point: bool) -> Applied {
    let mut plan = importer.plan(&Desired::from_iter([ImportRequest::new(number(1))])).await.unwrap();
    if point {
        plan = plan.point_calls();
    }
    let mut steps = importer.apply(plan).unwrap();
    timeout(DAY, steps.next()).await.expect("it ends").unwrap().outcome
}

fn failed(outcome: Applied) -> Error {
    match outcome {
        Applied::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_import_that_a_plan_makes_ends_at_its_deadline() {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), BEFORE);
    let importer = Importer::new(exchange.clone(), platform.clone()).deadline(DEADLINE);
    platform.script(Call::Create, [Answer::Never { done: true }]);
    let begun = Instant::now();
    let late = failed(applied(&importer, false).await);
    assert_eq!((begun.elapsed(), late.failure()), (DEADLINE, Failure::Unknown));
    assert!(matches!(&late, Error::Indeterminate(_)), "{late}");
    assert_eq!(unresolved(&importer).await, [number(1)]);

    // Waiting for another import of the number counts.
    let policy = LookupPolicy::default().max_lookups(1).first_wait(Duration::ZERO);
    let importer = importer.lookup_policy(policy).lock_timeout(DAY);
    assert!(importer.import(ImportRequest::new(number(1))).await.is_ok());
    importer.platform().remove(&platform.records()[0].id, Removal::Record).await.unwrap();
    importer.forget_created(&number(1)).await.expect("no journal");
    let plan = importer.plan(&Desired::from_iter([ImportRequest::new(number(1))])).await.unwrap();
    platform.script(Call::Create, [Answer::Never { done: false }]);
    let mut first = Box::pin(importer.clone().deadline(DAY).apply(plan.clone()).unwrap());
    assert!(timeout(Duration::from_secs(1), first.next()).await.is_err());
    let late = importer.apply(plan).unwrap().next().await.unwrap().outcome;
    assert!(matches!(failed(late), Error::Withheld(withheld) if withheld.reason.code() == "deadline"));
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_pointed_too_late_leave_an_import_that_says_so() {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    exchange.point(number(1), BEFORE);
    let importer = Importer::new(exchange.clone(), platform.clone()).deadline(DEADLINE).inbound_address(HERE);
    exchange.set_hanging(true);
    let outcome = applied(&importer, true).await;
    let Applied::Imported(imported) = outcome else { panic!("{outcome:?}") };
    assert_ne!(imported.reached, Reached::Platform);
    let reason = imported.findings.iter().find_map(|finding| match finding {
        Finding::NotPointed { reason } => Some(reason.as_str()),
        _ => None,
    });
    assert_eq!(reason, Some("the deadline of 5s passed, so it is unknown whether it was done"));

    // The record is there now, and the calls are to be pointed.
    exchange.point(number(1), BEFORE);
    let plan = importer.plan(&Desired::from_iter([ImportRequest::new(number(1))])).await.unwrap();
    assert_eq!(plan.steps[0].code(), "unchanged");
}
