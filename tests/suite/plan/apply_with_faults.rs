//! Plan, apply and plan again, while three requests out of ten meet a fault.

use std::time::Duration;

use numport::import::plan::{Applied, PlanStep};
use numport::platform::Duplicates;
use numport::sandbox::{Chaos, Fault, Sandbox};
use numport::{Desired, Error, Importer, LookupPolicy, Plan, RetryPolicy};

use super::apply::apply;
use crate::services::each_platform;
use crate::services::subject::{Pace, Platform};
use crate::support::in_memory::{number, request};

/// An importer for many faults: its clients retry often and wait little.
fn importer(sandbox: &Sandbox, platform: &Platform, timeout: Duration) -> Importer {
    let retry = RetryPolicy::default().initial_backoff(Duration::ZERO).max_attempts(12).budget(100_000);
    let (vars, pace) = (|name: &str| sandbox.var(name), Pace { timeout, retry, rootless: false });
    let patient = LookupPolicy::default()
        .max_lookups(30)
        .first_wait(Duration::from_millis(5))
        .longest_wait(Duration::from_millis(50));
    // What is dropped before it is carried out is sent again at once.
    Importer::new(platform.carrier("twilio", &vars, pace), (platform.connect)(&vars, pace))
        .lookup_policy(patient)
        .resend_after(Duration::ZERO)
}

/// A sandbox with forty numbers to import.
async fn forty() -> Sandbox {
    Sandbox::builder().held_numbers((0..40).map(number)).start().await.unwrap()
}

/// A label for each number; an agent if a record has no label.
fn wanted(platform: &Platform) -> Desired {
    let one = |last| match platform.record.label {
        Some(_) => request(last).label(format!("Desk {last}")),
        None => request(last).agent(platform.agents[0]),
    };
    (0..40).map(one).collect()
}

/// A plan, as soon as one can be made without a fault.
async fn planned(importer: &Importer, desired: &Desired) -> Plan {
    for _ in 0..50 {
        if let Ok(plan) = importer.plan(desired).await {
            return plan;
        }
    }
    panic!("no plan in fifty tries");
}

/// With every fault, in three requests out of ten: the steps that a plan shows as left are those that the apply before
/// it reported as failed. After some rounds nothing is left, and no number was imported twice.
async fn through_every_fault(platform: &Platform) {
    let sandbox = forty().await;
    let (importer, desired) = (importer(&sandbox, platform, Duration::from_millis(500)), wanted(platform));
    sandbox.chaos(Chaos::new(7).chance(0.3));
    let mut rounds = 0;
    loop {
        let plan = planned(&importer, &desired).await;
        if !plan.does_something() {
            assert!(plan.to_string().contains("40 unchanged, 0 kept"), "{plan}");
            break;
        }
        rounds += 1;
        assert!(rounds < 10, "{plan}");
        let steps = apply(&importer, plan).await;
        let next = planned(&importer, &desired).await;
        let left = next.steps.iter().filter(|step| step.does_something()).map(PlanStep::number);
        for number in left {
            let told = steps.iter().find(|step| step.step.number() == number).expect("it was desired before");
            assert!(told.outcome.is_failure(), "{number} is left, and was {}", told.outcome.code());
        }
    }
    assert_eq!(sandbox.records(platform.api.service).len(), 40);
    let struck = sandbox.requests().iter().filter(|entry| entry.fault.is_some()).count();
    assert!(struck > 20, "it is no storm: {struck}");
}

/// If every request with a lost response is carried out, or the platform refuses duplicates, one apply is enough. It
/// runs one number at a time and without timeouts, so that only the seed decides: a create that is lost twice is left
/// to the next apply.
async fn through_lost_answers(platform: &Platform) {
    let sandbox = forty().await;
    let (importer, desired) = (importer(&sandbox, platform, Duration::from_secs(60)).concurrency(1), wanted(platform));
    let mut faults = vec![
        Fault::CommitThenDrop,
        Fault::CommitThenRefuse { status: 500 },
        Fault::CommitThenRefuse { status: 503 },
        Fault::TruncatedBody,
        Fault::ExtraFields,
    ];
    // A POST that changes something else is not resent: its change is left to the next apply.
    let creates_alone = platform.imports[0].steps.iter().filter(|step| step.starts_with("POST")).count() == 1;
    if creates_alone && importer.platform().capabilities().duplicates == Duplicates::Refused {
        faults.extend([Fault::DropBeforeCommit, Fault::Refuse { status: 429, retry_after: None }]);
    }
    sandbox.chaos(Chaos::new(7).chance(0.3).faults(faults));
    let plan = planned(&importer, &desired).await;
    let steps = apply(&importer, plan).await;
    let failed: Vec<_> = steps.iter().filter(|step| step.outcome.is_failure()).collect();
    // By this seed one create at most is lost twice.
    let is_lost = |outcome: &Applied| matches!(outcome, Applied::Failed(Error::Indeterminate(_)));
    assert!(failed.len() <= 1 && failed.iter().all(|step| is_lost(&step.outcome)), "{failed:#?}");
    let mut next = planned(&importer, &desired).await;
    if !failed.is_empty() {
        drop(apply(&importer, next).await);
        next = planned(&importer, &desired).await;
    }
    assert!(!next.does_something(), "{next}\n{failed:#?}");
    assert_eq!(sandbox.records(platform.api.service).len(), 40);
}

async fn through_faults(platform: &Platform) {
    tokio::join!(through_every_fault(platform), through_lost_answers(platform));
}

each_platform! {
    #[tokio::test(flavor = "multi_thread")]
    a_plan_is_applied_through_faults, through_faults
}
