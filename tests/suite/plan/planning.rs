//! A plan: what is compared, how it is displayed, and how it is saved.

use numport::conformance::InMemoryPlatform;
use numport::import::Change;
use numport::import::plan::{Applied, PlanStep};
use numport::model::{Finding, RecordNumber, Removal};
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{Desired, Error, ImportRequest, Importer, Interactly, Plan, Twilio, Vapi, VoicePlatform};

use super::apply::apply;
use crate::support::in_memory::{Exchange, NATIVE, THROUGH_LIST, importer, number, platform, records_of, request};

fn with_something_of_everything() -> InMemoryPlatform {
    let platform = platform(&NATIVE, 4);
    for (nth, label) in [(0, "Desk"), (1, "Old")] {
        platform.edit(|records| records[nth].label = Some(label.to_owned()));
    }
    platform.edit(|records| records[3].agent = Some("a-3".into()));
    platform.insert(RecordNumber::Other("sip:desk@example.com".to_owned()));
    platform.insert(number(0));
    platform
}

fn desired() -> Desired {
    Desired::from_iter([
        request(0).label("Desk"),
        request(1).label("New").agent("a-1"),
        request(2).inbound(true),
        request(8).label("Desk 8").agent("a-8").inbound(true),
        request(9).label("x".repeat(21)).outbound(true),
        request(1000),
    ])
}

fn exchange() -> Exchange {
    let exchange = Exchange::default();
    for last in 0..3 {
        exchange.point(number(last), "https://api.vapi.ai/twilio/inbound_call");
    }
    exchange.point(number(1), "https://voice.example.com/answer");
    exchange.point(number(3), "https://api.elevenlabs.io/twilio/inbound_call");
    exchange.point(number(8), "https://api.elevenlabs.io/twilio/inbound_call");
    exchange
}

#[tokio::test]
async fn every_kind_of_step_is_one_line() {
    let plan = Importer::new(exchange(), with_something_of_everything()).plan(&desired()).await.unwrap();
    let plan = plan.remove_extra_if(Removal::Record, |step| step.number == number(3));
    assert_eq!(
        plan.to_string(),
        "~ +14155570001 label \"Old\" → \"New\"; agent none → a-1\n    warning: the number's calls go to \
         https://voice.example.com/…, and the platform does not document whether it changes the routing\n\
         = +14155570002 unchanged (the platform cannot change: inbound)\n\
         + +14155570008 import, label \"Desk 8\", agent a-8, inbound on, calls now go to https://api.elevenlabs.io/…\n    warning: elevenlabs \
         answers the number's calls now\n    warning: the number's calls go to https://api.elevenlabs.io/…, and the platform does not document whether it \
         changes the routing\n\
         ! +14155570009 `outbound` cannot be set by an import into vapi; leave it out. `label` has 21 characters; use \
         at most 20\n\
         ! +14155571000 the carrier does not hold the number\n\
         - +14155570003 remove, id r4, label none, agent a-3, held by exchange exchange, calls go to \
         https://api.elevenlabs.io/…\n\
         ? sip:desk@example.com kept, id r5, label none, agent none, carrier unknown\n\
         ? +14155570000 second record kept, id r6, label none, agent none, held by exchange exchange, calls go to \
         https://api.vapi.ai/…\n\
         vapi from exchange: 1 to import, 1 to update, 1 to remove, 2 blocked, 2 unchanged, 2 kept, 1 \
         not known to reach the platform; about 11 requests"
    );
    assert!(plan.does_something());
    let PlanStep::Update { changes, .. } = &plan.steps[1] else { panic!("{:?}", plan.steps[1]) };
    assert_eq!(changes[0], Change::Label { from: Some("Old".to_owned()), to: Some("New".to_owned()) });
}

