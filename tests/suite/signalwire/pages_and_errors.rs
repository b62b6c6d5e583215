//! SignalWire's pages and errors.

use futures_util::TryStreamExt;
use numport::error::{Delivery, PageFault};
use numport::platform::signalwire::{ImportType, ListNumbers};
use numport::{Error, SignalWire};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::signalwire::endpoints::{ID, PROJECT, client, import};
use crate::support::lists::{drained, page_fault};
use crate::support::{KEY, at_once, server};

const NUMBERS: &str = "/api/relay/rest/phone_numbers";

fn page(ids: &[&str], links: Value) -> Value {
    let data: Vec<Value> = ids.iter().map(|id| json!({"id": id, "number": "+15558675309"})).collect();
    json!({"data": data, "links": links})
}

fn next(at: usize) -> Value {
    json!({"self": NUMBERS, "next": format!("{NUMBERS}?page_number={at}&page_size=50&page_token=PA{at}")})
}

/// A server with these pages, each returned only once: the first without an index, the others by the token in the link
/// to them.
async fn pages(pages: &[Value]) -> MockServer {
    let server = MockServer::start().await;
    for (at, body) in pages.iter().enumerate() {
        let get = Mock::given(method("GET")).and(path(NUMBERS));
        let get = match at {
            0 => get.and(query_param_is_missing("page_token")),
            _ => get.and(query_param("page_token", format!("PA{at}"))),
        };
        get.respond_with(ResponseTemplate::new(200).set_body_json(body)).expect(1).mount(&server).await;
    }
    server
}

/// The ids of a list, and how it ended.
async fn read(client: &SignalWire) -> (Vec<String>, Option<Error>) {
    let (numbers, end) = drained(client.numbers(ListNumbers::new())).await;
    (numbers.into_iter().map(|number| number.id).collect(), end)
}

#[tokio::test]
async fn pages_are_read_until_there_is_no_next_link() {
    for end in [json!({}), json!({"next": null}), json!({"next": ""}), Value::Null] {
        let server = pages(&[page(&["a", "b"], next(1)), page(&[], next(2)), page(&["c"], end.clone())]).await;
        let (ids, fault) = read(&client(server.uri())).await;
        assert!(fault.is_none(), "{end}: {fault:?}");
        assert_eq!(ids, ["a", "b", "c"], "{end}");
    }
    let server = pages(&[json!({"data": [{"id": "a", "number": "+15558675309"}]})]).await;
    assert_eq!(read(&client(server.uri())).await.0, ["a"], "no links at all");
}

#[tokio::test]
async fn a_link_is_followed_unchanged() {
    let server = MockServer::start().await;
    let link = format!("{}{NUMBERS}?page_token=PA%2B1&page_number=1", server.uri());
    let answer = |body| ResponseTemplate::new(200).set_body_json(body);
    let first = page(&["a"], json!({"next": link}));
    Mock::given(query_param_is_missing("page_token")).respond_with(answer(first)).mount(&server).await;
    Mock::given(query_param("page_token", "PA+1")).respond_with(answer(page(&["b"], json!({})))).mount(&server).await;
    let filter = ListNumbers::new().name("desk").page_size(1);
    let client = client(server.uri());
    let ids: Vec<String> = client.numbers(filter).map_ok(|number| number.id).try_collect().await.unwrap();
    assert_eq!(ids, ["a", "b"]);
    let requests = server.received_requests().await.unwrap();
    let queries: Vec<_> = requests.iter().map(|request| request.url.query().unwrap()).collect();
    assert_eq!(queries, ["filter_name=desk&page_size=1", "page_token=PA%2B1&page_number=1"]);
    assert_eq!(requests[0].headers["authorization"], requests[1].headers["authorization"]);
}

