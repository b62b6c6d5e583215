//! Lists by links, by cursors and by page numbers.

use futures_util::TryStreamExt;
use numport::error::{CallFault, PageFault};
use numport::http::{Auth, Call, ListLimits, Next};
use numport::{Error, Secret};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::outside_client::Parrot;
use crate::support::KEY;

/// The contents of a page: its items and its `next`.
#[derive(serde::Deserialize)]
struct Page {
    items: Vec<u32>,
    next: Value,
}

/// A server that makes each page from its URL.
async fn serving(page: impl Fn(&str) -> Value + Send + Sync + 'static) -> MockServer {
    let server = MockServer::start().await;
    let answer =
        move |request: &Request| ResponseTemplate::new(200).set_body_json(page(request.url.query().unwrap_or("")));
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn call() -> Call {
    Call::get("list numbers", &["numbers"])
}

/// The items of a list, how it ended, and the number of requests.
async fn read(server: &MockServer, next: impl FnMut(Value) -> Next + Send) -> (Vec<u32>, Option<PageFault>, usize) {
    read_at(&server.uri(), server, ListLimits::default().max_pages(20), next).await
}

async fn read_at(
    uri: &str,
    server: &MockServer,
    limits: ListLimits,
    mut next: impl FnMut(Value) -> Next + Send,
) -> (Vec<u32>, Option<PageFault>, usize) {
    let parrot = Parrot::builder(Auth::bearer("api_key", &Secret::new(KEY))).base_url(uri).list_limits(limits);
    let parrot = parrot.build().unwrap();
    let mut stream = parrot.http.pages(Ok(call()), move |page: Page| (page.items, next(page.next)));
    let mut items = Vec::new();
    let end = loop {
        match stream.try_next().await {
            Ok(Some(item)) => items.push(item),
            Ok(None) => break None,
            Err(error) => match error {
                Error::Call(call) => match call.fault {
                    CallFault::Page(fault) => break Some(fault),
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            },
        }
    };
    assert!(stream.try_next().await.unwrap().is_none(), "nothing comes after the end");
    (items, end, server.received_requests().await.unwrap().len())
}

fn by_link(next: Value) -> Next {
    Next::link(next.as_str().map(str::to_owned))
}

fn by_cursor(next: Value) -> Next {
    match next {
        Value::Bool(true) => Next::Missing,
        next => next.as_str().map_or(Next::End, |cursor| Next::Call(call().query("cursor", Some(cursor)))),
    }
}

fn by_number() -> impl FnMut(Value) -> Next {
    let mut page = 1;
    move |more| {
        page += 1;
        if more == true { Next::Call(call().query("page", Some(page))) } else { Next::End }
    }
}

#[tokio::test]
async fn a_list_is_read_by_links_cursors_and_numbers() {
    let links = serving(|query| match query {
        "" => json!({"items": [1], "next": "/numbers?p=2"}),
        "p=2" => json!({"items": [], "next": "numbers?p=3"}),
        _ => json!({"items": [3], "next": ""}),
    });
    assert_eq!(read(&links.await, by_link).await, (vec![1, 3], None, 3));
    let cursors = serving(|query| match query {
        "" => json!({"items": [1], "next": "a&b"}),
        "cursor=a%26b" => json!({"items": [2], "next": null}),
        other => panic!("{other}"),
    });
    assert_eq!(read(&cursors.await, by_cursor).await, (vec![1, 2], None, 2));
    let numbered = serving(|query| match query {
        "" => json!({"items": [1], "next": true}),
        // Pages without items may be equal.
        "page=2" | "page=3" => json!({"items": [], "next": true}),
        _ => json!({"items": [4], "next": false}),
    });
    assert_eq!(read(&numbered.await, by_number()).await, (vec![1, 4], None, 4));
}

#[tokio::test]
async fn a_repeated_page_ends_the_list() {
    let to_first = serving(|_| json!({"items": [1], "next": "/numbers"})).await;
    assert_eq!(read(&to_first, by_link).await, (vec![1], Some(PageFault::Repeated), 1));
    let to_second = serving(|_| json!({"items": [1], "next": "/numbers?p=2"})).await;
    assert_eq!(read(&to_second, by_link).await, (vec![1, 1], Some(PageFault::Repeated), 2));
    let cursor = serving(|query| json!({"items": [query.len()], "next": "c"})).await;
    assert_eq!(read(&cursor, by_cursor).await, (vec![0, 8], Some(PageFault::Repeated), 2));
    // The server ignores the page parameter.
    let number = serving(|_| json!({"items": [1], "next": true})).await;
    assert_eq!(read(&number, by_number()).await, (vec![1], Some(PageFault::Repeated), 2));
}

#[tokio::test]
async fn an_invalid_link_to_the_next_page_is_an_error() {
    let foreign = serving(|_| json!({"items": [1], "next": "https://evil.example/numbers"})).await;
    let (items, fault, requests) = read(&foreign, by_link).await;
    assert!(matches!(fault, Some(PageFault::ForeignOrigin { .. })), "{fault:?}");
    assert_eq!((items, requests), (vec![1], 1));
    let nowhere = serving(|_| json!({"items": [1], "next": true})).await;
    assert_eq!(read(&nowhere, by_cursor).await, (vec![1], Some(PageFault::BadLink), 1));
}

/// The number in a query such as `p=7`.
fn number_of(query: &str) -> u32 {
    query.split_once('=').map_or(1, |(_, number)| number.parse().unwrap())
}

#[tokio::test]
async fn an_endless_list_ends_at_its_limit() {
    let links = serving(|query| json!({"items": [1], "next": format!("/numbers?p={}", number_of(query) + 1)})).await;
    let (items, fault, requests) = read(&links, by_link).await;
    assert_eq!((items.len(), fault, requests), (20, Some(PageFault::TooManyPages { limit: 20 }), 20));
    let cursors =
        serving(|query| json!({"items": [number_of(query)], "next": (number_of(query) + 1).to_string()})).await;
    let (items, fault, requests) = read(&cursors, by_cursor).await;
    assert_eq!((items.len(), fault, requests), (20, Some(PageFault::TooManyPages { limit: 20 }), 20));
    let empty = serving(|query| json!({"items": [], "next": (number_of(query) + 1).to_string()})).await;
    let (items, fault, requests) = read(&empty, by_cursor).await;
    assert_eq!((items.len(), fault, requests), (0, Some(PageFault::TooManyPages { limit: 20 }), 20));
}

#[tokio::test]
async fn a_list_has_a_maximum_number_of_items() {
    let server =
        serving(|query| json!({"items": [1, 2], "next": format!("/numbers?p={}", number_of(query) + 1)})).await;
    let limits = ListLimits::default().max_items(5);
    let (items, fault, requests) = read_at(&server.uri(), &server, limits, by_link).await;
    assert_eq!((items.len(), &fault, requests), (4, &Some(PageFault::TooManyItems { limit: 5 }), 3));
    let told = fault.unwrap().to_string();
    assert_eq!(told, "the list has more than 5 items; if it really is that long, raise `ListLimits::max_items`");
}

#[tokio::test]
async fn a_list_stays_below_its_base_url() {
    for (base, link) in
        [("/x", "/numbers?p=2"), ("/x/", "/xy/numbers?p=2"), ("/x", "../../numbers"), ("/x", "/x/..%2fy")]
    {
        let server = serving(move |_| json!({"items": [1], "next": link})).await;
        let uri = format!("{}{base}", server.uri());
        let (items, fault, requests) = read_at(&uri, &server, ListLimits::default(), by_link).await;
        assert!(matches!(fault, Some(PageFault::OutsideBase { .. })), "{link}: {fault:?}");
        assert_eq!((items, requests), (vec![1], 1), "{link}");
    }
    for link in ["/x/numbers?p=2#here", "?p=2", "numbers?p=2", "./numbers?p=2#"] {
        let server = serving(
            move |query| json!({"items": [number_of(query)], "next": if query.is_empty() { link } else { "" }}),
        );
        let server = server.await;
        let uri = format!("{}/x", server.uri());
        assert_eq!(read_at(&uri, &server, ListLimits::default(), by_link).await, (vec![1, 2], None, 2), "{link}");
    }
}
