//! The verification at the carrier after an import: do the calls go to the platform?

use numport::model::{Finding, NoTakeover, PlatformKind, Reached, Severity};
use numport::platform::{Capabilities, Takeover};
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{AccountKey, E164, ImportRequest, Imported, Importer, Interactly, Outcome, Twilio, Vapi};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{at_once, case, in_memory, test_key};

fn number() -> E164 {
    "+14155550123".parse().unwrap()
}

fn twilio(sandbox: &Sandbox) -> Twilio {
    Twilio::from_vars(|name| sandbox.var(name)).unwrap()
}

fn into_vapi(sandbox: &Sandbox) -> Importer {
    Importer::new(twilio(sandbox), Vapi::from_vars(|name| sandbox.var(name)).unwrap())
}

async fn holding(number: TwilioNumber) -> Sandbox {
    Sandbox::builder().hold(number).start().await.unwrap()
}

#[tokio::test]
async fn a_number_that_another_platform_answers_is_taken_over_with_a_warning() {
    let sandbox = Sandbox::start().await.unwrap();
    let request = ImportRequest::new(sandbox.twilio().held_numbers()[0]);
    let interactly = Interactly::from_vars(|name| sandbox.var(name)).unwrap();
    Importer::new(twilio(&sandbox), interactly.clone()).import(&request).await.unwrap();

    let imported = into_vapi(&sandbox).import(&request).await.unwrap();
    assert_eq!(imported.findings, [Finding::AnsweredBy { platform: PlatformKind::INTERACTLY }]);
    assert_eq!(imported.findings[0].severity(), Severity::Warning);
    let line = imported.to_string();
    assert!(line.ends_with("; warning: interactly answered the number's calls before"), "{line}");
    assert_eq!(into_vapi(&sandbox).import(&request).await.unwrap().findings, [], "its own address is no finding");

    // Now the other platform has the record, and the calls go to Vapi.
    let again = Importer::new(twilio(&sandbox), interactly).import(&request).await.unwrap();
    assert_eq!(again.outcome, Outcome::AlreadyThere);
    let calls = "https://api.vapi.ai/…".to_owned();
    let stays = Finding::CallsStay { calls, reason: NoTakeover::NotDocumented };
    assert_eq!(again.findings, [Finding::AnsweredBy { platform: PlatformKind::VAPI }, stays]);
    assert_eq!(again.reached, Reached::Elsewhere);
}

#[tokio::test]
async fn a_record_whose_calls_go_elsewhere_is_a_finding() {
    let sandbox = holding(TwilioNumber::new(number()).voice_url("https://old.example.com/voice?token=x")).await;
    let request = ImportRequest::new(number());
    let importer = into_vapi(&sandbox);
    let imported = importer.import(&request).await.unwrap();
    let _ = importer.restore(imported.routing_before.as_ref().unwrap()).await.unwrap();
    let again = importer.import(&request).await.unwrap();
    assert_eq!(again.outcome, Outcome::AlreadyThere);
    let [finding @ Finding::NotTakenOver { .. }] = again.findings.as_slice() else { panic!("{:?}", again.findings) };
    assert_eq!(
        finding.to_string(),
        "the number's calls do not reach the platform: they go to https://old.example.com/…",
        "and the token does not show"
    );
}

#[tokio::test]
async fn a_failed_verification_does_not_fail_the_import() {
    let imported = read_again(case("twilio/list_numbers/full").response.body, None).await;
    assert_eq!(imported.outcome, Outcome::Created);
    let [.., Finding::VerificationFailed { reason }] = imported.findings.as_slice() else {
        panic!("{:?}", imported.findings)
    };
    assert!(reason.contains("503"), "{reason}");
    assert!(imported.routing_before.unwrap().replaced_by.is_none());
}

#[tokio::test]
async fn a_new_url_after_an_import_counts_as_the_platforms() {
    // A URL that no known domain covers. It is new, so the platform set it.
    let before = case("twilio/list_numbers/full").response.body;
    let mut after = before.clone();
    after["incoming_phone_numbers"][0]["voice_url"] = json!("https://edge-7.example.com/in");
    assert_eq!(read_again(before.clone(), Some(after)).await.findings, []);
    let same = read_again(before.clone(), Some(before)).await;
    assert!(matches!(same.findings.as_slice(), [Finding::NotTakenOver { .. }]), "{:?}", same.findings);
}

