//! LiveKit's facts for the tests that every platform must pass.

use std::sync::Arc;

use numport::LiveKit;
use numport::http::SignedToken;
use numport::model::{PlatformKind, Service};
use numport::platform::livekit::{
    CalleeRule, DirectRule, DispatchRule, InboundTrunk, IndividualRule, OutboundTrunk, Rule, Texts, UpdateInboundTrunk,
    UpdateOutboundTrunk,
};
use reqwest::Method;
use serde_json::json;

use crate::services::planted::{KEY, PIN, PLANTED};
use crate::services::subject::{
    Api, Counts, Holder, Import, LABEL, NUMBER, Pace, Plain, PlainRequest, Platform, Record, Secrets, Write, is_any,
    must,
};

const AGENTS: [&str; 2] = ["front-desk", "night-desk"];
const FIND: &str = "POST /twirp/livekit.SIP/ListSIPInboundTrunk";
const CREATE: &str = "POST /twirp/livekit.SIP/CreateSIPInboundTrunk";
const STEPS: &[&str] = &[FIND, CREATE, "POST /twirp/livekit.SIP/CreateSIPDispatchRule"];
const BARE: &str = "POST /twirp/livekit.SIP/ListSIPInboundTrunk, POST /twirp/livekit.SIP/CreateSIPInboundTrunk";

fn client(uri: &str) -> LiveKit {
    Pace::at_once().client(Ok(LiveKit::builder(uri, "APIkey", KEY)))
}

fn headers() -> Texts {
    [("X-Key", PLANTED)].into_iter().collect()
}

fn inbound() -> InboundTrunk {
    InboundTrunk::new().numbers(vec![NUMBER.to_owned()]).auth_username("user").auth_password(PLANTED).headers(headers())
}

fn outbound() -> OutboundTrunk {
    OutboundTrunk::new("trunk.example.com", vec![NUMBER.to_owned()])
        .auth_username("user")
        .auth_password(PLANTED)
        .headers(headers())
}

