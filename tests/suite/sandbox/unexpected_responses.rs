//! Complete responses that a client does not expect.

use std::collections::BTreeSet;

use numport::model::Service;
use numport::sandbox::{Fault, Sandbox, SandboxBuilder};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::plain_requests::{
    BUTTER, INTERACTLY, NUMBER, SIGNALWIRE, TWILIO, VAPI, all, base, json_of, only, refuse, request, twilio_number,
    write, written,
};

async fn get(sandbox: &Sandbox, service: Service, target: &str) -> Value {
    let (status, body) = json_of(request(sandbox, service, Method::GET, target)).await;
    assert_eq!(status, 200, "{target}: {body}");
    body
}

/// The names of the fields whose values differ, except lists.
fn changed(before: &Value, after: &Value, name: &str, found: &mut BTreeSet<String>) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            assert!(before.keys().eq(after.keys()), "the same fields");
            for (name, value) in before {
                changed(value, &after[name], name, found);
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            assert_eq!(before.len(), after.len());
            before.iter().zip(after).for_each(|(before, after)| changed(before, after, name, found));
        }
        (before, after) if before != after => {
            assert_eq!(after, "unheard-of");
            found.insert(name.to_owned());
        }
        _ => {}
    }
}

#[tokio::test]
async fn only_values_of_closed_sets_are_replaced() {
    let sandbox = Sandbox::start().await.unwrap();
    for service in all() {
        json_of(write(&sandbox, service)).await;
    }
    let number = twilio_number(&sandbox);
    let methods =
        ["sms_fallback_method", "sms_method", "status_callback_method", "voice_fallback_method", "voice_method"];
    let others = ["address_requirements", "emergency_address_status", "emergency_status", "origin", "status", "type"];
    let twilios: Vec<&str> = [&methods[..], &others, &["voice_receive_mode"]].concat();
    let account = format!("/2010-04-01/Accounts/{}.json", sandbox.twilio().account_sid());
    let signalwires = vec!["call_handler", "call_receive_mode", "capabilities", "message_handler", "number_type"];
    for (service, target, words) in [
        (INTERACTLY, "/assistants/v1/numbers", vec!["name"]),
        (VAPI, "/phone-number", vec!["provider", "status"]),
        (VAPI, "/v2/phone-number", vec!["provider", "sortOrder", "status"]),
        (TWILIO, &number, twilios),
        (TWILIO, &account, vec!["status", "type"]),
        (SIGNALWIRE, "/api/relay/rest/phone_numbers", signalwires),
        (BUTTER, "/api/phone-numbers", vec!["provider", "status"]),
    ] {
        let before = get(&sandbox, service, target).await;
        sandbox.fault(service, Fault::UnknownEnumValues);
        let after = get(&sandbox, service, target).await;
        let mut found = BTreeSet::new();
        changed(&before, &after, "", &mut found);
        assert_eq!(found, words.into_iter().map(str::to_owned).collect(), "{target}");
        assert_eq!(get(&sandbox, service, target).await, before, "what is kept stays");
    }
}

#[tokio::test]
async fn a_refusal_has_no_values_to_replace() {
    let sandbox = Sandbox::start().await.unwrap();
    for _ in 0..2 {
        sandbox.fault(SIGNALWIRE, Fault::UnknownEnumValues);
    }
    let import = || json_of(write(&sandbox, SIGNALWIRE));
    assert_eq!(import().await.0, 201);
    let (status, body) = import().await;
    assert_eq!((status, &body["errors"][0]["status"]), (422, &json!("422")));
}

/// Removes the added field from every object, and counts the objects.
fn taken_out(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(taken_out).sum(),
        Value::Object(fields) => {
            assert!(fields.remove("addedLater").is_some_and(|added| added.is_object()), "{fields:?}");
            1 + fields.values_mut().map(taken_out).sum::<usize>()
        }
        _ => 0,
    }
}

#[tokio::test]
async fn every_object_has_an_additional_field() {
    let sandbox = Sandbox::start().await.unwrap();
    for service in all() {
        json_of(write(&sandbox, service)).await;
    }
    for (service, target, status, objects) in [
        (INTERACTLY, "/assistants/v1/numbers", 200, 2),
        (VAPI, "/v2/phone-number", 200, 3),
        (VAPI, "/phone-number/none", 404, 1),
        (TWILIO, &twilio_number(&sandbox), 200, 2),
        (SIGNALWIRE, "/api/relay/rest/phone_numbers", 200, 3),
        (BUTTER, "/api/phone-numbers", 200, 3),
    ] {
        let ask = || json_of(request(&sandbox, service, Method::GET, target));
        let before = ask().await;
        sandbox.fault(service, Fault::ExtraFields);
        let mut after = ask().await;
        assert_eq!(taken_out(&mut after.1), objects, "{target}");
        assert_eq!((after.0, &after), (status, &before), "{target}");
    }
}

