//! A number's routing is read and restored exactly.

use std::collections::BTreeMap;

use numport::model::{CallbackUrl, Calls, Routing};
use numport::{E164, Error, NumberProvider, Result};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use super::endpoints::{APPLICATION, NUMBER, TRUNK, client, documented, page};
use crate::support::server;
use crate::support::validation::problem_fields;

const URL: &str = "https://user:hunter22@voice.example.com/hidden/path?token=hidden";

fn number() -> E164 {
    "+18089255327".parse().unwrap()
}

fn texts(settings: &[(&str, &str)]) -> BTreeMap<String, String> {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The routing of the documented number with some fields changed.
async fn snapshot(changes: Value) -> Routing {
    let server =
        server(ResponseTemplate::new(200).set_body_json(page(json!([documented(changes)]), Value::Null))).await;
    let client = client(server.uri());
    let routing = client.routing().unwrap().snapshot(&number()).await.unwrap().unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    routing
}

/// Restores a routing. Returns the routing afterwards and the sent forms.
async fn restore(routing: &Routing, answer: Value) -> (Result<Routing>, Vec<String>) {
    let server = server(ResponseTemplate::new(200).set_body_json(answer)).await;
    let client = client(server.uri());
    let restored = client.routing().unwrap().restore(routing).await;
    let requests = server.received_requests().await.unwrap();
    let path = format!("/IncomingPhoneNumbers/{NUMBER}.json");
    assert!(requests.iter().all(|request| request.method == "POST" && request.url.path().ends_with(&path)));
    (restored, requests.into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect())
}

#[tokio::test]
async fn the_routing_of_the_documented_number_is_read_completely() {
    let routing = snapshot(json!({})).await;
    assert_eq!((routing.number, routing.id.as_str()), (number(), NUMBER));
    assert_eq!((&routing.calls, &routing.replaced_by), (&Calls::Nowhere, &None));
    let settings = texts(&[
        ("VoiceUrl", ""),
        ("VoiceMethod", "POST"),
        ("VoiceFallbackUrl", ""),
        ("VoiceFallbackMethod", "POST"),
        ("VoiceCallerIdLookup", "false"),
        ("VoiceReceiveMode", "voice"),
        ("VoiceApplicationSid", ""),
        ("TrunkSid", ""),
        ("SmsUrl", ""),
        ("SmsMethod", "POST"),
        ("SmsFallbackUrl", ""),
        ("SmsFallbackMethod", "POST"),
        ("SmsApplicationSid", ""),
        ("StatusCallback", ""),
        ("StatusCallbackMethod", "POST"),
    ]);
    assert_eq!(routing.settings, settings);
}

#[tokio::test]
async fn each_setting_is_read_from_its_own_field() {
    let every = json!({
        "voice_url": "https://example.com/1", "voice_method": "GET", "voice_fallback_url": "https://example.com/2",
        "voice_fallback_method": "PUT", "voice_caller_id_lookup": true, "voice_receive_mode": "fax",
        "voice_application_sid": "AP1", "trunk_sid": "TK1", "sms_url": "https://example.com/3", "sms_method": "HEAD",
        "sms_fallback_url": "https://example.com/4", "sms_fallback_method": "PATCH", "sms_application_sid": "AP2",
        "status_callback": "https://example.com/5", "status_callback_method": "DELETE",
    });
    let settings = texts(&[
        ("VoiceUrl", "https://example.com/1"),
        ("VoiceMethod", "GET"),
        ("VoiceFallbackUrl", "https://example.com/2"),
        ("VoiceFallbackMethod", "PUT"),
        ("VoiceCallerIdLookup", "true"),
        ("VoiceReceiveMode", "fax"),
        ("VoiceApplicationSid", "AP1"),
        ("TrunkSid", "TK1"),
        ("SmsUrl", "https://example.com/3"),
        ("SmsMethod", "HEAD"),
        ("SmsFallbackUrl", "https://example.com/4"),
        ("SmsFallbackMethod", "PATCH"),
        ("SmsApplicationSid", "AP2"),
        ("StatusCallback", "https://example.com/5"),
        ("StatusCallbackMethod", "DELETE"),
    ]);
    assert_eq!(snapshot(every).await.settings, settings);
}

#[tokio::test]
async fn a_trunk_takes_precedence_over_an_application_and_that_over_the_voice_url() {
    let url = || Calls::Url(CallbackUrl::new(URL));
    for (trunk, application, voice_url, calls) in [
        (json!(TRUNK), json!(APPLICATION), json!(URL), Calls::Trunk(TRUNK.to_owned())),
        (json!(null), json!(APPLICATION), json!(URL), Calls::Application(APPLICATION.to_owned())),
        (json!(""), json!(APPLICATION), json!(null), Calls::Application(APPLICATION.to_owned())),
        (json!(null), json!(""), json!(URL), url()),
        (json!(""), json!(null), json!(URL), url()),
        (json!(""), json!(""), json!(""), Calls::Nowhere),
        (json!(null), json!(null), json!(null), Calls::Nowhere),
    ] {
        let changes = json!({"trunk_sid": trunk, "voice_application_sid": application, "voice_url": voice_url});
        assert_eq!(snapshot(changes.clone()).await.calls, calls, "{changes}");
    }
}

#[tokio::test]
async fn a_number_that_is_not_held_has_no_routing() {
    let other = documented(json!({"phone_number": "+180892553271"}));
    let server = server(ResponseTemplate::new(200).set_body_json(page(json!([other]), Value::Null))).await;
    let client = client(server.uri());
    assert_eq!(client.routing().unwrap().snapshot(&number()).await.unwrap(), None);
    // This account cannot set the routing of a subaccount's number.
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

const REST: &str = "SmsUrl=&SmsMethod=POST&SmsFallbackUrl=&SmsFallbackMethod=POST&SmsApplicationSid=&StatusCallback=\
                    &StatusCallbackMethod=POST";

#[tokio::test]
async fn restoring_a_voice_url_clears_trunk_and_application() {
    let routing = snapshot(json!({"voice_url": "https://example.com/voice?a=1"})).await;
    let (restored, forms) = restore(&routing, documented(json!({"voice_url": "https://example.com/voice?a=1"}))).await;
    let wanted = "VoiceUrl=https%3A%2F%2Fexample.com%2Fvoice%3Fa%3D1&VoiceMethod=POST&VoiceFallbackUrl=\
                  &VoiceFallbackMethod=POST&VoiceCallerIdLookup=false&VoiceReceiveMode=voice&VoiceApplicationSid=\
                  &TrunkSid=";
    assert_eq!(forms, [format!("{wanted}&{REST}")]);
    assert_eq!(restored.unwrap(), routing);
}

#[tokio::test]
async fn restoring_a_trunk_does_not_send_the_application() {
    // Twilio clears the application itself; an empty one beside the trunk might clear both.
    let routing = snapshot(json!({"trunk_sid": TRUNK, "voice_url": "https://example.com"})).await;
    let (_, forms) = restore(&routing, documented(json!({}))).await;
    let wanted = "VoiceUrl=https%3A%2F%2Fexample.com&VoiceMethod=POST&VoiceFallbackUrl=&VoiceFallbackMethod=POST\
                  &VoiceCallerIdLookup=false&VoiceReceiveMode=voice&TrunkSid=TKaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(forms, [format!("{wanted}&{REST}")]);
    // Both cannot be set; if they were, the trunk would get the calls.
    let routing = snapshot(json!({"trunk_sid": TRUNK, "voice_application_sid": APPLICATION})).await;
    let (_, forms) = restore(&routing, documented(json!({}))).await;
    assert!(
        forms[0].contains(&format!("&TrunkSid={TRUNK}&")) && !forms[0].contains("VoiceApplicationSid"),
        "{forms:?}"
    );
}

#[tokio::test]
async fn restoring_an_application_does_not_send_the_trunk() {
    let routing = snapshot(json!({"voice_application_sid": APPLICATION})).await;
    let (_, forms) = restore(&routing, documented(json!({}))).await;
    let wanted = "VoiceUrl=&VoiceMethod=POST&VoiceFallbackUrl=&VoiceFallbackMethod=POST&VoiceCallerIdLookup=false\
                  &VoiceReceiveMode=voice&VoiceApplicationSid=APaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    assert_eq!(forms, [format!("{wanted}&{REST}")]);
}

#[tokio::test]
async fn missing_settings_are_cleared_or_unchanged() {
    let nothing = |value: &Value| {
        let names = "voice_url voice_method voice_fallback_url voice_fallback_method voice_receive_mode
            voice_application_sid trunk_sid sms_url sms_method sms_fallback_url sms_fallback_method
            sms_application_sid status_callback status_callback_method";
        let names = names.split_whitespace().map(str::to_owned);
        let fields: serde_json::Map<_, _> = names.map(|name| (name, value.clone())).collect();
        let mut fields = Value::Object(fields);
        fields["voice_caller_id_lookup"] = Value::Null;
        fields
    };
    // URLs and SIDs can be cleared; methods, modes and flags cannot.
    let form = "VoiceUrl=&VoiceFallbackUrl=&VoiceApplicationSid=&TrunkSid=&SmsUrl=&SmsFallbackUrl=\
                &SmsApplicationSid=&StatusCallback=";
    for unset in [Value::Null, json!("")] {
        let routing = snapshot(nothing(&unset)).await;
        let (_, forms) = restore(&routing, documented(json!({}))).await;
        assert_eq!(forms, [form], "{unset}");
    }
}

#[tokio::test]
async fn a_restore_returns_the_routing_afterwards() {
    let routing = snapshot(json!({"voice_url": URL})).await;
    let (restored, _) = restore(&routing, documented(json!({"trunk_sid": TRUNK}))).await;
    let restored = restored.unwrap();
    assert_eq!(restored.calls, Calls::Trunk(TRUNK.to_owned()));
    assert_eq!(restored.settings["VoiceUrl"], "");
}

#[tokio::test]
async fn a_foreign_snapshot_is_refused() {
    let refused = async |settings: &[(&str, &str)], id: &str| -> Error {
        let routing = Routing::new(number(), id.to_owned(), Calls::Nowhere, texts(settings));
        let (restored, forms) = restore(&routing, documented(json!({}))).await;
        assert!(forms.is_empty(), "{forms:?}");
        restored.unwrap_err()
    };
    let error = refused(&[("VoiceUrl", ""), ("Colour", "red"), ("voiceUrl", URL)], NUMBER).await;
    assert_eq!(problem_fields(&error), ["settings", "settings"]);
    assert!(
        error.to_string().starts_with("twilio: restore routing was not sent: `settings` has \"Colour\""),
        "{error}"
    );
    assert!(!error.report().contains("hidden"), "{error}");
    // A setting that an update could change, but that is no routing.
    assert_eq!(problem_fields(&refused(&[("AccountSid", NUMBER)], NUMBER).await), ["settings"]);
    assert_eq!(problem_fields(&refused(&[("TrunkSid", "TK1")], NUMBER).await), ["TrunkSid"]);
    assert_eq!(problem_fields(&refused(&[("VoiceUrl", URL)], "PN1").await), ["sid"]);
    assert_eq!(problem_fields(&refused(&[], NUMBER).await), ["update"]);
}

#[tokio::test]
async fn a_routing_can_be_saved_and_read() {
    let changes = [
        json!({}),
        json!({"voice_url": URL}),
        json!({"voice_application_sid": APPLICATION}),
        json!({"trunk_sid": TRUNK, "voice_method": null}),
    ];
    for changes in changes {
        let mut routing = snapshot(changes).await;
        for replaced in [None, Some(texts(&[("VoiceUrl", "https://example.com")]))] {
            routing.replaced_by = replaced;
            let kept = serde_json::to_string(&routing).unwrap();
            assert_eq!(serde_json::from_str::<Routing>(&kept).unwrap(), routing, "{kept}");
        }
    }
}

#[tokio::test]
async fn debug_of_a_routing_shows_no_secret() {
    let changes = json!({"voice_url": URL, "voice_fallback_url": URL, "sms_url": URL, "sms_fallback_url": URL,
        "status_callback": URL});
    let mut routing = snapshot(changes).await;
    assert_eq!(routing.settings["VoiceUrl"], URL, "it could not be put back otherwise");
    routing.replaced_by = Some(routing.settings.clone());
    for shown in [format!("{routing:?}"), format!("{routing:#?}"), format!("{:?} {}", routing.calls, routing.calls)] {
        assert!(shown.contains("https://voice.example.com/…"), "{shown}");
        for secret in ["hunter22", "hidden", "user:"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
