//! Retell's facts for the tests that every platform must pass.

use std::sync::Arc;

use numport::Retell;
use numport::model::{PlatformKind, Service};
use numport::platform::retell::{ImportNumber, PhoneNumber, UpdateNumber};
use serde_json::json;

use crate::services::planted::{KEY, PLANTED};
use crate::services::subject::{
    Api, Counts, Import, LABEL, NUMBER, Pace, Plain, Platform, Record, Secrets, Write, is_any, must,
};

const AGENTS: [&str; 2] = ["agent_a1b2c3d4e5f6", "agent_b2c3d4e5f6a7"];
const GET: &str = "GET /get-phone-number/";
const CREATE: &str = "POST /import-phone-number";

fn import() -> ImportNumber {
    ImportNumber::new(NUMBER, "acme.pstn.twilio.com").sip_trunk_auth_username("user").sip_trunk_auth_password(PLANTED)
}

fn update() -> UpdateNumber {
    UpdateNumber::new().auth_username("user").auth_password(PLANTED)
}

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["phone_number", "items", "has_more"],
        service: Service::Platform(PlatformKind::RETELL),
        title: "Retell",
        base_url: "RETELL_BASE_URL",
        secret: "RETELL_API_KEY",
        vars: &[],
        login: |request, vars| request.bearer_auth(must(vars, "RETELL_API_KEY")),
        write: |_| {
            let body = json!({
                "phone_number": NUMBER, "termination_uri": "acme.pstn.twilio.com", "sip_trunk_auth_password": "s3cret-pin",
            });
            Write::json("/import-phone-number", body)
        },
        is_written: is_any,
        refusals: || {
            vec![
                ("/", 429, json!({"status": "error", "message": "Too Many Requests"})),
                ("/", 500, json!({"status": "error", "message": "Internal Server Error"})),
            ]
        },
        secrets: Secrets {
            values: || {
                let number = json!({"phone_number": NUMBER, "sip_trunk_auth_password": PLANTED});
                vec![
                    Box::new(import()),
                    Box::new(update()),
                    Box::new(serde_json::from_value::<PhoneNumber>(number).unwrap()),
                    Box::new(Retell::builder(KEY)),
                    Box::new(Retell::builder(KEY).build().unwrap()),
                    Box::new(Retell::builder(format!("{KEY}\n")).build().unwrap_err()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let retell = Pace::at_once().client(Ok(Retell::builder(KEY).base_url(uri)));
                    vec![
                        retell.import_number(&import()).await.map(drop),
                        retell.update_number(NUMBER, &update()).await.map(drop),
                    ]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(Retell::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "+14155550000",
    // The create sets everything, and one number is looked up by itself. It has 1,000 numbers on a page.
    // A plan looks for the carrier's trunk that leads to its SIP address.
    counts: Counts {
        new: (2, 1),
        there: (1, 1),
        changed: (2, 1),
        lost_response: (3, 1),
        many_new: 1_001,
        many_again: (2, 2),
        plan_unchanged: (2, 4),
        plan_of_ten_changes: (2, 4),
        apply_ten_changes: (20, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]),
    // A number of Twilio is reached by a trunk.
    imports: &[
        Import { carrier: Some("twilio"), steps: &[GET, CREATE], create: CREATE },
        Import { carrier: None, steps: &[GET, CREATE], create: CREATE },
    ],
    sources: &[("a trunk", CREATE), ("a trunk with more to say", "refused: source.allow_inbound")],
    fitting: Ok(&[
        "port 5061",
        "allow_inbound 203.0.113.8/30",
        "allow_inbound 203.0.0.0/20",
        "allow_inbound 2001:db8::/48",
        "leading_plus",
    ]),
    record: Record {
        id: "phone_number",
        number: "phone_number",
        label: Some("nickname"),
        agent: "/inbound_agents/0/agent_id",
        holder: None,
    },
    listed: || {
        let number = json!({
            "phone_number": NUMBER, "phone_number_type": "custom", "nickname": "Desk",
            "inbound_agents": [{"agent_id": "a1", "weight": 1}], "last_modification_timestamp": 1_746_731_321_000_u64,
        });
        let told = json!({
            "platform": "retell", "id": NUMBER, "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": null,
            "outbound": null, "carrier": "custom", "status": null, "created_at": null,
            "updated_at": "2025-05-08T19:08:41Z",
        });
        (json!({"items": [number], "has_more": false}), told)
    },
    plain: Plain {
        before: None,
        create: |number, _, _| {
            json!({
                "phone_number": number,
                "termination_uri": "203.0.113.10",
                "nickname": LABEL,
                "inbound_agents": [{"agent_id": AGENTS[0], "weight": 1}],
            })
        },
        id: "/phone_number",
        is_refused_twice: true,
        then: None,
    },
};
