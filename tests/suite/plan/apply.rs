//! Applying a plan: with an unchanged state, and with one that has changed since the plan.

use futures_util::StreamExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::import::plan::{Applied, AppliedStep};
use numport::model::{Finding, RecordNumber, Removal};
use numport::{AccountKey, Desired, Error, Importer, Interactly, Outcome, Plan, Twilio};

use crate::support::in_memory::{
    Exchange, NATIVE, THROUGH_LIST, number, platform, records_of, refuse_creates_after, request,
};

pub(crate) async fn apply(importer: &Importer, plan: Plan) -> Vec<AppliedStep> {
    let mut steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
    steps.sort_by_key(|step| step.index);
    steps
}

fn words(steps: &[AppliedStep]) -> Vec<&'static str> {
    steps.iter().map(|step| step.outcome.code()).collect()
}

/// Numbers 0 to 4 are at the platform, and 5 to 9 only at the carrier.
pub(crate) fn world(can: &'static numport::platform::Capabilities) -> (InMemoryPlatform, Exchange, Importer) {
    let (platform, exchange) = (platform(can, 5), Exchange::default());
    for last in 0..10 {
        exchange.point(number(last), "https://old.example.com/voice");
    }
    (platform.clone(), exchange.clone(), Importer::new(exchange, platform))
}

/// Another platform answers all numbers.
pub(crate) fn elsewhere(exchange: &Exchange) {
    (0..10).for_each(|last| exchange.point(number(last), "https://api.elevenlabs.io/twilio/inbound_call"));
}

fn desired() -> Desired {
    (0..10).map(|last| request(last).label(format!("Desk {last}"))).collect()
}

