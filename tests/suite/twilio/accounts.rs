//! Accounts, whose auth token Twilio sends in plain text and no model keeps; and numbers that are verified as caller
//! ids.

use futures_util::TryStreamExt;
use numport::Twilio;
use numport::provider::twilio::{
    Account, AccountPage, AccountStatus, AccountType, CallerIdPage, ListAccounts, ListCallerIds,
};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::endpoints::{NUMBER, SID, client};
use crate::support::{case, exchange, exchange_at, server};

const PLANTED: &str = "planted-auth-token";

#[tokio::test]
async fn accounts_are_listed_and_read() {
    let all = || ListAccounts::new().friendly_name("friendly_name").status(AccountStatus::Active).page_size(1000);
    let list = |list: ListAccounts| |client: Twilio| async move { client.list_accounts(&list).await };
    let page: AccountPage = exchange("twilio/list_accounts/full", client, list(all())).await;
    assert_eq!(page.accounts[0].status, Some(AccountStatus::Active));
    let page = exchange("twilio/list_accounts/empty", client, list(ListAccounts::new())).await;
    assert_eq!((page.accounts.len(), page.next_page_uri), (0, None));
    let stream = |client: Twilio| async move { client.accounts(all()).try_collect::<Vec<_>>().await };
    exchange_at("twilio/list_accounts/full", "/accounts", client, stream).await;

    let get = |client: Twilio| async move { client.get_account(SID).await };
    let account = exchange("twilio/get_account/documented", client, get).await;
    assert_eq!((account.sid.as_deref(), account.owner_account_sid.as_deref()), (Some(SID), Some(SID)));
    assert_eq!(
        (account.kind.clone(), account.friendly_name.as_deref()),
        (Some(AccountType::Full), Some("friendly_name"))
    );
    assert_eq!(account.created_at().unwrap().to_string(), "2015-07-30T20:00:00Z");
}

#[tokio::test]
async fn caller_ids_are_listed() {
    let one = || ListCallerIds::new().phone_number("+141586753096").friendly_name("(415) 867-5309").page_size(1000);
    let list = |list: ListCallerIds| |client: Twilio| async move { client.list_caller_ids(&list).await };
    let page: CallerIdPage = exchange("twilio/list_caller_ids/full", client, list(one())).await;
    let id = &page.outgoing_caller_ids[0];
    assert_eq!((id.sid.as_deref(), id.phone_number.as_deref()), (Some(NUMBER), Some("+141586753096")));
    let page = exchange("twilio/list_caller_ids/empty", client, list(ListCallerIds::new())).await;
    assert_eq!((page.outgoing_caller_ids.len(), page.next_page_uri), (0, None));
    let stream = |client: Twilio| async move { client.caller_ids(one()).try_collect::<Vec<_>>().await };
    exchange_at("twilio/list_caller_ids/full", "/outgoing_caller_ids", client, stream).await;
}

/// The documented account with this token.
fn account(token: Value) -> Value {
    let mut body = case("twilio/get_account/documented").response.body;
    assert!(body.as_object_mut().unwrap().insert("auth_token".to_owned(), token).is_some(), "it is documented");
    body
}

#[tokio::test]
async fn the_token_of_an_account_is_not_kept() {
    let body = account(json!(PLANTED));
    let of_value: Account = serde_json::from_value(body.clone()).unwrap();
    let of_text: Account = serde_json::from_str(&body.to_string()).unwrap();
    let server = server(ResponseTemplate::new(200).set_body_json(&body)).await;
    let of_answer = client(server.uri()).get_account(SID).await.unwrap();
    for account in [&of_value, &of_text, &of_answer] {
        assert_eq!(account.extra.0.keys().collect::<Vec<_>>(), ["subresource_uris", "uri"]);
        let written = serde_json::to_string(account).unwrap();
        assert!(!written.contains("auth_token") && !written.contains(PLANTED), "{written}");
        for shown in [format!("{account:?}"), format!("{account:#?}"), format!("{:?}", account.extra)] {
            assert!(!shown.contains(PLANTED), "{shown}");
        }
    }
    let page: AccountPage = serde_json::from_value(json!({"accounts": [body], "next_page_uri": null})).unwrap();
    assert!(!format!("{page:?}{}", serde_json::to_string(&page).unwrap()).contains(PLANTED));
    // Whatever the token is, the account reads the same.
    assert_eq!(serde_json::from_value::<Account>(account(json!("another"))).unwrap(), of_value);
}

#[test]
fn any_token_of_an_account_is_ignored() {
    for odd in [json!(7), json!(null), json!([PLANTED]), json!({"token": PLANTED}), json!("")] {
        let account: Account = serde_json::from_value(account(odd.clone())).unwrap();
        assert_eq!(account.sid.as_deref(), Some(SID));
        assert!(!format!("{account:?}{}", serde_json::to_string(&account).unwrap()).contains(PLANTED), "{odd}");
    }
    let mut without = account(Value::Null);
    without.as_object_mut().unwrap().remove("auth_token");
    serde_json::from_value::<Account>(without).unwrap();
}

#[tokio::test]
async fn an_account_that_cannot_be_read_does_not_show_its_token() {
    let mut body = account(json!(PLANTED));
    body["date_created"] = json!(7);
    let server = server(ResponseTemplate::new(200).set_body_json(&body)).await;
    let error = client(server.uri()).get_account(SID).await.unwrap_err();
    for shown in [error.to_string(), error.report(), format!("{error:?}")] {
        assert!(!shown.contains(PLANTED), "{shown}");
    }
    assert!(error.report().contains("cannot be read"), "{}", error.report());
}
