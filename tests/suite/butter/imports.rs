//! Imports into Butter: directions, agents, and the integration for a Twilio account.

use numport::error::{Delivery, Step};
use numport::model::{MediaEncryption, ProviderKind};
use numport::platform::butter::Butter;
use numport::{
    AccountKey, Byo, Error, ImportRequest, Importer, NumberRecord, NumberSource, Outcome, SipTrunk, Twilio,
    VoicePlatform,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::butter::endpoints::{INTEGRATION, client_of, number};
use crate::butter::platform::{NUMBERS, PHONE, listed, respond, sent};
use crate::support::{CreateNow, test_key};

const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const OTHER: &str = "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const ASSIGN: &str = "/api/agents/a1/assign-phone-number";

fn twilio(account: &str) -> NumberSource {
    NumberSource::account(ProviderKind::TWILIO, AccountKey::token(account, "planted-token"))
}

fn byo() -> NumberSource {
    Byo::credential(ProviderKind::TWILIO, INTEGRATION).into()
}

fn client(uri: String) -> Butter {
    client_of(&test_key(), uri)
}

fn requests() -> [ImportRequest; 3] {
    ["+14155552671", "+14155552672", "+14155552673"].map(|text| ImportRequest::new(number(text)))
}

fn made() -> Value {
    json!({"success": true, "data": {"integration_id": INTEGRATION}})
}

fn imported() -> Value {
    imported_as(PHONE)
}

fn imported_as(number: &str) -> Value {
    let data = json!({
        "phone_number_id": "p1", "phone_number": number, "provider": "twilio", "status": "free",
        "supports_inbound": true, "supports_outbound": false, "created_at": "2024-01-15T10:30:00Z",
        "updated_at": "2024-01-16T10:30:00Z",
    });
    json!({"success": true, "data": data})
}

/// A Butter that creates integrations, and answers imports with these statuses in turn.
async fn butter(imports: &[u16], removal: u16) -> MockServer {
    let server = MockServer::start().await;
    respond(&server, "POST", "/api/integrations", 201, made(), 9).await;
    for &status in imports {
        let answer = move |request: &Request| {
            let asked: Value = request.body_json().unwrap();
            let number = asked["phone_number"].as_str().unwrap();
            let body = if status < 300 { imported_as(number) } else { json!({"detail": "no"}) };
            ResponseTemplate::new(status).set_body_json(body)
        };
        Mock::given(method("POST")).and(path(NUMBERS)).respond_with(answer).up_to_n_times(1).mount(&server).await;
    }
    let removed = if removal < 300 { made() } else { json!({"detail": "referenced by +15551234567"}) };
    respond(&server, "DELETE", &format!("/api/integrations/{INTEGRATION}"), removal, removed, 9).await;
    server
}

async fn bodies(server: &MockServer) -> Vec<Value> {
    let requests = server.received_requests().await.unwrap();
    requests.iter().map(|request| serde_json::from_slice(&request.body).unwrap_or_default()).collect()
}

const MAKE: &str = "POST integrations";
const IMPORT: &str = "POST phone-numbers";

#[tokio::test]
async fn inbound_defaults_to_on_and_outbound_to_off() {
    let plain = || ImportRequest::new(number(PHONE));
    for (request, inbound, outbound) in [
        (plain(), true, false),
        (plain().inbound(false), false, false),
        (plain().outbound(true), true, true),
        (plain().inbound(false).outbound(true), false, true),
    ] {
        for (source, mut wanted) in [
            (byo(), json!({"provider": "twilio", "integration_id": INTEGRATION})),
            (
                SipTrunk::new("trunk.example.com")
                    .port(5061)
                    .name("Head office")
                    .credentials("user", "planted-word")
                    .into(),
                json!({
                    "provider": "sip", "sip_server_address": "trunk.example.com:5061", "sip_trunk_name": "Head office",
                    "sip_username": "user", "sip_password": "planted-word",
                }),
            ),
        ] {
            let server = butter(&[201], 200).await;
            let record = client(server.uri()).create_now(&source, &request).await.unwrap();
            assert_eq!((record.inbound, record.outbound), (Some(true), Some(false)), "as the platform answers");
            assert_eq!((record.carrier.as_deref(), record.status.as_deref()), (Some("twilio"), Some("free")));
            assert!(record.created_at.unwrap() < record.updated_at.unwrap());
            wanted["phone_number"] = PHONE.into();
            wanted["supports_inbound"] = inbound.into();
            wanted["supports_outbound"] = outbound.into();
            assert_eq!(bodies(&server).await, [wanted]);
        }
    }
}

#[tokio::test]
async fn a_trunk_is_sent_in_butters_form() {
    let plain = || ImportRequest::new(number(PHONE));
    let trunk = || SipTrunk::new("sip:trunk.example.com:05061");
    for (trunk, request, (server_address, inbound, outbound), media) in [
        (trunk(), plain(), ("trunk.example.com:5061", true, false), None),
        (SipTrunk::new("[2001:DB8::1]:5060"), plain(), ("[2001:db8::1]:5060", true, false), None),
        (trunk().outbound_only(), plain(), ("trunk.example.com:5061", false, true), None),
        (trunk().outbound_only(), plain().outbound(false), ("trunk.example.com:5061", false, false), None),
        (
            trunk().media_encryption(MediaEncryption::Disabled),
            plain(),
            ("trunk.example.com:5061", true, false),
            Some("disable"),
        ),
        (
            trunk().media_encryption(MediaEncryption::Allowed),
            plain(),
            ("trunk.example.com:5061", true, false),
            Some("allow"),
        ),
        (
            trunk().media_encryption(MediaEncryption::Required),
            plain(),
            ("trunk.example.com:5061", true, false),
            Some("require"),
        ),
    ] {
        let mut wanted = json!({
            "phone_number": PHONE, "provider": "sip", "sip_server_address": server_address, "sip_trunk_name": "Desk",
            "supports_inbound": inbound, "supports_outbound": outbound,
        });
        if let Some(media) = media {
            wanted["media_encryption"] = media.into();
        }
        let server = butter(&[201], 200).await;
        client(server.uri()).create_now(&trunk.name("Desk").into(), &request).await.unwrap();
        assert_eq!(bodies(&server).await, [wanted]);
    }
}

/// "A name for people, where the platform keeps one. Without it, the host."
#[tokio::test]
async fn the_name_of_a_trunk_defaults_to_its_host() {
    let server = butter(&[201], 200).await;
    let source = SipTrunk::new("trunk.example.com").into();
    client(server.uri()).create_now(&source, &ImportRequest::new(number(PHONE))).await.unwrap();
    let body = bodies(&server).await.remove(0);
    assert_eq!(body["sip_server_address"], "trunk.example.com");
    assert_eq!(body["sip_trunk_name"], "trunk.example.com", "{body}");
}

/// Imports into a Butter that does not have the number.
async fn import(server: &MockServer, request: &ImportRequest) -> numport::Result<NumberRecord> {
    let empty = json!({"success": true, "data": [], "pagination": {"has_more": false}});
    let absent = Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(empty));
    absent.up_to_n_times(1).with_priority(1).mount(server).await;
    let source = Byo::credential(ProviderKind::TWILIO, INTEGRATION);
    let imported = Importer::new(source, client(server.uri())).skip_preflight().import(request).await?;
    assert_eq!(imported.outcome, Outcome::Created);
    Ok(imported.record)
}

