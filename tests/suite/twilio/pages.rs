//! Lists with several pages: read to the end, and never from another origin.

use std::sync::Mutex;

use futures_util::TryStreamExt;
use numport::error::PageFault;
use numport::provider::twilio::{IncomingPhoneNumber, ListAccounts, ListCallerIds, ListNumbers};
use numport::sandbox::Sandbox;
use numport::{E164, Error, NumberProvider, Twilio};
use serde_json::{Value, json};
use wiremock::matchers::{any, method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::endpoints::{SID, TRUNK, client, documented, numbers_of, page};
use crate::support::lists::{drained, page_fault};
use crate::support::{case, server};

#[tokio::test]
async fn ten_thousand_numbers_take_ten_requests() {
    let first = 14_150_000_000_u64;
    // Checks the links, so that no other request was sent.
    let given = Mutex::new(vec![format!("{}?PageSize=1000", numbers_of(SID))]);
    let answer = move |request: &Request| {
        let asked = format!("{}?{}", request.url.path(), request.url.query().unwrap());
        let mut given = given.lock().unwrap();
        assert_eq!(Some(&asked), given.last());
        let nth = given.len() as u64 - 1;
        let number = |at: u64| documented(json!({"phone_number": format!("+{}", first + nth * 1000 + at)}));
        let numbers: Vec<Value> = (0..1000).map(number).collect();
        let next = format!("{}?PageSize=1000&Page={}&PageToken=PA{nth}", numbers_of(SID), nth + 1);
        let link = if nth == 9 { Value::Null } else { json!(next) };
        given.push(next);
        ResponseTemplate::new(200).set_body_json(page(numbers, link))
    };
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let held: Vec<E164> = client(server.uri()).list().map_ok(|held| held.number).try_collect().await.unwrap();
    let wanted: Vec<E164> = (first..first + 10_000).map(|number| format!("+{number}").parse().unwrap()).collect();
    assert!(held == wanted, "{} numbers", held.len());
    assert_eq!(server.received_requests().await.unwrap().len(), 10);
}

#[tokio::test]
async fn the_sandbox_has_the_same_pages_as_twilio() {
    let numbers: Vec<E164> = (0..2500).map(|nth| format!("+1415{nth:07}").parse().unwrap()).collect();
    let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    let held: Vec<E164> = twilio.list().map_ok(|held| held.number).try_collect().await.unwrap();
    assert_eq!(held, numbers);
    assert_eq!(sandbox.requests().len(), 3);
}

#[tokio::test]
async fn short_codes_are_listed_by_the_client_and_left_out_by_the_provider() {
    let numbers = json!([documented(json!({"phone_number": "89255"})), documented(json!({}))]);
    let server = server(ResponseTemplate::new(200).set_body_json(page(numbers, Value::Null))).await;
    let client = client(server.uri());
    let (all, error) = drained(client.numbers(ListNumbers::new())).await;
    assert!(error.is_none());
    assert_eq!(
        all.iter().map(|number| number.phone_number.as_deref().unwrap()).collect::<Vec<_>>(),
        ["89255", "+18089255327"]
    );
    let (held, error) = drained(client.list()).await;
    assert!(error.is_none());
    assert_eq!(held.iter().map(|held| held.number.as_str()).collect::<Vec<_>>(), ["+18089255327"]);
}

/// A list with two pages, the second under `?Page=1`.
async fn two_pages(route: &str, mut body: Value, link: impl FnOnce(&str) -> (&'static str, Value)) -> MockServer {
    let server = MockServer::start().await;
    let of = |status: u16, body: &Value| ResponseTemplate::new(status).set_body_json(body);
    let second = Mock::given(method("GET")).and(path(route)).and(query_param("Page", "1"));
    second.respond_with(of(200, &body)).mount(&server).await;
    let (pointer, next) = link(&server.uri());
    *body.pointer_mut(pointer).unwrap() = next;
    let first = Mock::given(method("GET")).and(path(route)).and(query_param_is_missing("Page"));
    first.respond_with(of(200, &body)).mount(&server).await;
    server
}

#[tokio::test]
async fn every_list_is_read_to_the_end() {
    let body = |name: &str| case(&format!("twilio/{name}/full")).response.body;
    let relative = |route: &str| {
        let link = json!(format!("{route}?PageSize=50&Page=1&PageToken=PAx"));
        move |_: &str| ("/next_page_uri", link)
    };
    let server = two_pages(&numbers_of(SID), body("list_numbers"), relative(&numbers_of(SID))).await;
    let (items, error) = drained(client(server.uri()).numbers(ListNumbers::new())).await;
    assert!(items.len() == 2 && error.is_none(), "{error:?}");

    let route = format!("/2010-04-01/Accounts/{SID}/OutgoingCallerIds.json");
    let server = two_pages(&route, body("list_caller_ids"), relative(&route)).await;
    let (items, error) = drained(client(server.uri()).caller_ids(ListCallerIds::new())).await;
    assert!(items.len() == 2 && error.is_none(), "{error:?}");

    let route = "/2010-04-01/Accounts.json";
    let server = two_pages(route, body("list_accounts"), relative(route)).await;
    let (items, error) = drained(client(server.uri()).accounts(ListAccounts::new())).await;
    assert!(items.len() == 2 && error.is_none(), "{error:?}");

    let route = format!("/v1/Trunks/{TRUNK}/PhoneNumbers");
    let absolute = |uri: &str| ("/meta/next_page_url", json!(format!("{uri}{route}?PageSize=50&Page=1")));
    let server = two_pages(&route, body("trunk_numbers"), absolute).await;
    let (items, error) = drained(client(server.uri()).trunk_numbers(TRUNK)).await;
    assert!(items.len() == 2 && error.is_none(), "{error:?}");
}

async fn listed(next: Value) -> (Vec<IncomingPhoneNumber>, Option<Error>, usize) {
    let page = page(json!([documented(json!({}))]), next);
    let server = server(ResponseTemplate::new(200).set_body_json(page)).await;
    let client = client(server.uri());
    let (numbers, error) = drained(client.numbers(ListNumbers::new())).await;
    (numbers, error, server.received_requests().await.unwrap().len())
}

#[tokio::test]
async fn a_link_to_another_origin_is_not_followed() {
    for link in ["https://evil.example/2010-04-01/x", "//evil.example/x", "http://127.0.0.1:1/x"] {
        let (numbers, error, requests) = listed(json!(link)).await;
        assert!(matches!(page_fault(error), PageFault::ForeignOrigin { .. }), "{link}");
        assert_eq!((numbers.len(), requests), (1, 1));
    }
    // This client does not send its token to the documented host of trunks.
    let mut body = case("twilio/trunk_numbers/full").response.body;
    body["meta"]["next_page_url"] = body["meta"]["url"].clone();
    let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
    let client = client(server.uri());
    let (numbers, error) = drained(client.trunk_numbers(TRUNK)).await;
    let origin = "https://trunking.twilio.com".to_owned();
    assert_eq!(page_fault(error), PageFault::ForeignOrigin { origin });
    assert_eq!((numbers.len(), server.received_requests().await.unwrap().len()), (1, 1));
}

#[tokio::test]
async fn a_list_that_repeats_its_page_ends_in_an_error() {
    let (numbers, error, requests) = listed(json!("/2010-04-01/again")).await;
    assert_eq!(page_fault(error), PageFault::Repeated);
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
async fn an_entry_without_its_number_or_id_does_not_fail_the_page() {
    let numbers = json!([
        documented(json!({"phone_number": null})),
        documented(json!({"sid": null, "phone_number": "+14155550100"})),
        documented(json!({})),
    ]);
    let server = server(ResponseTemplate::new(200).set_body_json(page(numbers.clone(), Value::Null))).await;
    let client = client(server.uri());
    let (all, error) = drained(client.numbers(ListNumbers::new())).await;
    assert!(error.is_none() && all.len() == 3, "{error:?}");
    assert_eq!(serde_json::to_value(&all).unwrap(), numbers);
    let (held, error) = drained(client.list()).await;
    assert!(error.is_none());
    // A number without an id cannot be restored.
    let held: Vec<_> =
        held.iter().map(|held| (held.number.as_str(), held.id.is_some(), held.routing.is_some())).collect();
    assert_eq!(held, [("+14155550100", false, false), ("+18089255327", true, true)]);
}

#[test]
fn documented_fields_have_a_type() {
    let fields = json!({"type": "local", "address_sid": "AD1", "bundle_sid": "BU1", "identity_sid": "RI1"});
    let number: IncomingPhoneNumber = serde_json::from_value(documented(fields)).unwrap();
    let read = [&number.kind, &number.address_sid, &number.bundle_sid, &number.identity_sid];
    assert_eq!(read.map(Option::as_deref), ["local", "AD1", "BU1", "RI1"].map(Some));
    assert!(number.extra.get("type").is_none());
    let unset = documented(json!({"type": null, "bundle_sid": null}));
    let number: IncomingPhoneNumber = serde_json::from_value(unset.clone()).unwrap();
    assert_eq!(serde_json::to_value(&number).unwrap(), unset);
}
