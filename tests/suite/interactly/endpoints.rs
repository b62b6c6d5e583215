//! Every documented exchange of Interactly.

use numport::platform::interactly::{Credentials, ImportNumber, PhoneNumber, PurchaseNumber, UpdateNumber};
use numport::{AccountKey, E164, Interactly, Patch};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{KEY, authorization, case, exchange, server};

fn client(uri: String) -> Interactly {
    Interactly::builder(KEY).base_url(uri).build().unwrap()
}

fn number() -> E164 {
    "+1234567890".parse().unwrap()
}

fn token() -> Credentials {
    AccountKey::token("AC1234567890", "1234567890").into()
}

#[tokio::test]
async fn numbers_are_listed() {
    let list = |client: Interactly| async move { client.list_numbers(None).await };
    let numbers: Vec<PhoneNumber> = exchange("interactly/list_numbers/all", client, list).await;
    assert_eq!(numbers[0].id, "a12f9c88-c155-461f-9771-4d240cdc9a04");
    assert_eq!(numbers[0].inbound_enabled, Some(true));
    let list = |client: Interactly| async move { client.list_numbers(Some("front desk & +1")).await };
    exchange("interactly/list_numbers/by_label", client, list).await;
}

#[tokio::test]
async fn numbers_are_imported_from_all_three_sources() {
    let import = ImportNumber::new(number()).label("friendly-name-1").credentials(token());
    exchange("interactly/import_number/token", client, |client| async move { client.import_number(&import).await })
        .await;

    let key = AccountKey::pair("AC1234567890", "SK1234567890", "1234567890");
    let import = ImportNumber::new(number()).credentials(key);
    exchange("interactly/import_number/api_key", client, |client| async move { client.import_number(&import).await })
        .await;

    let import = ImportNumber::new(number());
    exchange("interactly/import_number/stored", client, |client| async move { client.import_number(&import).await })
        .await;
}

#[tokio::test]
async fn a_number_is_bought() {
    let purchase = PurchaseNumber::new(number());
    let buy = |client: Interactly| async move { client.purchase_number(&purchase).await };
    exchange("interactly/purchase_number/documented", client, buy).await;
}

#[tokio::test]
async fn a_number_is_attached_and_detached() {
    const ID: &str = "a12f9c88-c155-461f-9771-4d240cdc9a04";
    let attach = UpdateNumber::new().assistant_id(Patch::Set(ID.into())).inbound_enabled(true).outbound_enabled(true);
    exchange(
        "interactly/update_number/attach",
        client,
        |client| async move { client.update_number(ID, &attach).await },
    )
    .await;
    let detach = UpdateNumber::new().assistant_id(Patch::Clear);
    exchange(
        "interactly/update_number/detach",
        client,
        |client| async move { client.update_number(ID, &detach).await },
    )
    .await;
}

#[test]
fn keep_clear_and_set_give_three_bodies() {
    let body = |patch| serde_json::to_value(UpdateNumber::new().assistant_id(patch)).unwrap();
    assert_eq!(body(Patch::Keep), json!({}));
    assert_eq!(body(Patch::Clear), json!({"assistantId": ""}));
    assert_eq!(body(Patch::Set("a1".into())), json!({"assistantId": "a1"}));
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_token() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    client(server.uri()).list_numbers(None).await.unwrap();
    assert_eq!(authorization(&server).await, format!("Bearer {KEY}"));
}

#[tokio::test]
async fn an_error_has_the_platforms_message() {
    for (body, words) in [
        (json!({"message": "Bad request", "error": "label is too long"}), "Bad request; label is too long"),
        (json!({"detail": ["first", "second"]}), "first; second"),
        (json!({"detail": {"deep": 1}}), "the response has no readable message (21 bytes of text)"),
    ] {
        let server = server(ResponseTemplate::new(400).set_body_json(&body)).await;
        let error = client(server.uri()).list_numbers(None).await.unwrap_err();
        assert_eq!(error.to_string(), "interactly: list numbers failed with 400 Bad Request");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), words);
    }
}

#[test]
fn null_and_empty_mean_no_assistant() {
    for assistant in [Value::Null, json!("")] {
        let mut body = case("interactly/list_numbers/all").response.body[0].clone();
        body["assistantId"] = assistant;
        let read: PhoneNumber = serde_json::from_value(body).unwrap();
        assert!(read.assistant_id.is_none_or(|id| id.is_empty()));
    }
}
