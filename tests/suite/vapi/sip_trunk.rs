//! A SIP source at Vapi: one credential for all its numbers, and none left behind.

use numport::error::Step;
use numport::model::{AllowedAddress, MediaEncryption, SipTransport};
use numport::platform::vapi::{Credential, ListFilter};
use numport::sandbox::Sandbox;
use numport::{E164, Error, ImportRequest, Importer, NumberSource, Outcome, SipTrunk, Vapi, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::{CreateNow, KEY, at_once};

const CREDENTIAL: &str = "00000000-0000-4000-8000-0000000000cc";

fn numbers() -> [E164; 3] {
    ["+14155552671", "+14155552672", "+14155552673"].map(|text| text.parse().unwrap())
}

fn trunk() -> SipTrunk {
    SipTrunk::new("trunk.example.com").credentials("user", "pass").allow_inbound([203, 0, 113, 10]).leading_plus(true)
}

fn source() -> NumberSource {
    trunk().into()
}

#[tokio::test]
async fn concurrent_imports_of_all_clones_share_one_credential() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let tasks = numbers().map(|number| {
        let vapi = vapi.clone();
        tokio::spawn(async move { vapi.create_now(&source(), &ImportRequest::new(number)).await })
    });
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().carrier.as_deref(), Some("byo-phone-number"));
    }
    let credentials = async || {
        let all = vapi.list_credentials(&ListFilter::new()).await.unwrap();
        // Vapi also has its initial Telnyx credential.
        all.iter().filter(|credential| matches!(credential, Credential::SipTrunk(_))).count()
    };
    assert_eq!(credentials().await, 1);
    let other = SipTrunk::new("203.0.113.11").port(5070).transport(SipTransport::Tcp);
    let fourth = ImportRequest::new("+14155552674".parse().unwrap());
    let imported = Importer::new(other, vapi.clone()).import(fourth).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Created);
    assert_eq!(credentials().await, 2, "another trunk, another credential");
}

#[tokio::test]
async fn a_trunk_is_sent_in_vapis_form() {
    let sent = |source: SipTrunk| async move {
        let server = empty().await;
        let made = json!({"id": CREDENTIAL, "provider": "byo-sip-trunk"});
        respond(&server, "POST", "/credential", 201, made, 1).await;
        let number = json!({"id": "n1", "provider": "byo-phone-number", "number": "+14155552671"});
        respond(&server, "POST", "/phone-number", 201, number, 1).await;
        let request = ImportRequest::new(numbers()[0]).label("Desk").agent("a1");
        client(&server).create_now(&source.into(), &request).await.unwrap();
        bodies(&server).await
    };
    assert_eq!(
        sent(trunk().port(5061).transport(SipTransport::Tls).name("Head office")).await,
        [
            json!({
                "provider": "byo-sip-trunk", "name": "Head office", "outboundLeadingPlusEnabled": true,
                "gateways": [
                    {"ip": "trunk.example.com", "port": 5061, "inboundEnabled": false, "outboundEnabled": true, "outboundProtocol": "tls"},
                    {"ip": "203.0.113.10", "inboundEnabled": true, "outboundEnabled": false},
                ],
                "outboundAuthenticationPlan": {"authUsername": "user", "authPassword": "pass"},
            }),
            json!({"provider": "byo-phone-number", "number": "+14155552671", "credentialId": CREDENTIAL, "name": "Desk", "assistantId": "a1"}),
        ]
    );
    assert_eq!(
        sent(SipTrunk::new("203.0.113.11")).await[0],
        json!({
            "provider": "byo-sip-trunk", "name": "203.0.113.11", "outboundLeadingPlusEnabled": false,
            "gateways": [{"ip": "203.0.113.11", "inboundEnabled": true, "outboundEnabled": true}],
        })
    );
}

