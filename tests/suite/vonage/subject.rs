//! Vonage's facts for the tests that every carrier must pass.

use std::sync::Arc;

use numport::model::{ProviderKind, Service};
use numport::provider::vonage::ListApplications;
use numport::{NumberProvider, Vonage};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{number, secret};
use crate::services::subject::{Api, Carrier, Pace, Secrets, Write, must};

const KEY: &str = "abcd1234";

pub(crate) static SUBJECT: Carrier = Carrier {
    api: Api {
        required: &[],
        service: Service::Provider(ProviderKind::VONAGE),
        title: "Vonage",
        base_url: "VONAGE_BASE_URL",
        secret: "VONAGE_API_SECRET",
        vars: &[("VONAGE_API_KEY", KEY)],
        login: |request, vars| request.basic_auth(must(vars, "VONAGE_API_KEY"), Some(must(vars, "VONAGE_API_SECRET"))),
        write: |_| Write {
            method: Method::POST,
            target: "/number/update".to_owned(),
            content_type: "application/x-www-form-urlencoded",
            body: "country=GB&msisdn=447700900000&moSmppSysType=changed".to_owned(),
            success: 200,
        },
        is_written: |record| record["moSmppSysType"] == "changed",
        refusals: || {
            let label = |status: u16, label: &str| {
                ("/", status, json!({"error-code": status.to_string(), "error-code-label": label}))
            };
            let problem = |status: u16, kind: &str, title: &str, detail: &str| {
                let kind = format!("https://developer.vonage.com/api-errors{kind}");
                let instance = "797a8f199c45014ab7b08bfe9cc1c12c";
                let body = json!({"type": kind, "title": title, "detail": detail, "instance": instance});
                ("/v2/applications", status, body)
            };
            vec![
                label(429, "too many requests"),
                label(500, "internal error"),
                label(401, "authentication failed"),
                label(403, "forbidden"),
                label(400, "invalid parameter"),
                label(420, "method failed"),
                label(599, "internal error"),
                problem(401, "#unauthorized", "Unauthorized", "You did not provide correct credentials."),
                problem(429, "/application#rate-limit", "Rate limited", "slow down"),
            ]
        },
        secrets: Secrets {
            values: || {
                vec![
                    Box::new(Vonage::builder(KEY, secret())),
                    Box::new(Vonage::builder(KEY, secret()).build().unwrap()),
                    Box::new(Vonage::builder(KEY, secret()).build().unwrap().source()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let vonage = Pace::at_once().client(Ok(Vonage::builder(KEY, secret()).base_url(uri)));
                    let mut results = vec![vonage.get_application("a").await.map(drop)];
                    // Every field of a page may be missing, so a page without fields is valid.
                    results.extend(vonage.lookup(&number()).await.err().map(Err));
                    let list = ListApplications::new();
                    results.extend(vonage.list_applications(&list).await.err().map(Err));
                    results
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Vonage::builder_from_vars(vars))),
    held: ["+447700900000", "+12015550123"],
    lookup: "GET /account/numbers",
    another_routing: Some(|settings| {
        // The other application, the settings that are read from it, and a SIP address that takes precedence over it.
        settings.insert("app_id".into(), "aaaaaaaa-bbbb-cccc-dddd-0123456789cd".into());
        settings.insert("answer_url".into(), "https://example.com/office".into());
        settings.insert("voiceCallbackType".into(), "sip".into());
        settings.insert("voiceCallbackValue".into(), "sip:447700900000@sip.example.com".into());
        settings.insert("moHttpUrl".into(), "https://example.com/other".into());
    }),
};
