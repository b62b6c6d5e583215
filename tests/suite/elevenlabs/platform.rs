//! ElevenLabs through the platform-independent API.

use futures_util::StreamExt;
use numport::error::{CallFault, ErrorKind};
use numport::import::{BulkItem, BulkOutcome};
use numport::model::{Finding, NumberSource, NumberUpdate, PlatformKind, ProviderKind, RecordNumber};
use numport::platform::elevenlabs::{ImportSipTrunkNumber, ImportTwilioNumber, UpdateNumber};
use numport::sandbox::{Fault, Sandbox};
use numport::{AccountKey, ElevenLabs, ImportRequest, Importer, Outcome, Patch, SipTrunk, Twilio, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{AGENT, ID, client, number, sid};
use crate::services::subject::NUMBER;
use crate::support::CreateNow;

const CREATE: &str = "POST /v1/convai/phone-numbers";
const KIND: PlatformKind = PlatformKind::ELEVENLABS;

struct World {
    sandbox: Sandbox,
    elevenlabs: ElevenLabs,
    importer: Importer,
}

async fn world() -> World {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let elevenlabs = ElevenLabs::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), elevenlabs.clone());
    World { sandbox, elevenlabs, importer }
}

impl World {
    fn request(&self) -> ImportRequest {
        ImportRequest::new(number(NUMBER))
    }

    fn bodies(&self, of: &str) -> Vec<Value> {
        let requests = self.sandbox.requests();
        let sent = requests.iter().filter(|sent| sent.service == KIND && sent.method == of);
        sent.map(|sent| sent.body.clone().unwrap()).collect()
    }

    fn routing(&self, field: &str) -> Value {
        let held = self.sandbox.records(ProviderKind::TWILIO);
        held.iter().find(|held| held["phone_number"] == NUMBER).unwrap()[field].clone()
    }
}

fn id(record: &Value) -> &str {
    record["phone_number_id"].as_str().unwrap()
}

#[tokio::test]
async fn an_import_takes_over_calls_and_not_messages() {
    let world = world().await;
    let before = world.routing("sms_url");
    let imported = world.importer.import(world.request().agent(AGENT)).await.unwrap();
    assert_eq!(imported.record.label.as_deref(), Some(NUMBER), "a label is required");
    assert_eq!(world.routing("voice_url"), "https://api.elevenlabs.io/twilio/inbound_call");
    assert_eq!(world.routing("sms_url"), before);
    assert_eq!(world.bodies("POST")[0]["enable_sms"], false);
    let address = world.elevenlabs.inbound_address().unwrap();
    assert_eq!(world.routing("voice_url"), address.as_str());
}

#[test]
fn each_region_has_its_own_address() {
    for base in [
        ElevenLabs::US_BASE_URL,
        ElevenLabs::EU_BASE_URL,
        ElevenLabs::IN_BASE_URL,
        ElevenLabs::SG_BASE_URL,
        "https://api.elevenlabs.io",
    ] {
        let address = ElevenLabs::builder("k").base_url(base).build().unwrap().inbound_address().unwrap();
        assert_eq!(address.as_str(), format!("{base}/twilio/inbound_call"));
    }
    let proxy = ElevenLabs::builder("k").base_url("https://proxy.example.com").build().unwrap();
    assert_eq!(proxy.inbound_address().unwrap().as_str(), "https://api.elevenlabs.io/twilio/inbound_call");
}

/// Whether a second import is refused, and how, is not documented. These are refusals of what was carried out all the same.
#[tokio::test]
async fn after_any_refusal_the_number_is_looked_up() {
    for status in [400, 409, 422] {
        let world = world().await;
        world.sandbox.fault_on(KIND, CREATE, Fault::CommitThenRefuse { status });
        let imported = world.importer.import(world.request()).await.unwrap();
        let records = world.sandbox.records(KIND);
        assert_eq!(records.len(), 1, "{status}");
        assert_eq!(
            (imported.outcome, imported.record.id.as_str()),
            (Outcome::AlreadyThere, id(&records[0])),
            "{status}"
        );
    }
}

