//! Renewing the login of a trunk, which belongs to the number itself, and replacing a record to change Twilio's token.

use std::time::Duration;

use numport::error::Step;
use numport::import::{ReplaceConsent, UndoneRecord};
use numport::model::{NumberSource, PlatformKind, Removal};
use numport::platform::RenewalRun;
use numport::platform::elevenlabs::{
    Headers, ImportSipTrunkNumber, ImportTwilioNumber, MediaCodec, OutboundTrunkConfig, SipCredentials, SipTransport,
    UpdateNumber,
};
use numport::sandbox::{Fault, Sandbox};
use numport::{ElevenLabs, Error, ImportRequest, Importer, NumberRecord, SipTrunk, Twilio, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{AGENT, BRANCH, ID, client, number};
use crate::services::subject::NUMBER;
use crate::support::validation::{is_mismatch, problem_fields};

fn trunk(password: &str) -> SipTrunk {
    SipTrunk::new("trunk.example.com").credentials("user", password)
}

const CREATE: &str = "POST /v1/convai/phone-numbers";

async fn renew(elevenlabs: &ElevenLabs, record: &NumberRecord, trunk: SipTrunk) -> Result<(), Error> {
    elevenlabs.renew(record, &NumberSource::from(trunk), &RenewalRun::new()).await.map(drop)
}

/// An update replaces the whole way to the carrier, so a renewal sends what it does not change as well.
#[tokio::test]
async fn a_renewal_keeps_the_other_settings_of_the_trunk() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let outbound = OutboundTrunkConfig::new("trunk.example.com")
        .transport(SipTransport::Tcp)
        .headers([("X-Tenant", "7")].into_iter().collect::<Headers>())
        .enabled_codecs([MediaCodec::Pcmu])
        .credentials(SipCredentials::new("user").password("old"));
    let import = ImportSipTrunkNumber::new(NUMBER, "Desk").outbound_trunk_config(outbound);
    let id = elevenlabs.import_number(import).await.unwrap().phone_number_id;
    let before = sandbox.records(PlatformKind::ELEVENLABS);
    let importer = Importer::new(trunk("new"), elevenlabs.clone());
    assert!(importer.renew(&number(NUMBER)).await.unwrap().credentials.record);
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), before, "only the password changed");
    assert!(sandbox.uses_secret(PlatformKind::ELEVENLABS, &id, "new"));

    let record = elevenlabs.get(&id.as_str().into()).await.unwrap();
    let another = SipTrunk::new("sips:other.example.com").credentials("other", "p");
    renew(&elevenlabs, &record, another).await.unwrap();
    let shown = elevenlabs.get_number(&id).await.unwrap().outbound_trunk.unwrap();
    let shown = (shown.address.as_deref(), shown.username.as_deref(), shown.transport, shown.headers.unwrap().0.len());
    assert_eq!(shown, (Some("other.example.com"), Some("other"), Some(SipTransport::Tls), 1));
}

#[tokio::test]
async fn a_renewal_that_cannot_be_done_sends_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let (sid, token) = (sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
    let twilio = ImportTwilioNumber::new(number(NUMBER), "Desk", sid, token);
    let id = elevenlabs.import_number(twilio).await.unwrap().phone_number_id;
    let record = elevenlabs.get(&id.into()).await.unwrap();
    let error = renew(&elevenlabs, &record, trunk("new")).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source"]);

    // A login that the record has cannot be removed, as far as is documented.
    let importer = Importer::new(trunk("p"), elevenlabs.clone());
    let of_trunk = importer.import(ImportRequest::new(number("+493012345678"))).await.unwrap().record;
    let error = renew(&elevenlabs, &of_trunk, SipTrunk::new("trunk.example.com")).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source.credentials"]);
    assert!(sandbox.requests().iter().all(|sent| sent.method != "PATCH"));
}

