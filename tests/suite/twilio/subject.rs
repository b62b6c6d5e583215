//! Twilio's facts for the tests that every carrier must pass.

use std::sync::Arc;

use numport::model::{ProviderKind, Service};
use numport::{NumberProvider, Twilio};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{SID, by_key, by_token, number};
use crate::services::subject::{Api, Carrier, Pace, Secrets, Write, must};

pub(crate) static SUBJECT: Carrier = Carrier {
    api: Api {
        required: &[
            "incoming_phone_numbers",
            "outgoing_caller_ids",
            "phone_numbers",
            "accounts",
            "origination_urls",
            "trunks",
        ],
        service: Service::Provider(ProviderKind::TWILIO),
        title: "Twilio",
        base_url: "TWILIO_BASE_URL",
        secret: "TWILIO_AUTH_TOKEN",
        vars: &[("TWILIO_ACCOUNT_SID", SID)],
        login: |request, vars| {
            request.basic_auth(must(vars, "TWILIO_ACCOUNT_SID"), Some(must(vars, "TWILIO_AUTH_TOKEN")))
        },
        write: |vars| Write {
            method: Method::POST,
            target: format!(
                "/2010-04-01/Accounts/{}/IncomingPhoneNumbers/PN{:032x}.json",
                must(vars, "TWILIO_ACCOUNT_SID"),
                1
            ),
            content_type: "application/x-www-form-urlencoded",
            body: "FriendlyName=changed".to_owned(),
            success: 200,
        },
        is_written: |record| record["friendly_name"] == "changed",
        refusals: || {
            let refusal = |status: u16, code: u32, message: &str| {
                let more_info = format!("https://www.twilio.com/docs/errors/{code}");
                let body = json!({"code": code, "message": message, "more_info": more_info, "status": status});
                ("/", status, body)
            };
            vec![
                refusal(429, 20429, "Too Many Requests"),
                refusal(500, 20500, "Internal Server Error"),
                refusal(401, 20003, "Unauthorized"),
                refusal(403, 20008, "Forbidden"),
                refusal(400, 20001, "Bad Request"),
                refusal(599, 20599, "Error"),
            ]
        },
        secrets: Secrets {
            values: || {
                vec![
                    Box::new(Twilio::builder(by_token())),
                    Box::new(Twilio::builder(by_token()).build().unwrap()),
                    Box::new(Twilio::builder(by_key()).build().unwrap().source()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let twilio = Pace::at_once().client(Ok(Twilio::builder(by_token()).base_url(uri)));
                    vec![twilio.lookup(&number()).await.map(drop)]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Twilio::builder_from_vars(vars))),
    held: ["+14155552671", "+12125550123"],
    lookup: "GET /2010-04-01/Accounts/",
    another_routing: Some(|settings| drop(settings.insert("VoiceUrl".into(), "https://example.com/another".into()))),
};
