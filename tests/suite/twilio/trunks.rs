//! Elastic SIP trunks and their numbers.

use futures_util::TryStreamExt;
use numport::Twilio;
use numport::error::CallFault;
use numport::provider::twilio::{ErrorCode, OriginationUrlPage, TrunkNumberPage, TrunkPage};
use serde_json::Value;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, SID, TRUNK, client, refusal};
use crate::support::{case, done, exchange, exchange_at, survives};

#[tokio::test]
async fn the_numbers_of_a_trunk_are_listed() {
    let all = |client: Twilio| async move { client.trunk_numbers(TRUNK).try_collect::<Vec<_>>().await };
    for (name, numbers) in [("full", 1), ("empty", 0)] {
        let name = format!("twilio/trunk_numbers/{name}");
        assert_eq!(exchange_at(&name, "/phone_numbers", client, all).await.len(), numbers);
        survives::<TrunkNumberPage>(&name, &case(&name).response.body);
    }
}

#[tokio::test]
async fn the_trunks_of_an_account_are_listed() {
    let all = |client: Twilio| async move { client.trunks().try_collect::<Vec<_>>().await };
    let name = "twilio/trunks/documented";
    let trunks = exchange_at(name, "/trunks", client, all).await;
    assert_eq!(
        (trunks[0].sid.as_deref(), trunks[0].domain_name.as_deref()),
        (Some(TRUNK), Some("test.pstn.twilio.com"))
    );
    survives::<TrunkPage>(name, &case(name).response.body);
}

#[tokio::test]
async fn the_addresses_of_a_trunk_are_listed() {
    let all = |client: Twilio| async move { client.origination_urls(TRUNK).try_collect::<Vec<_>>().await };
    let name = "twilio/origination_urls/documented";
    let urls = exchange_at(name, "/origination_urls", client, all).await;
    assert_eq!(urls[0].sip_url.as_ref().unwrap().as_str(), "sip:sip.retellai.com;transport=tls");
    survives::<OriginationUrlPage>(name, &case(name).response.body);
}

#[tokio::test]
async fn a_number_is_read_attached_and_detached() {
    let get = |client: Twilio| async move { client.get_trunk_number(TRUNK, NUMBER).await };
    let number = exchange("twilio/get_trunk_number/documented", client, get).await;
    assert_eq!((number.sid.as_deref(), number.account_sid.as_deref()), (Some(NUMBER), Some(SID)));
    assert_eq!((number.trunk_sid.as_deref(), number.phone_number.as_deref()), (Some(TRUNK), Some("+14158675309")));
    assert_eq!(number.created_at().unwrap().to_string(), "2010-12-10T17:27:34Z");

    let attach = |client: Twilio| async move { client.attach_to_trunk(TRUNK, NUMBER).await };
    exchange("twilio/attach_to_trunk/documented", client, attach).await;
    let detach = |client: Twilio| async move { client.detach_from_trunk(TRUNK, NUMBER).await };
    done("twilio/detach_from_trunk/documented", client, detach).await;
}

#[tokio::test]
async fn another_number_or_trunk_in_a_response_is_an_error() {
    let (other, other_trunk) = (format!("PN{}", "0".repeat(32)), format!("TK{}", "0".repeat(32)));
    for (name, field, found) in [
        ("get_trunk_number", "sid", Some(&other)),
        ("get_trunk_number", "sid", None),
        ("get_trunk_number", "trunk_sid", Some(&other_trunk)),
        ("attach_to_trunk", "sid", Some(&other)),
        ("attach_to_trunk", "trunk_sid", Some(&other_trunk)),
    ] {
        let mut body = case(&format!("twilio/{name}/documented")).response.body;
        body[field] = found.map_or(Value::Null, |found| found.as_str().into());
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(body)).mount(&server).await;
        let client = client(server.uri());
        let result = match name {
            "get_trunk_number" => client.get_trunk_number(TRUNK, NUMBER).await,
            _ => client.attach_to_trunk(TRUNK, NUMBER).await,
        };
        let error = result.unwrap_err();
        assert!(matches!(error.call().unwrap().fault, CallFault::Mismatch(_)), "{name} {field}: {error:?}");
    }
}

/// The result of a detachment that gets this response once, and then one that the number is not there.
async fn detached(first: ResponseTemplate) -> (numport::Result<()>, usize) {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(first).up_to_n_times(1).mount(&server).await;
    Mock::given(any()).respond_with(refusal(404, 20404)).mount(&server).await;
    let result = client(server.uri()).detach_from_trunk(TRUNK, NUMBER).await;
    (result, server.received_requests().await.unwrap().len())
}

#[tokio::test]
async fn a_detachment_with_a_lost_response_succeeds() {
    for status in [500, 503] {
        let (result, requests) = detached(ResponseTemplate::new(status)).await;
        result.unwrap();
        assert_eq!(requests, 2, "{status}");
    }
}

#[tokio::test]
async fn a_number_that_was_not_on_the_trunk_is_an_error() {
    // A 429 means that it was not carried out, so the number was not on the trunk before either.
    for (first, requests) in [(refusal(404, 20404), 1), (refusal(429, 20429), 2)] {
        let (result, received) = detached(first).await;
        let error = result.unwrap_err();
        assert_eq!((ErrorCode::of(&error), received), (Some(ErrorCode::NotFound), requests));
        assert!(error.is_not_found() && error.surely_not_done());
    }
}