/// Whether a login is kept or dropped is not documented for every update: a response that shows another one is an error.
#[tokio::test]
async fn a_renewal_that_did_not_take_effect_is_an_error() {
    for (login, is_done) in [
        (json!({"has_auth_credentials": true, "username": "user"}), true),
        (json!({"has_auth_credentials": true}), true),
        (json!({}), true),
        (json!({"has_auth_credentials": false, "username": null}), false),
        (json!({"has_auth_credentials": true, "username": "old"}), false),
        (json!({"has_auth_credentials": true, "address": "old.example.com"}), false),
    ] {
        let server = MockServer::start().await;
        let mut number = json!({
            "phone_number_id": ID, "phone_number": NUMBER, "provider": "sip_trunk",
            "outbound_trunk": {"address": "trunk.example.com", "has_auth_credentials": true, "username": "old"},
        });
        let now = ResponseTemplate::new(200).set_body_json(&number);
        Mock::given(method("GET")).respond_with(now).mount(&server).await;
        number["outbound_trunk"] = login.clone();
        let patched = ResponseTemplate::new(200).set_body_json(&number);
        Mock::given(method("PATCH")).respond_with(patched).mount(&server).await;
        let elevenlabs = client(server.uri());
        let record = elevenlabs.get(&ID.into()).await.unwrap();
        let renewed = renew(&elevenlabs, &record, trunk("new")).await;
        assert_eq!(renewed.is_ok(), is_done, "{login}: {renewed:?}");
        assert!(renewed.err().is_none_or(|error| is_mismatch(&error)));
    }
}

/// Imports a number with the environment and the branch that an import cannot set, and then changes Twilio's token.
async fn imported_with_the_old_token(sandbox: &Sandbox) -> (ElevenLabs, Importer, NumberRecord) {
    let vars = |name: &str| sandbox.var(name);
    let elevenlabs = ElevenLabs::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), elevenlabs.clone());
    let request = ImportRequest::new(number(NUMBER)).label("Front desk").agent(AGENT);
    let id = importer.import(request).await.unwrap().record.id;
    let set = UpdateNumber::new().environment("staging".to_owned()).branch_id(BRANCH.to_owned());
    elevenlabs.update_number(id.as_str(), &set).await.unwrap();
    let record = elevenlabs.get(&id).await.unwrap();
    sandbox.twilio().rotate_auth_token("a-new-token");
    let importer = Importer::new(twilio(sandbox, "a-new-token"), elevenlabs.clone());
    (elevenlabs, importer, record)
}

fn twilio(sandbox: &Sandbox, token: &str) -> Twilio {
    let vars = |name: &str| if name == "TWILIO_AUTH_TOKEN" { Some(token.to_owned()) } else { sandbox.var(name) };
    Twilio::from_vars(vars).unwrap()
}

fn of_settings(number: &Value) -> (Value, Value) {
    (number["label"].clone(), number["assigned_agent"].clone())
}

#[tokio::test]
async fn a_replacement_has_the_new_token_and_every_setting() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer, record) = imported_with_the_old_token(&sandbox).await;
    let error = importer.renew(&number(NUMBER)).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source"], "the token of a record cannot be updated");
    let before = of_settings(&sandbox.records(PlatformKind::ELEVENLABS)[0]);
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    assert!(plan.to_string().contains("the record gets a new id"), "{plan}");
    let replaced = importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap();
    assert_eq!(replaced.removed, record.id);
    let records = sandbox.records(PlatformKind::ELEVENLABS);
    assert_eq!((records.len(), of_settings(&records[0])), (1, before));
    let id = replaced.imported.record.id.as_str();
    assert!(id != record.id.as_str() && sandbox.uses_secret(PlatformKind::ELEVENLABS, id, "a-new-token"));

    // A plan is carried out once.
    importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), records);
}

#[tokio::test]
async fn an_import_is_rolled_back_completely_after_its_record_was_replaced() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let first = Importer::new(twilio(&sandbox, &sandbox.twilio().auth_token()), elevenlabs.clone());
    let calls = || sandbox.twilio().calls_go_to(&number(NUMBER));
    let before = calls();
    let undo = first.import(ImportRequest::new(number(NUMBER)).label("Desk").agent(AGENT)).await.unwrap().undo();
    assert_ne!(calls(), before);
    sandbox.twilio().rotate_auth_token("a-new-token");
    let importer = Importer::new(twilio(&sandbox, "a-new-token"), elevenlabs);
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    let replaced = importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap();

    // Neither of the two imports alone is enough.
    let record = importer.undo(&undo, Removal::Record).await.unwrap().record;
    assert_eq!(record, UndoneRecord::Replaced);
    let record = importer.undo(&replaced.imported.undo(), Removal::Record).await.unwrap().record;
    assert!(matches!(record, UndoneRecord::Stays(_)), "{record:?}");

    let mut other = undo.clone();
    other.id = "another".into();
    assert_eq!(replaced.undo_of(&other), None);
    other.clone_from(&undo);
    other.created = false;
    assert_eq!(replaced.undo_of(&other), None);
    let undone = importer.undo(&replaced.undo_of(&undo).unwrap(), Removal::Record).await.unwrap();
    assert!(undone.is_complete() && undone.record == UndoneRecord::Removed, "{undone}");
    assert_eq!((calls(), sandbox.records(PlatformKind::ELEVENLABS).len()), (before, 0));
}

