//! Status 429 does not prove that nothing was done: a gateway may return it after the platform has carried out the
//! create.

use numport::{Error, Outcome};
use serde_json::json;

use crate::between::{Between, is_create, number, unlisted};
use crate::hostile::{Answer, Response};
use crate::services::each_platform;
use crate::services::subject::Platform;

fn busy(retry_after: Option<&str>) -> Answer {
    let answer = Response::json(429, &json!({"message": "Too Many Requests"}));
    Answer::Whole(match retry_after {
        None => answer,
        Some(wait) => answer.header("retry-after", wait),
    })
}

async fn a_429(platform: &'static Platform) {
    for retry_after in [None, Some("0"), Some("3600")] {
        let between = Between::start(platform).await;
        between.distort_creates(move |_| busy(retry_after));
        between.assert_imported(between.import().await, Outcome::Recovered);
        assert_eq!(between.creates(), 1, "{retry_after:?}");
    }
}

async fn a_429_that_is_not_listed(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let unlisted = unlisted(platform, number());
    between.relay.distort(move |request, answer| {
        vec![if is_create(platform, request) { busy(Some("0")) } else { unlisted(request, answer) }]
    });
    let error = between.import().await.unwrap_err();
    assert!(!error.surely_not_done(), "{error:?}");
    assert_eq!(between.records(&number()).len(), 1, "{}", error.report());
    between.relay.distort(|_, answer| vec![answer]);
    between.assert_imported(between.import().await, Outcome::Recovered);
}

async fn a_typed_client(platform: &'static Platform) {
    let between = Between::start(platform).await;
    between.distort_creates(|_| busy(Some("0")));
    let (client, request) = (between.client(), between.request(number()));
    let source = between.importer().provider().source();
    let error = client.create(&source, &request).unwrap().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(429));
    assert!(!error.surely_not_done(), "{error:?}");
    assert_eq!((between.creates(), between.records(&number()).len()), (1, 1));
}

/// The create was not carried out, whatever the platform says.
async fn a_429_that_is_true(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let service = platform.api.service;
    let refuse = numport::sandbox::Fault::Refuse { status: 429, retry_after: Some("0".to_owned()) };
    between.sandbox.fault_on(service, platform.imports[0].create, refuse);
    match between.import().await {
        Ok(imported) => between.assert_own(&imported.record, number()),
        Err(error) => {
            assert!(matches!(error, Error::Indeterminate(_)), "{error:?}");
            assert_eq!(between.records(&number()).len(), 0);
        }
    }
    let imported = between.import().await.unwrap();
    between.assert_own(&imported.record, number());
}

each_platform! {
    #[tokio::test]
    after_a_429_the_number_is_looked_up_before_it_is_created_again, a_429
}

each_platform! {
    #[tokio::test]
    after_a_429_no_duplicate_is_created_although_no_list_shows_the_first, a_429_that_is_not_listed
}

each_platform! {
    #[tokio::test]
    a_typed_client_sends_a_create_once_even_after_429, a_typed_client
}

each_platform! {
    #[tokio::test]
    a_true_429_ends_in_one_record, a_429_that_is_true
}
