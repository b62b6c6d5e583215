//! `POST` on a number.

use super::*;

#[tokio::test]
async fn every_documented_field_is_accepted_and_returned() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut expected = get(&sandbox, &number(&sandbox)).await;
    let (url, address, hex) = ("https://example.com/a?b=c", format!("AD{NOBODY}"), NOBODY);
    let (identity, bundle, application) = (format!("RI{hex}"), format!("BU{hex}"), sandbox.twilio().application_sid());
    let fields = [
        ("AccountSid", "account_sid", sandbox.twilio().account_sid()),
        ("ApiVersion", "api_version", "2008-08-01"),
        ("FriendlyName", "friendly_name", "Desk + 1"),
        ("SmsApplicationSid", "sms_application_sid", application),
        ("SmsFallbackMethod", "sms_fallback_method", "GET"),
        ("SmsFallbackUrl", "sms_fallback_url", url),
        ("SmsMethod", "sms_method", "GET"),
        ("SmsUrl", "sms_url", url),
        ("StatusCallback", "status_callback", url),
        ("StatusCallbackMethod", "status_callback_method", "GET"),
        ("VoiceApplicationSid", "voice_application_sid", application),
        ("VoiceFallbackMethod", "voice_fallback_method", "GET"),
        ("VoiceFallbackUrl", "voice_fallback_url", "http://example.com"),
        ("VoiceMethod", "voice_method", "GET"),
        ("VoiceUrl", "voice_url", url),
        ("EmergencyStatus", "emergency_status", "Active"),
        ("EmergencyAddressSid", "emergency_address_sid", &address),
        ("VoiceReceiveMode", "voice_receive_mode", "fax"),
        ("IdentitySid", "identity_sid", &identity),
        ("AddressSid", "address_sid", &address),
        ("BundleSid", "bundle_sid", &bundle),
    ];
    let mut form: Vec<(&str, &str)> = fields.iter().map(|(name, _, value)| (*name, *value)).collect();
    form.push(("VoiceCallerIdLookup", "true"));
    for (_, field, value) in fields {
        expected[field] = json!(value);
    }
    expected["voice_caller_id_lookup"] = json!(true);
    expected["emergency_address_status"] = json!("registered");
    let (status, mut updated) = post(&sandbox, &number(&sandbox), &form).await;
    assert_eq!(status, 200, "{updated}");
    assert_eq!(get(&sandbox, &number(&sandbox)).await, updated);
    updated["date_updated"] = expected["date_updated"].clone();
    assert_eq!(updated, expected);
    assert_eq!(sandbox.requests()[1].form.len(), 22);
    assert_eq!(sandbox.requests()[1].form[2], ("FriendlyName".to_owned(), "Desk + 1".to_owned()));
    assert_eq!((sandbox.requests()[1].body.as_ref(), sandbox.requests()[0].form.len()), (None, 0));
}

#[tokio::test]
async fn an_empty_text_clears_a_field() {
    let sandbox = holding(TwilioNumber::new(e164(HELD))).await;
    let path = number(&sandbox);
    let before = get(&sandbox, &path).await;
    let (url, application) = ("https://example.com", sandbox.twilio().application_sid());
    let address = format!("AD{NOBODY}");
    let set = [
        ("VoiceUrl", url),
        ("VoiceFallbackUrl", url),
        ("SmsUrl", url),
        ("SmsFallbackUrl", url),
        ("StatusCallback", url),
        ("VoiceApplicationSid", application),
        ("SmsApplicationSid", application),
        ("AddressSid", &address),
        ("EmergencyAddressSid", &address),
    ];
    assert_eq!(post(&sandbox, &path, &set).await.0, 200);
    let unset = set.map(|(name, _)| (name, ""));
    let (_, mut after) = post(&sandbox, &path, &unset).await;
    assert_eq!(after["voice_url"], Value::Null);
    after["voice_url"] = before["voice_url"].clone();
    after["date_updated"] = before["date_updated"].clone();
    assert_eq!(after, before);
    let on_trunk = holding(TwilioNumber::new(e164(HELD)).on_trunk()).await;
    assert_eq!(
        post(&on_trunk, &path, &[("VoiceApplicationSid", "")]).await.1["trunk_sid"],
        on_trunk.twilio().trunk_sid()
    );
    assert_eq!(post(&on_trunk, &path, &[("TrunkSid", "")]).await.1["trunk_sid"], Value::Null);
}

