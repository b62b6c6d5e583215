//! SignalWire's facts for the tests that every platform must pass.

use std::sync::Arc;

use numport::model::{PlatformKind, Service};
use numport::platform::signalwire::{CallHandler, CompatNumber, PhoneNumber, UpdateNumber, Webhook};
use numport::{SignalWire, VoicePlatform};
use reqwest::Method;
use serde_json::{Value, json};

use crate::services::planted::{KEY, PLANTED, number, url};
use crate::services::subject::{
    Api, Counts, Import, LABEL, NUMBER, Pace, Plain, PlainRequest, Platform, Record, Secrets, Write, is_any, must,
};

const PROJECT: &str = "b3877c40-da60-4998-90ad-b792e98472ac";
const AGENTS: [&str; 2] = ["fe4093d9-58c2-4931-b4b9-5679f82652c6", "00000000-0000-4000-8000-00000000a002"];
const CREATE: &str = "POST /api/relay/rest/imported_phone_numbers";

fn client(uri: &str) -> SignalWire {
    Pace::at_once().client(Ok(SignalWire::builder(PROJECT, KEY, "example").base_url(uri)))
}

const NUMBER_URLS: &[&str] = &[
    "call_request_url",
    "call_fallback_url",
    "call_status_callback_url",
    "call_relay_topic_status_callback_url",
    "call_relay_script_url",
    "call_relay_context_status_callback_url",
    "message_request_url",
    "message_fallback_url",
];
const COMPAT_URLS: &[&str] = &["voice_url", "voice_fallback_url", "status_callback", "sms_url", "sms_fallback_url"];

fn with_urls(mut number: Value, fields: &[&str]) -> Value {
    for field in fields {
        number[field] = url().into();
    }
    number
}

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["id", "number", "data", "sid", "phone_number"],
        service: Service::Platform(PlatformKind::SIGNALWIRE),
        title: "SignalWire",
        base_url: "SIGNALWIRE_BASE_URL",
        secret: "SIGNALWIRE_API_TOKEN",
        vars: &[("SIGNALWIRE_PROJECT_ID", PROJECT), ("SIGNALWIRE_SPACE", "example")],
        login: |request, vars| {
            request.basic_auth(must(vars, "SIGNALWIRE_PROJECT_ID"), Some(must(vars, "SIGNALWIRE_API_TOKEN")))
        },
        write: |_| {
            let body = json!({"number": NUMBER, "number_type": "longcode"});
            Write::json("/api/relay/rest/imported_phone_numbers", body)
        },
        is_written: is_any,
        refusals: || {
            let of_compat = |status: u16, code: u32, message: &str| {
                let more_info = "https://signalwire.com/docs/compatibility-api/reference/errors";
                let body = json!({"code": code, "message": message, "more_info": more_info, "status": status});
                ("/api/laml/x", status, body)
            };
            let invalid = json!({"detail": null, "status": "422", "title": "Invalid Attribute", "code": "422"});
            vec![
                ("/", 429, json!({"error": "Too Many Requests"})),
                ("/", 422, json!({"errors": [invalid]})),
                of_compat(429, 20429, "Too Many Requests"),
                of_compat(401, 20003, "Unauthorized"),
            ]
        },
        secrets: Secrets {
            values: || {
                vec![
                    Box::new(client("http://127.0.0.1:1")),
                    Box::new(SignalWire::builder("p", KEY, "example")),
                    Box::new(SignalWire::builder("p", format!("{KEY}\n"), "example").build().unwrap_err()),
                    Box::new(
                        serde_json::from_value::<PhoneNumber>(json!({"id": "1", "number": "+1", "token": PLANTED}))
                            .unwrap(),
                    ),
                    Box::new(
                        serde_json::from_value::<PhoneNumber>(with_urls(
                            json!({"id": "1", "number": "+1"}),
                            NUMBER_URLS,
                        ))
                        .unwrap(),
                    ),
                    Box::new(
                        serde_json::from_value::<CompatNumber>(with_urls(
                            json!({"sid": "1", "phone_number": "+1"}),
                            COMPAT_URLS,
                        ))
                        .unwrap(),
                    ),
                    Box::new(UpdateNumber::new().call_handler(CallHandler::RelayScript(Webhook::new(url())))),
                    Box::new(CallHandler::RelayTopic {
                        topic: "t".to_owned(),
                        status_callback_url: Some(url().into()),
                    }),
                ]
            },
            calls: |uri| Box::pin(async move { vec![client(&uri).find(&number()).await.map(drop)] }),
        },
    },
    connect: |vars, pace| Arc::new(pace.client(SignalWire::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "00000000-0000-4000-8000-0000000000ff",
    // Its label and agent are set by an update, and the platform has no takeover.
    counts: Counts {
        new: (3, 1),
        there: (1, 1),
        changed: (2, 1),
        lost_response: (4, 1),
        many_new: 2_001,
        many_again: (2, 2),
        plan_unchanged: (2, 2),
        plan_of_ten_changes: (2, 2),
        apply_ten_changes: (20, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]),
    imports: &[Import {
        carrier: Some("twilio"),
        steps: &["GET /api/relay/rest/phone_numbers", CREATE, "PUT /api/relay/rest/phone_numbers/"],
        create: CREATE,
    }],
    sources: &[
        ("twilio", CREATE),
        ("telnyx", CREATE),
        ("plivo", CREATE),
        ("vonage", CREATE),
        ("a trunk", CREATE),
        ("a trunk with more to say", CREATE),
        ("what the platform stores", CREATE),
        ("a credential by its id", CREATE),
    ],
    // Its imports contain only the number.
    fitting: Ok(&[
        "host trunk.example.com",
        "allow_inbound 203.0.113.8/30",
        "allow_inbound 203.0.0.0/20",
        "allow_inbound 2001:db8::/48",
        "port 5061",
        "transport tls",
        "credentials",
        "media_encryption required",
        "leading_plus",
        "name Head office",
    ]),
    record: Record {
        id: "id",
        number: "number",
        label: Some("name"),
        agent: "/calling_handler_resource_id",
        holder: None,
    },
    listed: || {
        let number = json!({
            "id": "n1", "number": NUMBER, "name": "Desk", "call_handler": "ai_agent",
            "calling_handler_resource_id": AGENTS[0], "created_at": "2025-05-08T19:08:41Z",
            "updated_at": "2025-06-08T19:08:41Z",
        });
        let told = json!({
            "platform": "signalwire", "id": "n1", "number": NUMBER, "label": "Desk", "agent": AGENTS[0],
            "inbound": null, "outbound": null, "carrier": null, "status": null,
            "created_at": "2025-05-08T19:08:41Z", "updated_at": "2025-06-08T19:08:41Z",
        });
        (json!({"data": [number], "links": {}}), told)
    },
    plain: Plain {
        before: None,
        create: |number, _, _| json!({"number": number, "number_type": "longcode"}),
        id: "/id",
        is_refused_twice: true,
        then: Some(|id| {
            let body = json!({"name": LABEL, "call_handler": "ai_agent", "call_ai_agent_id": AGENTS[0]});
            PlainRequest::new(Method::PUT, format!("/api/relay/rest/phone_numbers/{id}"), body)
        }),
    },
};
