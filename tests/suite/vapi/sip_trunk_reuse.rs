//! A trunk with an existing credential: it is found by every setting that Vapi returns, used unchanged, and never
//! removed.

use numport::error::Step;
use numport::model::PlatformKind;
use numport::platform::SourceMatch;
use numport::platform::vapi::{CreateSipTrunkCredential, Gateway};
use numport::sandbox::Sandbox;
use numport::{Error, ImportRequest, NumberSource, SipTrunk, Vapi, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{CreateNow, KEY, at_once};

const CREDENTIAL: &str = "00000000-0000-4000-8000-0000000000cc";

fn request(last: u8) -> ImportRequest {
    ImportRequest::new(format!("+1415555267{last}").parse().unwrap())
}

fn trunk() -> SipTrunk {
    SipTrunk::new("trunk.example.com").credentials("user", "pass").allow_inbound([203, 0, 113, 10])
}

fn source() -> NumberSource {
    trunk().into()
}

/// The methods and paths of the requests to the sandbox's Vapi that change something.
fn changes(sandbox: &Sandbox) -> Vec<String> {
    let requests = sandbox.requests();
    let changes = requests.iter().filter(|entry| entry.service == PlatformKind::VAPI && entry.method != "GET");
    changes.map(|entry| format!("{} {}", entry.method, entry.path.split('/').nth(1).unwrap())).collect()
}

#[tokio::test]
async fn a_new_process_uses_the_existing_credential_and_keeps_its_password() {
    let sandbox = Sandbox::start().await.unwrap();
    let new_process = || Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let first = new_process().create_now(&source(), &request(1)).await.unwrap();
    // Other numbers use it, so an import does not change it. Whether the password differs is unknown.
    let other = trunk().credentials("user", "mistyped").into();
    let second = new_process().create_now(&other, &request(2)).await.unwrap();
    assert_eq!(changes(&sandbox), ["POST credential", "POST phone-number", "POST phone-number"]);
    for record in [first, second] {
        assert_eq!(new_process().compare_source(&record, &other), SourceMatch::Unknown);
        assert!(sandbox.uses_secret(PlatformKind::VAPI, record.id.as_str(), "pass"));
    }
}

#[tokio::test]
async fn a_trunk_with_any_different_setting_is_another_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let open = || SipTrunk::new("203.0.113.10");
    let trunks = [
        open(),
        open().port(5070),
        open().name("Head office"),
        open().leading_plus(true),
        open().credentials("user", "pass"),
        open().credentials("other", "pass"),
        open().allow_inbound([203, 0, 113, 11]),
    ];
    for (trunk, last) in trunks.iter().zip(0..) {
        let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
        vapi.create_now(&trunk.clone().into(), &request(last)).await.unwrap();
    }
    let made = changes(&sandbox).iter().filter(|change| *change == "POST credential").count();
    assert_eq!(made, trunks.len());
    // An equal one is used unchanged.
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    vapi.create_now(&open().into(), &request(9)).await.unwrap();
    assert_eq!(changes(&sandbox).last().unwrap(), "POST phone-number");
    assert!(!changes(&sandbox).contains(&"PATCH credential".to_owned()));
}

#[tokio::test]
async fn a_credential_that_was_found_is_not_removed() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = || Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let gateway = Gateway::new("203.0.113.10").inbound_enabled(true).outbound_enabled(true);
    let by_hand = CreateSipTrunkCredential::new(vec![gateway]).name("203.0.113.10");
    vapi().create_credential(by_hand).await.unwrap();
    let refusing = numport::sandbox::Fault::Refuse { status: 400, retry_after: None };
    // One more lookup of the credential comes first.
    let client = vapi();
    client.create_now(&SipTrunk::new("203.0.113.10").into(), &request(1)).await.unwrap();
    sandbox.fault(PlatformKind::VAPI, refusing);
    client.create_now(&SipTrunk::new("203.0.113.10").into(), &request(2)).await.unwrap_err();
    assert_eq!(changes(&sandbox), ["POST credential", "POST phone-number", "POST phone-number"]);
}

async fn respond(server: &MockServer, verb: &str, route: &str, status: u16, body: Value, times: u64) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).and(path(route)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

/// The trunk as Vapi returns it: as it was sent, without the password.
fn kept() -> Value {
    json!({
        "id": CREDENTIAL, "provider": "byo-sip-trunk", "name": "trunk.example.com", "outboundLeadingPlusEnabled": false,
        "gateways": [
            {"ip": "trunk.example.com", "inboundEnabled": false, "outboundEnabled": true},
            {"ip": "203.0.113.10", "inboundEnabled": true, "outboundEnabled": false},
        ],
        "outboundAuthenticationPlan": {"authUsername": "user"},
    })
}

#[tokio::test]
async fn a_credential_is_found_and_used_after_a_lost_response() {
    // The created credential is found; or it is not, and the failed step is reported.
    for (found, status) in [(json!([kept()]), 201), (json!([kept()]), 400), (json!([]), 0)] {
        let server = MockServer::start().await;
        respond(&server, "GET", "/credential", 200, json!([]), 1).await;
        respond(&server, "GET", "/credential", 200, found, 1).await;
        respond(&server, "POST", "/credential", 502, json!({"message": "gateway"}), 1).await;
        let number = json!({"id": "n1", "provider": "byo-phone-number", "message": "no"});
        respond(&server, "POST", "/phone-number", status.max(200), number, 1).await;
        let client = Vapi::builder(KEY).base_url(server.uri()).retry(at_once()).build().unwrap();
        let result = client.create_now(&source(), &request(1)).await;
        let requests = server.received_requests().await.unwrap();
        let sent: Vec<_> =
            requests.iter().map(|request| format!("{} {}", request.method, request.url.path())).collect();
        let looks = ["GET /credential", "POST /credential", "GET /credential"];
        if status == 0 {
            let Err(Error::Incomplete(incomplete)) = result else { panic!("{result:?}") };
            assert_eq!(incomplete.step, Step::MakeCredential);
            assert_eq!(incomplete.error.status().unwrap().as_u16(), 502);
            assert_eq!(sent, looks);
            continue;
        }
        assert_eq!(result.is_ok(), status == 201);
        assert_eq!(sent[..3], looks);
        assert_eq!(sent[3..], ["POST /phone-number"], "it may be another process's, so it is not removed");
        let body: Value = serde_json::from_slice(&requests[3].body).unwrap();
        assert_eq!(body["credentialId"], CREDENTIAL);
    }
}
