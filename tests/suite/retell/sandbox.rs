//! Retell in the sandbox.

use numport::platform::retell::{ImportNumber, PurchaseNumber, UpdateNumber};
use numport::sandbox::Sandbox;
use numport::{Patch, Retell, Secret};
use serde_json::json;

use super::endpoints::NUMBER;
use crate::services::retell::subject::SUBJECT;

async fn sandbox() -> (Sandbox, Retell) {
    let sandbox = Sandbox::start().await.unwrap();
    let retell = Retell::from_vars(|name| sandbox.var(name)).unwrap();
    (sandbox, retell)
}

#[tokio::test]
async fn a_number_is_imported_once_and_its_password_is_never_returned() {
    let (sandbox, retell) = sandbox().await;
    let import = ImportNumber::new(NUMBER, "acme.pstn.twilio.com")
        .sip_trunk_auth_username("user")
        .sip_trunk_auth_password("planted-old");
    let made = retell.import_number(&import).await.unwrap();
    assert!(!serde_json::to_string(&made).unwrap().contains("planted"));
    assert_eq!(retell.import_number(&import).await.unwrap_err().status().unwrap().as_u16(), 400);

    let update = UpdateNumber::new().auth_username("user").auth_password(Secret::new("planted-new"));
    let updated = retell.update_number(NUMBER, &update.nickname("Desk".to_owned())).await.unwrap();
    assert_eq!(updated.nickname.as_deref(), Some("Desk"));
    let service = SUBJECT.api.service;
    assert!(sandbox.uses_secret(service, NUMBER, "planted-new"));
    let updated = retell.update_number(NUMBER, &UpdateNumber::new().nickname(Patch::Clear)).await.unwrap();
    assert_eq!(updated.nickname, None);
    assert_eq!(updated.sip_outbound_trunk_config.unwrap().auth_username.as_deref(), Some("user"));
}

#[tokio::test]
async fn a_number_of_another_workspace_is_refused_and_not_shown() {
    let (_sandbox, retell) = sandbox().await;
    let taken = "+14155550199";
    let error = retell.import_number(&ImportNumber::new(taken, "host")).await.unwrap_err();
    assert!(error.report().contains("already exists"), "{}", error.report());
    assert!(retell.get_number(taken).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn each_purchase_buys_another_number() {
    let (_sandbox, retell) = sandbox().await;
    let purchase = PurchaseNumber::new().area_code(628_u16);
    let [first, second] =
        [retell.purchase_number(&purchase).await.unwrap(), retell.purchase_number(&purchase).await.unwrap()];
    assert_ne!(first.phone_number, second.phone_number);
    assert_eq!(first.phone_number_type.unwrap().as_str(), "retell-twilio");
}

#[tokio::test]
async fn withdrawn_and_unknown_fields_are_refused() {
    let (sandbox, _) = sandbox().await;
    for body in [
        json!({"phone_number": NUMBER, "termination_uri": "h", "inbound_agent_id": "a1"}),
        json!({"phone_number": NUMBER, "termination_uri": "h", "transport": "tls"}),
        json!({"phone_number": NUMBER, "termination_uri": "h", "nickname": null}),
        json!({"phone_number": NUMBER, "termination_uri": "h", "ignore_e164_validation": "false"}),
        json!({"phone_number": "desk", "termination_uri": "h", "ignore_e164_validation": false}),
        json!({"phone_number": NUMBER, "termination_uri": "h", "inbound_agents": [{"agent_id": "a", "weight": 0}]}),
        json!({"phone_number": NUMBER}),
    ] {
        let request = SUBJECT.api.request(&sandbox, reqwest::Method::POST, "/import-phone-number").json(&body);
        assert_eq!(request.send().await.unwrap().status(), 400, "{body}");
    }
    assert!(sandbox.records(SUBJECT.api.service).is_empty());
}
