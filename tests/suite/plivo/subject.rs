//! Plivo's facts for the tests that every carrier must pass.

use std::sync::Arc;

use numport::model::{ProviderKind, Service};
use numport::provider::plivo::ListSubaccounts;
use numport::{NumberProvider, Plivo};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{number, secret};
use crate::services::subject::{Api, Carrier, Pace, Secrets, Write, must};

const ID: &str = "MA2025RK4E639VJFZAGV";

pub(crate) static SUBJECT: Carrier = Carrier {
    api: Api {
        required: &["objects"],
        service: Service::Provider(ProviderKind::PLIVO),
        title: "Plivo",
        base_url: "PLIVO_BASE_URL",
        secret: "PLIVO_AUTH_TOKEN",
        vars: &[("PLIVO_AUTH_ID", ID)],
        login: |request, vars| request.basic_auth(must(vars, "PLIVO_AUTH_ID"), Some(must(vars, "PLIVO_AUTH_TOKEN"))),
        write: |vars| Write {
            method: Method::POST,
            target: format!("/v1/Account/{}/Number/17609915566/", must(vars, "PLIVO_AUTH_ID")),
            content_type: "application/json",
            body: json!({"alias": "changed", "app_id": "29986316244302815"}).to_string(),
            success: 202,
        },
        is_written: |record| record["alias"] == "changed",
        refusals: || {
            let api_id = "114de006-1c95-11e4-8a4a-123140008edf";
            let refusal =
                |status: u16, words: &str| ("/v1/Account/", status, json!({"api_id": api_id, "error": words}));
            vec![
                refusal(429, "too many requests"),
                refusal(500, "internal server error"),
                refusal(401, "authentication failed"),
                refusal(403, "forbidden"),
                refusal(400, "invalid request"),
                refusal(599, "internal server error"),
            ]
        },
        secrets: Secrets {
            values: || {
                vec![
                    Box::new(Plivo::builder(ID, secret())),
                    Box::new(Plivo::builder(ID, secret()).build().unwrap()),
                    Box::new(Plivo::builder(ID, secret()).build().unwrap().source()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let plivo = Pace::at_once().client(Ok(Plivo::builder(ID, secret()).base_url(uri)));
                    vec![
                        plivo.lookup(&number()).await.map(drop),
                        plivo.list_subaccounts(&ListSubaccounts::new()).await.map(drop),
                    ]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Plivo::builder_from_vars(vars))),
    held: ["+17609915566", "+18135401302"],
    lookup: "GET /v1/Account/",
    another_routing: Some(|settings| {
        // The other application, and the settings that are read from it.
        settings.insert("app_id".into(), "29986316244302800".into());
        settings.insert("answer_url".into(), "https://example.com/default".into());
    }),
};
