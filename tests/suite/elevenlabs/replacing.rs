//! A replacement removes a record, so it must not begin if the import after it cannot be done, and must say what is lost.

use numport::error::Step;
use numport::import::ReplaceConsent;
use numport::model::{Finding, PlatformKind};
use numport::platform::elevenlabs::ImportTwilioNumber;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{ElevenLabs, Error, ImportRequest, Importer, LookupPolicy, NumberUpdate, Twilio, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{ID, client, number};
use crate::services::subject::NUMBER;

const KIND: PlatformKind = PlatformKind::ELEVENLABS;
const CREATE: &str = "POST /v1/convai/phone-numbers";

fn twilio(sandbox: &Sandbox) -> Twilio {
    Twilio::from_vars(|name| sandbox.var(name)).unwrap()
}

fn elevenlabs(sandbox: &Sandbox) -> ElevenLabs {
    ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap()
}

fn importer(sandbox: &Sandbox) -> Importer {
    Importer::new(twilio(sandbox), elevenlabs(sandbox))
}

/// An import refuses a number on a trunk, so its record must not be removed.
#[tokio::test]
async fn a_number_on_a_trunk_keeps_its_record() {
    let trunk = TwilioNumber::new(number(NUMBER)).on_trunk();
    let sandbox = Sandbox::builder().held_numbers([]).hold(trunk).start().await.unwrap();
    let (sid, token) = (sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
    let import = ImportTwilioNumber::new(number(NUMBER), "Desk", sid, token);
    elevenlabs(&sandbox).import_number(import).await.unwrap();
    let before = sandbox.records(KIND);
    let error = match importer(&sandbox).plan_replacement(&number(NUMBER)).await {
        Ok(plan) => {
            let consent = ReplaceConsent::roll_back_with(twilio(&sandbox));
            importer(&sandbox).replace(&plan, &consent).await.unwrap_err()
        }
        Err(error) => error,
    };
    assert!(matches!(error, Error::Preflight(_)), "{error:?}");
    assert_eq!(sandbox.records(KIND), before);
}

/// The calls went to another platform in between. A replacement would take them back.
#[cfg(feature = "vapi")]
#[tokio::test]
async fn calls_that_go_to_another_platform_are_planned_for_or_left() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Importer::new(twilio(&sandbox), numport::Vapi::from_vars(|name| sandbox.var(name)).unwrap());
    importer(&sandbox).import(ImportRequest::new(number(NUMBER)).label("Desk")).await.unwrap();
    let plan = importer(&sandbox).plan_replacement(&number(NUMBER)).await.unwrap();
    assert_eq!(plan.findings, []);
    vapi.import(ImportRequest::new(number(NUMBER))).await.unwrap();
    let (records, calls) = (sandbox.records(KIND), sandbox.twilio().calls_go_to(&number(NUMBER)));
    let error = importer(&sandbox).replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    assert!(error.surely_not_done(), "{error:?}");
    assert_eq!((sandbox.records(KIND), sandbox.twilio().calls_go_to(&number(NUMBER))), (records, calls));

    let plan = importer(&sandbox).plan_replacement(&number(NUMBER)).await.unwrap();
    assert_eq!(plan.findings, [Finding::AnsweredBy { platform: PlatformKind::VAPI }]);
    importer(&sandbox).replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap();
}

/// The record is gone: whatever failed after that, something was changed.
#[tokio::test]
async fn a_roll_back_that_fails_as_well_is_no_replacement_that_was_not_begun() {
    for status in [400, 429] {
        let sandbox = Sandbox::start().await.unwrap();
        importer(&sandbox).import(ImportRequest::new(number(NUMBER)).label("Desk")).await.unwrap();
        let plan = importer(&sandbox).plan_replacement(&number(NUMBER)).await.unwrap();
        sandbox.fault_on(KIND, CREATE, Fault::Refuse { status: 403, retry_after: None });
        sandbox.fault_on(KIND, CREATE, Fault::Refuse { status, retry_after: None });
        let consent = ReplaceConsent::roll_back_with(twilio(&sandbox));
        let lookups = LookupPolicy::default().max_lookups(1);
        let error = importer(&sandbox).lookup_policy(lookups).replace(&plan, &consent).await.unwrap_err();
        assert!(!error.surely_not_done(), "{status}: {error:?}");
        assert_eq!(sandbox.records(KIND), [Value::Null; 0]);
        if status == 429 {
            assert!(matches!(error, Error::Indeterminate(_)), "a gateway may answer so after the import: {error:?}");
            continue;
        }
        assert!(!error.is_retryable(), "{error:?}");
        let Error::Incomplete(incomplete) = &error else { panic!("{status}: {error:?}") };
        assert!(incomplete.step == Step::RollBack && incomplete.record.is_none(), "{status}: {incomplete:?}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(403), "the reason is that of the first import");
        let text = error.report();
        for told in
            ["was removed", "import `Replacement::request` with valid credentials", "`VoicePlatform::restore_settings`"]
        {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(!text.contains("Nothing was changed") && !text.contains("the same call"), "{text}");
    }
}

/// Somebody else replaces the record at the same moment, and their import is under way.
#[tokio::test]
async fn a_record_that_somebody_else_removed_is_not_imported_again() {
    let sandbox = Sandbox::start().await.unwrap();
    let server = MockServer::start().await;
    let record = json!({"phone_number_id": ID, "phone_number": NUMBER, "provider": "twilio", "label": "Desk"});
    let answer = |status: u16, body: &Value| ResponseTemplate::new(status).set_body_json(body);
    let one = || path(format!("/v1/convai/phone-numbers/{ID}"));
    let all = || path("/v1/convai/v2/phone-numbers");
    let missing = json!({"detail": {"status": "not_found", "message": "no such number"}});
    let list = |found: &[&Value]| answer(200, &json!({"phone_numbers": found, "has_more": false}));
    Mock::given(method("GET")).and(all()).respond_with(list(&[&record])).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).and(all()).respond_with(list(&[])).mount(&server).await;
    Mock::given(method("GET")).and(one()).respond_with(answer(200, &record)).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).and(one()).respond_with(answer(404, &missing)).mount(&server).await;
    Mock::given(method("DELETE")).respond_with(answer(404, &missing)).mount(&server).await;
    Mock::given(method("POST")).respond_with(answer(200, &json!({"phone_number_id": "phnum_2"}))).mount(&server).await;
    let importer = Importer::new(twilio(&sandbox), client(server.uri()));
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    let error = importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    let sent = server.received_requests().await.unwrap();
    assert!(sent.iter().all(|sent| sent.method.as_str() != "POST"), "{error:?}");
}

/// The agent is off, and whether it is could not be read.
#[tokio::test]
async fn a_read_that_fails_after_an_update_is_no_update_that_was_not_made() {
    let server = MockServer::start().await;
    let free = json!({"phone_number_id": ID, "phone_number": NUMBER, "provider": "twilio", "assigned_agent": null});
    Mock::given(method("PATCH")).respond_with(ResponseTemplate::new(200).set_body_json(free)).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(403)).mount(&server).await;
    let error = client(server.uri()).update(&ID.into(), &NumberUpdate::new().clear_agent()).await.unwrap_err();
    assert!(!error.surely_not_done(), "{error:?}");
}
