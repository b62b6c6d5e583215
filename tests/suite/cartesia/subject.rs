//! Cartesia's facts for the tests that every platform must pass.

use std::sync::Arc;

use numport::Cartesia;
use numport::model::{PlatformKind, Service};
use numport::platform::cartesia::{
    CreateProvider, CreateTwilioProvider, PhoneNumber, UpdateProvider, UpdateTwilioProvider,
};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{KEY, PLANTED, SID};
use crate::services::subject::{
    Api, Before, Counts, Import, LABEL, NUMBER, Pace, Plain, PlainRequest, Platform, Record, Secrets, TWILIO_KEY,
    Write, is_any, must,
};

const AGENTS: [&str; 2] = ["agent_a1b2c3d4e5f6", "agent_b2c3d4e5f6a7"];
/// With a space, because the path of a link begins alike.
const CREATE: &str = "POST /agents/phone-numbers ";
const LINKS: &str = "GET /agents/phone-numbers/providers";
const LINK: &str = "POST /agents/phone-numbers/providers";

fn create() -> CreateProvider {
    CreateTwilioProvider::new(SID, SID.replace("AC", "SK"), PLANTED).into()
}

fn update() -> UpdateProvider {
    UpdateTwilioProvider::new().api_key_secret(PLANTED).into()
}

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["id", "number", "data"],
        service: Service::Platform(PlatformKind::CARTESIA),
        title: "Cartesia",
        base_url: "CARTESIA_BASE_URL",
        secret: "CARTESIA_API_KEY",
        vars: &[],
        login: |request, vars| {
            request.bearer_auth(must(vars, "CARTESIA_API_KEY")).header("cartesia-version", Cartesia::VERSION)
        },
        write: |_| {
            let body = json!({"label": LABEL});
            Write { success: 200, ..Write::json("/agents/phone-numbers/provision", body) }
        },
        is_written: is_any,
        refusals: || {
            let error = |code, title: &str, message: &str| {
                let request_id = "550e8400-e29b-41d4-a716-446655440000";
                json!({"error_code": code, "title": title, "message": message, "request_id": request_id})
            };
            let busy = "You have exceeded your plan's concurrency limit.";
            vec![
                ("/", 429, error(Some("concurrency_limited"), "Too many concurrent requests", busy)),
                ("/", 500, error(None, "Internal error", "try again")),
            ]
        },
        secrets: Secrets {
            values: || {
                let number = json!({"id": "pn_1", "number": NUMBER, "provider": {"api_key_secret": PLANTED}});
                vec![
                    Box::new(create()),
                    Box::new(update()),
                    Box::new(serde_json::from_value::<PhoneNumber>(number).unwrap()),
                    Box::new(Cartesia::builder(KEY)),
                    Box::new(Cartesia::builder(KEY).build().unwrap()),
                    Box::new(Cartesia::builder(format!("{KEY}\n")).build().unwrap_err()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let cartesia = Pace::at_once().client(Ok(Cartesia::builder(KEY).base_url(uri)));
                    vec![
                        cartesia.create_provider(create()).await.map(drop),
                        cartesia.update_provider("prov_1", update()).await.map(drop),
                    ]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Cartesia::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "pn_0123456789ab",
    // A search that finds nothing is followed by the list. Its link is looked up once. It has 100 numbers on a page.
    counts: Counts {
        new: (5, 2),
        there: (1, 1),
        changed: (2, 1),
        lost_response: (3, 2),
        many_new: 1_001,
        many_again: (11, 2),
        plan_unchanged: (11, 2),
        plan_of_ten_changes: (11, 2),
        apply_ten_changes: (20, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]),
    imports: &[Import {
        carrier: Some("twilio"),
        steps: &["GET /agents/phone-numbers?", LINKS, LINK, CREATE],
        create: CREATE,
    }],
    sources: &[
        ("twilio", "refused: source.key"),
        ("what the platform stores", "refused: source.credential"),
        // The request is sent, and the sandbox has no such link.
        ("a credential by its id", "POST /agents/phone-numbers -> 404"),
    ],
    fitting: Err("source"),
    record: Record { id: "id", number: "number", label: Some("label"), agent: "/agent/id", holder: None },
    listed: || {
        let provider = json!({
            "type": "twilio", "id": "prov_1", "account_sid": SID, "api_key_sid": "SK…aaaa", "region": "us1",
        });
        let number = json!({
            "id": "pn_1", "number": NUMBER, "label": "Desk", "agent": {"id": "a1", "name": "Agent"},
            "provider": provider, "created_at": "2026-08-01T10:00:00Z", "updated_at": "2026-08-02T10:00:00Z",
        });
        let told = json!({
            "platform": "cartesia", "id": "pn_1", "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": null,
            "outbound": null, "carrier": "twilio", "credential": "prov_1", "status": null,
            "created_at": "2026-08-01T10:00:00Z", "updated_at": "2026-08-02T10:00:00Z",
        });
        (json!({"data": [number], "has_more": false}), told)
    },
    plain: Plain {
        before: Some(Before {
            create: |vars| {
                let (sid, [(_, key), (_, secret)]) = (must(vars, "TWILIO_ACCOUNT_SID"), TWILIO_KEY);
                let body = json!({"type": "twilio", "account_sid": sid, "api_key_sid": key, "api_key_secret": secret});
                PlainRequest::new(Method::POST, "/agents/phone-numbers/providers", body)
            },
            id: "/id",
        }),
        create: |number, _, link| json!({"label": LABEL, "number": number, "provider": {"id": link}, "agent_id": AGENTS[0]}),
        id: "/id",
        is_refused_twice: false,
        then: None,
    },
};
