//! Whether Vonage holds a number, and its findings.

use futures_util::TryStreamExt;
use numport::provider::{HeldNumber, Ownership};
use numport::sandbox::Sandbox;
use numport::{NumberProvider, Vonage};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::endpoints::{client, number};
use crate::support::server;

async fn lookup(changes: Value) -> HeldNumber {
    let mut found = json!({"country": "GB", "msisdn": "447700900000"});
    found.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let server = server(ResponseTemplate::new(200).set_body_json(json!({"count": 1, "numbers": [found]}))).await;
    match client(server.uri()).lookup(&number()).await.unwrap() {
        Ownership::Held(held) => held,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn voice_depends_on_the_features_and_the_limitations() {
    let limit = |feature: &str, kind: &str| json!({"feature": feature, "type": kind, "reach": "DOMESTIC"});
    for (changes, voice, status) in [
        (json!({"features": ["VOICE", "SMS"]}), Some(true), None),
        (json!({"features": ["SMS"]}), Some(false), None),
        (json!({}), None, None),
        (
            json!({"features": ["VOICE"], "limitations": [limit("VOICE", "INBOUND")]}),
            Some(false),
            Some("limited: VOICE INBOUND DOMESTIC"),
        ),
        (
            json!({"features": ["VOICE"], "limitations": [limit("VOICE", "OUTBOUND"), limit("SMS", "INBOUND")]}),
            Some(true),
            Some("limited: VOICE OUTBOUND DOMESTIC, SMS INBOUND DOMESTIC"),
        ),
    ] {
        let held = lookup(changes.clone()).await;
        assert_eq!((held.voice, held.unusual_status.as_deref()), (voice, status), "{changes}");
    }
}

#[tokio::test]
async fn an_empty_response_means_not_held() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let client = client(server.uri());
    assert!(matches!(client.lookup(&number()).await.unwrap(), Ownership::NotHeld));
    assert_eq!(client.list().try_collect::<Vec<_>>().await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_number_that_moved_to_another_page_is_listed_once() {
    let found = json!({"country": "GB", "msisdn": "447700900000"});
    let page = json!({"count": 2, "numbers": [found.clone(), found]});
    let server = server(ResponseTemplate::new(200).set_body_json(page)).await;
    assert_eq!(client(server.uri()).list().try_collect::<Vec<_>>().await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_list_and_the_lookup_agree() {
    let sandbox = Sandbox::builder().max_page_size(2).start().await.unwrap();
    let vonage = Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    let list: Vec<HeldNumber> = vonage.list().try_collect().await.unwrap();
    assert_eq!(list.len(), 3);
    for held in list {
        let Ownership::Held(looked) = vonage.lookup(&held.number).await.unwrap() else { panic!("it is held") };
        assert_eq!((held.voice, held.routing, held.id), (looked.voice, looked.routing, looked.id));
    }
}
