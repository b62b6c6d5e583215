//! Twilio's numbers, accounts and trunks: every documented exchange and its rules.

use futures_util::TryStreamExt;
use numport::provider::twilio::{IncomingPhoneNumber, ListNumbers, Origin};
use numport::{AccountKey, RetryPolicy, Twilio};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{at_once, authorization, case, exchange, exchange_at, server};

pub(super) const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(super) const NUMBER: &str = "PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(super) const TRUNK: &str = "TKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(super) const APPLICATION: &str = "APaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub(super) const ADDRESS: &str = "ADaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

pub(super) fn client(uri: String) -> Twilio {
    patient(uri, at_once())
}

pub(super) fn patient(uri: String, policy: RetryPolicy) -> Twilio {
    let credentials = AccountKey::token(SID, "token");
    Twilio::builder(credentials).base_url(uri).retry(policy).build().unwrap()
}

/// The path of an account's numbers.
pub(super) fn numbers_of(account: &str) -> String {
    format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json")
}

/// The documented number with some fields changed.
pub(super) fn documented(changes: Value) -> Value {
    let mut body = case("twilio/get_number/documented").response.body;
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body
}

/// A page with these numbers.
pub(super) fn page(numbers: impl Into<Value>, next: impl Into<Value>) -> Value {
    let mut page = case("twilio/list_numbers/empty").response.body;
    page["incoming_phone_numbers"] = numbers.into();
    page["next_page_uri"] = next.into();
    page
}

/// As Twilio writes an error.
pub(super) fn refusal(status: u16, code: u32) -> ResponseTemplate {
    let message = if code == 20003 { "Authenticate" } else { "It was refused" };
    let link = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({"code": code, "message": message, "more_info": link, "status": status});
    ResponseTemplate::new(status).set_body_json(body)
}

#[tokio::test]
async fn numbers_are_listed() {
    let list = |list: ListNumbers| |client: Twilio| async move { client.list_numbers(&list).await };
    let one = ListNumbers::new().phone_number("+18089255327").page_size(1000);
    let page = exchange("twilio/list_numbers/full", client, list(one)).await;
    let number = &page.incoming_phone_numbers[0];
    assert_eq!((number.sid.as_deref(), number.account_sid.as_deref()), (Some(NUMBER), Some(SID)));
    let capabilities = number.capabilities.as_ref().unwrap();
    assert_eq!((capabilities.voice, capabilities.sms), (Some(true), Some(false)));

    let page = exchange("twilio/list_numbers/empty", client, list(ListNumbers::new())).await;
    assert_eq!((page.incoming_phone_numbers.len(), page.next_page_uri), (0, None));

    let every = ListNumbers::new()
        .phone_number("+1808925532*")
        .friendly_name("(808) 925-5327 & Co")
        .origin(Origin::Twilio)
        .beta(false)
        .page_size(1);
    exchange("twilio/list_numbers/every_filter", client, list(every)).await;
}

#[tokio::test]
async fn the_stream_of_numbers_sends_the_same_request_as_the_list() {
    let list = ListNumbers::new().phone_number("+18089255327").page_size(1000);
    let all = |client: Twilio| async move { client.numbers(list).try_collect::<Vec<_>>().await };
    exchange_at("twilio/list_numbers/full", "/incoming_phone_numbers", client, all).await;
}

#[tokio::test]
async fn a_number_is_read() {
    let get = |client: Twilio| async move { client.get_number(NUMBER).await };
    let number = exchange("twilio/get_number/documented", client, get).await;
    assert_eq!(number.created_at().unwrap().to_string(), "2015-07-30T23:19:04Z");
    assert_eq!(number.updated_at(), number.created_at());
    assert!(number.extra.is_empty(), "{:?}", number.extra);

    let read = |changes| serde_json::from_value::<IncomingPhoneNumber>(documented(changes)).unwrap();
    assert_eq!(read(json!({"origin": "hosted"})).origin, Some(Origin::Hosted));
    let odd = read(json!({"date_created": "yesterday", "date_updated": null}));
    assert_eq!((odd.created_at(), odd.updated_at()), (None, None));
    // Both are documented as nullable.
    let bare = read(json!({"sid": null, "phone_number": null}));
    assert_eq!((bare.sid, bare.phone_number), (None, None));
}

#[tokio::test]
async fn the_token_or_the_key_is_sent_as_basic_authorization() {
    let body = case("twilio/list_numbers/empty").response.body;
    let server_of = || server(ResponseTemplate::new(200).set_body_json(&body));
    let by_token = server_of().await;
    client(by_token.uri()).list_numbers(&ListNumbers::new()).await.unwrap();
    assert_eq!(authorization(&by_token).await, "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2tlbg==");
    let by_key = server_of().await;
    let credentials = AccountKey::pair(SID, SID.replace("AC", "SK"), "secret");
    let client = Twilio::builder(credentials).base_url(by_key.uri()).build().unwrap();
    client.list_numbers(&ListNumbers::new()).await.unwrap();
    assert_eq!(authorization(&by_key).await, "Basic U0thYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTpzZWNyZXQ=");
    let path = by_key.received_requests().await.unwrap()[0].url.path().to_owned();
    assert!(path.contains(SID), "the path names the account, not the key: {path}");
}

#[tokio::test]
async fn a_subaccount_is_read_with_the_parents_token() {
    let other = format!("AC{}", "0".repeat(32));
    let server = server(ResponseTemplate::new(200).set_body_json(documented(json!({})))).await;
    let parent = client(server.uri());
    let child = parent.for_subaccount(&other).unwrap();
    child.get_number(NUMBER).await.unwrap();
    parent.get_number(NUMBER).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let paths: Vec<&str> = requests.iter().map(|request| request.url.path()).collect();
    let path_of = |account: &str| format!("/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{NUMBER}.json");
    assert_eq!(paths, [path_of(&other), path_of(SID)]);
    let [child, parent] = [0, 1].map(|at: usize| &requests[at].headers["authorization"]);
    assert_eq!(child, parent);
}
