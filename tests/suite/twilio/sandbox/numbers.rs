//! The list of numbers: its fields, filters and pages.

use super::*;

#[tokio::test]
async fn a_number_has_every_documented_field() {
    let sandbox = Sandbox::start().await.unwrap();
    let (sid, date) = (sandbox.twilio().account_sid(), "Thu, 30 Jul 2015 23:19:04 +0000");
    let expected = json!({
        "account_sid": sid, "address_requirements": "none", "address_sid": null, "api_version": "2010-04-01",
        "beta": false, "bundle_sid": null, "capabilities": {"voice": true, "sms": true, "mms": false, "fax": false},
        "date_created": date, "date_updated": date, "emergency_address_sid": null,
        "emergency_address_status": "unregistered", "emergency_status": "Inactive", "friendly_name": HELD,
        "identity_sid": null, "origin": "twilio", "phone_number": HELD, "sid": SID, "sms_application_sid": "",
        "sms_fallback_method": "POST", "sms_fallback_url": "", "sms_method": "POST", "sms_url": "",
        "status": "in-use", "status_callback": "", "status_callback_method": "POST", "trunk_sid": null,
        "type": "local", "uri": number(&sandbox), "voice_application_sid": "", "voice_caller_id_lookup": false,
        "voice_fallback_method": "POST", "voice_fallback_url": null, "voice_method": "POST",
        "voice_receive_mode": "voice", "voice_url": "https://demo.twilio.com/welcome/voice/",
    });
    assert_eq!(get(&sandbox, &number(&sandbox)).await, expected);
    assert_eq!(get(&sandbox, &numbers(&sandbox)).await["incoming_phone_numbers"][0], expected);
    assert_eq!(sandbox.twilio().number(&e164(HELD)), Some(expected));
    let sub = account(sandbox.twilio().subaccount_sid());
    for path in [
        format!("{sub}/IncomingPhoneNumbers/{SID}.json"),
        number(&sandbox).replace(SID, &format!("PN{NOBODY}")),
        number(&sandbox).replace(SID, "x"),
    ] {
        assert_eq!(get_refusal(&sandbox, &path).await, (404, 20404), "{path}");
    }
}

