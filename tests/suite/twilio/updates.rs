//! Updates of a number: the exact form.

use numport::Twilio;
use numport::provider::twilio::{CallbackMethod, EmergencyStatus, IncomingPhoneNumber, UpdateNumber, VoiceReceiveMode};
use wiremock::ResponseTemplate;

use super::endpoints::{ADDRESS, APPLICATION, NUMBER, SID, TRUNK, client, documented};
use crate::support::{exchange, server};

const URL: &str = "https://user:pässword@example.com/a b?x=1&y=a+b%20c#f";

async fn update(name: &str, update: UpdateNumber) -> IncomingPhoneNumber {
    let name = format!("twilio/update_number/{name}");
    exchange(&name, client, |client: Twilio| async move { client.update_number(NUMBER, &update).await }).await
}

#[tokio::test]
async fn every_field_is_sent_under_its_name() {
    let (get, example) = (CallbackMethod::Get, "https://example.com");
    let every = UpdateNumber::new()
        .account_sid(SID)
        .address_sid(ADDRESS)
        .api_version("api_version")
        .emergency_status(EmergencyStatus::Inactive)
        .emergency_address_sid(ADDRESS)
        .friendly_name("friendly_name")
        .identity_sid(SID.replace("AC", "RI"))
        .sms_application_sid(APPLICATION)
        .sms_fallback_method(get.clone())
        .sms_fallback_url(example)
        .sms_method(get.clone())
        .sms_url(example)
        .status_callback(example)
        .status_callback_method(get.clone())
        .voice_application_sid(APPLICATION)
        .voice_caller_id_lookup(true)
        .voice_fallback_method(get.clone())
        .voice_fallback_url(example)
        .voice_method(get)
        .voice_url(example)
        .voice_receive_mode(VoiceReceiveMode::Voice)
        .bundle_sid(SID.replace("AC", "BU"))
        .trunk_sid(TRUNK);
    let updated = update("every_field", every).await;
    assert_eq!(updated.emergency_status, Some(EmergencyStatus::Inactive));
    assert_eq!(updated.voice_caller_id_lookup, Some(true));
}

#[tokio::test]
async fn an_empty_text_clears_a_field() {
    let cleared = UpdateNumber::new()
        .friendly_name("")
        .voice_url("")
        .voice_fallback_url("")
        .voice_application_sid("")
        .trunk_sid("")
        .sms_url("")
        .sms_fallback_url("")
        .sms_application_sid("")
        .status_callback("")
        .emergency_address_sid("")
        .address_sid("")
        .identity_sid("")
        .bundle_sid("")
        .api_version("");
    update("cleared", cleared).await;
}

#[tokio::test]
async fn a_url_is_escaped_completely_and_never_shown() {
    let escaped = UpdateNumber::new().voice_url(URL).friendly_name("Café *Desk* & ~Co");
    assert!(!format!("{escaped:?}").contains("pässword"), "{escaped:?}");
    let updated = update("escaped", escaped).await;
    assert_eq!(updated.voice_url.as_ref().unwrap().as_str(), URL);
    for shown in [format!("{updated:?}"), updated.voice_url.as_ref().unwrap().to_string()] {
        assert!(shown.contains("https://example.com/…") && !shown.contains("pässword"), "{shown}");
    }
}

#[tokio::test]
async fn the_last_value_of_a_field_applies() {
    let server = server(ResponseTemplate::new(200).set_body_json(documented(serde_json::json!({})))).await;
    let update = UpdateNumber::new()
        .voice_method(CallbackMethod::Get)
        .voice_caller_id_lookup(false)
        .voice_receive_mode(VoiceReceiveMode::Fax)
        .emergency_status(EmergencyStatus::Active)
        .voice_method(CallbackMethod::Post);
    client(server.uri()).update_number(NUMBER, &update).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    let form = std::str::from_utf8(&requests[0].body).unwrap();
    assert_eq!(form, "VoiceCallerIdLookup=false&VoiceReceiveMode=fax&EmergencyStatus=Active&VoiceMethod=POST");
}
