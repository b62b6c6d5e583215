//! Vapi through the platform-independent API: records.

use numport::model::NumberUpdate;
use numport::platform::vapi::UpdateTwilioNumber;
use numport::sandbox::Sandbox;
use numport::{Patch, Secret, Vapi, VoicePlatform};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::every_platform::records::listed;
use crate::services::subject::NUMBER;
use crate::services::vapi::subject::SUBJECT;
use crate::support::{KEY, server};

#[tokio::test]
async fn a_sip_address_takes_the_place_of_a_missing_number() {
    let sip_uri = "sip:desk@sip.vapi.ai";
    for (number, wanted) in [(json!(null), sip_uri), (json!(""), sip_uri), (json!(NUMBER), NUMBER)] {
        let number = json!({"id": "n1", "provider": "vapi", "number": number, "sipUri": sip_uri});
        let list = json!({"results": [number], "metadata": {"hasNextPage": false}});
        assert_eq!(listed(&SUBJECT, list).await.number.to_string(), wanted);
    }
}

#[tokio::test]
async fn a_label_is_cleared_by_an_empty_text() {
    let number = json!({"id": "n1", "provider": "vapi", "number": NUMBER, "name": ""});
    let server = server(ResponseTemplate::new(200).set_body_json(number)).await;
    let vapi = Vapi::builder(KEY).base_url(server.uri()).build().unwrap();
    let record = vapi.update(&"n1".into(), &NumberUpdate::new().clear_label().clear_agent()).await.unwrap();
    assert_eq!(record.label, None);
    let sent: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(sent, json!({"name": "", "assistantId": null}));
}

#[test]
fn a_secret_is_set_from_text() {
    let update = UpdateTwilioNumber::new().twilio_auth_token("a-token").twilio_api_secret("a-secret".to_owned());
    assert_eq!(
        serde_json::to_value(&update).unwrap(),
        json!({"twilioAuthToken": "a-token", "twilioApiSecret": "a-secret"})
    );
    assert_eq!(Patch::<Secret>::from("a-token"), Patch::Set(Secret::new("a-token")));
}

#[tokio::test]
async fn the_sandboxs_vonage_credential_has_the_required_fields_and_no_secret() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let create = numport::platform::vapi::CreateVonageCredential::new("key", "planted-secret");
    let made = serde_json::to_value(vapi.create_credential(create).await.unwrap()).unwrap();
    for field in [
        "provider",
        "id",
        "orgId",
        "createdAt",
        "updatedAt",
        "apiKey",
        "apiSecret",
        "vonageApplicationId",
        "vonageApplicationPrivateKey",
    ] {
        assert!(made[field].is_string(), "{field}: {made}");
    }
    assert!(!made.to_string().contains("planted-secret"));
}
