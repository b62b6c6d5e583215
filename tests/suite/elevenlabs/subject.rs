//! ElevenLabs' facts for the tests that every platform must pass.

use std::fmt::Debug;
use std::sync::Arc;

use numport::ElevenLabs;
use numport::model::{PlatformKind, Service};
use numport::platform::elevenlabs::{
    ExotelSubdomain, Headers, ImportExotelNumber, ImportNumber, ImportSipTrunkNumber, ImportTwilioNumber,
    InboundTrunkConfig, OutboundTrunkConfig, PhoneNumber, SipCredentials, SipMessagePage, TwilioEdge, TwilioRegion,
    TwilioRegionId, UpdateNumber,
};
use serde_json::{Value, json};

use crate::services::planted::{KEY, PLANTED, SID, number};
use crate::services::subject::{
    Api, Counts, Import, LABEL, NUMBER, Pace, Plain, Platform, Record, Results, Secrets, Write, is_any, must,
};

const AGENTS: [&str; 2] = ["agent_3701k3ttaq12ewp8b7qv5rfyszkz", "agent_5801k3ttb0zve5mvvmrf7rhzzq9k"];
const CREATE: &str = "POST /v1/convai/phone-numbers";
const LOOKUP: &str = "GET /v1/convai/v2/phone-numbers";
const READ: &str = "GET /v1/convai/phone-numbers/";

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["phone_number_id", "phone_numbers", "sip_messages"],
        service: Service::Platform(PlatformKind::ELEVENLABS),
        title: "ElevenLabs",
        base_url: "ELEVENLABS_BASE_URL",
        secret: "ELEVENLABS_API_KEY",
        vars: &[],
        login: |request, vars| request.header("xi-api-key", must(vars, "ELEVENLABS_API_KEY")),
        write: |vars| {
            let (sid, token) = (must(vars, "TWILIO_ACCOUNT_SID"), must(vars, "TWILIO_AUTH_TOKEN"));
            let body = json!({
                "provider": "twilio", "phone_number": NUMBER, "label": LABEL, "sid": sid, "token": token,
            });
            Write { success: 200, ..Write::json("/v1/convai/phone-numbers", body) }
        },
        is_written: is_any,
        refusals: || {
            let detail = |kind: &str, code: &str, message: &str| {
                json!({"detail": {
                    "type": kind, "code": code, "message": message, "status": code,
                    "request_id": "00000000000000000000000000005a7d", "param": null,
                }})
            };
            let fault = json!({"loc": ["body"], "msg": "Value error", "type": "value_error"});
            vec![
                ("/", 429, detail("rate_limit_error", "rate_limit_exceeded", "Too Many Requests")),
                ("/", 409, detail("conflict", "conflict", "Conflict")),
                ("/", 422, json!({"detail": [fault]})),
            ]
        },
        secrets: Secrets { values, calls: |uri| Box::pin(calls(uri)) },
    },
    connect: |vars, pace| Arc::new(pace.client(ElevenLabs::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "phnum_0123456789ab",
    // Its create shows only an id, so the record is read. It has 100 numbers on a page.
    counts: Counts {
        new: (3, 2),
        there: (1, 1),
        changed: (2, 1),
        lost_response: (3, 2),
        many_new: 2_001,
        many_again: (11, 2),
        plan_unchanged: (11, 2),
        plan_of_ten_changes: (11, 2),
        apply_ten_changes: (20, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]),
    imports: &[
        Import { carrier: Some("twilio"), steps: &[LOOKUP, CREATE, READ], create: CREATE },
        Import { carrier: None, steps: &[LOOKUP, CREATE, READ], create: CREATE },
    ],
    sources: &[("twilio", CREATE), ("a trunk", CREATE), ("a trunk with more to say", CREATE)],
    fitting: Ok(&["port 5061", "leading_plus", "name Head office"]),
    record: Record {
        id: "phone_number_id",
        number: "phone_number",
        label: Some("label"),
        agent: "/assigned_agent/agent_id",
        holder: None,
    },
    listed: || {
        let number = json!({
            "phone_number_id": "n1", "phone_number": NUMBER, "label": "Desk", "provider": "sip_trunk",
            "assigned_agent": {"agent_id": "a1", "agent_name": "Desk", "environment": null, "branch_id": null},
            "supports_inbound": true, "supports_outbound": false, "livekit_stack": "standard",
        });
        let told = json!({
            "platform": "elevenlabs", "id": "n1", "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": true,
            "outbound": false, "carrier": "sip_trunk", "status": null, "created_at": null, "updated_at": null,
        });
        (json!({"phone_numbers": [number], "next_cursor": null, "has_more": false}), told)
    },
    plain: Plain {
        before: None,
        create: |number, vars, _| {
            json!({
                "provider": "twilio",
                "phone_number": number,
                "label": LABEL,
                "sid": must(vars, "TWILIO_ACCOUNT_SID"),
                "token": must(vars, "TWILIO_AUTH_TOKEN"),
                "agent_id": AGENTS[0],
            })
        },
        id: "/phone_number_id",
        is_refused_twice: false,
        then: None,
    },
};

fn client(uri: &str) -> ElevenLabs {
    Pace::at_once().client(Ok(ElevenLabs::builder(KEY).base_url(uri)))
}

fn twilio() -> ImportTwilioNumber {
    let region = TwilioRegion::new(TwilioRegionId::Ie1, PLANTED, TwilioEdge::Dublin);
    ImportTwilioNumber::new(number(), LABEL, SID, PLANTED).account_auth_token(PLANTED).region_config(region)
}

fn outbound() -> OutboundTrunkConfig {
    OutboundTrunkConfig::new("sip.example.com")
        .credentials(SipCredentials::new("user").password(PLANTED))
        .headers([("X-Key", PLANTED)].into_iter().collect::<Headers>())
}

fn exotel() -> ImportExotelNumber {
    ImportExotelNumber::new(number(), LABEL, "account", PLANTED, PLANTED, ExotelSubdomain::India, "app")
}

fn trunk() -> ImportSipTrunkNumber {
    let inbound = InboundTrunkConfig::new().credentials(SipCredentials::new("user").password(PLANTED));
    ImportSipTrunkNumber::new(NUMBER, LABEL).inbound_trunk_config(inbound).outbound_trunk_config(outbound())
}

fn values() -> Vec<Box<dyn Debug>> {
    let echoed: Value = json!({
        "phone_number_id": "n1", "token": PLANTED, "outbound_trunk": {"headers": {"X-Key": PLANTED}, "password": PLANTED},
    });
    let message = format!("INVITE sip:a@example.com SIP/2.0\r\nAuthorization: Digest {PLANTED}");
    let messages = json!({"sip_messages": [{"raw_message": message}]});
    vec![
        Box::new(ImportNumber::from(twilio())),
        Box::new(ImportNumber::from(trunk())),
        Box::new(ImportNumber::from(exotel())),
        Box::new(UpdateNumber::new().outbound_trunk_config(numport::Patch::Set(outbound()))),
        Box::new(serde_json::from_value::<PhoneNumber>(echoed).unwrap()),
        Box::new(serde_json::from_value::<SipMessagePage>(messages).unwrap()),
        Box::new(ElevenLabs::builder(KEY)),
        Box::new(client("http://127.0.0.1:1")),
        Box::new(ElevenLabs::builder(format!("{KEY}\n")).build().unwrap_err()),
    ]
}

async fn calls(uri: String) -> Results {
    let elevenlabs = client(&uri);
    let update = UpdateNumber::new().outbound_trunk_config(numport::Patch::Set(outbound()));
    vec![
        elevenlabs.import_number(twilio()).await.map(drop),
        elevenlabs.import_number(trunk()).await.map(drop),
        elevenlabs.import_number(exotel()).await.map(drop),
        elevenlabs.update_number("n1", &update).await.map(drop),
    ]
}
