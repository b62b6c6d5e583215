//! A removal that is answered and not carried out. Most responses to a removal have nothing that shows it, so the record
//! itself is asked.

use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use numport::import::plan::{Applied, Reroute};
use numport::import::{Desired, Undo, UndoneRecord};
use numport::platform::OnRemoval;
use numport::{Outcome, Removal};
use serde_json::{Value, json};

use crate::between::{Between, number};
use crate::hostile::{Answer, Request};
use crate::services::each_platform;
use crate::services::subject::Platform;

/// The response that somebody between the client and the platform gives to a removal.
#[derive(Clone, Copy, Debug)]
enum Lie {
    /// The response to the request before it, once more.
    Former,
    /// No body.
    Empty,
    /// What the platform itself may send: the record.
    Record,
}

const LIES: [Lie; 3] = [Lie::Former, Lie::Empty, Lie::Record];

fn is_removal(request: &Request) -> bool {
    let is_of_credential = request.path().contains("/providers/") || request.path().contains("/credential/");
    request.method == "DELETE" && !is_of_credential || request.path().ends_with("/DeleteSIPTrunk")
}

fn removals(between: &Between) -> usize {
    between.relay.requests().iter().filter(|request| is_removal(request)).count()
}

/// Answers so many removals with a lie.
fn lie(between: &Between, lie: Lie, mut times: usize) {
    let former = Arc::new(Mutex::new(Answer::closed()));
    let last = former.clone();
    between.relay.distort(move |_, answer| {
        last.lock().unwrap().clone_from(&answer);
        vec![answer]
    });
    let mut record = between.sandbox.records(between.platform.api.service).remove(0);
    between.relay.intercept(move |request| {
        if !is_removal(request) || times == 0 {
            return None;
        }
        times -= 1;
        Some(match lie {
            Lie::Former => former.lock().unwrap().clone(),
            Lie::Empty => Answer::json(204, &Value::Null),
            Lie::Record => {
                // LiveKit has the id in the request's body.
                let sent = request.json().as_object().cloned().unwrap_or_default();
                record.as_object_mut().unwrap().extend(sent);
                Answer::json(200, &record)
            }
        })
    });
}

/// A platform with a record of an import that is to be undone; `None` if it cannot remove records.
async fn imported(platform: &'static Platform) -> Option<(Between, Undo)> {
    let between = Between::start(platform).await;
    if between.client().capabilities().removal == OnRemoval::Unsupported {
        return None;
    }
    let undo = between.import().await.unwrap().undo();
    Some((between, undo))
}

/// How many records there are, in the platform itself.
fn records(between: &Between) -> usize {
    between.sandbox.records(between.platform.api.service).len()
}

/// The undo in another process, without lies.
async fn finish(between: &Between, undo: &Undo) {
    between.relay.intercept(|_| None);
    let importer = between.importer();
    importer.forget_created(&number()).await.expect("no journal");
    let undone = importer.undo(undo, Removal::RecordAndNumber).await.unwrap();
    assert!(undone.is_complete(), "{undone}");
    assert_eq!(records(between), 0);
}

async fn an_undo(platform: &'static Platform) {
    for told in LIES {
        let Some((between, undo)) = imported(platform).await else { return };
        lie(&between, told, 1);
        let undone = between.importer().undo(&undo, Removal::RecordAndNumber).await;
        match &undone {
            Ok(undone) => {
                assert_eq!((&undone.record, records(&between)), (&UndoneRecord::Removed, 0), "{told:?}: {undone}");
                assert_eq!(removals(&between), 2, "{told:?}");
            }
            // A response that cannot be that to a removal.
            Err(error) => {
                assert!(!error.surely_not_done(), "{told:?}: {error:?}");
                assert_eq!((removals(&between), records(&between)), (1, 1), "{told:?}: {error:?}");
                assert!(!matches!(told, Lie::Record), "{error:?}");
            }
        }
        finish(&between, &undo).await;
    }
}

async fn an_undo_that_is_never_done(platform: &'static Platform) {
    let Some((between, undo)) = imported(platform).await else { return };
    lie(&between, Lie::Record, usize::MAX);
    let error = between.importer().undo(&undo, Removal::RecordAndNumber).await.unwrap_err();
    assert_eq!((removals(&between), records(&between)), (2, 1));
    assert!(!error.surely_not_done() && error.is_retryable(), "{error:?}");
    assert!(error.report().contains("which is still there"), "{}", error.report());
    // It is remembered: nothing else is created beside it.
    let again = between.direct().import(between.request(number())).await;
    assert!(again.is_ok_and(|imported| imported.outcome != Outcome::Created) && records(&between) == 1);
    finish(&between, &undo).await;
}

/// Whether or not the removal was carried out, a read that fails leaves that open.
async fn an_undo_that_cannot_be_verified(platform: &'static Platform) {
    for is_done in [true, false] {
        let Some((between, undo)) = imported(platform).await else { return };
        let is_answered = Arc::new(Mutex::new(false));
        let (answered, sandbox_record) = (is_answered.clone(), between.sandbox.records(platform.api.service).remove(0));
        between.relay.intercept(move |request| {
            let mut answered = answered.lock().unwrap();
            if *answered {
                return Some(Answer::json(400, &json!({"message": "not now"})));
            }
            *answered = is_removal(request);
            let mut record = sandbox_record.clone();
            record.as_object_mut().unwrap().extend(request.json().as_object().cloned().unwrap_or_default());
            (*answered && !is_done).then(|| Answer::json(200, &record))
        });
        let error = between.importer().undo(&undo, Removal::RecordAndNumber).await.unwrap_err();
        assert_eq!((removals(&between), records(&between)), (1, usize::from(!is_done)), "{error:?}");
        assert!(!error.surely_not_done(), "{error:?}");
        finish(&between, &undo).await;
    }
}

async fn a_plan(platform: &'static Platform) {
    for times in [1, usize::MAX] {
        let Some((between, _)) = imported(platform).await else { return };
        let importer = between.importer();
        let retired = async || {
            let away = |_: &_| Some(Reroute::To("https://app.example.com/closed".into()));
            let plan = importer.plan(&Desired::default()).await.unwrap();
            let steps = importer.apply(plan.retire_extra(Removal::RecordAndNumber, away)).unwrap();
            steps.collect::<Vec<_>>().await
        };
        lie(&between, Lie::Record, times);
        let steps = retired().await;
        let is_removed = matches!(steps[0].outcome, Applied::Removed { .. });
        assert_eq!((is_removed, records(&between)), (times == 1, usize::from(times > 1)), "{steps:?}");
        assert_eq!(removals(&between), 2);
        between.relay.intercept(|_| None);
        assert!(retired().await.iter().all(|step| !step.outcome.is_failure()) && records(&between) == 0);
    }
}

each_platform! {
    #[tokio::test]
    a_removal_that_was_answered_and_not_done_is_sent_again, an_undo
}

each_platform! {
    #[tokio::test]
    a_record_that_is_still_there_is_not_reported_as_removed, an_undo_that_is_never_done
}

each_platform! {
    #[tokio::test]
    a_removal_that_cannot_be_verified_is_unknown, an_undo_that_cannot_be_verified
}

each_platform! {
    #[tokio::test]
    a_plan_does_not_believe_a_removal_that_was_not_done, a_plan
}
