//! The routing before an import that was interrupted is not lost.

use std::time::Duration;

use numport::model::{Calls, PlatformKind};
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::Fault;
use numport::{Error, ImportRequest, Importer, Interactly, LookupPolicy, Outcome, Restored};
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::restore_routing::{Setup, import, number, setup};
use crate::support::{KEY, at_once};

#[tokio::test]
async fn an_import_that_breaks_off_keeps_the_routing() {
    let setup = setup().await;
    let made = json!({"_id": "n1", "number": number()});
    // A create with an unknown result, and one whose record then cannot be set up.
    for (post, put) in [(500, 200), (201, 400)] {
        let platform = MockServer::start().await;
        for (verb, status, body) in [("GET", 200, json!([])), ("POST", post, made.clone()), ("PUT", put, json!({}))] {
            let answer = ResponseTemplate::new(status).set_body_json(body);
            Mock::given(method(verb)).respond_with(answer).mount(&platform).await;
        }
        let key = format!("{KEY}-{post}");
        let interactly = Interactly::builder(key).base_url(platform.uri()).retry(at_once()).build().unwrap();
        let importer =
            Importer::new(setup.twilio.clone(), interactly).lookup_policy(LookupPolicy::default().max_lookups(1));
        let error = importer.import(ImportRequest::new(number()).agent("a1")).await.unwrap_err();
        let kept = match error {
            Error::Indeterminate(open) => open.routing_before,
            Error::Incomplete(incomplete) => incomplete.routing_before,
            other => panic!("{other:?}"),
        };
        assert!(matches!(kept.unwrap().calls, Calls::Url(url) if url.as_str().ends_with("token=t")), "{post}");
    }
}

/// An import into Vapi that is dropped while its request is pending.
async fn given_up(setup: &Setup, fault: Fault) {
    setup.sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", fault);
    let mut import = Box::pin(setup.vapi.import(ImportRequest::new(number())));
    let arrived = || setup.sandbox.waiting() > 0 || setup.sandbox.records(PlatformKind::VAPI).len() == 1;
    while !arrived() {
        let poll = tokio::time::timeout(Duration::from_millis(5), &mut import).await;
        assert!(poll.is_err(), "it is under way");
    }
}

#[tokio::test]
async fn an_import_that_was_dropped_keeps_the_routing_for_the_next_one() {
    let wait = Duration::from_secs(1);
    for fault in [Fault::CommitThenDelay(wait), Fault::DelayBeforeCommit(wait)] {
        let setup = setup().await;
        given_up(&setup, fault).await;
        let importer = setup
            .vapi
            .clone()
            .lookup_policy(LookupPolicy::default().max_lookups(100).first_wait(wait / 10).longest_wait(wait));
        let imported = importer.import(ImportRequest::new(number())).await.unwrap();
        assert_eq!(imported.outcome, Outcome::Recovered);
        assert_eq!(imported.findings, [], "the carrier is read again once the record is there");
        let before = imported.routing_before.unwrap();
        assert!(matches!(&before.calls, Calls::Url(url) if url.as_str().ends_with("token=t")), "{before:?}");
        assert!(matches!(importer.restore(&before).await.unwrap(), Restored::PutBack(_)));
    }
}

#[tokio::test]
async fn the_routing_before_the_first_of_several_imports_is_kept() {
    let setup = setup().await;
    given_up(&setup, Fault::DelayBeforeCommit(Duration::from_secs(600))).await;
    // Its only effect was at the carrier.
    setup.set(UpdateNumber::new().voice_url("https://api.vapi.ai/twilio/inbound_call")).await;
    let once = LookupPolicy::default().max_lookups(1);
    let importer = setup.vapi.clone().lookup_policy(once).resend_after(Duration::ZERO);
    setup.sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::DropBeforeCommit);
    let error = importer.import(ImportRequest::new(number())).await.unwrap_err();
    let Error::Indeterminate(open) = error else { panic!("{error:?}") };
    let imported = import(&importer).await;
    assert_eq!(imported.outcome, Outcome::Created);
    for before in [open.routing_before, imported.routing_before] {
        let before = before.unwrap();
        assert!(matches!(&before.calls, Calls::Url(url) if url.as_str().ends_with("token=t")), "{before:?}");
    }
}

#[tokio::test]
async fn an_import_dropped_at_a_later_step_keeps_the_routing() {
    // The record is created, and setting it up is cancelled.
    let setup = setup().await;
    let request = ImportRequest::new(number()).agent("agent-day");
    setup.sandbox.fault_on(PlatformKind::INTERACTLY, "PUT", Fault::CommitThenDelay(Duration::from_secs(600)));
    let mut import = Box::pin(setup.interactly.import(&request));
    // Waits until the fault has struck: an earlier end would leave it to the next import.
    while !setup.sandbox.requests().iter().any(|entry| entry.method == "PUT") {
        assert!(tokio::time::timeout(Duration::from_millis(1), &mut import).await.is_err(), "it is under way");
    }
    drop(import);
    let again = setup.interactly.import(&request).await.unwrap();
    assert_eq!(again.outcome, Outcome::Recovered);
    let before = again.routing_before.unwrap();
    assert!(matches!(&before.calls, Calls::Url(url) if url.as_str().ends_with("token=t")), "{before:?}");
    let third = setup.interactly.import(&request).await.unwrap();
    assert_eq!(third.outcome, Outcome::AlreadyThere, "now it is known");
}
