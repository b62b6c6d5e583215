//! Vapi in the sandbox: it refuses the requests that the real service refuses.

use std::collections::HashSet;

use futures_util::TryStreamExt;
use numport::platform::vapi::{
    Bound, CreateByoNumber, CreateTwilioNumber, CreateVapiNumber, ListFilter, SearchNumbers, SettingsPatch, SortOrder,
};
use numport::sandbox::Sandbox;
use numport::{E164, Patch, Vapi};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::plain_requests::{VAPI, send};
use crate::services::planted::number;

#[tokio::test]
async fn every_problem_of_a_body_is_reported() {
    let sandbox = Sandbox::start().await.unwrap();
    let body = json!({
        "provider": "twilio", "number": "4155", "twilioAccountSid": "AC1", "label": "x", "name": "x".repeat(41),
        "server": {"timeoutSeconds": 0, "secret": "x"}, "hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": 7}]}],
        "fallbackDestination": {"type": "email"},
    });
    let (status, answer) = send(&sandbox, VAPI, Method::POST, "/phone-number", body).await;
    assert_eq!((status, &answer["statusCode"], &answer["error"]), (400, &json!(400), &json!("Bad Request")));
    let faults: HashSet<&str> =
        answer["message"].as_array().unwrap().iter().map(|fault| fault.as_str().unwrap()).collect();
    let expected = [
        "property label should not exist",
        "number must be a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).",
        "name must be a string of 0 to 40 characters",
        "server.property secret should not exist",
        "server.timeoutSeconds must be a number from 1 to 300",
        "hooks.0.do.0.exact must be a string of 0 to 4000 characters",
        "fallbackDestination.type must be one of the following values: number, sip",
    ];
    assert_eq!(faults, HashSet::from(expected));
    assert!(sandbox.twilio().voice_url(&number()).unwrap().contains("demo"), "nothing was taken over");
}

#[tokio::test]
async fn an_import_requires_valid_credentials_and_a_held_number() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let create = |number: &str, token: &str| {
        let number: E164 = number.parse().unwrap();
        CreateTwilioNumber::new(number, sandbox.twilio().account_sid()).twilio_auth_token(token)
    };
    for (number, token) in [("+14155552671", "wrong"), ("+19995550100", &sandbox.twilio().auth_token())] {
        let error = vapi.create_number(create(number, token)).await.unwrap_err();
        let words = std::error::Error::source(&error).unwrap().to_string();
        assert!(words.starts_with("Number Not Found on Twilio"), "{words}");
    }
    let made =
        vapi.create_number(create("+14155552671", &sandbox.twilio().auth_token()).sms_enabled(false)).await.unwrap();
    assert!(!serde_json::to_string(&made).unwrap().contains(&sandbox.twilio().auth_token()), "no secret is returned");
    let unknown = CreateByoNumber::new("00000000-0000-4000-8000-00000000dead", "+14155552671");
    assert!(vapi.create_number(unknown).await.is_err());
}

#[tokio::test]
async fn null_clears_a_field_and_an_absent_field_is_unchanged() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let made = vapi.create_number(CreateVapiNumber::new().sip_uri("sip:a@sip.vapi.ai")).await.unwrap();
    let set = SettingsPatch::new().name("Desk".to_owned()).assistant_id("a1".to_owned());
    vapi.update_number(&made.id, set).await.unwrap();
    let updated = vapi.update_number(&made.id, SettingsPatch::new().assistant_id(Patch::Clear)).await.unwrap();
    assert_eq!((updated.name.as_deref(), updated.assistant_id), (Some("Desk"), None));
    assert!(updated.updated_at > made.updated_at);
}

#[tokio::test]
async fn lists_have_filters_sort_order_and_pages() {
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let mut times = Vec::new();
    for nth in 0..5 {
        let made =
            vapi.create_number(CreateVapiNumber::new().sip_uri(format!("sip:user{nth}@sip.vapi.ai"))).await.unwrap();
        times.push(made.created_at.unwrap().parse().unwrap());
    }
    let plain = vapi.list_numbers(&ListFilter::new().limit(2)).await.unwrap();
    assert_eq!(plain.len(), 2);
    let after = ListFilter::new().created(Bound::After, times[1]).created(Bound::Until, times[3]);
    assert_eq!(vapi.list_numbers(&after).await.unwrap().len(), 2);
    let search = SearchNumbers::new().search("USER3").sort_order(SortOrder::Ascending);
    assert_eq!(vapi.search_numbers(&search).await.unwrap().results.len(), 1);
    let paged = SearchNumbers::new().filter(ListFilter::new().limit(2)).sort_order(SortOrder::Ascending);
    let all: Vec<_> = vapi.numbers(paged).try_collect().await.unwrap();
    let created: Vec<numport::Timestamp> =
        all.iter().map(|number| number.created_at.as_ref().unwrap().parse().unwrap()).collect();
    assert_eq!(created, times);
    assert_eq!(sandbox.requests().iter().filter(|entry| entry.path == "/v2/phone-number").count(), 1 + 3);
}

#[tokio::test]
async fn a_search_finds_parts_of_present_values() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut ids = Vec::new();
    for (sip_uri, name) in
        [("sip:a@sip.vapi.ai", "Front desk"), ("sip:b@sip.vapi.ai", "Back desk"), ("sip:c@sip.vapi.ai", "Bar")]
    {
        let body = json!({"provider": "vapi", "sipUri": sip_uri, "name": name});
        let (_, made) = send(&sandbox, VAPI, Method::POST, "/phone-number", body).await;
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    let found = async |search: &str| -> Vec<String> {
        let target = format!("/v2/phone-number?sortOrder=ASC&search={search}");
        let (_, page) = send(&sandbox, VAPI, Method::GET, &target, Value::Null).await;
        let results = page["results"].as_array().unwrap();
        results.iter().map(|number| number["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found("DESK").await, ["Front desk", "Back desk"]);
    assert_eq!(found("c@sip").await, ["Bar"]);
    assert_eq!(found("ba").await, ["Back desk", "Bar"]);
    assert_eq!(found("vapi").await.len(), 3);
    assert_eq!(found("desks").await, [""; 0]);
    let change = json!({"name": "Lobby desk"});
    send(&sandbox, VAPI, Method::PATCH, &format!("/phone-number/{}", ids[0]), change).await;
    send(&sandbox, VAPI, Method::DELETE, &format!("/phone-number/{}", ids[1]), Value::Null).await;
    assert_eq!(found("desk").await, ["Lobby desk"]);
    assert_eq!(found("lobby").await, ["Lobby desk"]);
    assert_eq!(found("front").await, [""; 0]);
    assert_eq!(found("").await, ["Lobby desk", "Bar"], "in the order in which they came");
}
