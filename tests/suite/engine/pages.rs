//! Lists by links, by cursors and by numbers of pages.

use futures_util::TryStreamExt;
use numport::Error;
use numport::error::{CallFault, PageFault};
use numport::http::{Call, Next};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::outside_client::Parrot;

/// What a page has: its items, and what its `next` is.
#[derive(serde::Deserialize)]
struct Page {
    items: Vec<u32>,
    next: Value,
}

/// A server whose pages are made of their addresses.
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

/// The items of a list, how it ended, and how many requests that took.
async fn read(server: &MockServer, mut next: impl FnMut(Value) -> Next + Send) -> (Vec<u32>, Option<PageFault>, usize) {
    let parrot = Parrot::at(&server.uri());
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
        // Pages without items may be alike.
        "page=2" | "page=3" => json!({"items": [], "next": true}),
        _ => json!({"items": [4], "next": false}),
    });
    assert_eq!(read(&numbered.await, by_number()).await, (vec![1, 4], None, 4));
}

#[tokio::test]
async fn a_page_that_comes_again_ends_the_list() {
    let to_first = serving(|_| json!({"items": [1], "next": "/numbers"})).await;
    assert_eq!(read(&to_first, by_link).await, (vec![1], Some(PageFault::Repeated), 1));
    let to_second = serving(|_| json!({"items": [1], "next": "/numbers?p=2"})).await;
    assert_eq!(read(&to_second, by_link).await, (vec![1, 1], Some(PageFault::Repeated), 2));
    let cursor = serving(|query| json!({"items": [query.len()], "next": "c"})).await;
    assert_eq!(read(&cursor, by_cursor).await, (vec![0, 8], Some(PageFault::Repeated), 2));
    // It does not know the parameter.
    let number = serving(|_| json!({"items": [1], "next": true})).await;
    assert_eq!(read(&number, by_number()).await, (vec![1], Some(PageFault::Repeated), 2));
}

#[tokio::test]
async fn a_list_that_does_not_lead_on_says_so() {
    let foreign = serving(|_| json!({"items": [1], "next": "https://evil.example/numbers"})).await;
    let (items, fault, requests) = read(&foreign, by_link).await;
    assert!(matches!(fault, Some(PageFault::ForeignOrigin { .. })), "{fault:?}");
    assert_eq!((items, requests), (vec![1], 1));
    let nowhere = serving(|_| json!({"items": [1], "next": true})).await;
    assert_eq!(read(&nowhere, by_cursor).await, (vec![1], Some(PageFault::BadLink), 1));
}