#[tokio::test]
async fn an_agent_follows_the_import() {
    let request = ImportRequest::new(number(PHONE)).agent("a1");
    let server = butter(&[201], 200).await;
    respond(&server, "POST", ASSIGN, 200, json!({"success": true, "data": {"agent_id": "a1"}}), 1).await;
    let record = import(&server, &request).await.unwrap();
    assert_eq!(record.agent.as_ref().map(AsRef::as_ref), Some("a1"));
    assert_eq!((record.status.as_deref(), record.inbound), (Some("assigned"), Some(true)));
    assert_eq!(sent(&server).await[1..], [IMPORT, "POST agents/a1/assign-phone-number"]);

    for status in [400, 404, 409, 500] {
        let server = &butter(&[201], 200).await;
        respond(server, "POST", ASSIGN, status, json!({"detail": "no"}), 1).await;
        respond(server, "GET", NUMBERS, 200, listed(Some("a2")), 1).await;
        let error = import(server, &request).await.unwrap_err();
        assert_eq!(error.to_string(), format!("butter: {PHONE} is imported as p1, but configuring the record failed"));
        let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
        assert_eq!((incomplete.step, incomplete.record.as_ref().unwrap().id.as_str()), (Step::Configure, "p1"));
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
    // The conflict was about the agent that is already assigned.
    let server = butter(&[201], 200).await;
    respond(&server, "POST", ASSIGN, 409, json!({"detail": "already assigned"}), 1).await;
    respond(&server, "GET", NUMBERS, 200, listed(Some("a1")), 1).await;
    let record = import(&server, &request).await.unwrap();
    assert_eq!((record.id.as_str(), record.agent.as_ref().map(AsRef::as_ref)), ("p1", Some("a1")));
}

#[tokio::test]
async fn an_account_is_sent_as_an_integration_that_the_number_names() {
    let server = butter(&[201], 200).await;
    client(server.uri()).create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap();
    let name = format!("Twilio {ACCOUNT}");
    let credentials = json!({"provider": "twilio", "account_sid": ACCOUNT, "auth_token": "planted-token"});
    let wanted = [
        json!({"name": name, "credentials": credentials}),
        json!({
            "provider": "twilio", "phone_number": PHONE, "integration_id": INTEGRATION,
            "supports_inbound": true, "supports_outbound": false,
        }),
    ];
    assert_eq!(bodies(&server).await, wanted);
}

#[tokio::test]
async fn concurrent_imports_of_all_clones_share_one_integration() {
    let server = butter(&[201, 201, 201, 201], 200).await;
    let client = client(server.uri());
    let tasks = requests().map(|request| {
        let client = client.clone();
        tokio::spawn(async move { client.create_now(&twilio(ACCOUNT), &request).await })
    });
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(sent(&server).await, [MAKE, IMPORT, IMPORT, IMPORT]);
    client.create_now(&twilio(OTHER), &requests()[0]).await.unwrap();
    assert_eq!(sent(&server).await[4..], [MAKE, IMPORT], "another account, another integration");
}

#[tokio::test]
async fn a_refused_import_deletes_its_new_integration() {
    let server = butter(&[400, 201], 200).await;
    let client = client(server.uri());
    let error = client.create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert!(error.surely_not_done());
    let remove = format!("DELETE integrations/{INTEGRATION}");
    assert_eq!(sent(&server).await, [MAKE, IMPORT, &remove]);
    // The next import creates a new one.
    client.create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap();
    assert_eq!(sent(&server).await[3..], [MAKE, IMPORT]);
}

#[tokio::test]
async fn the_integration_stays_when_another_number_uses_it() {
    let server = butter(&[201, 400, 403], 200).await;
    let client = client(server.uri());
    let [first, second, third] = requests();
    client.create_now(&twilio(ACCOUNT), &first).await.unwrap();
    client.create_now(&twilio(ACCOUNT), &second).await.unwrap_err();
    client.clone().create_now(&twilio(ACCOUNT), &third).await.unwrap_err();
    assert_eq!(sent(&server).await, [MAKE, IMPORT, IMPORT, IMPORT]);
}

#[tokio::test]
async fn an_unresolved_import_keeps_the_integration() {
    for status in [500, 409] {
        let server = butter(&[status, 400], 200).await;
        let client = client(server.uri());
        let error = client.create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap_err();
        assert!(matches!(&error, Error::Call(call) if call.delivery == Delivery::Unknown), "{error:?}");
        client.create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap_err();
        assert_eq!(sent(&server).await, [MAKE, IMPORT, IMPORT], "{status}");
    }
}

#[tokio::test]
async fn an_integration_that_cannot_be_deleted_is_reported() {
    let server = butter(&[400], 409).await;
    let error = client(server.uri()).create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap_err();
    assert!(error.to_string().ends_with(&format!("{INTEGRATION} is left behind")), "{error}");
    let Error::Incomplete(incomplete) = error else { panic!("{error:?}") };
    assert_eq!((incomplete.step, incomplete.record.is_none()), (Step::RemoveCredential, true));
    assert_eq!(incomplete.left_behind.unwrap().as_str(), INTEGRATION);
    assert_eq!(incomplete.error.status().unwrap().as_u16(), 400, "the cause is why the import failed");
}

#[tokio::test]
async fn a_deleted_integration_is_not_reported_after_a_lost_response() {
    let server = butter(&[400], 404).await;
    let lost = Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(503));
    lost.up_to_n_times(1).with_priority(1).mount(&server).await;
    let error = client(server.uri()).create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap_err();
    assert!(matches!(error, Error::Call(_)) && error.status().unwrap() == 400, "{error:?}");
    assert_eq!(
        sent(&server).await[2..],
        [format!("DELETE integrations/{INTEGRATION}"), format!("DELETE integrations/{INTEGRATION}")]
    );
}