#[tokio::test]
async fn every_change_advances_the_date() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut dates = Vec::new();
    for _ in 0..3 {
        let (_, updated) = post(&sandbox, &number(&sandbox), &[("FriendlyName", "x")]).await;
        assert_eq!(updated["date_created"], "Thu, 30 Jul 2015 23:19:04 +0000");
        let date = updated["date_updated"].as_str().unwrap().strip_suffix(" +0000").unwrap().to_owned();
        dates.push(jiff::civil::DateTime::strptime("%a, %d %b %Y %H:%M:%S", &date).unwrap());
    }
    assert!(dates[0].year() > 2015 && dates.is_sorted_by(|one, next| one < next), "{dates:?}");
}

#[tokio::test]
async fn a_trunk_and_an_application_clear_each_other() {
    let sandbox = Sandbox::start().await.unwrap();
    let (path, trunk, application) =
        (number(&sandbox), sandbox.twilio().trunk_sid(), sandbox.twilio().application_sid());
    let routes = |updated: &Value| (updated["trunk_sid"].clone(), updated["voice_application_sid"].clone());
    let (_, updated) = post(&sandbox, &path, &[("VoiceApplicationSid", application)]).await;
    assert_eq!(routes(&updated), (Value::Null, json!(application)));
    assert_eq!(sandbox.twilio().calls_go_to(&e164(HELD)).as_deref(), Some(application));
    let (_, updated) = post(&sandbox, &path, &[("TrunkSid", trunk)]).await;
    assert_eq!(routes(&updated), (json!(trunk), json!("")));
    let (_, updated) = post(&sandbox, &path, &[("VoiceUrl", "https://example.com/")]).await;
    assert_eq!(routes(&updated), (json!(trunk), json!("")), "a URL deletes nothing");
    assert_eq!(sandbox.twilio().calls_go_to(&e164(HELD)).as_deref(), Some(trunk));
    let (_, updated) = post(&sandbox, &path, &[("VoiceApplicationSid", application), ("TrunkSid", "")]).await;
    assert_eq!(routes(&updated), (Value::Null, json!(application)));
    let (_, updated) = post(&sandbox, &path, &[("TrunkSid", trunk)]).await;
    assert_eq!(routes(&post(&sandbox, &path, &[("VoiceApplicationSid", application)]).await.1).0, Value::Null);
    let both = [("TrunkSid", trunk), ("VoiceApplicationSid", application)];
    assert_eq!(post_refusal(&sandbox, &path, &both).await, (400, 20001));
    assert_eq!(updated["voice_url"], "https://example.com/", "the URL stays beneath");
}

