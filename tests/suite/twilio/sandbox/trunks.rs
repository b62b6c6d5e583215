//! The trunking API.

use super::*;

fn trunk(sandbox: &Sandbox) -> String {
    format!("/v1/Trunks/{}/PhoneNumbers", sandbox.twilio().trunk_sid())
}

#[tokio::test]
async fn a_number_is_attached_read_and_detached() {
    let sandbox = holding(TwilioNumber::new(e164(HELD)).with_application()).await;
    let (path, base) = (trunk(&sandbox), base(&sandbox));
    let one = format!("{path}/{SID}");
    assert_eq!(get_refusal(&sandbox, &one).await, (404, 20404));
    let (status, attached) = post(&sandbox, &path, &[("PhoneNumberSid", SID)]).await;
    assert_eq!(status, 201, "{attached}");
    let account_sid = sandbox.twilio().account_sid();
    let links = format!("{base}{}/IncomingPhoneNumbers/{SID}", account(account_sid));
    let expected = json!({
        "account_sid": account_sid, "address_requirements": "none", "api_version": "2010-04-01", "beta": false,
        "capabilities": {"voice": true, "sms": true, "mms": false}, "date_created": "2015-07-30T23:19:04Z",
        "date_updated": attached["date_updated"], "friendly_name": HELD, "links": {"phone_number": links},
        "phone_number": HELD, "sid": SID, "sms_application_sid": "", "sms_fallback_method": "POST",
        "sms_fallback_url": "", "sms_method": "POST", "sms_url": "", "status_callback": "",
        "status_callback_method": "POST", "trunk_sid": sandbox.twilio().trunk_sid(), "url": format!("{base}{one}"),
        "voice_application_sid": "", "voice_caller_id_lookup": false, "voice_fallback_method": "POST",
        "voice_fallback_url": null, "voice_method": "POST", "voice_url": "https://demo.twilio.com/welcome/voice/",
    });
    assert_eq!(attached, expected);
    let date: jiff::Timestamp = attached["date_updated"].as_str().unwrap().parse().unwrap();
    assert!(date > "2020-01-01T00:00:00Z".parse().unwrap(), "{date}");
    assert_eq!(get(&sandbox, &one).await, expected);
    let kept = sandbox.twilio().number(&e164(HELD)).unwrap();
    assert_eq!(
        (&kept["trunk_sid"], &kept["voice_application_sid"]),
        (&json!(sandbox.twilio().trunk_sid()), &json!(""))
    );
    assert_eq!(post(&sandbox, &path, &[("PhoneNumberSid", SID)]).await.0, 201, "again");

    let detach = || answer(request(&sandbox, main_login(&sandbox), Method::DELETE, &one));
    assert_eq!(detach().await, (204, Value::Null));
    let kept = sandbox.twilio().number(&e164(HELD)).unwrap();
    assert_eq!((&kept["trunk_sid"], &kept["voice_application_sid"]), (&Value::Null, &json!("")));
    assert_eq!(detach().await.0, 404);
    assert_eq!(get_refusal(&sandbox, &one).await, (404, 20404));
    assert_eq!(get(&sandbox, &number(&sandbox)).await["sid"], SID, "the account still holds it");
}