#[tokio::test]
async fn a_link_to_another_origin_is_not_followed() {
    let other = server(ResponseTemplate::new(200).set_body_json(page(&["x"], json!({})))).await;
    for link in [format!("{}{NUMBERS}", other.uri()), "//evil.example/x".to_owned()] {
        let server = pages(&[page(&["a"], json!({"next": link}))]).await;
        let (ids, end) = read(&client(server.uri())).await;
        assert_eq!(ids, ["a"], "what came before it is read");
        let PageFault::ForeignOrigin { origin } = page_fault(end) else { panic!("another fault") };
        assert!(link.contains(origin.trim_start_matches("http:")), "{origin} of {link}");
    }
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_link_that_is_no_url_is_an_error() {
    let server = pages(&[page(&["a"], json!({"next": "http://["}))]).await;
    let (ids, end) = read(&client(server.uri())).await;
    assert_eq!((ids, page_fault(end)), (vec!["a".to_owned()], PageFault::BadLink));
}

#[tokio::test]
async fn a_repeated_link_ends_the_list() {
    // Page 2 leads to itself.
    let server = pages(&[page(&["a"], next(1)), page(&["b"], next(1))]).await;
    let (ids, end) = read(&client(server.uri())).await;
    assert_eq!((ids, page_fault(end)), (vec!["a".to_owned(), "b".to_owned()], PageFault::Repeated));
    // Two pages that lead to one another.
    let server = pages(&[page(&["a"], next(1)), page(&["b"], next(2)), page(&["c"], next(1))]).await;
    let (ids, end) = read(&client(server.uri())).await;
    assert_eq!((ids.join(""), page_fault(end)), ("abc".to_owned(), PageFault::Repeated));
}

#[tokio::test]
async fn an_error_has_the_platforms_message() {
    let list = |item: Value| json!({"errors": [item]});
    let detailed =
        json!({"detail": "Number type can't be blank", "status": "422", "title": "Invalid Attribute", "code": "422"});
    let silent = json!({"detail": null, "status": "422", "title": "Invalid Attribute", "code": "422"});
    let fabric = json!({
        "type": "validation_error", "code": "invalid_parameter", "message": "Name must be present",
        "attribute": "name", "url": "https://signalwire.com/docs/apis/error-codes",
    });
    let two = json!({"errors": [detailed.clone(), fabric.clone()]});
    for (status, body, words) in [
        (400, json!({"error": "Bad Request"}), "Bad Request"),
        (401, json!({"error": "Unauthorized"}), "Unauthorized"),
        (404, json!({"error": "Not Found"}), "Not Found"),
        (422, list(detailed), "code 422: Number type can't be blank"),
        (422, list(silent), "code 422: Invalid Attribute"),
        (422, list(fabric), "code invalid_parameter: Name must be present"),
        (422, two, "code 422: Number type can't be blank; Name must be present"),
        (422, list(json!({"message": "m"})), "m"),
        (422, json!({"errors": []}), "the response has no readable message (13 bytes of text)"),
        (
            400,
            json!({"code": 10000, "message": "Number can't be blank", "more_info": "https://signalwire.com", "status": 400}),
            "code 10000: Number can't be blank",
        ),
        (
            401,
            json!({"code": 20003, "message": "Authentication failed", "status": 401}),
            "code 20003: Authentication failed",
        ),
        (
            422,
            json!({"code": "10000", "message": "Number type can't be blank", "status": 400}),
            "code 10000: Number type can't be blank",
        ),
    ] {
        let server = server(ResponseTemplate::new(status).set_body_json(&body)).await;
        let client = client(server.uri());
        let number = import("+49152234333323", ImportType::Longcode);
        for (error, operation) in [
            (client.get_number(ID).await.map(drop).unwrap_err(), "get number"),
            (client.import_number(&number).await.map(drop).unwrap_err(), "import number"),
            (client.import_number_compat(&number).await.map(drop).unwrap_err(), "import number"),
            (client.release_number(ID).await.unwrap_err(), "release number"),
        ] {
            let call = error.call().unwrap();
            assert_eq!((call.status.unwrap().as_u16(), call.attempts), (status, 1));
            assert_eq!(call.delivery, Delivery::Refused);
            assert!(error.to_string().starts_with(&format!("signalwire: {operation} failed with {status}")), "{error}");
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), words, "{body}");
        }
    }
}

#[tokio::test]
async fn an_import_and_a_purchase_with_unknown_results_are_sent_once() {
    let server = server(ResponseTemplate::new(500).set_body_json(json!({"error": "Internal Server Error"}))).await;
    let client = SignalWire::builder(PROJECT, KEY, "example").base_url(server.uri()).retry(at_once()).build().unwrap();
    let number = import("+49152234333323", ImportType::Longcode);
    let purchase = numport::platform::signalwire::PurchaseNumber::new("+15558675309".parse().unwrap());
    let errors = [
        client.import_number(&number).await.map(drop).unwrap_err(),
        client.import_number_compat(&number).await.map(drop).unwrap_err(),
        client.purchase_number(&purchase).await.map(drop).unwrap_err(),
    ];
    for error in &errors {
        let call = error.call().unwrap();
        assert_eq!((call.delivery, call.attempts), (Delivery::Unknown, 1), "{error}");
        assert_eq!(std::error::Error::source(error).unwrap().to_string(), "Internal Server Error");
    }
    assert_eq!(server.received_requests().await.unwrap().len(), errors.len());
    // A read is retried.
    assert_eq!(client.get_number(ID).await.unwrap_err().call().unwrap().attempts, 4);
}