#[tokio::test]
async fn a_bad_value_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let path = number(&sandbox);
    let before = get(&sandbox, &path).await;
    let long = "x".repeat(65);
    let (trunk, application) = (format!("TK{NOBODY}"), format!("AP{NOBODY}"));
    for (name, value) in [
        ("VoiceURL", "https://example.com"),
        ("voice_url", "https://example.com"),
        ("PhoneNumber", HELD),
        ("FriendlyName", &long),
        ("VoiceUrl", "example.com"),
        ("VoiceUrl", "/path"),
        ("VoiceUrl", "https:example.com"),
        ("VoiceUrl", "ftp://example.com"),
        ("VoiceUrl", "https://"),
        ("SmsUrl", "null"),
        ("StatusCallback", "x"),
        ("VoiceMethod", "PUT"),
        ("VoiceMethod", "post"),
        ("SmsMethod", ""),
        ("VoiceReceiveMode", "Voice"),
        ("VoiceCallerIdLookup", "True"),
        ("VoiceCallerIdLookup", ""),
        ("EmergencyStatus", "active"),
        ("AddressSid", "AD1"),
        ("AddressSid", &trunk),
        ("BundleSid", "BUgggggggggggggggggggggggggggggggg"),
        ("TrunkSid", &trunk),
        ("TrunkSid", "null"),
        ("VoiceApplicationSid", &application),
        ("SmsApplicationSid", &application),
        ("AccountSid", ""),
        ("AccountSid", "AC1"),
    ] {
        let form = [("VoiceFallbackUrl", "https://example.com"), (name, value)];
        assert_eq!(post_refusal(&sandbox, &path, &form).await, (400, 20001), "{name}={value}");
    }
    let twice = [("VoiceUrl", "https://example.com"), ("VoiceUrl", "https://example.com")];
    assert_eq!(post_refusal(&sandbox, &path, &twice).await, (400, 20001));
    let form = "VoiceUrl=https%3A%2F%2Fexample.com";
    for (media_type, body) in [
        (Some("application/json"), r#"{"VoiceUrl":"https://example.com"}"#),
        (Some("application/x-www-form-urlencoded"), r#"{"VoiceUrl":"https://example.com"}"#),
        (Some("text/plain"), form),
        (None, form),
    ] {
        let mut request = request(&sandbox, main_login(&sandbox), Method::POST, &path).body(body);
        if let Some(media_type) = media_type {
            request = request.header("Content-Type", media_type);
        }
        assert_eq!(refusal(request).await, (400, 20001), "{media_type:?} {body}");
    }
    assert_eq!(get(&sandbox, &path).await, before);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        assert_eq!(refusal(request(&sandbox, main_login(&sandbox), method, &path)).await, (404, 20404));
    }
    let another = path.replace(SID, &format!("PN{NOBODY}"));
    assert_eq!(post_refusal(&sandbox, &another, &[("VoiceMethod", "GET")]).await, (404, 20404));
}

#[tokio::test]
async fn a_number_moves_to_another_account() {
    let sandbox = holding(TwilioNumber::new(e164(HELD)).on_trunk()).await;
    let (main, sub) = (main_login(&sandbox), sub_login(&sandbox));
    let (there, here) = (number(&sandbox).replace(main.0, sub.0), number(&sandbox));
    let unknown = format!("AC{NOBODY}");
    assert_eq!(post_refusal(&sandbox, &here, &[("AccountSid", &unknown)]).await, (400, 20001));
    let (status, moved) = post(&sandbox, &here, &[("AccountSid", sub.0), ("FriendlyName", "Moved")]).await;
    assert_eq!((status, &moved["account_sid"], &moved["uri"]), (200, &json!(sub.0), &json!(there)));
    assert_eq!(
        (&moved["friendly_name"], &moved["trunk_sid"]),
        (&json!("Moved"), &Value::Null),
        "the trunk stays behind"
    );
    assert_eq!(get_refusal(&sandbox, &here).await, (404, 20404));
    assert_eq!(get(&sandbox, &there).await, moved);
    assert!(sandbox.twilio().held_numbers().is_empty());
    let form = [("TrunkSid", sandbox.twilio().trunk_sid())];
    assert_eq!(post_refusal(&sandbox, &there, &form).await, (400, 20001), "the main account's trunk");
    let home = format!("AccountSid={}", main.0);
    let by_sub = request(&sandbox, sub, Method::POST, &there)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(home);
    assert_eq!(refusal(by_sub).await, (400, 20001), "its own login cannot give it away");
    let back = [("AccountSid", main.0), ("TrunkSid", sandbox.twilio().trunk_sid())];
    assert_eq!(post(&sandbox, &there, &back).await.1["trunk_sid"], sandbox.twilio().trunk_sid());
    assert_eq!(sandbox.twilio().held_numbers(), [e164(HELD)]);
}