#[tokio::test]
async fn a_plan_is_saved_and_read_completely() {
    let plan = Importer::new(exchange(), with_something_of_everything())
        .plan(&desired())
        .await
        .unwrap()
        .remove_extra(Removal::Record);
    let text = serde_json::to_string_pretty(&plan).unwrap();
    assert_eq!(serde_json::from_str::<Plan>(&text).unwrap(), plan);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["platform"], "vapi");
    let mut update = json["steps"][1].clone();
    let mut calls = update.as_object_mut().unwrap().remove("calls").unwrap();
    let sealed = calls.as_object_mut().unwrap().remove("settings").unwrap();
    let cannot_renew = calls.as_object_mut().unwrap().remove("cannot_renew").unwrap();
    assert!(cannot_renew.as_str().unwrap().contains("documents no way"), "{cannot_renew}");
    assert_eq!(
        update,
        serde_json::json!({"action": "update", "number": "+14155570001", "id": "r2", "changes": [
            {"field": "label", "from": "Old", "to": "New"}, {"field": "agent", "from": null, "to": "a-1"}
        ], "findings": [
            {"finding": "calls_stay", "calls": "https://voice.example.com/…", "reason": "not_documented"}
        ]})
    );
    assert_eq!(
        calls,
        serde_json::json!({"carrier": "exchange exchange", "to": "https://voice.example.com/…", "reached": "unknown"})
    );
    assert!(sealed["voice_url"].is_string() && !text.contains("example.com/answer"), "a setting may hold a token");
    assert_eq!(json["steps"][5]["findings"], serde_json::json!([{"finding": "not_held"}]));
    let later = text.replacen("\"version\": 1", "\"version\": 2", 1);
    let error = serde_json::from_str::<Plan>(&later).unwrap_err().to_string();
    assert!(
        error.starts_with("the plan has version 2, but this version of numport reads version 1; make a new plan"),
        "{error}"
    );
}

#[tokio::test]
async fn every_finding_is_written_and_read() {
    let findings = [
        Finding::NotHeld,
        Finding::HeldBySubaccount { account: "AC1".to_owned() },
        Finding::OnTrunk { trunk: "TK1".to_owned() },
        Finding::AnsweredBy { platform: numport::model::PlatformKind::BUTTER },
        Finding::Unreachable { host: "10.0.0.1".to_owned(), warning: numport::model::HostWarning::Private },
        Finding::NotTakenOver { url: None },
        Finding::StillAnswered,
        Finding::Unassigned { reason: numport::e164::UnassignedReason::RangeNotAssigned },
    ];
    let text = serde_json::to_string(&findings).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Finding>>(&text).unwrap(), findings);
    // Text that may hold a token is saved as it is displayed.
    let secret = Finding::NotTakenOver { url: Some("https://user:pass@example.com/a?token=pass".into()) };
    assert_eq!(
        serde_json::to_string(&secret).unwrap(),
        r#"{"finding":"not_taken_over","url":"https://example.com/…"}"#
    );
    let unknown: Finding = serde_json::from_str(r#"{"finding":"answered_by","platform":"parrot"}"#).unwrap();
    assert_eq!(unknown, Finding::AnsweredBy { platform: numport::model::PlatformKind::from_static("parrot") });
}

#[tokio::test]
async fn a_number_is_desired_once() {
    let twice = Desired::from_iter([request(0), request(1), request(0)]);
    let error = importer(&with_something_of_everything()).plan(&twice).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plan was not made: `[2].number` is +14155570000, like [0].number; list each number once"
    );
    let differing = Desired::from_iter([request(0).label("A"), request(0).label("B").agent("a-1")]);
    let error = importer(&with_something_of_everything()).plan(&differing).await.unwrap_err().to_string();
    assert!(error.contains("is +14155570000, like [0].number, with another label and agent; list"), "{error}");
}