#[tokio::test]
async fn the_next_import_retries_a_failed_integration() {
    let server = MockServer::start().await;
    let refused = json!({"success": false, "message": "not now"});
    respond(&server, "POST", "/api/integrations", 422, json!({"detail": "no"}), 1).await;
    respond(&server, "POST", "/api/integrations", 200, refused, 1).await;
    respond(&server, "POST", "/api/integrations", 201, made(), 1).await;
    respond(&server, "POST", NUMBERS, 201, imported(), 1).await;
    let client = client(server.uri());
    for status in [422, 200] {
        let error = client.create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap_err();
        let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
        let state = (incomplete.step, incomplete.record.is_none(), incomplete.left_behind.is_none());
        assert_eq!(state, (Step::MakeCredential, true, true));
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
    client.create_now(&twilio(ACCOUNT), &requests()[0]).await.unwrap();
    assert_eq!(sent(&server).await, [MAKE, MAKE, MAKE, IMPORT]);
}

#[tokio::test]
async fn an_import_is_recovered_after_a_lost_response() {
    let importer = |butter: Butter| {
        let credentials = AccountKey::token(ACCOUNT, "planted-token");
        Importer::new(Twilio::builder(credentials).build().unwrap(), butter).skip_preflight()
    };
    let empty = json!({"success": true, "data": [], "pagination": {"has_more": false}});
    // The lookup before did not find the number, and the conflict says that it exists: somebody else was faster.
    for (status, outcome) in [(409, Outcome::AlreadyThere), (500, Outcome::Recovered)] {
        let server = &butter(&[status], 200).await;
        respond(server, "GET", NUMBERS, 200, empty.clone(), 1).await;
        respond(server, "GET", NUMBERS, 200, listed(None), 1).await;
        let imported = importer(client(server.uri())).import(&requests()[0]).await.unwrap();
        assert_eq!((imported.outcome, imported.record.id.as_str()), (outcome, "p1"));
        assert_eq!(sent(server).await, ["GET phone-numbers", MAKE, IMPORT, "GET phone-numbers"]);
    }
    let server = butter(&[], 200).await;
    respond(&server, "GET", NUMBERS, 200, listed(None), 1).await;
    let imported = importer(client(server.uri())).import(&requests()[0]).await.unwrap();
    assert_eq!(imported.outcome, Outcome::AlreadyThere);
    assert_eq!(sent(&server).await, ["GET phone-numbers"]);
}

#[tokio::test]
async fn an_agent_with_inbound_off_is_refused() {
    let client = client("http://127.0.0.1:1".to_owned());
    let request = ImportRequest::new("+14155552671".parse().unwrap()).agent("agent_a1b2c3d4e5f6").inbound(false);
    let source = numport::Byo::credential(numport::model::ProviderKind::TWILIO, "intg_a1b2c3d4e5f6").into();
    let error = client.create(&source, &request).unwrap_err().to_string();
    assert!(error.contains("`inbound` is off, but Butter enables inbound calls when it assigns an agent"), "{error}");
    drop(client.create(&source, &request.inbound(true)).unwrap());
}
