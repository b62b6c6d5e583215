//! Twilio in the sandbox: one check for each documented rule, with plain requests.

#[cfg(all(feature = "interactly", feature = "vapi"))]
mod imports;
mod numbers;
mod trunks;
mod updates;

use numport::E164;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// The first number that is held, and its SID.
const HELD: &str = "+14155552671";
const SID: &str = "PN00000000000000000000000000000001";
/// No account, trunk, number or application has a SID with this suffix.
const NOBODY: &str = "ffffffffffffffffffffffffffffffff";

fn e164(text: &str) -> E164 {
    text.parse().unwrap()
}

/// A sandbox with this one number.
async fn holding(number: TwilioNumber) -> Sandbox {
    Sandbox::builder().held_numbers([]).hold(number).start().await.unwrap()
}

fn base(sandbox: &Sandbox) -> String {
    sandbox.var("TWILIO_BASE_URL").unwrap()
}

fn account(sid: &str) -> String {
    format!("/2010-04-01/Accounts/{sid}")
}

fn numbers(sandbox: &Sandbox) -> String {
    format!("{}/IncomingPhoneNumbers.json", account(sandbox.twilio().account_sid()))
}

fn number(sandbox: &Sandbox) -> String {
    format!("{}/IncomingPhoneNumbers/{SID}.json", account(sandbox.twilio().account_sid()))
}

fn main_login(sandbox: &Sandbox) -> (&str, &str) {
    (sandbox.twilio().account_sid(), sandbox.twilio().auth_token().leak())
}

fn sub_login(sandbox: &Sandbox) -> (&str, &str) {
    (sandbox.twilio().subaccount_sid(), sandbox.twilio().subaccount_auth_token().leak())
}

/// A request with a login.
fn request(sandbox: &Sandbox, (user, password): (&str, &str), method: Method, path: &str) -> RequestBuilder {
    Client::new().request(method, format!("{}{path}", base(sandbox))).basic_auth(user, Some(password))
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() })
}

async fn get_as(sandbox: &Sandbox, login: (&str, &str), path: &str) -> (u16, Value) {
    answer(request(sandbox, login, Method::GET, path)).await
}

