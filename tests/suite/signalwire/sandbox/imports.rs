//! Imports with JSON and with a form.

use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::{IMPORT, NOBODY, NULLS, NUMBERS, answer, get, import, invalid, plain, request, send, start};

#[tokio::test]
async fn an_import_returns_the_documented_object() {
    let sandbox = start().await;
    let body = json!({"number": "+49152234333323", "number_type": "longcode", "capabilities": ["sms", "voice"]});
    let (status, made) = send(&sandbox, Method::POST, IMPORT, body).await;
    let (id, created) = (made["id"].as_str().unwrap(), made["created_at"].as_str().unwrap());
    assert_eq!((id.len(), created.len(), created.ends_with('Z')), (36, "2023-09-28T18:04:40Z".len(), true));
    let mut expected = json!({
        "id": id, "number": "+49152234333323", "capabilities": ["sms", "voice"], "number_type": "longcode",
        "created_at": created, "updated_at": created, "call_handler": "laml_webhooks", "call_receive_mode": "voice",
        "message_handler": "laml_webhooks",
    });
    for null in NULLS.split_whitespace() {
        expected[null] = Value::Null;
    }
    assert_eq!((status, &made), (201, &expected));
    assert_eq!(get(&sandbox, &format!("{NUMBERS}/{id}")).await, (200, expected));
}

