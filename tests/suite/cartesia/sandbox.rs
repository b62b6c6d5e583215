//! Cartesia in the sandbox.

use futures_util::StreamExt;
use numport::import::plan::Applied;
use numport::import::{Field, Stays, Undo, UndoOutcome, UndoneRecord};
use numport::platform::cartesia::{
    CreateTwilioProvider, ImportNumber, ProviderRef, ProvisionNumber, Region, UpdateNumber,
};
use numport::sandbox::Sandbox;
use numport::{AccountKey, Cartesia, Desired, E164, Error, ImportRequest, Importer, Patch, Removal, Twilio};
use reqwest::Method;
use serde_json::json;

use super::endpoints::NUMBER;
use crate::services::cartesia::subject::SUBJECT;
use crate::support::validation::problem_fields;

async fn sandbox() -> (Sandbox, Cartesia) {
    let sandbox = Sandbox::start().await.unwrap();
    let cartesia = Cartesia::from_vars(|name| sandbox.var(name)).unwrap();
    (sandbox, cartesia)
}

fn importer(sandbox: &Sandbox, key: (&str, &str)) -> Importer {
    let key = AccountKey::pair(sandbox.twilio().account_sid(), key.0, key.1);
    let twilio = Twilio::builder(key).base_url(sandbox.var("TWILIO_BASE_URL").unwrap()).build().unwrap();
    Importer::new(twilio, Cartesia::from_vars(|name| sandbox.var(name)).unwrap())
}

#[tokio::test]
async fn an_import_takes_the_calls_over_and_a_renewal_changes_the_key() {
    let (sandbox, cartesia) = sandbox().await;
    let number: E164 = NUMBER.parse().unwrap();
    let old = sandbox.twilio().api_key();
    let imported = importer(&sandbox, old).import(ImportRequest::new(number)).await.unwrap();
    let calls = sandbox.twilio().calls_go_to(&number).unwrap();
    assert!(calls.starts_with("https://api.cartesia.ai/"), "{calls}");
    assert_eq!(imported.record.label.as_deref(), Some("+1415555 2671"));

    let new = sandbox.twilio().second_api_key();
    importer(&sandbox, new).renew(&number).await.unwrap();
    let service = SUBJECT.api.service;
    assert!(sandbox.uses_secret(service, imported.record.id.as_str(), new.1));
    let shown = cartesia.get_number(imported.record.id.as_str()).await.unwrap().provider.unwrap();
    assert_eq!((shown.api_key_sid.as_deref(), shown.region), (Some("SK…5a7e"), Some(Region::Us1)));
    // A number uses the link.
    cartesia.delete_provider(shown.id.as_deref().unwrap()).await.unwrap_err();
    // An agent has the number.
    let agent = numport::platform::cartesia::UpdateNumber::new().agent_id("a1".to_owned());
    cartesia.update_number(imported.record.id.as_str(), &agent).await.unwrap();
    let error = cartesia.delete_number(imported.record.id.as_str()).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 409);
}

/// A removal takes the agent off first. If an undo is killed then, a later undo still removes the record.
#[tokio::test]
async fn an_undo_goes_on_after_the_agent_was_taken_off() {
    for (is_changed, change) in [(false, UpdateNumber::new()), (true, UpdateNumber::new().label("Theirs"))] {
        let (sandbox, cartesia) = sandbox().await;
        let importer = importer(&sandbox, sandbox.twilio().api_key());
        let request = ImportRequest::new(NUMBER.parse().unwrap()).agent(SUBJECT.agents[0]);
        let undo = importer.import(request).await.unwrap().undo();
        let other = UpdateNumber::new().agent_id(Patch::Set(SUBJECT.agents[1].to_owned()));
        cartesia.update_number(undo.id.as_str(), &other).await.unwrap();
        let undone = importer.undo(&undo, Removal::Record).await.unwrap();
        assert_eq!(undone.record, UndoneRecord::Stays(Stays::Changed(vec![Field::Agent])));

        cartesia.update_number(undo.id.as_str(), &change.agent_id(Patch::Clear)).await.unwrap();
        let undone = importer.undo(&undo, Removal::Record).await.unwrap();
        let stays = UndoneRecord::Stays(Stays::Changed(vec![Field::Label]));
        assert_eq!(undone.record, if is_changed { stays } else { UndoneRecord::Removed });
    }
}

