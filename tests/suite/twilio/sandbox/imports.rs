//! Takeovers by the platforms at Twilio, and the logins that allow them.

use super::*;

/// The statuses of an import with this login at each platform that accepts a login.
async fn import_everywhere(sandbox: &Sandbox, dialled: &str, (sid, token): (&str, &str)) -> [u16; 3] {
    let var = |name: &str| sandbox.var(name).unwrap();
    let send = |service: &str, path: &str, body: Value| {
        let request = Client::new().post(format!("{}{path}", var(&format!("{service}_BASE_URL"))));
        let request = match service {
            "BUTTER" => request
                .header("X-API-Key", var("BUTTER_API_KEY"))
                .header("X-Organization-Id", var("BUTTER_ORGANIZATION_ID")),
            _ => request.bearer_auth(var(&format!("{service}_API_KEY"))),
        };
        answer(request.header("Content-Type", "application/json").body(body.to_string()))
    };
    let body = json!({"provider": "twilio", "number": dialled, "twilioAccountSid": sid, "twilioAuthToken": token});
    let (vapi, _) = send("VAPI", "/phone-number", body).await;
    let body = json!({"number": dialled, "credentials": {"accountSid": sid, "authToken": token}});
    let (interactly, _) = send("INTERACTLY", "/assistants/v1/numbers/twilio", body).await;
    let credentials = json!({"provider": "twilio", "account_sid": sid, "auth_token": token});
    let body = json!({"name": "x", "credentials": credentials});
    let (_, made) = send("BUTTER", "/api/integrations", body).await;
    let id = &made["data"]["integration_id"];
    let body = json!({"phone_number": dialled, "provider": "twilio", "integration_id": id});
    let (_, made) = send("BUTTER", "/api/phone-numbers", body).await;
    let body = json!({"phone_number_id": made["data"]["phone_number_id"]});
    let (butter, _) = send("BUTTER", "/api/agents/agent_a1b2c3d4e5f6/assign-phone-number", body).await;
    [vapi, interactly, butter]
}

#[tokio::test]
async fn a_login_takes_over_only_numbers_of_its_own_account() {
    for (dialled, good) in [("+14155552671", true), ("+13125550100", false)] {
        let sub = TwilioNumber::new(e164("+13125550100")).in_subaccount();
        let sandbox = Sandbox::builder().hold(sub).start().await.unwrap();
        let before = sandbox.twilio().number(&e164(dialled)).unwrap();
        let (own, others) = if good {
            (main_login(&sandbox), sub_login(&sandbox))
        } else {
            (sub_login(&sandbox), main_login(&sandbox))
        };
        assert_eq!(import_everywhere(&sandbox, dialled, others).await, [400; 3], "{dialled}");
        let mixed = (own.0, others.1);
        assert_eq!(import_everywhere(&sandbox, dialled, mixed).await[..2], [400; 2], "{dialled}");
        assert_eq!(sandbox.twilio().number(&e164(dialled)).unwrap(), before, "nothing was touched");
    }
    for (dialled, is_main) in [("+14155552671", true), ("+13125550100", false)] {
        let sub = TwilioNumber::new(e164("+13125550100")).in_subaccount();
        let sandbox = Sandbox::builder().hold(sub).start().await.unwrap();
        let own = if is_main { main_login(&sandbox) } else { sub_login(&sandbox) };
        assert_eq!(import_everywhere(&sandbox, dialled, own).await, [201, 201, 200], "{dialled}");
        assert_eq!(sandbox.twilio().calls_go_to(&e164(dialled)), sandbox.twilio().voice_url(&e164(dialled)));
        assert!(sandbox.twilio().voice_url(&e164(dialled)).unwrap().contains("butter"), "the last one wins");
    }
}

#[tokio::test]
async fn an_import_changes_only_the_urls_and_the_date() {
    for number in [TwilioNumber::new(e164(HELD)).on_trunk(), TwilioNumber::new(e164(HELD)).with_application()] {
        let sandbox = holding(number).await;
        let (before, route) =
            (sandbox.twilio().number(&e164(HELD)).unwrap(), sandbox.twilio().calls_go_to(&e164(HELD)));
        let body = json!({
            "provider": "twilio", "number": HELD, "twilioAccountSid": sandbox.twilio().account_sid(),
            "twilioApiKey": sandbox.twilio().api_key().0, "twilioApiSecret": sandbox.twilio().api_key().1,
        });
        let import = Client::new().post(format!("{}/phone-number", sandbox.var("VAPI_BASE_URL").unwrap()));
        let import = import.bearer_auth(sandbox.var("VAPI_API_KEY").unwrap()).body(body.to_string());
        assert_eq!(answer(import).await.0, 201);
        let mut after = sandbox.twilio().number(&e164(HELD)).unwrap();
        assert_eq!(sandbox.twilio().voice_url(&e164(HELD)).as_deref(), Some("https://api.vapi.ai/twilio/inbound_call"));
        assert_eq!(sandbox.twilio().calls_go_to(&e164(HELD)), route, "what beats the URL stays");
        assert_eq!(after["sms_url"], "https://api.vapi.ai/twilio/sms");
        for field in ["voice_url", "sms_url", "date_updated"] {
            assert_ne!(after[field], before[field], "{field}");
            after[field] = before[field].clone();
        }
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn interactlys_stored_login_is_that_of_the_main_account() {
    let sub = TwilioNumber::new(e164("+13125550100")).in_subaccount();
    let sandbox = Sandbox::builder().hold(sub).start().await.unwrap();
    for (dialled, status) in [(HELD, 201), ("+13125550100", 400)] {
        let url = format!("{}/assistants/v1/numbers/twilio", sandbox.var("INTERACTLY_BASE_URL").unwrap());
        let import = Client::new().post(url).bearer_auth(sandbox.var("INTERACTLY_API_KEY").unwrap());
        assert_eq!(answer(import.body(json!({"number": dialled}).to_string())).await.0, status, "{dialled}");
    }
}

#[tokio::test]
async fn ten_thousand_numbers_can_be_looked_up() {
    let numbers: Vec<E164> = (0..10_000).map(|nth| e164(&format!("+1415{nth:07}"))).collect();
    let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
    assert_eq!(sandbox.twilio().held_numbers(), numbers);
    for nth in [0, 4_999, 9_999] {
        let path = format!("{}?PhoneNumber=%2B1415{nth:07}", super::numbers(&sandbox));
        let page = get(&sandbox, &path).await;
        let sid = format!("PN{:032x}", nth + 1);
        assert_eq!(
            (page["incoming_phone_numbers"].as_array().unwrap().len(), &page["incoming_phone_numbers"][0]["sid"]),
            (1, &json!(sid))
        );
        assert_eq!(sandbox.twilio().number(&numbers[nth]).unwrap()["sid"], json!(sid));
    }
}