/// A second import makes a second record here, and a record may have been made in the dashboard.
#[tokio::test]
async fn a_number_with_two_records_is_not_imported_a_third_time() {
    let world = world().await;
    for label in ["One", "Two"] {
        let import = ImportSipTrunkNumber::new(NUMBER, label);
        world.elevenlabs.import_number(import).await.unwrap();
    }
    let imported = world.importer.import(world.request().label("Desk")).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Updated);
    let records = world.sandbox.records(KIND);
    let second = Finding::Conflicts { with: vec![format!("record {}", id(&records[1]))] };
    assert!(imported.findings.contains(&second), "{:?}", imported.findings);
    assert_eq!([records.len(), world.bodies("POST").len()], [2, 2]);
    assert_eq!((id(&records[0]), &records[1]["label"]), (imported.record.id.as_str(), &json!("Two")));
    let plan = world.importer.plan(&numport::import::Desired::default()).await.unwrap();
    assert_eq!(plan.steps.len(), 2, "each is shown: {plan}");
}

/// The response to an import has nothing but an id, so a response to another import looks the same.
#[tokio::test]
async fn a_created_record_of_another_number_is_not_believed() {
    let server = MockServer::start().await;
    let made = ResponseTemplate::new(200).set_body_json(json!({"phone_number_id": ID}));
    Mock::given(method("POST")).respond_with(made).mount(&server).await;
    let other = json!({"phone_number_id": ID, "phone_number": "+14155550000", "provider": "twilio"});
    Mock::given(path(format!("/v1/convai/phone-numbers/{ID}")))
        .respond_with(ResponseTemplate::new(200).set_body_json(other))
        .up_to_n_times(1)
        .mount(&server)
        .await;
    let elevenlabs = client(server.uri());
    let source = NumberSource::account(ProviderKind::TWILIO, AccountKey::token(sid("AC").replace('x', "a"), "t"));
    let request = ImportRequest::new(number(NUMBER));
    let error = elevenlabs.create_now(&source, &request).await.unwrap_err();
    assert!(matches!(error.call().unwrap().fault, CallFault::Mismatch(_)), "{error:?}");
    assert!(!error.surely_not_done(), "the import may have been carried out");

    // It cannot be read: nothing is said of its number.
    let record = elevenlabs.create_now(&source, &request).await.unwrap();
    assert_eq!((record.id.as_str(), record.number), (ID, RecordNumber::Absent));
}

#[tokio::test]
async fn a_trunks_number_without_a_plus_is_found() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let import = ImportSipTrunkNumber::new("14155552671", "Desk");
    let made = elevenlabs.import_number(import).await.unwrap();
    let found = elevenlabs.find(&number(NUMBER)).await.unwrap().unwrap();
    assert_eq!(found.id.as_str(), made.phone_number_id);
    let importer = Importer::new(SipTrunk::new("203.0.113.10"), elevenlabs);
    let imported = importer.import(ImportRequest::new(number(NUMBER))).await.unwrap();
    assert_eq!(imported.outcome, Outcome::AlreadyThere);
}

#[tokio::test]
async fn a_trunk_is_sent_as_it_is_described() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let sent = |trunk: SipTrunk| {
        let (source, elevenlabs, sandbox) = (NumberSource::from(trunk), &elevenlabs, &sandbox);
        async move {
            elevenlabs.create_now(&source, &ImportRequest::new(number(NUMBER))).await.unwrap();
            let requests = sandbox.requests();
            let created = requests.iter().rfind(|sent| sent.method == "POST").unwrap();
            created.body.clone().unwrap()
        }
    };
    let full = SipTrunk::new("sips:trunk.example.com")
        .credentials("u", "p")
        .allow_inbound("203.0.113.8/30")
        .allow_inbound("2001:db8::/48")
        .media_encryption(numport::model::MediaEncryption::Required);
    let body = sent(full).await;
    let outbound = json!({
        "address": "trunk.example.com", "transport": "tls", "media_encryption": "required",
        "credentials": {"username": "u", "password": "p"},
    });
    let inbound = json!({"allowed_addresses": ["203.0.113.8/30", "2001:db8::/48"], "media_encryption": "required"});
    assert_eq!((&body["outbound_trunk_config"], &body["inbound_trunk_config"]), (&outbound, &inbound));
    let body = sent(SipTrunk::new("203.0.113.10")).await;
    assert_eq!(body["inbound_trunk_config"], json!({"allowed_addresses": ["203.0.113.10"]}));
    assert_eq!(sent(SipTrunk::new("trunk.example.com")).await["inbound_trunk_config"], json!({}));
    assert_eq!(sent(SipTrunk::new("203.0.113.10").outbound_only()).await.get("inbound_trunk_config"), None);
}