#[test]
fn a_desired_state_is_read_from_json_and_unknown_fields_are_refused() {
    let text = r#"[{"number":"+14155570000","label":"Desk"},{"number":"+14155570001","inbound":false}]"#;
    let desired: Desired = serde_json::from_str(text).unwrap();
    assert_eq!(desired, Desired::from_iter([request(0).label("Desk"), request(1).inbound(false)]));
    assert_eq!(serde_json::to_string(&desired).unwrap(), text);
    for (bad, fault) in [
        (r#"[{"number":"+14155570000","lable":"Desk"}]"#, "unknown field `lable`"),
        (r#"[{"number":"4155570000"}]"#, "does not begin with `+`"),
        (r#"[{"label":"Desk"}]"#, "missing field `number`"),
    ] {
        let error = serde_json::from_str::<Desired>(bad).unwrap_err().to_string();
        assert!(error.contains(fault), "{error}");
    }
}

#[test]
fn a_desired_state_is_a_collection_of_requests() {
    let mut desired = Desired::default();
    assert!(desired.is_empty());
    desired.extend([request(0), request(1).label("Desk")]);
    assert_eq!((desired.len(), desired.is_empty()), (2, false));
    assert_eq!(desired.into_iter().collect::<Vec<_>>(), [request(0), request(1).label("Desk")]);
}

#[tokio::test]
async fn records_become_the_desired_state_of_another_platform() {
    let platform = with_something_of_everything();
    platform.edit(|records| records[2].inbound = Some(false));
    platform.edit(|records| records[2].label = Some(String::new()));
    let records = platform.records();
    let desired = Desired::from_records(&records);
    assert_eq!(
        desired,
        Desired::from_iter([
            request(0).label("Desk"),
            request(1).label("Old"),
            request(2).inbound(false),
            request(3).agent("a-3")
        ]),
        "no SIP address, and no second record of a number"
    );
    let mapped = desired.clone().map_agents(|old| (old.as_str() == "a-3").then(|| "b-3".into()));
    assert_eq!(mapped.iter().last(), Some(&request(3).agent("b-3")));
    assert_eq!(desired.clone().map_agents(|_| None).iter().last(), Some(&request(3)));
    let fitting = desired.fitting(&THROUGH_LIST);
    assert_eq!(fitting.iter().nth(2), Some(&request(2)), "no directions there");
    assert_eq!(fitting.iter().nth(3), Some(&request(3)), "no agents there");
    assert_eq!(fitting.iter().next(), Some(&request(0).label("Desk")));
}

/// How many requests Twilio received.
fn to_twilio(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|entry| entry.service.as_str() == "twilio").count()
}

#[tokio::test]
async fn the_carrier_is_listed_once_and_missing_numbers_are_looked_up() {
    let held = (0..50).map(number);
    let sandbox = Sandbox::builder()
        .held_numbers(held)
        .hold(TwilioNumber::new(number(60)).on_trunk())
        .hold(TwilioNumber::new(number(61)).in_subaccount())
        .start()
        .await
        .unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let desired: Desired = (0..50).chain([60, 61, 62]).map(request).collect();
    let plan = importer.plan(&desired).await.unwrap();
    let imports = plan.steps.iter().filter(|step| matches!(step, PlanStep::Import { .. })).count();
    assert_eq!(imports, 50);
    let findings: Vec<_> = plan.steps[50..]
        .iter()
        .map(|step| match step {
            PlanStep::Blocked { findings, .. } => findings.as_slice(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(matches!(findings[0], [Finding::OnTrunk { .. }]));
    assert!(matches!(findings[1], [Finding::HeldBySubaccount { .. }]));
    assert_eq!(findings[2], [Finding::NotHeld]);
    assert!(to_twilio(&sandbox) < 15, "{}", to_twilio(&sandbox));
    assert!(sandbox.requests().iter().all(|entry| entry.method == "GET"), "a plan changes nothing");

    let before = to_twilio(&sandbox);
    let plan = importer.clone().skip_preflight().plan(&desired).await.unwrap();
    assert_eq!((plan.steps.len(), to_twilio(&sandbox)), (53, before), "it was told not to look");
    assert!(plan.steps.iter().all(|step| matches!(step, PlanStep::Import { calls, .. } if calls.to.is_none())));
}

#[tokio::test]
async fn one_number_is_looked_up_and_not_listed() {
    let sandbox = Sandbox::builder().held_numbers((0..50).map(number)).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let plan = importer.plan(&Desired::from_iter([request(7)])).await.unwrap();
    assert!(matches!(plan.steps[..], [PlanStep::Import { .. }]));
    let queries: Vec<_> = sandbox.requests().into_iter().filter(|entry| entry.service.as_str() == "twilio").collect();
    assert!(!queries.is_empty());
    assert!(queries.iter().all(|entry| entry.query.as_deref().unwrap_or_default().contains("14155570007")));
}

#[tokio::test]
async fn unsupported_changes_are_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let interactly = Interactly::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), interactly.clone());
    let held = sandbox.twilio().held_numbers()[0];
    importer.import(ImportRequest::new(held).label("Old")).await.unwrap();
    let desired = Desired::from_iter([ImportRequest::new(held).label("New").outbound(false)]);
    let plan = importer.plan(&desired).await.unwrap();
    let outbound = if interactly.capabilities().outbound.set { "outbound" } else { panic!() };
    let line = plan.to_string();
    assert!(line.contains(outbound) && line.contains("(the platform cannot change: label)"), "{line}");
}

#[tokio::test]
async fn a_record_that_is_listed_twice_counts_once() {
    let platform = platform(&NATIVE, 2);
    platform.edit(|records| records.extend(records.clone()));
    let plan = importer(&platform).plan(&[request(0)].into_iter().collect()).await.unwrap();
    let plan = plan.remove_unverified_if(Removal::Record, |_| true);
    assert_eq!(plan.steps.len(), 2, "{plan}");
    assert!(plan.to_string().contains("1 to remove, 0 blocked, 1 unchanged, 0 kept;"), "{plan}");
}

#[tokio::test]
async fn a_failing_platform_gives_no_plan() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::builder("wrong").base_url(sandbox.var("VAPI_BASE_URL").unwrap()).build().unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi);
    let error = importer.plan(&Desired::from_iter([request(0)])).await.unwrap_err();
    assert!(matches!(&error, Error::Call(call) if call.status.map(u16::from) == Some(401)), "{error:?}");
}