fn rule() -> DispatchRule {
    DispatchRule::new(Rule::new().dispatch_rule_direct(DirectRule::new("room").pin(PIN)))
}

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["items", "trunk", "phone_number", "phone_numbers", "sip_trunk_id", "sip_dispatch_rule_id"],
        service: Service::Platform(PlatformKind::LIVEKIT),
        title: "LiveKit",
        base_url: "LIVEKIT_URL",
        secret: "LIVEKIT_API_SECRET",
        vars: &[("LIVEKIT_API_KEY", "APIkey")],
        login: |request, vars| {
            let token = SignedToken::new(must(vars, "LIVEKIT_API_KEY"), must(vars, "LIVEKIT_API_SECRET"));
            request.bearer_auth(token.claim("sip", json!({"admin": true})).sign().unwrap())
        },
        write: |_| {
            let body = json!({"trunk": {"numbers": [NUMBER]}});
            Write { success: 200, ..Write::json("/twirp/livekit.SIP/CreateSIPInboundTrunk", body) }
        },
        is_written: is_any,
        refusals: || {
            let refusal = |status, code: &str, message: &str| ("/", status, json!({"code": code, "msg": message}));
            vec![
                refusal(429, "resource_exhausted", "Too Many Requests"),
                refusal(500, "internal", "Internal Server Error"),
            ]
        },
        secrets: Secrets {
            values: || {
                let individual = Rule::new().dispatch_rule_individual(IndividualRule::new("call-").pin(PIN));
                let callee = Rule::new().dispatch_rule_callee(CalleeRule::new("call-").pin(PIN));
                vec![
                    Box::new(inbound()),
                    Box::new(outbound()),
                    Box::new(rule()),
                    Box::new((individual, callee)),
                    Box::new(UpdateInboundTrunk::new().auth_password(PLANTED)),
                    Box::new(UpdateOutboundTrunk::new().auth_password(PLANTED)),
                    Box::new(client("http://127.0.0.1:1")),
                    Box::new(LiveKit::builder("wss://example.com", "APIkey", KEY)),
                    Box::new(LiveKit::builder("wss://example.com", "APIkey", format!("{KEY}\n")).build().unwrap_err()),
                ]
            },
            calls: |uri| {
                Box::pin(async move {
                    let livekit = client(&uri);
                    vec![
                        livekit.create_inbound_trunk(&inbound()).await.map(drop),
                        livekit.create_outbound_trunk(&outbound()).await.map(drop),
                        livekit.create_dispatch_rule(&rule()).await.map(drop),
                    ]
                })
            },
        },
    },
    connect: |vars, pace| Arc::new(pace.client(LiveKit::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "ST_absent/+14155550000",
    // Its agent is in a rule beside its trunk: an update reads both, writes the rule, and reads it back. The end of a
    // list is a page without items.
    counts: Counts {
        new: (5, 1),
        there: (3, 1),
        changed: (8, 1),
        lost_response: (8, 1),
        many_new: 4_004,
        many_again: (24, 2),
        plan_unchanged: (24, 2),
        plan_of_ten_changes: (24, 2),
        apply_ten_changes: (80, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]),
    imports: &[
        Import { carrier: Some("twilio"), steps: STEPS, create: CREATE },
        Import { carrier: None, steps: STEPS, create: CREATE },
    ],
    sources: &[
        ("twilio", BARE),
        #[cfg(feature = "telnyx")]
        ("telnyx", BARE),
        #[cfg(feature = "plivo")]
        ("plivo", BARE),
        #[cfg(feature = "vonage")]
        ("vonage", BARE),
        ("a trunk", BARE),
        ("a trunk with more to say", BARE),
        ("what the platform stores", BARE),
        // The request is sent, and the sandbox has no such trunk.
        (
            "a credential by its id",
            "POST /twirp/livekit.SIP/ListSIPInboundTrunk, POST /twirp/livekit.SIP/GetSIPInboundTrunk -> 404",
        ),
    ],
    fitting: Ok(&[
        "host trunk.example.com",
        "port 5061",
        "transport tls",
        "credentials",
        "allow_inbound 203.0.113.8/30",
        "allow_inbound 203.0.0.0/20",
        "allow_inbound 2001:db8::/48",
        "media_encryption required",
        "leading_plus",
        "name Head office",
    ]),
    record: Record {
        id: "id",
        number: "number",
        label: Some("name"),
        agent: "/agent",
        holder: Some(Holder { id: "sip_trunk_id", numbers: "numbers" }),
    },
    listed: || {
        let number = json!({
            "sip_trunk_id": "ST_1", "name": "Desk", "numbers": [NUMBER], "metadata": r#"{"made_by":"numport"}"#,
            "created_at": "2024-01-15T10:30:00Z", "updated_at": null,
            // The same response as a list of rules: one for another trunk.
            "sip_dispatch_rule_id": "SDR_1", "trunk_ids": ["ST_2"],
        });
        let told = json!({
            "platform": "livekit", "id": format!("ST_1/{NUMBER}"), "number": NUMBER, "label": "Desk", "agent": null,
            "inbound": null, "outbound": null, "carrier": null, "status": null,
            "created_at": "2024-01-15T10:30:00Z", "updated_at": null,
        });
        (json!({"items": [number]}), told)
    },
    plain: Plain {
        before: None,
        create: |number, _, _| json!({"trunk": {"name": LABEL, "numbers": [number]}}),
        id: "/sip_trunk_id",
        is_refused_twice: true,
        then: Some(|id| {
            let rule = json!({
                "rule": {"dispatch_rule_individual": {"room_prefix": "call-"}},
                "trunk_ids": [id],
                "room_config": {"agents": [{"agent_name": AGENTS[0]}]},
            });
            let path = "/twirp/livekit.SIP/CreateSIPDispatchRule";
            PlainRequest::new(Method::POST, path, json!({"dispatch_rule": rule}))
        }),
    },
};