#[tokio::test]
async fn a_replacement_that_is_refused_is_rolled_back_with_the_old_source() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer, record) = imported_with_the_old_token(&sandbox).await;
    let before = of_settings(&sandbox.records(PlatformKind::ELEVENLABS)[0]);
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    // The platform does not accept the new token. Twilio accepts two for a while, so the old one is still good.
    sandbox.fault_on(PlatformKind::ELEVENLABS, CREATE, Fault::Refuse { status: 403, retry_after: None });
    let consent = ReplaceConsent::roll_back_with(twilio(&sandbox, "a-new-token"));
    let Err(Error::Incomplete(incomplete)) = importer.replace(&plan, &consent).await else { panic!("it failed") };
    assert_eq!(incomplete.step, Step::RollBack);
    let records = sandbox.records(PlatformKind::ELEVENLABS);
    assert_eq!((records.len(), of_settings(&records[0])), (1, before));
    let back = incomplete.record.clone().unwrap().id;
    assert_ne!(back, record.id);
    let error = Error::from(incomplete);
    let text = error.report();
    for told in [&format!("has its old source again, under the new id {back}"), "plan the replacement again"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    assert!(!text.contains("the same call") && !error.is_retryable(), "{text}");

    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    sandbox.fault_on(PlatformKind::ELEVENLABS, CREATE, Fault::Refuse { status: 403, retry_after: None });
    let error = importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    assert!(matches!(&error, Error::Incomplete(incomplete) if incomplete.record.is_none()), "{error:?}");
    assert!(error.advice().contains("import `Replacement::request`"), "{}", error.advice());
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), [Value::Null; 0]);
}

/// After a rotation the old token is dead, so that it could roll nothing back.
#[tokio::test]
async fn an_old_source_that_the_carrier_refuses_removes_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer, _) = imported_with_the_old_token(&sandbox).await;
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    let before = sandbox.records(PlatformKind::ELEVENLABS);
    let consent = ReplaceConsent::roll_back_with(twilio(&sandbox, "the-old-token"));
    let error = importer.replace(&plan, &consent).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["consent"], "{error:?}");
    assert!(error.surely_not_done() && error.report().contains("consent without a roll-back"), "{}", error.report());
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), before);
    assert!(sandbox.requests().iter().all(|sent| sent.method != "DELETE"), "nothing was removed");
}

/// The settings are missing, and the record of the plan is gone: the same call could not finish it.
#[tokio::test]
async fn settings_that_are_refused_after_the_import_are_restored_by_the_advised_calls() {
    let sandbox = Sandbox::start().await.unwrap();
    let (elevenlabs, importer, _) = imported_with_the_old_token(&sandbox).await;
    let before = of_settings(&sandbox.records(PlatformKind::ELEVENLABS)[0]);
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    sandbox.fault_on(PlatformKind::ELEVENLABS, "PATCH", Fault::Refuse { status: 403, retry_after: None });
    let error = importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    let Error::Incomplete(incomplete) = &error else { panic!("{error:?}") };
    assert_eq!(incomplete.step, Step::RestoreSettings);
    assert!(error.advice().contains("Import `Replacement::request` again"), "{}", error.advice());
    assert!(!error.advice().contains("the same call") && !error.is_retryable(), "{}", error.advice());
    let imported = importer.import(plan.request()).await.unwrap();
    elevenlabs.restore_settings(&imported.record.id, &plan.settings).await.unwrap();
    let records = sandbox.records(PlatformKind::ELEVENLABS);
    assert_eq!((records.len(), of_settings(&records[0])), (1, before));
}