/// The response to a request with the main account's token.
async fn get(sandbox: &Sandbox, path: &str) -> Value {
    let (status, answer) = get_as(sandbox, main_login(sandbox), path).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

/// The status and the code of an error response.
async fn refusal(request: RequestBuilder) -> (u16, u64) {
    let (status, body) = answer(request).await;
    let code = body["code"].as_u64().unwrap();
    let more_info = format!("https://www.twilio.com/docs/errors/{code}");
    assert_eq!((&body["status"], &body["more_info"]), (&json!(status), &json!(more_info)), "{body}");
    assert!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    (status, code)
}

async fn get_refusal(sandbox: &Sandbox, path: &str) -> (u16, u64) {
    refusal(request(sandbox, main_login(sandbox), Method::GET, path)).await
}

fn posted(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
    let form: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request(sandbox, main_login(sandbox), Method::POST, path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form)
}

/// The response to a form with the main account's token.
async fn post(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    answer(posted(sandbox, path, fields)).await
}

async fn post_refusal(sandbox: &Sandbox, path: &str, fields: &[(&str, &str)]) -> (u16, u64) {
    refusal(posted(sandbox, path, fields)).await
}

#[tokio::test]
async fn every_login_has_exactly_its_documented_access() {
    let sub = TwilioNumber::new(e164("+13125550100")).in_subaccount();
    let sandbox = Sandbox::builder().hold(sub).start().await.unwrap();
    let (main, sub, key) = (main_login(&sandbox), sub_login(&sandbox), sandbox.twilio().api_key());
    let paths =
        |sid: &str| ["", "/IncomingPhoneNumbers", "/OutgoingCallerIds"].map(|rest| account(sid) + rest + ".json");
    let [main_account, main_numbers, main_ids] = paths(main.0);
    let [sub_account, sub_numbers, sub_ids] = paths(sub.0);
    let accounts = "/2010-04-01/Accounts.json".to_owned();
    let (in_main, in_sub) = ([&main_account, &main_numbers, &main_ids], [&sub_account, &sub_numbers, &sub_ids]);
    for (login, opens) in
        [(main, [in_main, in_sub].concat()), (sub, in_sub.to_vec()), (key, vec![&main_numbers, &main_ids])]
    {
        for path in [in_main, in_sub].concat() {
            if opens.contains(&path) {
                assert_eq!(get_as(&sandbox, login, path).await.0, 200, "{} {path}", login.0);
            } else {
                let refused = refusal(request(&sandbox, login, Method::GET, path)).await;
                assert_eq!(refused, (401, 20003), "{} {path}", login.0);
            }
        }
    }
    assert_eq!(refusal(request(&sandbox, key, Method::GET, &accounts)).await, (401, 20003));
    for wrong in [(main.0, sub.1), (sub.0, main.1), (key.0, main.1), (main.0, key.1), (main.0, ""), ("", "")] {
        assert_eq!(refusal(request(&sandbox, wrong, Method::GET, &main_numbers)).await, (401, 20003), "{wrong:?}");
    }
    let bare = Client::new().get(format!("{}{main_numbers}", base(&sandbox)));
    assert_eq!(refusal(bare).await, (401, 20003));
    let unknown = paths(&format!("AC{NOBODY}"));
    for path in &unknown {
        assert_eq!(get_refusal(&sandbox, path).await, (404, 20404));
    }
    let (status, listed) = get_as(&sandbox, sub, &sub_numbers).await;
    let listed = &listed["incoming_phone_numbers"];
    assert_eq!(
        (status, listed.as_array().unwrap().len(), &listed[0]["phone_number"]),
        (200, 1, &json!("+13125550100"))
    );
}

#[tokio::test]
async fn an_account_is_returned_with_its_token() {
    let sandbox = Sandbox::start().await.unwrap();
    let (main, sub) = (main_login(&sandbox), sub_login(&sandbox));
    let path = account(sub.0);
    let date = "Thu, 30 Jul 2015 20:00:00 +0000";
    let mut shown = get(&sandbox, &format!("{path}.json")).await;
    let links = shown["subresource_uris"].take();
    let expected = json!({
        "auth_token": sub.1, "date_created": date, "date_updated": date, "friendly_name": "Sandbox subaccount",
        "owner_account_sid": main.0, "sid": sub.0, "status": "active", "subresource_uris": null, "type": "Full",
        "uri": format!("{path}.json"),
    });
    assert_eq!(shown, expected);
    assert_eq!(links.as_object().unwrap().len(), 20);
    assert_eq!(links["incoming_phone_numbers"], format!("{path}/IncomingPhoneNumbers.json"));
    let shown = get(&sandbox, &format!("{}.json", account(main.0))).await;
    assert_eq!((&shown["auth_token"], &shown["owner_account_sid"]), (&json!(main.1), &json!(main.0)));
}

#[tokio::test]
async fn accounts_are_filtered_by_name_and_status_with_pages() {
    let sandbox = Sandbox::start().await.unwrap();
    let (main, sub) = (main_login(&sandbox), sub_login(&sandbox));
    let sids = |page: &Value| -> Vec<String> {
        page["accounts"].as_array().unwrap().iter().map(|one| one["sid"].as_str().unwrap().to_owned()).collect()
    };
    let path = "/2010-04-01/Accounts.json";
    assert_eq!(sids(&get(&sandbox, path).await), [main.0, sub.0]);
    assert_eq!(sids(&get_as(&sandbox, sub, path).await.1), [sub.0], "a subaccount sees itself alone");
    assert_eq!(sids(&get(&sandbox, &format!("{path}?FriendlyName=Sandbox")).await), [main.0]);
    assert_eq!(sids(&get(&sandbox, &format!("{path}?Status=active")).await).len(), 2);
    assert_eq!(sids(&get(&sandbox, &format!("{path}?Status=closed")).await).len(), 0);
    for query in ["Status=gone", "Sid=x"] {
        assert_eq!(get_refusal(&sandbox, &format!("{path}?{query}")).await, (400, 20001));
    }
    let first = get(&sandbox, &format!("{path}?Status=active&PageSize=1")).await;
    assert_eq!(first["first_page_uri"], format!("{path}?Status=active&PageSize=1&Page=0"));
    let last = get(&sandbox, first["next_page_uri"].as_str().unwrap()).await;
    assert_eq!((sids(&last), &last["next_page_uri"]), (vec![sub.0.to_owned()], &Value::Null));
    assert_eq!(last["previous_page_uri"], first["first_page_uri"]);
}

#[tokio::test]
async fn a_verified_caller_id_is_not_held() {
    let sandbox = Sandbox::start().await.unwrap();
    let path = format!("{}/OutgoingCallerIds", account(sandbox.twilio().account_sid()));
    let page = get(&sandbox, &format!("{path}.json")).await;
    let (date, sid) = ("Fri, 21 Aug 2009 00:11:24 +0000", page["outgoing_caller_ids"][0]["sid"].as_str().unwrap());
    let expected = json!([{
        "account_sid": sandbox.twilio().account_sid(), "date_created": date, "date_updated": date,
        "friendly_name": "Verified", "phone_number": "+13125550142", "sid": sid, "uri": format!("{path}/{sid}.json"),
    }]);
    assert_eq!(page["outgoing_caller_ids"], expected);
    let counts = [
        ("?PhoneNumber=%2B13125550142&FriendlyName=Verified", 1),
        ("?PhoneNumber=%2B1312555014", 0),
        ("?FriendlyName=x", 0),
    ];
    for (query, count) in counts {
        let page = get(&sandbox, &format!("{path}.json{query}")).await;
        assert_eq!(page["outgoing_caller_ids"].as_array().unwrap().len(), count, "{query}");
    }
    let sub = format!("{}/OutgoingCallerIds.json", account(sandbox.twilio().subaccount_sid()));
    assert_eq!(get(&sandbox, &sub).await["outgoing_caller_ids"], json!([]));
    let held = get(&sandbox, &format!("{}?PhoneNumber=%2B13125550142", numbers(&sandbox))).await;
    assert_eq!(held["incoming_phone_numbers"], json!([]));
}

#[tokio::test]
async fn a_path_without_json_gets_xml() {
    let sandbox = Sandbox::start().await.unwrap();
    for path in [numbers(&sandbox), number(&sandbox), "/2010-04-01/Accounts.json".to_owned()] {
        let path = path.strip_suffix(".json").unwrap();
        let response = request(&sandbox, main_login(&sandbox), Method::GET, path).send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), &response.headers()["content-type"]),
            (404, &"application/xml".parse().unwrap())
        );
        let text = response.text().await.unwrap();
        assert!(text.starts_with("<?xml") && text.contains("<Code>20404</Code>"), "{text}");
    }
    assert_eq!(post_refusal(&sandbox, &numbers(&sandbox), &[]).await, (404, 20404), "nothing is bought here");
}
