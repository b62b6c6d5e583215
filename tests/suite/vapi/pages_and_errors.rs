//! Vapi's pages and errors.

use futures_util::TryStreamExt;
use numport::error::{CallFault, Delivery, PageFault};
use numport::platform::vapi::{ListFilter, SearchNumbers, SortOrder};
use numport::{Error, Vapi};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::numbers::{CREDENTIAL, client};
use crate::support::lists::{drained, page_fault};
use crate::support::{KEY, at_once, server};

fn page(ids: &[&str], metadata: Value) -> Value {
    let results: Vec<Value> = ids.iter().map(|id| json!({"id": id, "provider": "vapi"})).collect();
    json!({"results": results, "metadata": metadata})
}

/// A server with these pages, counted from `first`, and nothing else.
async fn pages(first: usize, pages: &[Value]) -> MockServer {
    let server = MockServer::start().await;
    for (at, body) in pages.iter().enumerate() {
        Mock::given(method("GET"))
            .and(path("/v2/phone-number"))
            .and(query_param("page", (first + at).to_string()))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .expect(1)
            .mount(&server)
            .await;
    }
    server
}

async fn ids(client: &Vapi, search: SearchNumbers) -> Result<Vec<String>, Error> {
    client.numbers(search).map_ok(|number| number.id).try_collect().await
}

#[tokio::test]
async fn pages_are_read_until_there_is_no_next() {
    let more = json!({"hasNextPage": true, "currentPage": 1});
    let server =
        pages(1, &[page(&["a", "b"], more.clone()), page(&["c"], more), page(&["d"], json!({"hasNextPage": false}))])
            .await;
    assert_eq!(ids(&client(server.uri()), SearchNumbers::new()).await.unwrap(), ["a", "b", "c", "d"]);
}

#[tokio::test]
async fn pages_are_read_until_one_is_empty() {
    for metadata in [json!({"totalItems": 3}), json!({"hasNextPage": null}), Value::Null] {
        let server =
            pages(1, &[page(&["a", "b"], metadata.clone()), page(&["c"], metadata.clone()), page(&[], metadata)]).await;
        assert_eq!(ids(&client(server.uri()), SearchNumbers::new()).await.unwrap(), ["a", "b", "c"]);
    }
    // An empty page ends the list, even if it says that more follow.
    let server = pages(1, &[page(&[], json!({"hasNextPage": true}))]).await;
    assert!(ids(&client(server.uri()), SearchNumbers::new()).await.unwrap().is_empty());
}

#[tokio::test]
async fn every_page_is_requested_with_the_same_filters() {
    let server =
        pages(3, &[page(&["a"], json!({"hasNextPage": true})), page(&["b"], json!({"hasNextPage": false}))]).await;
    let search =
        SearchNumbers::new().search("desk").filter(ListFilter::new().limit(1)).sort_order(SortOrder::Ascending).page(3);
    assert_eq!(ids(&client(server.uri()), search).await.unwrap(), ["a", "b"]);
    let requests = server.received_requests().await.unwrap();
    let queries: Vec<_> = requests.iter().map(|request| request.url.query().unwrap()).collect();
    assert_eq!(queries, ["search=desk&page=3&sortOrder=ASC&limit=1", "search=desk&page=4&sortOrder=ASC&limit=1"]);
}

#[tokio::test]
async fn a_repeated_page_ends_the_list() {
    let server =
        server(ResponseTemplate::new(200).set_body_json(page(&["a", "b"], json!({"hasNextPage": true})))).await;
    let (read, end) = drained(client(server.uri()).numbers(SearchNumbers::new())).await;
    assert_eq!(read.into_iter().map(|number| number.id).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(page_fault(end), PageFault::Repeated);
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_error_on_a_later_page_follows_the_earlier_numbers() {
    let server = pages(1, &[page(&["a"], json!({"hasNextPage": true}))]).await;
    let client = client(server.uri());
    let mut numbers = client.numbers(SearchNumbers::new());
    assert_eq!(numbers.try_next().await.unwrap().unwrap().id, "a");
    assert_eq!(numbers.try_next().await.unwrap_err().status().unwrap(), 404);
    assert!(numbers.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn an_error_has_the_platforms_message() {
    let e164 = "number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).";
    for (status, body, words) in [
        (
            400,
            json!({"message": "Couldn't Create Phone Number.", "error": "Bad Request", "statusCode": 400}),
            "Couldn't Create Phone Number.",
        ),
        (400, json!({"message": [e164], "error": "Bad Request", "statusCode": 400}), e164),
        (
            400,
            json!({"message": ["property a should not exist", "property b should not exist"], "statusCode": 400}),
            "property a should not exist; property b should not exist",
        ),
        (
            401,
            json!({"message": "Invalid Key. Hot tip, …", "error": "Unauthorized", "statusCode": 401}),
            "Invalid Key. Hot tip, …",
        ),
        (404, json!({"error": "Not Found", "statusCode": 404}), "Not Found"),
        (404, json!({"message": [], "error": "Not Found"}), "Not Found"),
        (404, json!({"message": null, "error": "Not Found"}), "Not Found"),
        (400, json!({"message": {"deep": 1}}), "the response has no readable message (22 bytes of text)"),
    ] {
        let server = server(ResponseTemplate::new(status).set_body_json(&body)).await;
        let error = client(server.uri()).get_number(CREDENTIAL).await.unwrap_err();
        let call = error.call().unwrap();
        assert_eq!(call.status.unwrap(), status);
        assert_eq!(call.delivery, Delivery::Refused);
        assert!(error.to_string().starts_with(&format!("vapi: get number failed with {status}")), "{error}");
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), words, "{body}");
    }
}

#[tokio::test]
async fn a_gateways_page_is_kept_as_text() {
    let html = "<html><body><h1>502 Bad Gateway</h1></body></html>";
    let server = server(ResponseTemplate::new(502).set_body_raw(html, "text/html")).await;
    let client = Vapi::builder(KEY).base_url(server.uri()).retry(at_once().max_attempts(1)).build().unwrap();
    let error = client.list_credentials(&ListFilter::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "vapi: list credentials failed with 502 Bad Gateway");
    let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
    assert_eq!(refusal.body, html);
    assert_eq!(refusal.messages, [""; 0]);
    assert_eq!(refusal.to_string(), format!("the response has no readable message ({} bytes of text)", html.len()));
}

#[tokio::test]
async fn the_rate_limit_is_an_error() {
    let server =
        server(ResponseTemplate::new(429).set_body_json(json!({"message": "Rate limit exceeded", "statusCode": 429})))
            .await;
    let client = Vapi::builder(KEY).base_url(server.uri()).retry(at_once().max_attempts(2)).build().unwrap();
    let error = client.list_numbers(&ListFilter::new()).await.unwrap_err();
    assert_eq!(error.to_string(), "vapi: list numbers failed with 429 Too Many Requests, after 2 attempts");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "Rate limit exceeded");
}
