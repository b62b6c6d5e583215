//! What a server may send that is not as most servers send it, and what every request carries.

use futures_util::TryStreamExt;
use numport::platform::livekit::{
    InboundTrunk, IncludeHeaders, ListNumbers, ListRules, ListTrunks, LiveKit, MediaEncryption, NumberStatus, Transport,
};
use numport::{RetryPolicy, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{any, body_json, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, client, list};
use crate::support::{KEY, at_once, server};

async fn answers(body: Value) -> (MockServer, LiveKit) {
    let server = server(ResponseTemplate::new(200).set_body_json(body)).await;
    let client = client(server.uri());
    (server, client)
}

#[tokio::test]
async fn every_spelling_of_a_response_is_read() {
    let snake = json!({
        "sip_trunk_id": "ST_1", "numbers": [NUMBER], "include_headers": "SIP_X_HEADERS", "headers": {"xDesk": "1"},
        "media": {"encryption": "SIP_MEDIA_ENCRYPT_REQUIRE"}, "transport": "SIP_TRANSPORT_TLS",
        "ringing_timeout_status": "486",
    });
    let camel = json!({
        "sipTrunkId": "ST_1", "numbers": [NUMBER], "includeHeaders": 1, "headers": {"xDesk": "1"},
        "media": {"encryption": 2}, "transport": 3, "ringingTimeoutStatus": 486,
    });
    let (_one, one) = answers(json!({"items": [snake]})).await;
    let (_other, other) = answers(json!({"items": [null, camel, {}]})).await;
    let read = one.list_inbound_trunks(&ListTrunks::new()).await.unwrap();
    assert_eq!(other.list_inbound_trunks(&ListTrunks::new()).await.unwrap(), read);
    assert_eq!(read[0].include_headers, Some(IncludeHeaders::X));
    assert_eq!(read[0].media.as_ref().unwrap().encryption, Some(MediaEncryption::Require));
    assert_eq!(read[0].headers.as_ref().unwrap().0["xDesk"], "1", "a user's own names stay");
    let outbound = other.list_outbound_trunks(&ListTrunks::new()).await.unwrap();
    assert_eq!(outbound[0].transport, Some(Transport::Tls));

    // Without zero values an empty list is no list at all.
    let (_empty, empty) = answers(json!({})).await;
    assert_eq!(empty.list_inbound_trunks(&ListTrunks::new()).await.unwrap(), []);
    assert!(empty.find(&NUMBER.parse().unwrap()).await.unwrap().is_none());
    assert_eq!(empty.get_inbound_trunk("ST_1").await.unwrap(), None);

    // An enum of a later version, by number.
    let (_later, later) = answers(json!({"items": [{"id": "PN_1", "status": 99}]})).await;
    let page = later.list_numbers(&ListNumbers::new()).await.unwrap();
    assert!(matches!(&page.items.unwrap()[0].status, Some(NumberStatus::Unknown(text)) if text.as_str() == "99"));
}

/// Read as an empty list or as no trunk, it would say that a number is not there, or that a trunk was removed.
#[tokio::test]
async fn a_response_to_another_request_is_refused() {
    let trunk = json!({"sip_trunk_id": "ST_1", "numbers": [NUMBER]});
    for body in [trunk.clone(), json!({"trunk": trunk}), json!({"items": [{"name": "no id"}]})] {
        let (_server, client) = answers(body.clone()).await;
        assert!(client.find(&NUMBER.parse().unwrap()).await.is_err(), "{body}");
        assert!(client.list_dispatch_rules(&ListRules::new()).await.is_err(), "{body}");
    }
    for body in [trunk.clone(), json!({"items": []}), json!({"trunk": {"sip_trunk_id": "ST_2"}})] {
        let (_server, client) = answers(body.clone()).await;
        assert!(!client.get_inbound_trunk("ST_1").await.unwrap_err().is_not_found(), "{body}");
        assert!(client.delete_trunk("ST_3").await.is_err(), "{body}");
        assert!(client.delete_dispatch_rule("SDR_1").await.is_err(), "{body}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_know_pages_ends_the_list() {
    let rule = |id: &str| json!({"sip_dispatch_rule_id": id});
    let (_server, client) = answers(json!({"items": [rule("SDR_1"), rule("SDR_2")]})).await;
    let rules: Vec<_> = client.dispatch_rules(ListRules::new()).try_collect().await.unwrap();
    assert_eq!(rules.len(), 2);

    // One that has small pages of its own.
    let server = MockServer::start().await;
    let pages = [(json!({}), vec!["ST_1", "ST_2"]), (json!({"page": {"after_id": "ST_2"}}), vec!["ST_3"])];
    for (body, ids) in pages {
        let items: Vec<Value> = ids.iter().map(|id| json!({"sip_trunk_id": id})).collect();
        let answer = ResponseTemplate::new(200).set_body_json(json!({"items": items}));
        Mock::given(body_json(body)).respond_with(answer).mount(&server).await;
    }
    let end = ResponseTemplate::new(200).set_body_json(json!({"items": []}));
    Mock::given(body_json(json!({"page": {"after_id": "ST_3"}}))).respond_with(end).mount(&server).await;
    let trunks: Vec<_> =
        super::endpoints::client(server.uri()).inbound_trunks(ListTrunks::new()).try_collect().await.unwrap();
    assert_eq!(trunks.len(), 3);
}

#[tokio::test]
async fn the_request_id_is_kept_over_retries_and_new_for_each_call() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).set_body_json(json!({"code": "unavailable", "msg": "busy"}));
    Mock::given(any()).respond_with(busy).up_to_n_times(2).mount(&server).await;
    let empty = ResponseTemplate::new(200).set_body_json(json!({"items": []}));
    Mock::given(any()).respond_with(empty).mount(&server).await;
    let client = client(server.uri());
    for _ in 0..2 {
        client.list_inbound_trunks(&ListTrunks::new()).await.unwrap();
    }
    let sent = server.received_requests().await.unwrap();
    let ids: Vec<_> = sent.iter().map(|request| request.headers["x-livekit-request-id"].clone()).collect();
    assert_eq!(ids.len(), 4);
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3], "{ids:?}");
}

