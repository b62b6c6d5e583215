//! A number in the words that every platform shares, field by field.

use futures_util::TryStreamExt;
use numport::{Interactly, NumberRecord, SignalWire, Vapi, VoicePlatform};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::signalwire::endpoints::{AGENT, PROJECT};
use crate::support::{KEY, server};

const NUMBER: &str = "+14155552671";

/// The only record of a list that a server answers with.
async fn listed<P: VoicePlatform>(list: Value, client: impl FnOnce(String) -> P) -> NumberRecord {
    let server = server(ResponseTemplate::new(200).set_body_json(list)).await;
    let client = client(server.uri());
    let mut records: Vec<_> = client.list().try_collect().await.unwrap();
    assert_eq!(records.len(), 1);
    records.remove(0)
}

fn told(record: &NumberRecord) -> Value {
    serde_json::to_value(record).unwrap()
}

#[tokio::test]
async fn interactly_tells_all_but_times() {
    let number = json!({
        "_id": "n1", "number": NUMBER, "provider": {"name": "twilio"}, "assistantId": "a1", "label": "Desk",
        "inboundEnabled": true, "outboundEnabled": false,
    });
    let record = listed(json!([number]), |uri| Interactly::builder(KEY).base_url(uri).build().unwrap()).await;
    let wanted = json!({
        "platform": "interactly", "id": "n1", "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": true,
        "outbound": false, "carrier": "twilio", "status": null, "created_at": null, "updated_at": null,
    });
    assert_eq!(told(&record), wanted);
}

#[tokio::test]
async fn vapi_tells_all_but_directions() {
    let number = json!({
        "id": "n1", "number": NUMBER, "provider": "telnyx", "assistantId": "a1", "name": "Desk", "status": "active",
        "createdAt": "2025-05-08T19:08:41.000Z", "updatedAt": "2025-06-08T19:08:41Z",
    });
    let list = json!({"results": [number], "metadata": {"hasNextPage": false}});
    let record = listed(list, |uri| Vapi::builder(KEY).base_url(uri).build().unwrap()).await;
    let wanted = json!({
        "platform": "vapi", "id": "n1", "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": null,
        "outbound": null, "carrier": "telnyx", "status": "active", "created_at": "2025-05-08T19:08:41Z",
        "updated_at": "2025-06-08T19:08:41Z",
    });
    assert_eq!(told(&record), wanted);
}

#[tokio::test]
async fn signalwire_tells_label_agent_and_times() {
    let number = json!({
        "id": "n1", "number": NUMBER, "name": "Desk", "call_handler": "ai_agent",
        "calling_handler_resource_id": AGENT, "created_at": "2025-05-08T19:08:41Z",
        "updated_at": "2025-06-08T19:08:41Z",
    });
    let list = json!({"data": [number], "links": {}});
    let client = |uri| SignalWire::builder(PROJECT, KEY, "example").base_url(uri).build().unwrap();
    let wanted = json!({
        "platform": "signalwire", "id": "n1", "number": NUMBER, "label": "Desk", "agent": AGENT, "inbound": null,
        "outbound": null, "carrier": null, "status": null, "created_at": "2025-05-08T19:08:41Z",
        "updated_at": "2025-06-08T19:08:41Z",
    });
    assert_eq!(told(&listed(list, client).await), wanted);
}

#[tokio::test]
async fn butter_tells_all_but_a_label_and_the_last_change() {
    let list = crate::butter::platform::listed(Some("a1"));
    let wanted = json!({
        "platform": "butter", "id": "p1", "number": NUMBER, "label": null, "agent": "a1", "inbound": false,
        "outbound": true, "carrier": "twilio", "status": "assigned", "created_at": "2024-01-15T10:30:00Z",
        "updated_at": null,
    });
    assert_eq!(told(&listed(list, crate::butter::endpoints::client).await), wanted);
}

#[tokio::test]
async fn vapis_own_address_stands_where_no_number_does() {
    let sip_uri = "sip:desk@sip.vapi.ai";
    for (number, wanted) in [(json!(null), sip_uri), (json!(""), sip_uri), (json!(NUMBER), NUMBER)] {
        let number = json!({"id": "n1", "provider": "vapi", "number": number, "sipUri": sip_uri});
        let list = json!({"results": [number], "metadata": {"hasNextPage": false}});
        let record = listed(list, |uri| Vapi::builder(KEY).base_url(uri).build().unwrap()).await;
        assert_eq!(record.number.to_string(), wanted);
    }
}