#[tokio::test]
async fn an_unusual_status_is_a_warning() {
    let mut page = case("twilio/list_numbers/full").response.body;
    page["incoming_phone_numbers"][0]["status"] = json!("suspended");
    let imported = read_again(page.clone(), Some(page)).await;
    assert_eq!(imported.findings[0], Finding::Status { status: "suspended".to_owned() });
    assert_eq!(imported.findings[0].severity(), Severity::Warning);
}

/// An import of the first number of a page into Vapi, and the carrier's response afterwards, or 503.
async fn read_again(before: Value, after: Option<Value>) -> numport::Imported {
    let held: E164 = before["incoming_phone_numbers"][0]["phone_number"].as_str().unwrap().parse().unwrap();
    let (carrier, platform) = (MockServer::start().await, MockServer::start().await);
    respond(&carrier, "GET", 200, &before, 1).await;
    match &after {
        Some(after) => respond(&carrier, "GET", 200, after, 1).await,
        None => respond(&carrier, "GET", 503, &json!({"code": 20500, "message": "later"}), 9).await,
    }
    respond(&platform, "GET", 200, &json!({"results": [], "metadata": {"hasNextPage": false}}), 1).await;
    respond(&platform, "POST", 201, &json!({"id": "n1", "provider": "twilio", "number": held}), 1).await;
    let account = AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token");
    let twilio = Twilio::builder(account).base_url(carrier.uri()).retry(at_once()).build().unwrap();
    let vapi = Vapi::builder(test_key()).base_url(platform.uri()).build().unwrap();
    Importer::new(twilio, vapi).import(ImportRequest::new(held)).await.unwrap()
}

async fn respond(server: &MockServer, verb: &str, status: u16, body: &Value, times: u64) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

#[tokio::test]
async fn a_missing_takeover_is_a_finding() {
    let sandbox = Sandbox::start().await.unwrap();
    let held = sandbox.twilio().held_numbers()[0];
    let platform = MockServer::start().await;
    respond(&platform, "GET", 200, &json!({"results": [], "metadata": {"hasNextPage": false}}), 1).await;
    respond(&platform, "POST", 201, &json!({"id": "n1", "provider": "twilio", "number": held}), 1).await;
    let vapi = Vapi::builder(test_key()).base_url(platform.uri()).build().unwrap();
    let imported = Importer::new(twilio(&sandbox), vapi).import(ImportRequest::new(held)).await.unwrap();
    let [Finding::NotTakenOver { url: Some(url) }] = imported.findings.as_slice() else {
        panic!("{:?}", imported.findings)
    };
    assert_eq!(Some(url.as_str()), sandbox.twilio().voice_url(&held).as_deref());
    let before = imported.routing_before.unwrap();
    assert_eq!(before.replaced_by.as_ref(), Some(&before.settings));
}

/// A platform that takes the calls over with an agent, and did not: at an import of a number, and at an update that sets
/// the agent.
#[tokio::test(start_paused = true)]
async fn calls_that_stay_although_the_record_got_an_agent_are_reported() {
    static CAN: Capabilities = in_memory::NATIVE.with_takeover(Takeover::WithAgent);
    for is_there in [false, true] {
        let (platform, exchange) = (in_memory::platform(&CAN, 0), in_memory::Exchange::default());
        exchange.point(in_memory::number(1), "https://app.example.com/voice");
        if is_there {
            platform.insert(in_memory::number(1));
        }
        let importer = Importer::new(exchange, platform);
        let stays = |imported: &Imported| imported.findings.iter().any(|finding| finding.code() == "not_taken_over");
        let imported = importer.import(in_memory::request(1).agent("a-1")).await.unwrap();
        assert!(stays(&imported) && imported.before.is_some() == is_there, "{imported}");
        let again = importer.import(in_memory::request(1).agent("a-1")).await.unwrap();
        assert!(!stays(&again), "this import was not to take them over: {again}");
    }
}