/// The numbers that match a query.
async fn listed(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let page = get(sandbox, &format!("{}?{query}", numbers(sandbox))).await;
    let shown = page["incoming_phone_numbers"].as_array().unwrap();
    shown.iter().map(|one| one["phone_number"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_is_filtered() {
    let held = ["+441415550000", "+14155552671", "+12125550123", "+141555526711"];
    let sub = TwilioNumber::new(e164("+14155550000")).in_subaccount();
    let new = TwilioNumber::new(e164("+13125550100")).label("a b").beta();
    let builder = Sandbox::builder().held_numbers(held.map(e164)).hold(sub).hold(new);
    let sandbox = builder.hold(TwilioNumber::new(e164("+13125550101")).hosted()).start().await.unwrap();
    let [first, second, third, fourth] = held;
    let (new, hosted) = ("+13125550100", "+13125550101");
    for (query, expected) in [
        ("", vec![first, second, third, fourth, new, hosted]),
        ("PhoneNumber=", vec![first, second, third, fourth, new, hosted]),
        ("PhoneNumber=%2B14155552671", vec![second, fourth]),
        ("PhoneNumber=%2B1415", vec![second, fourth]),
        ("PhoneNumber=%2B1", vec![second, third, fourth, new, hosted]),
        ("PhoneNumber=1415", vec![first, second, fourth]),
        ("PhoneNumber=41*555*6", vec![second, fourth]),
        ("PhoneNumber=%2B*4155552671*", vec![fourth]),
        ("PhoneNumber=*14155552671", vec![]),
        // An unescaped `+` is a space.
        ("PhoneNumber=+14155552671", vec![]),
        ("FriendlyName=a%20b", vec![new]),
        ("FriendlyName=a", vec![]),
        ("Origin=hosted", vec![hosted]),
        ("Origin=twilio&PhoneNumber=%2B1312", vec![new]),
        ("Beta=false&PhoneNumber=%2B1312", vec![hosted]),
        ("Beta=true&PhoneNumber=%2B1312", vec![new, hosted]),
    ] {
        assert_eq!(listed(&sandbox, query).await, expected, "{query}");
    }
    for query in ["Beta=yes", "Beta=", "Origin=other", "phoneNumber=1", "Limit=1"] {
        let path = format!("{}?{query}", numbers(&sandbox));
        assert_eq!(get_refusal(&sandbox, &path).await, (400, 20001), "{query}");
    }
}

#[tokio::test]
async fn pages_are_reached_only_by_their_links() {
    let held: Vec<E164> = (0..5).map(|nth| e164(&format!("+1415555000{nth}"))).collect();
    let sandbox = Sandbox::builder().held_numbers(held).start().await.unwrap();
    let path = numbers(&sandbox);
    let query = "FriendlyName=%2B14155550000&Beta=true&PhoneNumber=%2B1415&Origin=twilio&PageSize=1000&Page=0";
    let page = get(&sandbox, &format!("{path}?{query}")).await;
    assert_eq!(page["first_page_uri"], format!("{path}?{query}"), "filters go along");
    assert_eq!(get(&sandbox, &path).await["page_size"], 50);

    let first = get(&sandbox, &format!("{path}?PhoneNumber=%2B1415&PageSize=2")).await;
    assert_eq!((&first["previous_page_uri"], &first["uri"]), (&Value::Null, &first["first_page_uri"]));
    let middle = get(&sandbox, first["next_page_uri"].as_str().unwrap()).await;
    assert_eq!((&middle["uri"], &middle["previous_page_uri"]), (&first["next_page_uri"], &first["uri"]));
    let last = get(&sandbox, middle["next_page_uri"].as_str().unwrap()).await;
    let about = |page: &Value| ["page", "page_size", "start", "end"].map(|field| page[field].as_u64().unwrap());
    assert_eq!([&first, &middle, &last].map(about), [[0, 2, 0, 1], [1, 2, 2, 3], [2, 2, 4, 4]]);
    assert_eq!((&last["next_page_uri"], &last["previous_page_uri"]), (&Value::Null, &middle["uri"]));
    assert_eq!(last["incoming_phone_numbers"][0]["phone_number"], "+14155550004");
    let empty = get(&sandbox, &format!("{path}?PhoneNumber=999")).await;
    assert_eq!((about(&empty), &empty["next_page_uri"]), ([0, 50, 0, 0], &Value::Null));

    let token = |page: &Value| page["uri"].as_str().unwrap().rsplit_once("PageToken=").unwrap().1.to_owned();
    for query in [
        "Page=1".to_owned(),
        "Page=1&PageToken=made-up".to_owned(),
        format!("Page=1&PageToken={}", token(&last)),
        format!("PageToken={}", token(&middle)),
    ] {
        let path = format!("{path}?PageSize=2&{query}");
        assert_eq!(get_refusal(&sandbox, &path).await, (400, 21481), "{query}");
    }
    for query in ["PageSize=0", "PageSize=1001", "PageSize=x", "PageSize=", "Page=-1", "Page=x"] {
        assert_eq!(get_refusal(&sandbox, &format!("{path}?{query}")).await, (400, 20001), "{query}");
    }
}

#[tokio::test]
async fn the_numbers_of_a_builder_have_its_settings() {
    let subaccount = holding(TwilioNumber::new(e164(HELD)).in_subaccount().on_trunk()).await;
    let kept = subaccount.twilio().number(&e164(HELD)).unwrap();
    assert_eq!(kept["account_sid"], subaccount.twilio().subaccount_sid());
    assert_ne!(kept["trunk_sid"], subaccount.twilio().trunk_sid(), "it has a trunk of its own");
    assert!(subaccount.twilio().held_numbers().is_empty());

    type Setup = fn(TwilioNumber) -> TwilioNumber;
    let (trunk, application) = (subaccount.twilio().trunk_sid(), subaccount.twilio().application_sid());
    let silent = json!({"voice": false, "sms": true, "mms": false, "fax": false});
    let setups: [(Setup, Value, Option<&str>); 7] = [
        (
            |number| number.label("Desk"),
            json!({"friendly_name": "Desk"}),
            Some("https://demo.twilio.com/welcome/voice/"),
        ),
        (
            |number| number.voice_url("https://x.example/v"),
            json!({"voice_url": "https://x.example/v"}),
            Some("https://x.example/v"),
        ),
        (|number| number.voice_url(""), json!({"voice_url": null}), None),
        (
            |number| number.with_application().on_trunk(),
            json!({"trunk_sid": trunk, "voice_application_sid": ""}),
            Some(trunk),
        ),
        (
            |number| number.on_trunk().with_application(),
            json!({"trunk_sid": null, "voice_application_sid": application}),
            Some(application),
        ),
        (TwilioNumber::without_voice, json!({"capabilities": silent, "origin": "twilio"}), None),
        (TwilioNumber::hosted, json!({"capabilities": silent, "origin": "hosted"}), None),
    ];
    for (setup, fields, calls) in setups {
        let sandbox = holding(setup(TwilioNumber::new(e164(HELD)))).await;
        let kept = sandbox.twilio().number(&e164(HELD)).unwrap();
        for (field, value) in fields.as_object().unwrap() {
            assert_eq!(&kept[field], value, "{fields}");
        }
        assert_eq!(sandbox.twilio().calls_go_to(&e164(HELD)).as_deref(), calls, "{fields}");
        assert_eq!(sandbox.twilio().voice_url(&e164(HELD)).as_deref(), kept["voice_url"].as_str());
    }
}

#[tokio::test]
async fn the_last_setting_of_a_number_applies() {
    let again = TwilioNumber::new(e164("+12125550123")).label("Again");
    let sandbox = Sandbox::builder().hold(again).start().await.unwrap();
    assert_eq!((sandbox.twilio().held_numbers().len(), sandbox.twilio().held_numbers()[1]), (5, e164("+12125550123")));
    assert_eq!(sandbox.twilio().number(&e164("+12125550123")).unwrap()["friendly_name"], "Again");
    let none = e164("+19995550100");
    assert_eq!(
        (sandbox.twilio().number(&none), sandbox.twilio().voice_url(&none), sandbox.twilio().calls_go_to(&none)),
        (None, None, None)
    );
}