#[tokio::test]
async fn a_create_is_not_sent_again_after_a_lost_response() {
    let server = server(ResponseTemplate::new(503)).await;
    let client = client(server.uri());
    let trunk = InboundTrunk::new().numbers(list(&[NUMBER]));
    assert!(!client.create_inbound_trunk(&trunk).await.unwrap_err().surely_not_done());
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_socket_url_becomes_an_http_url_with_its_path() {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(200).set_body_json(json!({"items": []}));
    Mock::given(path("/base/twirp/livekit.SIP/ListSIPInboundTrunk")).respond_with(answer).mount(&server).await;
    let url = format!("{}/base", server.uri().replace("http://", "ws://"));
    let livekit = LiveKit::builder(url, "APIkey", KEY).retry(RetryPolicy::never()).build().unwrap();
    livekit.list_inbound_trunks(&ListTrunks::new()).await.unwrap();
    let cloud = LiveKit::builder("wss://p1.livekit.cloud", "APIkey", KEY).retry(at_once()).build().unwrap();
    assert_eq!(cloud.account().as_str(), "project@p1.livekit.cloud");
}

#[test]
fn the_sip_host_is_checked_with_the_rest() {
    let host = LiveKit::builder("wss://p1.livekit.cloud", "APIkey", KEY).sip_host("p1.sip.livekit.cloud");
    let livekit = host.build().unwrap();
    assert_eq!(livekit.sip_host().unwrap().as_str(), "p1.sip.livekit.cloud");
    assert_eq!(livekit.inbound_address().unwrap().as_str(), "sip:p1.sip.livekit.cloud");
    let wrong = LiveKit::builder("wss://p1.livekit.cloud", "APIkey", KEY).sip_host("sip:p1").build().unwrap_err();
    assert!(wrong.to_string().contains("sip_host"), "{wrong}");
}
