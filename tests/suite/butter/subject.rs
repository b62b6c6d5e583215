//! Butter's facts for the tests that every platform must pass.

use std::sync::Arc;

use numport::Butter;
use numport::model::{PlatformKind, Service};
use numport::platform::butter::{
    CreateIntegration, ImportNumber, ImportSipNumber, IntegrationCredentials, TwilioIntegration, UpdateIntegration,
};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{KEY, PIN, PLANTED, SID, number, secret};
use crate::services::subject::{
    Api, Before, Counts, Import, NUMBER, Pace, Plain, PlainRequest, Platform, Record, Secrets, Write, is_any, must,
};

const AGENTS: [&str; 2] = ["agent_a1b2c3d4e5f6", "agent_b2c3d4e5f6a7"];
const CREATE: &str = "POST /api/phone-numbers";

fn client(uri: &str) -> Butter {
    Pace::at_once().client(Ok(Butter::builder(KEY, "org_1").base_url(uri)))
}

fn sip_number() -> ImportSipNumber {
    ImportSipNumber::new(number()).sip_server_address("sip.example.com").sip_password(PLANTED).inbound_pin(PIN)
}

fn credentials() -> IntegrationCredentials {
    TwilioIntegration::new(SID, secret()).into()
}

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["agent_id", "phone_number_id", "integration_id", "phone_number", "phone_numbers", "data"],
        service: Service::Platform(PlatformKind::BUTTER),
        title: "Butter",
        base_url: "BUTTER_BASE_URL",
        secret: "BUTTER_API_KEY",
        vars: &[("BUTTER_ORGANIZATION_ID", "org_1")],
        login: |request, vars| {
            let (key, organization) = (must(vars, "BUTTER_API_KEY"), must(vars, "BUTTER_ORGANIZATION_ID"));
            request.header("x-api-key", key).header("x-organization-id", organization)
        },
        write: |_| {
            let body = json!({"provider": "sip", "phone_number": NUMBER, "sip_password": "s3cret-pin"});
            Write::json("/api/phone-numbers", body)
        },
        is_written: is_any,
        refusals: || {
            let invalid = json!({"type": "value_error", "loc": ["body"], "msg": "Value error"});
            vec![("/", 429, json!({"detail": "Too Many Requests"})), ("/", 422, json!({"detail": [invalid]}))]
        },
        secrets: Secrets {
            values: || {
                vec![
                    Box::new(ImportNumber::from(sip_number())),
                    Box::new(CreateIntegration::twilio("Main", SID, PLANTED)),
                    Box::new(UpdateIntegration::new().credentials(credentials())),
                    Box::new(client("http://127.0.0.1:1")),
                    Box::new(Butter::builder(KEY, "org_1")),
                    Box::new(Butter::builder(format!("{KEY}\n"), "org_1").build().unwrap_err()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let butter = client(&uri);
                    vec![
                        butter.import_number(sip_number()).await.map(drop),
                        butter.create_integration(&CreateIntegration::twilio("Main", SID, PLANTED)).await.map(drop),
                    ]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Butter::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "phon_0123456789ab",
    // Its integration is looked up once. Its agent is assigned by a call of its own, or first unassigned from
    // another one. It cannot look up one number, and has 50 numbers on a page.
    counts: Counts {
        new: (4, 2),
        there: (1, 1),
        changed: (4, 2),
        lost_response: (5, 2),
        many_new: 2_001,
        many_again: (21, 2),
        plan_unchanged: (21, 2),
        plan_of_ten_changes: (21, 2),
        // The list before the changes, and the one that an assignment begins with.
        apply_ten_changes: (60, 0),
    },
    ask: |request| request.agent(AGENTS[0]).outbound(true),
    imports: &[
        Import {
            carrier: Some("twilio"),
            steps: &["GET /api/phone-numbers", "POST /api/integrations", CREATE, "POST /api/agents/"],
            create: CREATE,
        },
        Import { carrier: None, steps: &["GET /api/phone-numbers", CREATE, "POST /api/agents/"], create: CREATE },
    ],
    sources: &[
        ("twilio", "POST /api/integrations, POST /api/phone-numbers"),
        ("a trunk", CREATE),
        ("a trunk with more to say", "refused: source.transport, source.allow_inbound"),
        ("what the platform stores", "refused: source.credential"),
        // The request is sent, and the sandbox has no such integration.
        ("a credential by its id", "POST /api/phone-numbers -> 404"),
    ],
    fitting: Ok(&[
        "transport tls",
        "allow_inbound 203.0.113.8/30",
        "allow_inbound 203.0.0.0/20",
        "allow_inbound 2001:db8::/48",
        "leading_plus",
    ]),
    record: Record {
        id: "phone_number_id",
        number: "phone_number",
        label: None,
        agent: "/assigned_agent_id",
        holder: None,
    },
    listed: || {
        let number = json!({
            "phone_number_id": "p1", "phone_number": NUMBER, "provider": "twilio", "status": "assigned",
            "supports_inbound": false, "supports_outbound": true, "assigned_agent_id": "a1",
            "created_at": "2024-01-15T10:30:00Z",
        });
        let told = json!({
            "platform": "butter", "id": "p1", "number": NUMBER, "label": null, "agent": "a1", "inbound": false,
            "outbound": true, "carrier": "twilio", "status": "assigned", "created_at": "2024-01-15T10:30:00Z",
            "updated_at": null,
        });
        let pagination = json!({"has_more": false, "next_cursor": null});
        (json!({"success": true, "data": [number], "pagination": pagination}), told)
    },
    plain: Plain {
        before: Some(Before {
            create: |vars| {
                let (sid, token) = (must(vars, "TWILIO_ACCOUNT_SID"), must(vars, "TWILIO_AUTH_TOKEN"));
                let login = json!({"provider": "twilio", "account_sid": sid, "auth_token": token});
                PlainRequest::new(Method::POST, "/api/integrations", json!({"name": "Twilio", "credentials": login}))
            },
            id: "/data/integration_id",
        }),
        create: |number, _, integration| {
            json!({
                "provider": "twilio",
                "phone_number": number,
                "supports_inbound": true,
                "integration_id": integration,
            })
        },
        id: "/data/phone_number_id",
        is_refused_twice: true,
        then: Some(|id| {
            let path = format!("/api/agents/{}/assign-phone-number", AGENTS[0]);
            PlainRequest::new(Method::POST, path, json!({"phone_number_id": id}))
        }),
    },
};
