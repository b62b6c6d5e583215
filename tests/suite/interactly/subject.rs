//! Interactly's facts for the tests that every platform must pass.

use std::sync::Arc;

use numport::Interactly;
use numport::model::{PlatformKind, Service};
use numport::platform::interactly::{Credentials, ImportNumber, PhoneNumber};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{KEY, PLANTED, by_key, by_token, number};
use crate::services::subject::{
    Api, Counts, Import, LABEL, NUMBER, Pace, Plain, PlainRequest, Platform, Record, Secrets, Write, is_any, must,
};

const AGENTS: [&str; 2] = ["00000000-0000-4000-8000-00000000a001", "00000000-0000-4000-8000-00000000a002"];
const CREATE: &str = "POST /assistants/v1/numbers/twilio";

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["_id", "number"],
        service: Service::Platform(PlatformKind::INTERACTLY),
        title: "Interactly",
        base_url: "INTERACTLY_BASE_URL",
        secret: "INTERACTLY_API_KEY",
        vars: &[],
        login: |request, vars| request.bearer_auth(must(vars, "INTERACTLY_API_KEY")),
        write: |_| Write::json("/assistants/v1/numbers/purchase", json!({"number": NUMBER})),
        is_written: is_any,
        refusals: || {
            vec![
                ("/", 429, json!({"message": "Too Many Requests"})),
                ("/", 500, json!({"message": "Internal Server Error"})),
            ]
        },
        secrets: Secrets {
            values: || {
                vec![
                    Box::new(Credentials::from(by_token())),
                    Box::new(Credentials::from(by_key())),
                    Box::new(ImportNumber::new(number()).credentials(by_key())),
                    Box::new(
                        serde_json::from_value::<PhoneNumber>(json!({"_id": "1", "number": "+1", "token": PLANTED}))
                            .unwrap(),
                    ),
                    Box::new(Interactly::builder(KEY).build().unwrap()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let interactly = Pace::at_once().client(Ok(Interactly::builder(KEY).base_url(uri)));
                    vec![interactly.import_number(&ImportNumber::new(number()).credentials(by_key())).await.map(drop)]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Interactly::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "00000000-0000-4000-8000-0000000000ff",
    // Its agent is set by an update.
    counts: Counts {
        new: (3, 2),
        there: (1, 1),
        changed: (2, 1),
        lost_response: (4, 2),
        many_new: 2_001,
        many_again: (1, 2),
        plan_unchanged: (1, 2),
        plan_of_ten_changes: (1, 2),
        apply_ten_changes: (20, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]).outbound(false),
    imports: &[Import {
        carrier: Some("twilio"),
        steps: &["GET /assistants/v1/numbers", CREATE, "PUT /assistants/v1/numbers/"],
        create: CREATE,
    }],
    sources: &[
        ("twilio", CREATE),
        ("a trunk", "refused: source"),
        ("a trunk with more to say", "refused: source"),
        ("what the platform stores", CREATE),
        ("a credential by its id", "refused: source.credential"),
    ],
    fitting: Err("source"),
    record: Record { id: "_id", number: "number", label: Some("label"), agent: "/assistantId", holder: None },
    listed: || {
        let number = json!({
            "_id": "n1", "number": NUMBER, "provider": {"name": "twilio"}, "assistantId": "a1", "label": "Desk",
            "inboundEnabled": true, "outboundEnabled": false,
        });
        let told = json!({
            "platform": "interactly", "id": "n1", "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": true,
            "outbound": false, "carrier": "twilio", "status": null, "created_at": null, "updated_at": null,
        });
        (json!([number]), told)
    },
    plain: Plain {
        before: None,
        create: |number, vars, _| {
            let (sid, token) = (must(vars, "TWILIO_ACCOUNT_SID"), must(vars, "TWILIO_AUTH_TOKEN"));
            json!({"number": number, "label": LABEL, "credentials": {"accountSid": sid, "authToken": token}})
        },
        id: "/_id",
        is_refused_twice: false,
        then: Some(|id| {
            PlainRequest::new(Method::PUT, format!("/assistants/v1/numbers/{id}"), json!({"assistantId": AGENTS[0]}))
        }),
    },
};