#[tokio::test]
async fn a_refusal_repeats_every_secret_that_was_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let (twilio, vars) = (sandbox.twilio().auth_token(), |name: &str| sandbox.var(name).unwrap());
    for (service, place, secrets) in [
        (INTERACTLY, "/message", vec![vars("INTERACTLY_API_KEY"), NUMBER.to_owned()]),
        (VAPI, "/message", vec![vars("VAPI_API_KEY"), twilio.clone()]),
        (TWILIO, "/message", vec![twilio.clone(), "FriendlyName=changed".to_owned(), "Basic ".to_owned()]),
        (SIGNALWIRE, "/error", vec![vars("SIGNALWIRE_API_TOKEN"), NUMBER.to_owned()]),
        (BUTTER, "/detail", vec![vars("BUTTER_API_KEY"), "s3cret-pin".to_owned()]),
    ] {
        sandbox.fault(service, refuse(400, None));
        let (_, usual) = json_of(write(&sandbox, service)).await;
        sandbox.fault(service, Fault::EchoedSecret);
        let (status, mut body) = json_of(write(&sandbox, service)).await;
        let message = body.pointer(place).and_then(Value::as_str).unwrap().to_owned();
        assert!(secrets.iter().all(|secret| message.contains(secret)), "{service}: {message}");
        *body.pointer_mut(place).unwrap() = usual.pointer(place).unwrap().clone();
        assert_eq!((status, body), (400, usual), "{service}: its own form");
        assert_eq!(written(&sandbox, service), 0, "{service}");
        let entry = sandbox.requests().pop().unwrap();
        assert_eq!((entry.status, entry.own_status, entry.fault), (Some(400), None, Some(Fault::EchoedSecret)));
    }
}

/// A sandbox with one entry per page.
async fn paged() -> Sandbox {
    let sandbox = SandboxBuilder::max_page_size(Sandbox::builder(), 1).start().await.unwrap();
    for number in ["+14155550001", "+14155550002", "+14155550003"] {
        for (service, target, body) in [
            (VAPI, "/phone-number", json!({"provider": "vapi", "sipUri": number})),
            (
                SIGNALWIRE,
                "/api/relay/rest/imported_phone_numbers",
                json!({"number": number, "number_type": "longcode"}),
            ),
            (BUTTER, "/api/phone-numbers", json!({"provider": "sip", "phone_number": number})),
        ] {
            let made = request(&sandbox, service, Method::POST, target).header("content-type", "application/json");
            assert_eq!(json_of(made.body(body.to_string())).await.0, 201);
        }
    }
    sandbox
}

#[tokio::test]
async fn a_repeated_page_leads_to_itself_by_link_or_cursor() {
    let sandbox = paged().await;
    let numbers = format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sandbox.twilio().account_sid());
    // The pointers to the items and the next page, and the prefix of the latter.
    for (service, first, items, next, before) in [
        (TWILIO, numbers.as_str(), "/incoming_phone_numbers", "/next_page_uri", ""),
        (SIGNALWIRE, "/api/relay/rest/phone_numbers", "/data", "/links/next", ""),
        (BUTTER, "/api/phone-numbers", "/data", "/pagination/next_cursor", "/api/phone-numbers?cursor="),
    ] {
        let next_of = |page: &Value| format!("{before}{}", page.pointer(next).unwrap().as_str().unwrap());
        let mut target = first.to_owned();
        for nth in 0..2 {
            let plain = get(&sandbox, service, &target).await;
            sandbox.fault(service, Fault::RepeatedPage);
            let page = get(&sandbox, service, &target).await;
            assert_eq!(page.pointer(items), plain.pointer(items), "{target}");
            assert_ne!(next_of(&page), next_of(&plain));
            let again = get(&sandbox, service, &next_of(&page)).await;
            assert_eq!(again, plain, "page {nth} of {service} leads to itself");
            sandbox.fault(service, Fault::RepeatedPage);
            let again = get(&sandbox, service, &next_of(&page)).await;
            assert_eq!(next_of(&again), next_of(&page), "and once more");
            target = next_of(&plain);
        }
    }
    let trunk = format!("/v1/Trunks/{}/PhoneNumbers", sandbox.twilio().trunk_sid());
    sandbox.fault(TWILIO, Fault::RepeatedPage);
    let page = get(&sandbox, TWILIO, &trunk).await;
    assert_eq!(page["meta"]["next_page_url"], page["meta"]["url"]);
}

#[tokio::test]
async fn a_repeated_page_by_index_is_the_previous_page() {
    let sandbox = paged().await;
    let first = get(&sandbox, VAPI, "/v2/phone-number?limit=2").await;
    for (target, page) in
        [("/v2/phone-number?limit=2&page=2", 1), ("/v2/phone-number?limit=2", 1), ("/v2/phone-number?page=3", 2)]
    {
        sandbox.fault(VAPI, Fault::RepeatedPage);
        let repeated = get(&sandbox, VAPI, target).await;
        let metadata = &repeated["metadata"];
        assert_eq!((&metadata["currentPage"], &metadata["hasNextPage"]), (&json!(page), &json!(true)), "{target}");
        assert_eq!(repeated["results"] == first["results"], page == 1, "{target}");
    }
}

#[tokio::test]
async fn other_requests_get_the_usual_response() {
    let sandbox = Sandbox::start().await.unwrap();
    for service in all() {
        sandbox.fault(service, Fault::RepeatedPage);
        assert!(json_of(write(&sandbox, service)).await.0 < 300);
        assert_eq!(written(&sandbox, service), 1);
    }
    let entry = sandbox.requests().pop().unwrap();
    assert_eq!(entry.fault, Some(Fault::RepeatedPage));
    for (service, target) in [
        (INTERACTLY, "/assistants/v1/numbers".to_owned()),
        (VAPI, "/phone-number".to_owned()),
        (TWILIO, twilio_number(&sandbox)),
    ] {
        let plain = get(&sandbox, service, &target).await;
        sandbox.fault(service, Fault::RepeatedPage);
        assert_eq!(get(&sandbox, service, &target).await, plain, "{target}");
    }
}

#[tokio::test]
async fn a_wrong_key_is_refused_under_a_fault_too() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault(VAPI, Fault::ExtraFields);
    let url = format!("{}/phone-number", base(&sandbox, VAPI));
    let (status, body) = json_of(Client::new().post(url).bearer_auth("wrong")).await;
    assert_eq!((status, body["addedLater"].is_object()), (401, true));
    assert_eq!(only(&sandbox).1, Some(401));
}