#[tokio::test]
async fn the_settings_of_a_trunk_become_gateways() {
    let out = |ip: &str, rest: Value| {
        let mut gateway = json!({"ip": ip, "inboundEnabled": false, "outboundEnabled": true});
        gateway.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        gateway
    };
    let tls = || SipTrunk::new("sips:sip.example.com:5061").outbound_only();
    let network: AllowedAddress = "54.171.127.192/30".parse().unwrap();
    for (trunk, gateways) in [
        (SipTrunk::new("sip.example.com").outbound_only(), vec![out("sip.example.com", json!({}))]),
        (SipTrunk::new("203.0.113.11").outbound_only(), vec![out("203.0.113.11", json!({}))]),
        (tls(), vec![out("sip.example.com", json!({"port": 5061, "outboundProtocol": "tls"}))]),
        (
            tls().media_encryption(MediaEncryption::Disabled),
            vec![out("sip.example.com", json!({"port": 5061, "outboundProtocol": "tls"}))],
        ),
        (
            tls().media_encryption(MediaEncryption::Required),
            vec![out("sip.example.com", json!({"port": 5061, "outboundProtocol": "tls/srtp"}))],
        ),
        (
            SipTrunk::new("sip:sip.example.com;transport=UDP")
                .media_encryption(MediaEncryption::Disabled)
                .outbound_only(),
            vec![out("sip.example.com", json!({"outboundProtocol": "udp"}))],
        ),
        (
            SipTrunk::new("203.0.113.11:5070").allow_inbound(network).allow_inbound("203.0.113.12"),
            vec![
                out("203.0.113.11", json!({"port": 5070})),
                json!({"ip": "54.171.127.192", "netmask": 30, "inboundEnabled": true, "outboundEnabled": false}),
                json!({"ip": "203.0.113.12", "inboundEnabled": true, "outboundEnabled": false}),
            ],
        ),
    ] {
        let server = vapi(&[201], 200).await;
        client(&server).create_now(&trunk.into(), &ImportRequest::new(numbers()[0])).await.unwrap();
        assert_eq!(bodies(&server).await[0]["gateways"], Value::Array(gateways));
    }
}

#[tokio::test]
async fn unsupported_trunk_settings_are_refused() {
    let server = MockServer::start().await;
    let vapi = client(&server);
    let network = |text: &str| text.parse::<AllowedAddress>().unwrap();
    let tcp = || SipTrunk::new("203.0.113.11").transport(SipTransport::Tcp);
    let rows: [(SipTrunk, &[&str], &str); 14] = [
        (
            SipTrunk::new("sip.example.com").allow_inbound("203.0.113.10/30"),
            &["source.allow_inbound"],
            "is an address inside a network, not the network itself (number 1 of those given); write the network as 203.0.113.8/30",
        ),
        (
            trunk().allow_inbound("sip.example.com".to_owned()),
            &["source.allow_inbound"],
            "is not an IP address (number 2 of those given)",
        ),
        (
            SipTrunk::new("sip.example.com"),
            &["source.allow_inbound"],
            "it would silently block all calls from this host; list the carrier's signalling addresses with `allow_inbound`, or set `outbound_only`",
        ),
        (
            SipTrunk::new("[2001:db8::1]"),
            &["source.host", "source.allow_inbound"],
            "is an IPv6 address, which Vapi does not accept",
        ),
        (SipTrunk::new("[2001:db8::1]").outbound_only(), &["source.host"], "give the trunk's name or its IPv4 address"),
        (trunk().allow_inbound(network("2001:db8::/64")), &["source.allow_inbound"], "has 2001:db8::/64"),
        (
            trunk().allow_inbound(network("198.51.0.0/23")),
            &["source.allow_inbound"],
            "has 198.51.0.0/23, but Vapi's networks are /24 to /32; split it",
        ),
        (trunk().outbound_only(), &["source.allow_inbound"], "the trunk is outbound only"),
        (tcp().media_encryption(MediaEncryption::Required), &["source.media_encryption"], "set the transport to TLS"),
        (
            SipTrunk::new("203.0.113.11").media_encryption(MediaEncryption::Required),
            &["source.media_encryption"],
            "set the transport to TLS",
        ),
        (
            tcp().media_encryption(MediaEncryption::Allowed),
            &["source.media_encryption"],
            "can only require or disable it",
        ),
        (
            SipTrunk::new("sip:user:planted@sip.example.com"),
            &["source.host"],
            "has an `@`; give only the host, and set user and password with the trunk's `credentials`",
        ),
        (
            SipTrunk::new("sip.example.com:0"),
            &["source.host"],
            "has a port that is not a number from 1 to 65535; correct it",
        ),
        (
            SipTrunk::new("a b").port(0).media_encryption(MediaEncryption::Allowed),
            &["source.host", "source.port", "source.media_encryption"],
            "`source.host` contains a blank; give only the host name or address",
        ),
    ];
    for (trunk, fields, words) in rows {
        let source = NumberSource::from(trunk);
        let request = ImportRequest::new(numbers()[0]);
        let error = vapi.create_now(&source, &request).await.unwrap_err();
        assert_eq!(vapi.create(&source, &request).unwrap_err().to_string(), error.to_string());
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error:?} {source:?}").contains("planted"), "{error}");
        let Error::Invalid(invalid) = error else { panic!("{error:?}") };
        assert_eq!(invalid.problems.iter().map(|problem| &*problem.field).collect::<Vec<_>>(), fields);
    }
    let good = [network("198.51.100.0/24"), network("198.51.100.7/32")];
    let trunk = good.into_iter().fold(SipTrunk::new("sip.example.com"), SipTrunk::allow_inbound);
    drop(vapi.create(&trunk.into(), &ImportRequest::new(numbers()[0])).unwrap());
    assert!(sent(&server).await.is_empty());
}

