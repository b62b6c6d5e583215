//! A golden request with a slip is found to be wrong.

use openapi::{Document, Request, pairs};
use serde_json::{Value, json};

use super::golden;

/// What is wrong with the golden request of this name after a change.
fn after(name: &str, change: impl FnOnce(&mut Request)) -> Vec<String> {
    let mut golden = golden().into_iter().find(|golden| golden.name == format!("{name}.json")).unwrap();
    let document = Document::of(&golden.service);
    assert!(document.check(&golden.request).1.is_empty(), "{name} is right as it is");
    change(&mut golden.request);
    document.check(&golden.request).1
}

fn with_field(name: &str, field: &str, value: Value) -> Vec<String> {
    after(name, |request| request.body.as_mut().unwrap()[field] = value)
}

fn with_query(name: &str, query: &str) -> Vec<String> {
    after(name, |request| request.query = Some(query.to_owned()))
}

fn with_form(name: &str, form: &str) -> Vec<String> {
    after(name, |request| request.form = Some(pairs(form)))
}

#[track_caller]
fn one(wrong: &[String], part: &str) {
    assert!(wrong.len() == 1 && wrong[0].contains(part), "{wrong:#?}");
}

#[test]
fn unknown_fields_and_wrong_types_in_a_body_are_found() {
    for name in ["vapi/create_number/twilio_token", "telnyx/update_number/connection", "plivo/add_number/documented"] {
        one(&with_field(name, "nonsense", json!(1)), "nonsense");
    }
    // Of several schemas it is the one that the body means.
    one(&with_field("vapi/create_number/twilio_token", "smsEnabled", json!("yes")), "body/smsEnabled: \"yes\"");
    one(&with_field("vapi/create_number/twilio_token", "provider", json!("carrier")), "body/provider");
    one(&with_field("telnyx/update_number/connection", "connection_id", json!(7)), "body/connection_id: 7");
    one(&with_field("signalwire/update_number/name", "name", json!(7)), "body/name: 7");
    one(&with_field("butter/assign_number/documented", "phone_number_id", Value::Null), "body/phone_number_id: null");
    one(&after("interactly/update_number/attach", |request| request.body = None), "body: is required");
}

#[test]
fn null_is_for_what_may_be_null() {
    assert!(with_field("vapi/update_number/set", "assistantId", Value::Null).is_empty());
    assert!(!with_field("vapi/update_number/set", "name", Value::Null).is_empty());
}

#[test]
fn unknown_parameters_and_wrong_values_in_a_query_are_found() {
    one(&with_query("telnyx/list_numbers/empty", "filter%5Bnonsense%5D=1"), "nonsense");
    one(&with_query("telnyx/list_numbers/empty", "page%5Bsize%5D=251"), "251");
    one(&with_query("telnyx/list_numbers/empty", "page%5Bnonsense%5D=1"), "nonsense");
    one(&with_query("twilio/list_numbers/empty", "PageSize=many"), "\"many\" is not");
    one(&with_query("vonage/list_numbers/three", "pattern=1&pattern=2"), "[\"1\",\"2\"]");
    one(&with_query("plivo/list_numbers/none", "type=nonsense"), "nonsense");
}

#[test]
fn unknown_fields_and_wrong_values_in_a_form_are_found() {
    let short = with_form("twilio/attach_to_trunk/documented", "PhoneNumberSid=PN1");
    assert!(short.iter().all(|wrong| wrong.contains("PN1")) && !short.is_empty(), "{short:?}");
    one(&with_form("vonage/update_number/forwarded", "country=GB&msisdn=447700900000&appId=1"), "appId");
    let number = "PhoneNumberSid=PNaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    one(&with_form("twilio/attach_to_trunk/documented", &format!("{number}&Nonsense=1")), "Nonsense");
    one(&with_form("twilio/attach_to_trunk/documented", ""), "required");
}

#[test]
fn unknown_paths_and_methods_are_found() {
    one(&after("telnyx/get_balance/documented", |request| request.path.push('s')), "is not documented");
    one(&after("telnyx/get_balance/documented", |request| request.method = "PUT".to_owned()), "is not documented");
    one(
        &after("twilio/get_number/documented", |request| request.path = request.path.replace("/PN", "/XX")),
        "path Sid",
    );
}