#[tokio::test]
async fn the_list_of_a_trunk_has_complete_urls() {
    let held: Vec<TwilioNumber> = (0..4).map(|nth| TwilioNumber::new(e164(&format!("+1415555000{nth}")))).collect();
    let builder =
        held[1..].iter().fold(Sandbox::builder().held_numbers([]), |all, one| all.hold(one.clone().on_trunk()));
    let sub = TwilioNumber::new(e164("+13125550100")).in_subaccount().on_trunk();
    let sandbox = builder.hold(held[0].clone()).hold(sub).start().await.unwrap();
    let url = format!("{}{}", base(&sandbox), trunk(&sandbox));
    let first = get(&sandbox, &format!("{}?PageSize=2", trunk(&sandbox))).await;
    let next = first["meta"]["next_page_url"].as_str().unwrap();
    let meta = json!({
        "first_page_url": format!("{url}?PageSize=2&Page=0"), "key": "phone_numbers", "next_page_url": next,
        "page": 0, "page_size": 2, "previous_page_url": null, "url": format!("{url}?PageSize=2&Page=0"),
    });
    assert_eq!(first["meta"], meta);
    let path = next.strip_prefix(&base(&sandbox)).unwrap();
    let last = get(&sandbox, path).await;
    assert_eq!((&last["meta"]["url"], &last["meta"]["next_page_url"]), (&json!(next), &Value::Null));
    assert_eq!(last["meta"]["previous_page_url"], format!("{url}?PageSize=2&Page=0"));
    let numbers = [&first, &last].map(|page| page["phone_numbers"].as_array().unwrap().clone()).concat();
    let numbers: Vec<&Value> = numbers.iter().map(|number| &number["phone_number"]).collect();
    assert_eq!(numbers, ["+14155550001", "+14155550002", "+14155550003"], "those of this trunk alone");
    assert_eq!(last["phone_numbers"][0], get(&sandbox, &format!("{}/PN{:032x}", trunk(&sandbox), 3)).await);
    for (query, code) in [("PageSize=0", 20001), ("FriendlyName=x", 20001), ("Page=1&PageSize=2", 21481)] {
        assert_eq!(get_refusal(&sandbox, &format!("{}?{query}", trunk(&sandbox))).await, (400, code), "{query}");
    }
    let by_name =
        request(&sandbox, main_login(&sandbox), Method::GET, &trunk(&sandbox)).header("Host", "twilio.test:1");
    let (_, page) = answer(by_name).await;
    assert!(page["meta"]["url"].as_str().unwrap().starts_with("http://twilio.test:1/v1/"), "as the client knows it");
}

#[tokio::test]
async fn invalid_attachments_are_refused() {
    let sub = TwilioNumber::new(e164("+13125550100")).in_subaccount();
    let sandbox = Sandbox::builder().held_numbers([e164(HELD)]).hold(sub).start().await.unwrap();
    let path = trunk(&sandbox);
    let of_sub = format!("PN{:032x}", 2);
    let unknown = format!("PN{NOBODY}");
    for (form, expected) in [
        (vec![], (400, 20001)),
        (vec![("PhoneNumberSid", "PN1")], (400, 21421)),
        (vec![("PhoneNumberSid", HELD)], (400, 21421)),
        (vec![("PhoneNumberSid", unknown.as_str())], (404, 20404)),
        (vec![("PhoneNumberSid", of_sub.as_str())], (404, 20404)),
        (vec![("PhoneNumberSid", SID), ("FriendlyName", "x")], (400, 20001)),
    ] {
        assert_eq!(post_refusal(&sandbox, &path, &form).await, expected, "{form:?}");
    }
    let json = request(&sandbox, main_login(&sandbox), Method::POST, &path).header("Content-Type", "application/json");
    assert_eq!(refusal(json.body(json!({"PhoneNumberSid": SID}).to_string())).await, (400, 20001));
    assert_eq!(get_refusal(&sandbox, &format!("/v1/Trunks/TK{NOBODY}/PhoneNumbers")).await, (404, 20404));
    assert_eq!(get_refusal(&sandbox, &format!("{path}/{SID}.json")).await, (404, 20404), "no .json in this API");
    assert_eq!(refusal(request(&sandbox, (SID, "x"), Method::GET, &path)).await, (401, 20003));
    assert_eq!(get_as(&sandbox, sub_login(&sandbox), &path).await.0, 404, "the login's own trunk alone");
    assert_eq!(get_as(&sandbox, sandbox.twilio().api_key(), &path).await.0, 200);
    assert_eq!(get(&sandbox, &path).await["phone_numbers"], json!([]));
}