#[tokio::test]
async fn trunks_that_differ_by_declared_numbers_share_their_credential() {
    let server = vapi(&[201, 201], 200).await;
    let client = client(&server);
    for number in &numbers()[..2] {
        let importer = trunk().number(*number);
        client.create_now(&numport::NumberProvider::source(&importer), &ImportRequest::new(*number)).await.unwrap();
    }
    assert_eq!(sent(&server).await, ["POST credential", "POST phone-number", "POST phone-number"]);
}

fn client(server: &MockServer) -> Vapi {
    Vapi::builder(KEY).base_url(server.uri()).retry(at_once()).build().unwrap()
}

async fn respond(server: &MockServer, verb: &str, route: &str, status: u16, body: Value, times: u64) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method(verb)).and(path(route)).respond_with(answer).up_to_n_times(times).mount(server).await;
}

/// A Vapi that creates credentials, and answers numbers with these statuses in turn.
async fn vapi(numbers: &[u16], removal: u16) -> MockServer {
    let server = empty().await;
    respond(&server, "POST", "/credential", 201, json!({"id": CREDENTIAL, "provider": "byo-sip-trunk"}), 9).await;
    for status in numbers {
        let body = json!({"id": "n1", "provider": "byo-phone-number", "message": "Couldn't Create Phone Number"});
        respond(&server, "POST", "/phone-number", *status, body, 1).await;
    }
    let removed = json!({"id": CREDENTIAL, "provider": "byo-sip-trunk"});
    respond(&server, "DELETE", &format!("/credential/{CREDENTIAL}"), removal, removed, 9).await;
    server
}

/// A Vapi without credentials.
async fn empty() -> MockServer {
    let server = MockServer::start().await;
    respond(&server, "GET", "/credential", 200, json!([]), 9).await;
    respond(&server, "GET", "/v2/phone-number", 200, json!({"results": []}), 9).await;
    server
}

/// The sent requests that change something.
async fn changes(server: &MockServer) -> Vec<Request> {
    let requests = server.received_requests().await.unwrap();
    requests.into_iter().filter(|request| request.method != "GET").collect()
}

