//! Telnyx's facts for the tests that every carrier must pass.

use std::sync::Arc;

use numport::model::{ProviderKind, Service};
use numport::provider::telnyx::{UpdateNumber, UpdateNumbersJob};
use numport::{NumberProvider, Telnyx};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{PIN, number, secret};
use crate::services::subject::{Api, Carrier, Pace, Secrets, Write, must};

pub(crate) static SUBJECT: Carrier = Carrier {
    api: Api {
        required: &["data"],
        service: Service::Provider(ProviderKind::TELNYX),
        title: "Telnyx",
        base_url: "TELNYX_BASE_URL",
        secret: "TELNYX_API_KEY",
        vars: &[],
        login: |request, vars| request.bearer_auth(must(vars, "TELNYX_API_KEY")),
        write: |_| Write {
            method: Method::PATCH,
            target: "/phone_numbers/1293384261075731499".to_owned(),
            content_type: "application/json",
            body: json!({"customer_reference": "changed"}).to_string(),
            success: 200,
        },
        is_written: |record| record["customer_reference"] == "changed",
        refusals: || {
            let refusal = |status: u16, code: &str, title: &str, detail: &str| {
                let url = format!("https://developers.telnyx.com/docs/overview/errors/{code}");
                let error = json!({"code": code, "title": title, "detail": detail, "meta": {"url": url}});
                ("/", status, json!({"errors": [error]}))
            };
            vec![
                refusal(429, "10011", "Too many requests", "Too Many Requests"),
                refusal(500, "10007", "Unexpected error", "Internal Server Error"),
                refusal(401, "10009", "Authentication failed", "Unauthorized"),
                refusal(403, "10010", "Authorization failed", "Forbidden"),
                refusal(400, "10015", "Bad Request", "Bad Request"),
                refusal(599, "10007", "Unexpected error", "Error"),
            ]
        },
        secrets: Secrets {
            values: || {
                let job = UpdateNumbersJob::new(vec!["1".to_owned()]).external_pin(PIN);
                vec![
                    Box::new(Telnyx::builder(secret())),
                    Box::new(Telnyx::builder(secret().expose().replace('"', "")).build().unwrap()),
                    Box::new(UpdateNumber::new().external_pin(numport::Secret::new(PIN))),
                    Box::new(job),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let key = secret().expose().replace('"', "");
                    let telnyx = Pace::at_once().client(Ok(Telnyx::builder(key).base_url(uri)));
                    let update = UpdateNumber::new().external_pin(numport::Secret::new(PIN));
                    let job = UpdateNumbersJob::new(vec!["1".to_owned()]).external_pin(PIN);
                    vec![
                        telnyx.lookup(&number()).await.map(drop),
                        telnyx.update_number("1293384261075731499", &update).await.map(drop),
                        telnyx.update_numbers(&job).await.map(drop),
                    ]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Telnyx::builder_from_vars(vars))),
    held: ["+19705555098", "+13035550123"],
    lookup: "GET /v2/phone_numbers",
    another_routing: Some(|settings| {
        // The other application, and the settings that are read from it.
        settings.insert("connection_id".into(), "1521916448077776307".into());
        settings.insert("webhook_event_url".into(), "https://api.vapi.ai/telnyx/inbound_call".into());
        settings.insert("call_forwarding.forwards_to".into(), "+13035559999".into());
        settings.insert("call_forwarding.forwarding_type".into(), "on-failure".into());
        settings.insert("translated_number".into(), "+13035559998".into());
        settings.insert("tech_prefix_enabled".into(), "true".into());
        settings.insert("inbound_call_screening".into(), "flag_calls".into());
        settings.insert("messaging_profile_id".into(), String::new());
    }),
};