/// Another process cannot tell a link that the import created from one that was there before.
#[tokio::test]
async fn the_undos_of_a_plan_tell_the_link_that_they_leave() {
    let (sandbox, _) = sandbox().await;
    let key = sandbox.twilio().api_key();
    let desired = Desired::from_iter([ImportRequest::new(NUMBER.parse().unwrap())]);
    let before = importer(&sandbox, key);
    let (plan, backup) = (before.plan(&desired).await.unwrap(), before.backup_routing().await.unwrap());
    let applied: Vec<_> = before.apply(plan.clone()).unwrap().collect().await;
    let Applied::Imported(imported) = &applied[0].outcome else { panic!("{applied:?}") };
    let made = imported.undo();
    assert!(made.credential.is_some() && !made.credential_stays);

    let other = importer(&sandbox, key);
    let undos = other.undos_of(&plan, backup).await.unwrap().undos;
    assert_eq!((&undos[0].credential, undos[0].credential_stays), (&made.credential, true));
    let undos = serde_json::from_value::<Vec<Undo>>(serde_json::to_value(undos).unwrap()).unwrap();
    let items: Vec<_> = other.undo_many(undos, Removal::Record).collect().await;
    let UndoOutcome::Undone(undone) = &items[0].outcome else { panic!("{items:?}") };
    assert_eq!((&undone.credential_left, undone.is_complete()), (&made.credential, true));
    assert!(
        items[0].report().contains("stays, because other numbers use it or may use it. If no"),
        "{}",
        items[0].report()
    );
    // The undo of the import itself removes it.
    assert_eq!(before.undo(&made, Removal::Record).await.unwrap().credential_left, None);
}

#[tokio::test]
async fn a_token_is_refused_before_anything_is_sent() {
    let (sandbox, cartesia) = sandbox().await;
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(twilio, cartesia);
    let error = importer.import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source.key"]);
    assert!(error.report().contains("create an API key"), "{}", error.report());
    assert!(matches!(error, Error::Invalid(_)) && sandbox.requests().is_empty());
}

#[tokio::test]
async fn a_link_is_checked_at_twilio_and_is_there_once() {
    let (sandbox, cartesia) = sandbox().await;
    let (sid, secret) = sandbox.twilio().api_key();
    let create = |secret: &str| CreateTwilioProvider::new(sandbox.twilio().account_sid(), sid, secret);
    let status = |error: Error| error.status().unwrap().as_u16();
    assert_eq!(status(cartesia.create_provider(create("wrong")).await.unwrap_err()), 400);
    cartesia.create_provider(create(secret)).await.unwrap();
    assert_eq!(status(cartesia.create_provider(create(secret)).await.unwrap_err()), 409);
    cartesia.create_provider(create(secret).region(Region::Au1)).await.unwrap();
    // By the account and region in place of an id.
    let by_account = ProviderRef::twilio(sandbox.twilio().account_sid(), Region::Au1);
    let import = ImportNumber::new("Desk", NUMBER.parse::<E164>().unwrap(), by_account);
    let made = cartesia.import_number(&import).await.unwrap();
    assert_eq!(made.provider.unwrap().region, Some(Region::Au1));
    let bought = cartesia.provision_number(&ProvisionNumber::new("Own")).await.unwrap();
    assert_eq!(bought.provider, None, "as documented");
}

#[tokio::test]
async fn every_call_needs_the_version_and_no_unknown_field() {
    let (sandbox, _) = sandbox().await;
    let base_url = sandbox.var("CARTESIA_BASE_URL").unwrap();
    for (version, status) in
        [("2026-03-01", 200), ("2026-08-14", 200), ("2026-02-28", 400), ("2026-13-01", 400), ("1", 400)]
    {
        let request = reqwest::Client::new().get(format!("{base_url}/agents/phone-numbers"));
        let request = request.bearer_auth(sandbox.var("CARTESIA_API_KEY").unwrap()).header("cartesia-version", version);
        assert_eq!(request.send().await.unwrap().status(), status, "{version}");
    }
    for (at, body) in [
        ("provision", json!({"label": ""})),
        ("provision", json!({"label": "a", "country": "US"})),
        ("providers", json!({"type": "telnyx"})),
        ("", json!({"label": "a", "number": NUMBER})),
        ("", json!({"label": "a", "number": "4155552671", "provider": {"id": "p"}})),
        ("", json!({"label": "a", "number": NUMBER, "provider": {"id": "p", "type": "twilio", "account_sid": "AC"}})),
    ] {
        let target = format!("/agents/phone-numbers/{at}");
        let request = SUBJECT.api.request(&sandbox, Method::POST, target.trim_end_matches('/')).json(&body);
        assert_eq!(request.send().await.unwrap().status(), 400, "{body}");
    }
    assert!(sandbox.records(SUBJECT.api.service).is_empty());
}