async fn bodies(server: &MockServer) -> Vec<Value> {
    changes(server).await.iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

/// Their methods and paths, shortened.
async fn sent(server: &MockServer) -> Vec<String> {
    let short = |path: &str| path.split('/').nth(1).unwrap_or_default().to_owned();
    let changes = changes(server).await;
    changes.iter().map(|request| format!("{} {}", request.method, short(request.url.path()))).collect()
}

#[tokio::test]
async fn a_credential_that_another_number_uses_is_kept() {
    let server = MockServer::start().await;
    respond(&server, "GET", "/credential", 200, json!([]), 9).await;
    respond(&server, "POST", "/credential", 201, json!({"id": CREDENTIAL, "provider": "byo-sip-trunk"}), 1).await;
    respond(&server, "POST", "/phone-number", 400, json!({"message": "no"}), 1).await;
    let other = json!({"id": "n2", "provider": "byo-phone-number", "number": "101", "credentialId": CREDENTIAL});
    let page = json!({"results": [other], "metadata": {"hasNextPage": false}});
    respond(&server, "GET", "/v2/phone-number", 200, page, 9).await;
    let error = client(&server).create_now(&source(), &ImportRequest::new(numbers()[0])).await.unwrap_err();
    assert_eq!(error.create_failure().expect("nothing is left to undo").status.unwrap().as_u16(), 400);
    assert_eq!(sent(&server).await, ["POST credential", "POST phone-number"]);
}

#[tokio::test]
async fn a_refused_import_deletes_its_new_credential() {
    let server = vapi(&[400, 201], 200).await;
    let client = client(&server);
    let request = ImportRequest::new(numbers()[0]);
    let error = client.create_now(&source(), &request).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert_eq!(sent(&server).await, ["POST credential", "POST phone-number", "DELETE credential"]);
    // The next import creates a new one.
    client.create_now(&source(), &request).await.unwrap();
    assert_eq!(sent(&server).await[3..], ["POST credential", "POST phone-number"]);
}

#[tokio::test]
async fn the_credential_stays_when_another_number_uses_it() {
    let server = vapi(&[201, 400, 400], 200).await;
    let client = client(&server);
    let [first, second, third] = numbers().map(ImportRequest::new);
    client.create_now(&source(), &first).await.unwrap();
    client.create_now(&source(), &second).await.unwrap_err();
    client.clone().create_now(&source(), &third).await.unwrap_err();
    assert_eq!(sent(&server).await, ["POST credential", "POST phone-number", "POST phone-number", "POST phone-number"]);
}

#[tokio::test]
async fn an_unresolved_import_keeps_the_credential() {
    let server = vapi(&[500, 400], 200).await;
    let client = client(&server);
    let request = ImportRequest::new(numbers()[0]);
    client.create_now(&source(), &request).await.unwrap_err();
    client.create_now(&source(), &request).await.unwrap_err();
    assert_eq!(sent(&server).await, ["POST credential", "POST phone-number", "POST phone-number"]);
}

#[tokio::test]
async fn a_credential_that_cannot_be_deleted_is_reported() {
    let server = vapi(&[400], 403).await;
    let error = client(&server).create_now(&source(), &ImportRequest::new(numbers()[0])).await.unwrap_err();
    assert!(error.to_string().ends_with(&format!("{CREDENTIAL} is left behind")), "{error}");
    let Error::Incomplete(incomplete) = error else { panic!("{error:?}") };
    assert_eq!(incomplete.step, Step::RemoveCredential);
    assert_eq!(incomplete.left_behind.unwrap().as_str(), CREDENTIAL);
    assert_eq!(incomplete.error.status().unwrap().as_u16(), 400, "the cause is why the import failed");
}

#[tokio::test]
async fn a_deleted_credential_is_not_reported_after_a_lost_response() {
    let server = vapi(&[400], 404).await;
    let lost = Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(503));
    lost.up_to_n_times(1).with_priority(1).mount(&server).await;
    let error = client(&server).create_now(&source(), &ImportRequest::new(numbers()[0])).await.unwrap_err();
    assert!(matches!(error, Error::Call(_)) && error.status().unwrap() == 400, "{error:?}");
    assert_eq!(sent(&server).await[2..], ["DELETE credential"; 2]);
}

#[tokio::test]
async fn the_next_import_retries_a_failed_credential() {
    let server = empty().await;
    respond(&server, "POST", "/credential", 400, json!({"message": "Couldn't validate SIP trunk credential."}), 1)
        .await;
    respond(&server, "POST", "/credential", 201, json!({"provider": "byo-sip-trunk"}), 1).await;
    let client = client(&server);
    for status in [400, 201] {
        let error = client.create_now(&source(), &ImportRequest::new(numbers()[0])).await.unwrap_err();
        let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
        assert_eq!((incomplete.step, incomplete.record.is_none()), (Step::MakeCredential, true));
        assert_eq!(error.status().map_or(0, |status| status.as_u16()), status, "the second answer has no id");
    }
    assert_eq!(sent(&server).await, ["POST credential", "POST credential"]);
    let looked = server.received_requests().await.unwrap().iter().filter(|request| request.method == "GET").count();
    assert_eq!(looked, 3, "before each, and after the answer without an id: what was refused is not looked for");
}

#[tokio::test]
async fn a_credential_created_in_the_sandbox_is_listed() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    vapi.create_now(&source(), &ImportRequest::new(numbers()[0])).await.unwrap();
    let credentials = vapi.list_credentials(&ListFilter::new()).await.unwrap();
    let Credential::SipTrunk(trunk) = &credentials[0] else { panic!("{credentials:?}") };
    assert_eq!(trunk.gateways.as_ref().unwrap().len(), 2);
    assert!(trunk.outbound_authentication_plan.as_ref().unwrap().auth_password.is_none(), "it is not returned");
}