#[tokio::test]
async fn a_replacement_removes_nothing_unless_the_carrier_takes_the_new_token_and_the_record_is_as_planned() {
    let sandbox = Sandbox::start().await.unwrap();
    let (elevenlabs, importer, record) = imported_with_the_old_token(&sandbox).await;
    let consent = ReplaceConsent::without_roll_back();
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    sandbox.twilio().rotate_auth_token("another-token");
    importer.plan_replacement(&number(NUMBER)).await.unwrap_err();
    importer.replace(&plan, &consent).await.unwrap_err();
    sandbox.twilio().rotate_auth_token("a-new-token");
    elevenlabs.update_number(record.id.as_str(), &UpdateNumber::new().label("Theirs".to_owned())).await.unwrap();
    let error = importer.replace(&plan, &consent).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["plan"]);
    assert!(sandbox.requests().iter().all(|sent| sent.method != "DELETE"), "nothing was removed");

    // A second record: which of them answers is unknown.
    elevenlabs.import_number(ImportSipTrunkNumber::new(NUMBER, "Second")).await.unwrap();
    let error = importer.plan_replacement(&number(NUMBER)).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["number"]);
}

#[tokio::test]
async fn a_replacement_whose_removal_is_refused_imports_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, importer, _) = imported_with_the_old_token(&sandbox).await;
    let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
    let (records, from) = (sandbox.records(PlatformKind::ELEVENLABS), sandbox.requests().len());
    sandbox.fault_on(PlatformKind::ELEVENLABS, "DELETE", Fault::Refuse { status: 403, retry_after: None });
    let error = importer.replace(&plan, &ReplaceConsent::without_roll_back()).await.unwrap_err();
    assert!(error.surely_not_done() && error.status().is_some_and(|status| status == 403), "{error:?}");
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), records);
    assert!(sandbox.requests()[from..].iter().all(|sent| sent.method != "POST"), "the number was imported");
}

/// A lost response is resolved by a lookup, at the removal and at the import.
#[tokio::test]
async fn a_replacement_survives_lost_responses() {
    for (method, path) in [("DELETE", "/v1/convai/phone-numbers/"), ("POST", "/v1/convai/phone-numbers")] {
        let sandbox = Sandbox::start().await.unwrap();
        let (_, importer, record) = imported_with_the_old_token(&sandbox).await;
        let before = of_settings(&sandbox.records(PlatformKind::ELEVENLABS)[0]);
        let plan = importer.plan_replacement(&number(NUMBER)).await.unwrap();
        sandbox.fault_on(PlatformKind::ELEVENLABS, &format!("{method} {path}"), Fault::CommitThenDrop);
        let consent = ReplaceConsent::roll_back_with(twilio(&sandbox, "a-new-token"));
        let replaced = importer.replace(&plan, &consent).await.unwrap();
        let records = sandbox.records(PlatformKind::ELEVENLABS);
        assert_eq!((records.len(), of_settings(&records[0])), (1, before), "{method}");
        assert_ne!(replaced.imported.record.id, record.id);
    }
}

/// The update of the trunk is carried out, and the process ends. Fields that an update leaves out stay, as far as was observed,
/// so the agent still answers, and another renewal has nothing else to do.
#[tokio::test]
async fn a_renewal_that_is_killed_after_its_update_leaves_the_agent() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let outbound =
        OutboundTrunkConfig::new("trunk.example.com").credentials(SipCredentials::new("user").password("old"));
    let import = ImportSipTrunkNumber::new(NUMBER, "Desk").outbound_trunk_config(outbound).agent_id(AGENT);
    let id = elevenlabs.import_number(import).await.unwrap().phone_number_id;
    let set = UpdateNumber::new().environment("staging".to_owned()).branch_id(BRANCH.to_owned());
    elevenlabs.update_number(&id, &set).await.unwrap();
    let before = sandbox.records(PlatformKind::ELEVENLABS);

    sandbox.fault_on(PlatformKind::ELEVENLABS, "PATCH", Fault::CommitThenDelay(Duration::from_secs(3600)));
    let record = elevenlabs.get(&id.as_str().into()).await.unwrap();
    let is_done = || sandbox.uses_secret(PlatformKind::ELEVENLABS, &id, "new");
    tokio::select! {
        renewed = renew(&elevenlabs, &record, trunk("new")) => panic!("{renewed:?}"),
        () = async { while !is_done() { tokio::task::yield_now().await } } => {}
    }
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), before, "the agent, its environment and its branch stay");

    let importer = Importer::new(trunk("newer"), elevenlabs.clone());
    assert!(importer.renew(&number(NUMBER)).await.unwrap().credentials.record);
    assert!(sandbox.uses_secret(PlatformKind::ELEVENLABS, &id, "newer"));
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), before);
}