/// The one that answers is the number's record; the first one if both do, or neither.
#[tokio::test]
async fn of_two_records_of_a_number_the_one_with_an_agent_is_planned_for() {
    for (agents, chosen) in [([false, true], 1), ([true, false], 0), ([true, true], 0), ([false, false], 0)] {
        let platform = platform(&NATIVE, 1);
        platform.insert(number(0));
        platform.edit(|records| {
            for (record, has_agent) in records.iter_mut().zip(agents) {
                record.agent = has_agent.then(|| "a-1".into());
            }
        });
        let plan = importer(&platform).plan(&Desired::from_iter([request(0)])).await.unwrap();
        let ids = plan.steps.iter().map(|step| step.id().unwrap().clone()).collect::<Vec<_>>();
        let records = platform.records();
        assert_eq!(ids, [&records[chosen], &records[1 - chosen]].map(|record| record.id.clone()), "{agents:?}");
    }
}

/// As no plan of this crate has it.
#[tokio::test(start_paused = true)]
async fn a_second_record_that_may_answer_stays_even_if_the_plan_was_altered() {
    for (agent, unverified, reason) in
        [(Some("a-2"), false, [Finding::SecondMayAnswer]), (None, true, [Finding::StillAnswered])]
    {
        let platform = platform(&NATIVE, 4);
        platform.insert(number(0));
        let importer = Importer::new(exchange(), platform.clone());
        platform.edit(|records| {
            records[0].agent = Some("a-1".into());
            records.last_mut().unwrap().agent = agent.map(Into::into);
        });
        let plan = importer.plan(&(0..4).map(request).collect()).await.unwrap();
        let mut plan = serde_json::to_value(&plan).unwrap();
        let steps = plan["steps"].as_array_mut().unwrap();
        let second = steps.iter_mut().find(|step| step["second"] == true).unwrap();
        second["remove"] = serde_json::json!({"consent": "record", "releases": false, "unverified": unverified});
        let steps = apply(&importer, serde_json::from_value(plan).unwrap()).await;
        assert!(matches!(&steps[4].outcome, Applied::Blocked { findings } if findings[..] == reason), "{:?}", steps[4]);
        assert_eq!(records_of(&platform, &number(0)), 2);
    }
}