#[tokio::test(start_paused = true)]
async fn an_applied_plan_leaves_nothing_for_the_next_one() {
    // One list for the plan, and one for all imports.
    for (can, asked) in [(&NATIVE, [2, 0, 5]), (&THROUGH_LIST, [2, 0, 5])] {
        let (platform, _, importer) = world(can);
        let plan = importer.plan(&desired()).await.unwrap();
        let steps = apply(&importer, plan.clone()).await;
        assert_eq!(words(&steps), [["updated"; 5], ["created"; 5]].concat());
        assert!(steps.iter().all(|step| !step.outcome.is_failure()));
        let counted = [Call::List, Call::Find, Call::Get].map(|call| platform.calls(call));
        assert_eq!(counted, asked, "lists, finds, gets");
        let next = importer.plan(&desired()).await.unwrap();
        assert!(!next.does_something(), "{next}");
        assert!(next.to_string().contains("0 blocked, 10 unchanged, 0 kept"), "{next}");
        // The same plan applied again changes nothing.
        let sent = |platform: &InMemoryPlatform| (platform.calls(Call::Create), platform.calls(Call::Update));
        let before = sent(&platform);
        let again = apply(&importer, plan).await;
        assert_eq!(words(&again), ["unchanged"; 10]);
        assert!(again.iter().all(|step| !step.outcome.is_failure()));
        assert_eq!(sent(&platform), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_whose_state_has_changed_is_skipped_and_the_rest_is_applied() {
    for can in [&NATIVE, &THROUGH_LIST] {
        let (platform, exchange, importer) = world(can);
        let plan = importer.plan(&desired()).await.unwrap();
        let plan: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();

        platform.edit(|records| records[0].label = Some("By hand".to_owned()));
        platform.edit(|records| records[1].label = Some("Desk 1".to_owned()));
        let gone = platform.records()[2].id.clone();
        platform.edit(|records| records.retain(|record| record.id != gone));
        let there = platform.insert(number(5));
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
        assert_eq!(platform.records()[0].label.as_deref(), Some("By hand"), "left as it is");
        assert_eq!(records_of(&platform, &number(6)), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn another_record_of_the_number_is_not_the_planned_one() {
    for can in [&NATIVE, &THROUGH_LIST] {
        let (platform, _, importer) = world(can);
        let plan = importer.plan(&desired()).await.unwrap();
        let planned = platform.edit(|records| records.remove(0)).id;
        platform.insert(number(0));
        let steps = apply(&importer, plan).await;
        let Applied::Moved(differences) = &steps[0].outcome else { panic!("{:?}", steps[0]) };
        assert_eq!(differences[0].to_string(), format!("record: planned id {planned}, found none"));
        assert_eq!(platform.calls(Call::Update), 4);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_lookup_is_a_failure_and_not_a_missing_record() {
    let (platform, exchange, importer) = world(&NATIVE);
    let desired: Desired = [request(0).label("Desk")].into_iter().collect();
    elsewhere(&exchange);
    let plan = importer.plan(&desired).await.unwrap().remove_extra(Removal::Record);
    for call in [Call::Create, Call::Get, Call::Find, Call::Update] {
        platform.always(call, Answer::refused(403));
    }
    assert_eq!(words(&apply(&importer, plan).await), ["refused"; 5]);
    assert_eq!(platform.records().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_the_plan_blocks_is_blocked() {
    let (platform, _, importer) = world(&NATIVE);
    let desired: Desired = [request(5).label("x".repeat(21)), request(77)].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    let steps = apply(&importer, plan).await;
    assert_eq!(words(&steps)[..2], ["blocked"; 2]);
    assert!(matches!(&steps[0].outcome, Applied::Blocked { findings } if findings.is_empty()), "the step says why");
    assert!(matches!(&steps[1].outcome, Applied::Blocked { findings } if *findings == [Finding::NotHeld]));
    assert!(steps[0].outcome.is_failure());
    assert_eq!(platform.calls(Call::Create), 0);
}

#[tokio::test(start_paused = true)]
async fn an_update_that_broke_off_midway_is_finished_by_the_same_plan() {
    let (platform, _, importer) = world(&NATIVE);
    let desired = [request(0).label("Desk 0").agent("a-0")].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    platform.edit(|records| records[0].label = Some("Desk 0".to_owned()));
    assert_eq!(words(&apply(&importer, plan).await)[0], "updated");
    assert_eq!(platform.records()[0].agent.as_ref().map(AsRef::as_ref), Some("a-0"));
}

#[tokio::test(start_paused = true)]
async fn a_record_with_another_number_now_is_not_changed() {
    let (platform, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    platform.edit(|records| records[0].number = RecordNumber::E164(number(77)));
    let steps = apply(&importer, plan).await;
    let Applied::Moved(differences) = &steps[0].outcome else { panic!("{:?}", steps[0]) };
    assert_eq!(differences[0].to_string(), "number: planned +14155570000, found +14155570077");
    assert_eq!(platform.records()[0].label, None);
}

#[tokio::test(start_paused = true)]
async fn a_new_finding_at_the_carrier_blocks_the_step() {
    let (platform, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    // The account has released one number, and lost another one.
    let emptied = Importer::new(Exchange::default(), platform.clone());
    let steps = apply(&emptied, plan).await;
    assert_eq!(words(&steps[4..6]), ["updated", "blocked"]);
    assert!(matches!(&steps[5].outcome, Applied::Blocked { findings } if *findings == [Finding::NotHeld]));
    assert_eq!(platform.calls(Call::Create), 0);
}

#[tokio::test(start_paused = true)]
async fn undesired_records_are_removed_only_on_request() {
    let (platform, exchange, importer) = world(&NATIVE);
    elsewhere(&exchange);
    exchange.point(number(1), "https://api.vapi.ai/twilio/inbound_call");
    let desired: Desired = [request(0)].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    let steps = apply(&importer, plan.clone()).await;
    assert_eq!(words(&steps), ["unchanged", "kept", "kept", "kept", "kept"]);
    assert!(steps.iter().all(|step| !step.outcome.is_failure()));
    assert_eq!(platform.records().len(), 5);

    let moved_on = platform.records()[4].id.clone();
    platform.edit(|records| records[4].number = RecordNumber::E164(number(9)));
    let plan = plan.remove_extra(Removal::Record);
    let steps = apply(&importer, plan.clone()).await;
    assert_eq!(words(&steps), ["unchanged", "kept", "removed", "removed", "moved"]);
    let Applied::Kept { findings } = &steps[1].outcome else { panic!() };
    assert_eq!(*findings, [Finding::StillAnswered], "its callers would reach nobody");
    assert!(steps[1].outcome.is_failure(), "it was to be removed");
    let told = plan.summary();
    assert_eq!((told.kept, told.blocked, plan.steps[1].to_string().starts_with("? +14155570001 kept, ")), (1, 0, true));
    assert_eq!(steps[1].reason(), Some(Finding::StillAnswered.to_string()));
    assert_eq!(steps[1].advice(), Some(Finding::StillAnswered.advice().to_owned()));
    assert!(steps[2..4].iter().all(|step| !step.outcome.is_failure()));
    assert!(platform.records().iter().any(|record| record.id == moved_on));
    assert_eq!(exchange.restored(), 0, "the calls of what is removed still go where they went");

    let without_a_look = importer.clone().skip_preflight();
    assert_eq!(words(&apply(&without_a_look, plan).await), ["unchanged", "kept", "unchanged", "unchanged", "moved"]);
    let planned_blindly = without_a_look.plan(&desired).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&without_a_look, planned_blindly).await)[1..], ["kept"; 2], "it widens nothing");
}

#[tokio::test(start_paused = true)]
async fn a_second_record_without_an_agent_is_removed_although_the_number_is_answered() {
    let (platform, exchange, importer) = world(&NATIVE);
    exchange.point(number(0), "https://api.vapi.ai/twilio/inbound_call");
    let second = platform.insert(number(0));
    let mut desired: Vec<_> = (0..5).map(request).collect();
    // It is unknown which of the two answers.
    let plan = importer.plan(&desired.iter().cloned().collect()).await.unwrap();
    for plan in [plan.clone().remove_second(Removal::Record), plan.remove_extra(Removal::Record)] {
        assert_eq!(words(&apply(&importer, plan).await)[5..], ["kept"]);
    }
    platform.edit(|records| records[0].agent = Some("a-1".into()));
    let plan = importer.plan(&desired.iter().cloned().collect()).await.unwrap().remove_second(Removal::Record);
    let steps = apply(&importer, plan).await;
    assert_eq!(words(&steps), ["unchanged", "unchanged", "unchanged", "unchanged", "unchanged", "removed"]);
    assert!(records_of(&platform, &number(0)) == 1 && !platform.records().iter().any(|record| record.id == second));

    // If the first record is gone since then, only the second one answers.
    let second = platform.insert(number(0));
    let plan = importer.plan(&desired.iter().cloned().collect()).await.unwrap().remove_second(Removal::Record);
    platform.edit(|records| records.retain(|record| record.id == second || !record.number.is(&number(0))));
    assert_eq!(words(&apply(&importer, plan).await)[5..], ["blocked"]);
    assert_eq!(records_of(&platform, &number(0)), 1);

    // If neither is desired, both are kept as long as they get the calls.
    platform.insert(number(0));
    drop(desired.remove(0));
    let plan = importer.plan(&desired.into_iter().collect()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&importer, plan).await)[4..], ["kept", "kept"]);
}

#[tokio::test(start_paused = true)]
async fn each_step_reports_its_outcome_and_advice() {
    let (platform, exchange, importer) = world(&NATIVE);
    exchange.point(number(4), "https://api.vapi.ai/twilio/inbound_call");
    platform.edit(|records| records[1].label = Some("Desk 1".to_owned()));
    let desired =
        [request(0).label("Desk 0"), request(1).label("Desk 1"), request(8).outbound(true), request(99)].into_iter();
    let plan = importer.plan(&desired.collect()).await.unwrap();
    let plan = plan.remove_extra_if(Removal::Record, |step| step.number == number(4));
    platform.edit(|records| records[0].label = Some("By hand".to_owned()));
    let mut lines: Vec<_> = apply(&importer, plan).await.iter().map(AppliedStep::report).collect();
    lines.retain(|line| !line.ends_with("kept"));
    assert_eq!(
        lines,
        [
            "+14155570000 moved: label: planned none, found \"By hand\". Make a new plan.",
            "+14155570001 unchanged: the number's calls go to https://old.example.com/…, and the platform does not document whether \
             it changes the routing. Call the number. If the platform does not answer, point the calls at it yourself.",
            "+14155570008 blocked: `outbound` cannot be set by an import into vapi; leave it out.",
            "+14155570099 blocked: the carrier does not hold the number. Check the number and the account. If the source is \
             a trunk, declare the number.",
            "+14155570004 kept: the number's calls still go to the platform, and would reach nobody. First send \
             the calls elsewhere: import the number into the platform that will answer it, or let `Plan::retire_extra` \
             send the calls to another address or restore the routing of a backup.",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_refused_removal_is_failed_and_a_missing_record_is_moved() {
    for (status, word) in [(404, "moved"), (403, "refused")] {
        let (platform, exchange, importer) = world(&NATIVE);
        elsewhere(&exchange);
        let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
        platform.always(Call::Remove, Answer::refused(status));
        if status == 404 {
            // Somebody else removes each right before.
            let theirs = platform.clone();
            platform.on_call(move |call, number| {
                if call == Call::Remove {
                    theirs.edit(|records| records.retain(|record| record.number.telephone() != number));
                }
            });
        }
        let steps = apply(&importer, plan).await;
        assert_eq!(words(&steps), [word; 5]);
        let Applied::Moved(differences) = &steps[0].outcome else { continue };
        assert_eq!(differences[0].to_string(), "record: planned id r1, found none");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_number_that_the_plan_removed_may_be_created_again() {
    let (platform, exchange, importer) = world(&NATIVE);
    elsewhere(&exchange);
    platform.edit(Vec::clear);
    importer.import(request(0)).await.unwrap();
    // Another record of the number is removed, and the one that was created here is no longer found.
    let second = platform.insert(number(0));
    let only = || Desired::from_iter([request(0)]);
    let plan = importer.plan(&only()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&importer, plan).await), ["unchanged", "removed"]);
    assert!(platform.records().iter().all(|record| record.id != second));
    platform.script(Call::Find, [Answer::Nothing]);
    assert_eq!(importer.import(request(0)).await.unwrap().outcome, Outcome::AlreadyThere);

    let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&importer, plan).await), ["removed"]);
    assert_eq!(importer.import(request(0)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(platform.calls(Call::Create), 2);
}

#[tokio::test(start_paused = true)]
async fn a_removal_keeps_the_routing() {
    let (platform, exchange, importer) = world(&NATIVE);
    // The platform clears a number's routing when it removes the record.
    let carrier = exchange.clone();
    platform.on_call(move |call, number| match number {
        Some(number) if call == Call::Remove => carrier.point(number, "https://demo.twilio.com/welcome"),
        _ => {}
    });
    exchange.point(number(0), "https://api.elevenlabs.io/twilio/inbound_call");
    let plan = importer.plan(&Desired::default()).await.unwrap();
    let verified = plan.clone().remove_extra(Removal::Record);
    assert_eq!(words(&apply(&importer, verified).await), ["removed", "kept", "kept", "kept", "kept"]);
    let told = plan.remove_unverified_if(Removal::Record, |_| true);
    assert_eq!(words(&apply(&importer, told).await), ["unchanged", "removed", "removed", "removed", "removed"]);
    assert_eq!(exchange.url(&number(0)).unwrap(), "https://api.elevenlabs.io/twilio/inbound_call");
    assert_eq!(exchange.url(&number(1)).unwrap(), "https://old.example.com/voice");
}

#[tokio::test]
async fn a_plan_is_applied_only_to_its_accounts_and_confirmed_removals() {
    let (_, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    let interactly = Interactly::builder("key").build().unwrap();
    let twilio = Twilio::builder(AccountKey::token(format!("AC{:032}", 0), "token")).build().unwrap();
    let fields = |importer: &Importer, plan: Plan| match importer.apply(plan) {
        Err(Error::Invalid(invalid)) => {
            invalid.problems.into_iter().map(|problem| problem.field.to_string()).collect::<Vec<_>>()
        }
        other => panic!("{:?}", other.map(drop)),
    };
    assert_eq!(
        fields(&Importer::new(twilio, interactly), plan.clone()),
        ["platform", "provider", "account", "carriers"]
    );
    let (_, _, other_account) = world(&NATIVE);
    assert_eq!(fields(&other_account, plan), ["account"]);

    // A removal that was added by hand, beyond what the plan's methods allow.
    let (_, exchange, importer) = world(&THROUGH_LIST);
    elsewhere(&exchange);
    let plan = importer.plan(&Desired::default()).await.unwrap().remove_extra(Removal::Record);
    assert!(!plan.does_something());
    let blocked = apply(&importer, plan).await;
    assert!(matches!(&blocked[0].outcome, Applied::Kept { findings } if *findings == [Finding::CannotRemove]));
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_ends_the_run() {
    let (platform, _, importer) = world(&NATIVE);
    let plan = importer.plan(&desired()).await.unwrap();
    refuse_creates_after(&platform, 2, 401);
    let steps = apply(&importer.concurrency(1), plan).await;
    let expected = ["updated", "updated", "updated", "updated", "updated", "created", "created", "refused"];
    assert_eq!(words(&steps)[..8], expected);
    assert_eq!(words(&steps)[8..], ["not_attempted"; 2]);
}

#[tokio::test(start_paused = true)]
async fn calls_are_not_pointed_at_a_record_that_only_an_old_list_has() {
    let (platform, exchange, importer) = world(&THROUGH_LIST);
    let address = "https://answer.example.net/calls";
    let importer = importer.concurrency(1).inbound_address(address);
    elsewhere(&exchange);
    let plan = importer.plan(&[request(5), request(6)].into_iter().collect()).await.unwrap().point_calls();
    for last in [5, 6] {
        platform.insert(number(last));
    }
    let mut steps = importer.apply(plan).unwrap();
    assert_eq!(steps.next().await.unwrap().outcome.code(), "pointed");
    platform.edit(|records| records.retain(|record| !record.number.is(&number(6))));
    assert_eq!(steps.next().await.unwrap().outcome.code(), "moved");
}
