//! Lists that never end.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use numport::http::ListLimits;
use numport::import::Desired;
use numport::{
    AccountKey, Butter, ClientBuilder, ImportRequest, Importer, NumberProvider, RetryPolicy, SignalWire, SipTrunk,
    Twilio, Vapi, VoicePlatform,
};
use serde_json::{Value, json};

use crate::between::number;
use crate::hostile::{Answer, Hostile, Request};
use crate::log;

const ITEMS: usize = 3;
const PROJECT: &str = "b3877c40-da60-4998-90ad-b792e98472ac";

/// A page for every service, with items and with a link or cursor that is new on each page, or always the same.
fn page(request: &Request, nth: usize) -> Value {
    let item = |at: usize| {
        let (id, number) = (format!("r{nth}-{at}"), format!("+1415{}", 2_000_000 + nth * ITEMS + at));
        json!({"id": id, "sid": id, "phone_number_id": id, "number": number, "phone_number": number})
    };
    let items: Vec<_> = (0..ITEMS).map(item).collect();
    let next = format!("{}?cursor=c{nth}", request.path());
    json!({
        "results": items, "metadata": {"hasNextPage": true, "currentPage": nth},
        "data": items, "links": {"next": next}, "pagination": {"next_cursor": format!("c{nth}"), "has_more": true},
        "incoming_phone_numbers": items, "next_page_uri": next,
    })
}

async fn endless(mut page_of: impl FnMut(&Request) -> Value + Send + 'static) -> Hostile {
    log::start();
    Hostile::start(move |request| vec![Answer::json(200, &page_of(request))]).await
}

async fn always_new() -> Hostile {
    let mut nth = 0;
    endless(move |request| {
        nth += 1;
        page(request, nth)
    })
    .await
}

fn built<C>(builder: ClientBuilder<C>, uri: &str, limits: ListLimits) -> C {
    let builder = builder.base_url(uri).retry(RetryPolicy::never()).list_limits(limits);
    // One of them has a default rate limit, which would slow down the list.
    builder.requests_per_second(NonZeroU32::MAX).build().unwrap()
}

/// The platforms whose lists have pages.
fn platforms(uri: &str, limits: ListLimits) -> Vec<Arc<dyn VoicePlatform>> {
    vec![
        Arc::new(built(Vapi::builder("key"), uri, limits)),
        Arc::new(built(SignalWire::builder(PROJECT, "token", "example"), uri, limits)),
        Arc::new(built(Butter::builder("key", "org_1"), uri, limits)),
    ]
}

/// The error of an import and of a plan, and that of a lookup at the carrier.
async fn reports(server: &Hostile, limits: ListLimits) -> Vec<String> {
    let mut reports = Vec::new();
    for platform in platforms(&server.uri, limits) {
        let importer = Importer::new(SipTrunk::new("203.0.113.10"), platform).skip_preflight();
        let request = ImportRequest::new(number());
        reports.push(importer.import(&request).await.unwrap_err().report());
        let desired = Desired::from_iter([request]);
        reports.push(importer.plan(&desired).await.unwrap_err().report());
    }
    let key = AccountKey::token("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token");
    reports.push(built(Twilio::builder(key), &server.uri, limits).lookup(&number()).await.unwrap_err().report());
    assert!(server.requests().iter().all(|request| request.method == "GET"), "nothing is created");
    reports
}

#[tokio::test]
async fn a_list_whose_cursor_is_always_new_ends_at_its_limit() {
    let wide = ListLimits::default();
    for (limits, named) in [
        (wide.max_pages(20), "20 pages"),
        (wide.max_items(50), "50 items"),
        (wide.deadline(Duration::ZERO), "longer than 0 s"),
    ] {
        let server = always_new().await;
        for report in reports(&server, limits).await {
            assert!(report.contains(named), "{named}: {report}");
        }
        assert!(server.requests().len() <= 7 * 20, "{named}: {}", server.requests().len());
    }
}

#[tokio::test]
async fn a_list_with_a_repeated_cursor_ends() {
    let server = endless(|request| page(request, 1)).await;
    for report in reports(&server, ListLimits::default()).await {
        assert!(report.contains("already read"), "{report}");
    }
    assert!(server.requests().len() <= 7 * 2, "{}", server.requests().len());
}