/// Whether null unassigns is not documented: a server that ignores it is noticed.
#[tokio::test]
async fn a_null_that_is_ignored_is_an_error() {
    for (left, is_done) in [(Value::Null, true), (json!({"agent_id": ""}), true), (json!({"agent_id": AGENT}), false)] {
        let server = MockServer::start().await;
        let answer = |agent: Value| json!({"phone_number_id": ID, "phone_number": NUMBER, "assigned_agent": agent});
        let patched = ResponseTemplate::new(200).set_body_json(answer(Value::Null));
        Mock::given(method("PATCH")).respond_with(patched).mount(&server).await;
        let read = ResponseTemplate::new(200).set_body_json(answer(left.clone()));
        Mock::given(method("GET")).respond_with(read).mount(&server).await;
        let cleared = client(server.uri()).update(&ID.into(), &NumberUpdate::new().clear_agent()).await;
        assert_eq!(cleared.is_ok(), is_done, "{left}: {cleared:?}");
    }
}

#[test]
fn an_api_key_is_refused_because_the_account_token_is_needed_too() {
    let elevenlabs = ElevenLabs::builder("k").build().unwrap();
    let key = AccountKey::pair(sid("AC").replace('x', "a"), sid("SK").replace('x', "a"), "s");
    let source = NumberSource::account(ProviderKind::TWILIO, key);
    let error = elevenlabs.create(&source, &ImportRequest::new(number(NUMBER))).unwrap_err();
    assert_eq!(crate::support::validation::problem_fields(&error), ["source.key"]);
}

#[tokio::test]
async fn a_twilio_key_imports_with_the_accounts_token() {
    let world = world().await;
    let twilio = world.sandbox.twilio();
    let (key, secret) = twilio.api_key();
    let import = ImportTwilioNumber::new(number(NUMBER), "Desk", key, secret);
    world.elevenlabs.import_number(import.account_auth_token(twilio.auth_token())).await.unwrap();
    assert_eq!(world.routing("voice_url"), "https://api.elevenlabs.io/twilio/inbound_call");
    assert_ne!(world.routing("sms_url"), "", "messages go there unless told otherwise");
    let update = UpdateNumber::new().store_sip_messages(Patch::Set(false));
    let id = world.sandbox.records(KIND)[0]["phone_number_id"].as_str().unwrap().to_owned();
    let error = world.elevenlabs.update_number(&id, &update).await.unwrap_err();
    assert_eq!(error.call().unwrap().status.unwrap(), 400, "these are settings of a trunk");
}

/// ElevenLabs answers 404 for an agent as for a number.
#[tokio::test]
async fn an_unknown_agent_is_no_missing_number() {
    let world = world().await;
    let of_import = world.importer.import(world.request().agent("agent_gone")).await.unwrap_err();
    let record = world.importer.import(world.request()).await.unwrap().record;
    let of_update = world.elevenlabs.update(&record.id, &NumberUpdate::new().agent("agent_gone")).await.unwrap_err();
    for error in [of_import, of_update] {
        let told = error.report().to_string();
        assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Rejected, 404), "{told}");
        assert!(told.contains("`agent` is agent_gone: give the id of an agent of this workspace"), "{told}");
    }
    let gone = world.elevenlabs.update(&"phnum_gone".into(), &NumberUpdate::new().agent(AGENT)).await.unwrap_err();
    assert!(gone.is_not_found(), "{gone:?}");
}

/// A run over several numbers reads a list, which shows all records.
#[tokio::test]
async fn a_second_record_in_a_list_is_told() {
    let world = world().await;
    for label in ["One", "Two"] {
        world.elevenlabs.import_number(ImportSipTrunkNumber::new(NUMBER, label)).await.unwrap();
    }
    let second = world.sandbox.records(KIND)[1]["phone_number_id"].as_str().unwrap().to_owned();
    let several = [NUMBER, "+12125550123", "+442071838750"].map(|text| ImportRequest::new(number(text)));
    let items: Vec<_> = world.importer.import_many(several).collect().await;
    assert!(!world.sandbox.requests().iter().any(|sent| sent.path.contains("search")), "it is found in the list");
    let told = |item: &BulkItem| match &item.outcome {
        BulkOutcome::Imported(imported) => {
            imported.findings.contains(&Finding::Conflicts { with: vec![format!("record {second}")] })
        }
        other => panic!("{other:?}"),
    };
    let told: Vec<usize> = items.iter().filter(|item| told(item)).map(|item| item.index).collect();
    assert_eq!(told, [0]);
}