#[tokio::test]
async fn an_import_is_checked_field_by_field() {
    let sandbox = start().await;
    let long = "1".repeat(31);
    for (body, detail) in [
        (json!({"number": "+14155550100"}), "Number type can't be blank"),
        (json!({"number_type": "longcode"}), "Number can't be blank"),
        (
            json!({"number": "+14155550100", "number_type": "toll-free"}),
            "Number type must be one of the following values: longcode, tollfree",
        ),
        (
            json!({"number": "+14155550100", "number_type": "longcode", "capabilities": []}),
            "Capabilities must be a list of at least one",
        ),
        (
            json!({"number": "+14155550100", "number_type": "longcode", "capabilities": ["SMS"]}),
            "Capabilities.0 must be one of the following values: voice, fax, sms, mms",
        ),
        (json!({"number": "+14155550100", "number_type": "longcode", "name": "x"}), "Name is not a known attribute"),
    ] {
        assert_eq!(send(&sandbox, Method::POST, IMPORT, body).await, invalid(detail));
    }
    for number in ["+123", "1234", &long, "+1 415 555 0100", "+1415555010x", "++4155550100"] {
        let body = json!({"number": number, "number_type": "longcode"});
        let detail = "Number must be 5 to 30 characters, with nothing but digits after an optional +";
        assert_eq!(send(&sandbox, Method::POST, IMPORT, body).await, invalid(detail), "{number}");
    }
    let (_, refusal) = send(&sandbox, Method::POST, IMPORT, json!({})).await;
    assert_eq!(refusal["errors"].as_array().unwrap().len(), 2, "every fault is told");
    let text = request(&sandbox, Method::POST, IMPORT).body(r#"{"number": "+14155550100", "number_type": "longcode"}"#);
    assert_eq!(answer(text.try_clone().unwrap()).await, plain(400, "Bad Request"), "it is not said to be JSON");
    assert_eq!(answer(text.header("content-type", "application/json; charset=utf-8")).await.0, 201);
    assert_eq!(send(&sandbox, Method::POST, IMPORT, json!("+14155550100")).await.0, 422);
    let broken = request(&sandbox, Method::POST, IMPORT).header("content-type", "application/json").body("{");
    assert_eq!(answer(broken).await, plain(400, "Bad Request"));
}

#[tokio::test]
async fn a_toll_free_type_is_spelled_differently_in_responses() {
    let sandbox = start().await;
    let body = json!({"number": "18005550123", "number_type": "tollfree"});
    let (_, made) = send(&sandbox, Method::POST, IMPORT, body).await;
    assert_eq!((&made["number_type"], &made["number"]), (&json!("toll-free"), &json!("+18005550123")));
    assert_eq!(made["capabilities"].as_array().unwrap().len(), 4, "all, unless some are named");
    let again = json!({"number": "+18005550123", "number_type": "tollfree"});
    assert_eq!(send(&sandbox, Method::POST, IMPORT, again).await, invalid("Number has already been taken"));
    assert_eq!(import(&sandbox, "12345").await["number"], "+12345");
    assert_eq!(import(&sandbox, &"9".repeat(30)).await["number"].as_str().unwrap().len(), 31);
}

#[tokio::test]
async fn the_compatibility_import_takes_a_form() {
    let sandbox = start().await;
    let project = sandbox.var("SIGNALWIRE_PROJECT_ID").unwrap();
    let account = format!("/api/laml/2010-04-01/Accounts/{project}");
    let path = format!("{account}/ImportedPhoneNumbers");
    let form = "application/x-www-form-urlencoded";
    let post = |kind: &'static str, body: &str| {
        answer(request(&sandbox, Method::POST, &path).header("content-type", kind).body(body.to_owned()))
    };
    let capabilities = "capabilities=voice&capabilities=sms";
    let (status, made) = post(form, &format!("number=%2B49152234333323&number_type=longcode&{capabilities}")).await;
    let sid = made["sid"].as_str().unwrap();
    assert_eq!(
        (status, &made["phone_number"], &made["account_sid"]),
        (201, &json!("+49152234333323"), &json!(project))
    );
    assert_eq!(made["capabilities"], json!({"voice": true, "sms": true, "mms": false, "fax": false}));
    assert_eq!(made["uri"], format!("{account}/IncomingPhoneNumbers/{sid}"));
    assert!(made["date_created"].as_str().unwrap().ends_with(" +0000"));
    assert_eq!(made.as_object().unwrap().len(), 32);
    assert_eq!(get(&sandbox, &format!("{NUMBERS}/{sid}")).await.1["capabilities"], json!(["voice", "sms"]));
    let (_, brackets) = post(form, "number=%2B12345&number_type=tollfree&capabilities%5B%5D=fax").await;
    assert_eq!(brackets["capabilities"], json!({"voice": false, "sms": false, "mms": false, "fax": true}));
    let docs = "https://signalwire.com/docs/rest/compatibility-api/overview/error-codes";
    for (kind, body, code, message) in [
        (form, "number=%2B14155550100", "10000", "Number type can't be blank"),
        (form, "number_type=longcode", "10000", "Number can't be blank"),
        (form, "number=14155550100&number_type=longcode", "10000", "Number must be a + and 5 to 30 digits"),
        (form, "number=%2B1234&number_type=longcode", "10000", "Number must be a + and 5 to 30 digits"),
        (form, "number=%2B14155550100&number_type=local", "10000", "Number type must be longcode or tollfree"),
        (
            form,
            "number=%2B14155550100&number_type=longcode&capabilities=SMS",
            "4000",
            "Capabilities must be of voice, fax, sms and mms",
        ),
        (
            form,
            "number=%2B14155550100&number_type=longcode&FriendlyName=x",
            "10000",
            "FriendlyName is not a known parameter",
        ),
        (form, "number=%2B49152234333323&number_type=longcode", "10000", "Number has already been taken"),
        (
            "application/json",
            r#"{"number": "+14155550100", "number_type": "longcode"}"#,
            "10000",
            "Number can't be blank",
        ),
    ] {
        let refusal = json!({"code": code, "message": message, "more_info": docs, "status": 400});
        assert_eq!(post(kind, body).await, (422, refusal), "{body}");
    }
    let base = sandbox.var("SIGNALWIRE_BASE_URL").unwrap();
    let (status, refusal) = answer(Client::new().post(format!("{base}{path}"))).await;
    assert_eq!((status, &refusal["code"], &refusal["status"]), (401, &json!(20003), &json!(401)));
    let another = format!("/api/laml/2010-04-01/Accounts/{NOBODY}/ImportedPhoneNumbers");
    assert_eq!(send(&sandbox, Method::POST, &another, Value::Null).await.1["code"], 20003);
    assert_eq!(get(&sandbox, &path).await.0, 404);
}
