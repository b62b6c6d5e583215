//! Twilio's numbers: exact requests, pages, and what is not a match.

use futures_util::TryStreamExt;
use numport::error::{CallFault, PageFault};
use numport::provider::Ownership;
use numport::provider::twilio::{IncomingPhoneNumber, ListNumbers};
use numport::sandbox::Sandbox;
use numport::{E164, Error, NumberProvider, Twilio, TwilioCredentials};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{at_once, authorization, case, exchange, server};

const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn client(uri: String) -> Twilio {
    let credentials = TwilioCredentials::auth_token(SID, "token");
    Twilio::builder(credentials).base_url(uri).retry(at_once()).build().unwrap()
}

#[tokio::test]
async fn numbers_are_listed_and_read() {
    let list = ListNumbers::new().phone_number("+18089255327").page_size(1000);
    let list = |client: Twilio| async move { client.list_numbers(&list).await };
    let page = exchange("twilio/list_numbers/full", client, list).await;
    assert_eq!(page.incoming_phone_numbers[0].capabilities.as_ref().unwrap().sms, Some(false));
    let list = |client: Twilio| async move { client.list_numbers(&ListNumbers::new()).await };
    exchange("twilio/list_numbers/empty", client, list).await;
    let get = |client: Twilio| async move { client.get_number("PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").await };
    exchange("twilio/get_number/documented", client, get).await;
}

#[tokio::test]
async fn the_token_or_the_key_goes_out_as_basic() {
    let body = case("twilio/list_numbers/empty").response.body;
    let server_of = || server(ResponseTemplate::new(200).set_body_json(&body));
    let by_token = server_of().await;
    client(by_token.uri()).list_numbers(&ListNumbers::new()).await.unwrap();
    assert_eq!(authorization(&by_token).await, "Basic QUNhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTp0b2tlbg==");
    let by_key = server_of().await;
    let credentials = TwilioCredentials::api_key(SID, SID.replace("AC", "SK"), "secret");
    let client = Twilio::builder(credentials).base_url(by_key.uri()).build().unwrap();
    client.list_numbers(&ListNumbers::new()).await.unwrap();
    assert_eq!(authorization(&by_key).await, "Basic U0thYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYTpzZWNyZXQ=");
    let path = by_key.received_requests().await.unwrap()[0].url.path().to_owned();
    assert!(path.contains(SID), "the path names the account, not the key: {path}");
}

#[tokio::test]
async fn a_partial_match_is_not_a_match() {
    let numbers: Vec<E164> = ["+14155552671", "+141555526711"].iter().map(|text| text.parse().unwrap()).collect();
    let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    let found = |ownership| match ownership {
        Ownership::Held(held) => Some(held.number),
        _ => None,
    };
    for number in &numbers {
        assert_eq!(found(twilio.lookup(number).await.unwrap()), Some(*number));
    }
    let part: E164 = "+1415555267".parse().unwrap();
    assert!(matches!(twilio.lookup(&part).await.unwrap(), Ownership::NotHeld));
    assert!(sandbox.journal()[0].query.as_ref().unwrap().contains("PhoneNumber=%2B14155552671"));
}

#[tokio::test]
async fn pages_are_followed_to_the_end() {
    let numbers: Vec<E164> = (0..2500).map(|nth| format!("+1415{nth:07}").parse().unwrap()).collect();
    let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    let held: Vec<E164> = twilio.list().map_ok(|held| held.number).try_collect().await.unwrap();
    assert_eq!(held, numbers);
    assert_eq!(sandbox.journal().len(), 3);
}

fn page(next: Value) -> Value {
    let mut page = case("twilio/list_numbers/full").response.body;
    page["next_page_uri"] = next;
    page
}

async fn listed(next: Value) -> (Vec<IncomingPhoneNumber>, Option<Error>, usize) {
    let server = server(ResponseTemplate::new(200).set_body_json(page(next))).await;
    let client = client(server.uri());
    let mut stream = client.numbers(ListNumbers::new());
    let mut numbers = Vec::new();
    let error = loop {
        match stream.try_next().await {
            Ok(Some(number)) => numbers.push(number),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(stream.try_next().await.unwrap().is_none(), "a stream ends after its first error");
    (numbers, error, server.received_requests().await.unwrap().len())
}

#[tokio::test]
async fn a_link_to_another_origin_is_not_followed() {
    for link in ["https://evil.example/2010-04-01/x", "//evil.example/x", "http://127.0.0.1:1/x"] {
        let (numbers, error, requests) = listed(json!(link)).await;
        let Some(Error::Call(call)) = error else { panic!("{error:?}") };
        assert!(matches!(call.fault, CallFault::Page(PageFault::ForeignOrigin { .. })), "{call:?}");
        assert_eq!((numbers.len(), requests), (1, 1));
    }
}

#[tokio::test]
async fn a_list_that_leads_back_to_itself_ends_in_an_error() {
    let (numbers, error, requests) = listed(json!("/2010-04-01/again")).await;
    let Some(Error::Call(call)) = error else { panic!("{error:?}") };
    assert!(matches!(call.fault, CallFault::Page(PageFault::Repeated)), "{call:?}");
    assert_eq!((numbers.len(), requests), (2, 2));
}

#[tokio::test]
async fn null_and_empty_links_end_a_list() {
    for next in [Value::Null, json!("")] {
        let (numbers, error, _) = listed(next).await;
        assert!(numbers.len() == 1 && error.is_none());
    }
}

#[tokio::test]
async fn a_refusal_has_twilios_code() {
    let body = json!({"code": 20404, "message": "The requested resource was not found", "more_info": "https://www.twilio.com/docs/errors/20404", "status": 404});
    let server = server(ResponseTemplate::new(404).set_body_json(body)).await;
    let error = client(server.uri()).get_number(&SID.replace("AC", "PN")).await.unwrap_err();
    let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
    assert_eq!(refusal.code.as_deref(), Some("20404"));
    assert_eq!(refusal.to_string(), "code 20404: The requested resource was not found");
    assert!(error.is_not_found());
}
