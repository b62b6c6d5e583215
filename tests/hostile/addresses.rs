//! Credentials are sent only below the base URL, and the client respects a long pause that a service requests.

use std::sync::Arc;

use numport::error::{CallError, CallFault};
use numport::{Error, NumberProvider, VoicePlatform};
use serde_json::{Value, json};

use crate::hostile::{Answer, Hostile, Request, Response};
use crate::log;
use crate::services::subject::Pace;
use crate::services::{CARRIERS, PLATFORMS, carrier};

/// The path of the APIs.
const PREFIX: &str = "/tenant-a";

/// A list whose first page leads to this link, and whose second page is the last.
async fn leading_to(link: impl Fn(&str) -> String + Send + 'static) -> Hostile {
    log::start();
    Hostile::start(move |request: &Request| {
        let first = request.query("page").is_none();
        let next = first.then(|| link(request.header("host").unwrap()));
        let (twilio, signalwire) = (json!([]), json!([]));
        let page = json!({
            "incoming_phone_numbers": twilio, "next_page_uri": next, "data": signalwire, "links": {"next": next},
        });
        vec![Answer::json(200, &page)]
    })
    .await
}

fn twilio(base_url: &str) -> Arc<dyn NumberProvider> {
    (carrier("twilio").connect)(&CARRIERS[0].api.account(base_url, "token"), Pace::at_once())
}

fn signalwire(base_url: &str) -> Arc<dyn VoicePlatform> {
    let signalwire = PLATFORMS.iter().find(|platform| platform.api.name() == "signalwire").unwrap();
    (signalwire.connect)(&signalwire.api.account(base_url, "token"), Pace::at_once())
}

/// How both lists end.
async fn read(server: &Hostile) -> [Option<CallError>; 2] {
    use futures_util::TryStreamExt;
    let base_url = format!("{}{PREFIX}", server.uri);
    let (twilio, signalwire) = (twilio(&base_url), signalwire(&base_url));
    let ends = [
        twilio.list().try_collect::<Vec<_>>().await.map(drop),
        signalwire.list().try_collect::<Vec<_>>().await.map(drop),
    ];
    ends.map(|end| {
        end.err().map(|error| match error {
            Error::Call(call) => *call,
            other => panic!("{other:?}"),
        })
    })
}

#[tokio::test]
async fn a_page_outside_the_base_urls_path_is_not_requested() {
    let links: [fn(&str) -> String; 6] = [
        |_| "/tenant-b/numbers?page=2".to_owned(),
        |_| "/tenant-a-evil/numbers?page=2".to_owned(),
        |_| "/?page=2".to_owned(),
        |host| format!("http://{host}/tenant-b/numbers?page=2"),
        |_| format!("{PREFIX}/../tenant-b/numbers?page=2"),
        |_| format!("{PREFIX}/%2e%2e/tenant-b/numbers?page=2"),
    ];
    for link in links {
        let server = leading_to(link).await;
        let shown = link("host");
        for end in read(&server).await {
            let call = end.unwrap_or_else(|| panic!("{shown} was followed"));
            assert!(matches!(call.fault, CallFault::Page(_)), "{shown}: {call:?}");
        }
        assert!(server.requests().iter().all(|request| request.target.starts_with(&format!("{PREFIX}/"))), "{shown}");
        assert_eq!(server.requests().len(), 2, "{shown}");
    }
}

#[tokio::test]
async fn a_page_below_the_base_url_is_requested_even_if_its_link_has_a_fragment() {
    let links: [fn(&str) -> String; 3] = [
        |_| format!("{PREFIX}/numbers?page=2"),
        |host| format!("http://{host}{PREFIX}/numbers?page=2"),
        |_| format!("{PREFIX}/numbers?page=2#items"),
    ];
    for link in links {
        let server = leading_to(link).await;
        for end in read(&server).await {
            assert!(end.is_none(), "{}: {end:?}", link("host"));
        }
        assert_eq!(server.count(&format!("GET {PREFIX}/numbers?page=2")), 2);
        assert!(server.requests().iter().all(|request| !request.target.contains('#')));
    }
}

#[tokio::test]
async fn spellings_of_a_base_url_are_one_account() {
    let server = leading_to(|_| String::new()).await;
    let account = |base_url: &str| signalwire(base_url).account();
    let base_url = format!("{}{PREFIX}", server.uri);
    assert_eq!(account(&base_url), account(&format!("{base_url}/")), "a slash at the end");
    assert_eq!(account(&base_url), account(&base_url.replace("127.0.0.1", "localhost")), "loopback by its name");
    assert_ne!(account(&base_url), account(&format!("{}/tenant-b", server.uri)));
}

#[tokio::test]
async fn a_service_that_requests_a_long_pause_gets_no_further_request() {
    for (wait, told) in [("Thu, 31 Dec 2099 23:59:59 GMT", "2099"), ("86400", "86400")] {
        log::start();
        let busy = Response::json(503, &Value::Null).header("retry-after", wait);
        let server = Hostile::always(Answer::Whole(busy)).await;
        let error = signalwire(&server.uri).get(&"n1".into()).await.unwrap_err();
        assert_eq!(server.requests().len(), 1, "{wait}: {error:?}");
        let seconds = error.call().unwrap().retry_after.expect("it is told").as_secs();
        assert!(seconds > 86_000, "{wait}: {seconds}");
        let report = error.report();
        assert!(report.contains(told) || report.contains(&seconds.to_string()), "{wait}: {report}");
    }
}
