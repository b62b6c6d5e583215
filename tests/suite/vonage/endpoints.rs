//! Vonage's numbers and applications: every documented exchange, lists with several pages, and errors.

use futures_util::TryStreamExt;
use numport::model::ProviderKind;
use numport::provider::vonage::*;
use numport::sandbox::vonage::VonageNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, NumberProvider, RetryPolicy, Vonage};
use serde_json::json;
use wiremock::ResponseTemplate;

use crate::support::lists::drained;
use crate::support::validation::problem_fields;
use crate::support::{at_once, exchange, exchange_at, server};

pub(super) const APPLICATION: &str = "aaaaaaaa-bbbb-cccc-dddd-0123456789ab";

pub(super) fn client(uri: String) -> Vonage {
    Vonage::builder("abcd1234", "secret").base_url(uri).retry(at_once()).build().unwrap()
}

pub(super) fn number() -> E164 {
    "+447700900000".parse().unwrap()
}

#[tokio::test]
async fn numbers_are_listed() {
    let list = |list: ListNumbers| |client: Vonage| async move { client.list_numbers(&list).await };
    let all = |client: Vonage| async move { client.numbers(ListNumbers::new()).try_collect::<Vec<_>>().await };
    let page = exchange("vonage/list_numbers/app", client, list(ListNumbers::new())).await;
    let found = &page.numbers.as_ref().unwrap()[0];
    assert_eq!((found.msisdn.as_deref(), found.application()), (Some("447700900000"), Some(APPLICATION)));
    assert_eq!((found.has_voice(), found.forwards_to()), (Some(true), None));
    assert!(found.extra.is_empty(), "{:?}", found.extra);
    exchange_at("vonage/list_numbers/app", "/numbers", client, all).await;
    let page = exchange("vonage/list_numbers/three", client, list(ListNumbers::new())).await;
    let forwarded = page.numbers.unwrap();
    assert!(forwarded.iter().any(|found| found.forwards_to().is_some()));
    assert!(forwarded.iter().any(|found| found.has_voice() == Some(false)));
    exchange_at("vonage/list_numbers/three", "/numbers", client, all).await;
    let nothing = exchange("vonage/list_numbers/nothing", client, list(ListNumbers::new())).await;
    assert_eq!((nothing.count, nothing.numbers), (None, None));
    let every = ListNumbers::new()
        .country("GB")
        .pattern("4477")
        .application_id(APPLICATION)
        .search_pattern(SearchPattern::Contains)
        .has_application(true)
        .index(2)
        .size(1);
    exchange("vonage/list_numbers/every_filter", client, list(every)).await;
}

#[tokio::test]
async fn applications_and_the_balance_are_read() {
    let list = |list: ListApplications| |client: Vonage| async move { client.list_applications(&list).await };
    exchange("vonage/list_applications/documented", client, list(ListApplications::new())).await;
    exchange("vonage/list_applications/every_filter", client, list(ListApplications::new().page(1).page_size(100)))
        .await;
    let all =
        |client: Vonage| async move { client.all_applications(ListApplications::new()).try_collect::<Vec<_>>().await };
    exchange_at("vonage/list_applications/documented", "/_embedded/applications", client, all).await;
    let get = |client: Vonage| async move { client.get_application(APPLICATION).await };
    let application = exchange("vonage/get_application/documented", client, get).await;
    assert_eq!(application.answer_url().map(|url| url.as_str()), Some("https://example.com/answer"));
    let balance =
        exchange("vonage/get_balance/documented", client, |client: Vonage| async move { client.get_balance().await });
    assert_eq!(balance.await.auto_reload, Some(false));
}

#[tokio::test]
async fn a_page_has_a_hundred_numbers() {
    let numbers: Vec<String> = (0..250).map(|nth| format!("44770{nth:07}")).collect();
    let held = numbers.iter().map(|digits| VonageNumber::new(format!("+{digits}").parse().unwrap()));
    let sandbox = Sandbox::builder().hold_vonage(held).start().await.unwrap();
    let vonage = Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    let found: Vec<String> =
        vonage.numbers(ListNumbers::new().size(100)).map_ok(|found| found.msisdn.unwrap()).try_collect().await.unwrap();
    assert_eq!(found, numbers);
    assert_eq!(sandbox.requests().len(), 3);
    let last = vonage.numbers(ListNumbers::new().size(100).index(3));
    assert_eq!(last.try_collect::<Vec<_>>().await.unwrap().len(), 50);
    // One page of applications.
    let requests = sandbox.requests().len();
    assert_eq!(vonage.list().try_collect::<Vec<_>>().await.unwrap().len(), 250);
    assert_eq!(sandbox.requests().len() - requests, 1 + 3);
}

#[tokio::test]
async fn a_failure_can_have_a_success_status() {
    let body = json!({"error-code": "420", "error-code-label": "method failed"});
    let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
    let error = client(server.uri()).get_balance().await.unwrap_err();
    assert!(error.report().contains("method failed"), "{}", error.report());
    let html = crate::support::server(ResponseTemplate::new(503).set_body_string("<html>down</html>")).await;
    let never = Vonage::builder("abcd1234", "secret").base_url(html.uri()).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(never.get_balance().await.unwrap_err().status().unwrap().as_u16(), 503);
}

#[tokio::test]
async fn the_sandbox_refuses_a_wrong_secret_in_both_forms() {
    let sandbox = Sandbox::start().await.unwrap();
    let vonage =
        Vonage::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never()).build().unwrap();
    for status in [429, 403, 500] {
        sandbox.fault(ProviderKind::VONAGE, Fault::Refuse { status, retry_after: None });
        let (_, error) = drained(vonage.numbers(ListNumbers::new())).await;
        assert_eq!(error.unwrap().status().unwrap().as_u16(), status);
    }
    assert!(vonage.get_application("none").await.unwrap_err().is_not_found());
    sandbox.vonage().rotate_api_secret("Another0Secret");
    let error = vonage.list_numbers(&ListNumbers::new()).await.unwrap_err();
    assert!(error.report().contains("authentication failed"), "{}", error.report());
    let error = vonage.list_applications(&ListApplications::new()).await.unwrap_err();
    assert!(error.report().contains("did not provide correct credentials"), "{}", error.report());
}

#[tokio::test]
async fn invalid_requests_are_refused_before_anything_is_sent() {
    let vonage = client("http://127.0.0.1:1".to_owned());
    let list = ListNumbers::new;
    for (list, fields) in [
        (list().size(0), &["size"][..]),
        (list().size(101), &["size"]),
        (list().index(0), &["index"]),
        (list().country("GBR"), &["country"]),
        (list().pattern("+44"), &["pattern"]),
        (list().search_pattern(SearchPattern::Ends), &["pattern"]),
    ] {
        assert_eq!(problem_fields(&vonage.list_numbers(&list).await.unwrap_err()), fields, "{list:?}");
    }
    let list = ListApplications::new().page(0).page_size(101);
    assert_eq!(problem_fields(&vonage.list_applications(&list).await.unwrap_err()), ["page_size", "page"]);
    for (key, secret, fields) in
        [("", "s", &["api_key"][..]), ("a:b", "s", &["api_key"]), ("abcd1234", "", &["api_secret"])]
    {
        assert_eq!(problem_fields(&Vonage::builder(key, secret).build().unwrap_err()), fields);
    }
}
