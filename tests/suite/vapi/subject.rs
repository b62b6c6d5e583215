//! Vapi's facts for the tests that every platform must pass.

use std::fmt::Debug;
use std::sync::Arc;

use numport::model::{Details, PlatformKind, RecordNumber, Service};
use numport::platform::vapi::{
    CreateCredential, CreatePhoneNumber, CreateSipTrunkCredential, CreateTwilioCredential, CreateTwilioNumber,
    CreateVapiNumber, CreateVonageCredential, Credential, Destination, Headers, NumberPage, OutboundAuthentication,
    PhoneNumber, Server, Settings, SettingsPatch, SipAuthentication, SipDestination, TransferMode, TransferPlan,
    UpdateCredential, UpdatePhoneNumber, UpdateTwilioCredential, UpdateTwilioNumber, UpdateVapiNumber,
    UpdateVonageCredential,
};
use numport::{NumberRecord, Vapi, VoicePlatform};
use serde_json::{Value, json};

use crate::services::planted::{KEY, PLANTED, SID, number, secret, url};
use crate::services::subject::{
    Api, Counts, Import, LABEL, NUMBER, Pace, Plain, Platform, Record, Results, Secrets, Write, is_any, must,
};

const AGENTS: [&str; 2] = ["00000000-0000-4000-8000-00000000a001", "00000000-0000-4000-8000-00000000a002"];
const CREATE: &str = "POST /phone-number";

pub(crate) static SUBJECT: Platform = Platform {
    api: Api {
        required: &["id", "results"],
        service: Service::Platform(PlatformKind::VAPI),
        title: "Vapi",
        base_url: "VAPI_BASE_URL",
        secret: "VAPI_API_KEY",
        vars: &[],
        login: |request, vars| request.bearer_auth(must(vars, "VAPI_API_KEY")),
        write: |vars| {
            let (sid, token) = (must(vars, "TWILIO_ACCOUNT_SID"), must(vars, "TWILIO_AUTH_TOKEN"));
            let login =
                json!({"provider": "twilio", "number": NUMBER, "twilioAccountSid": sid, "twilioAuthToken": token});
            Write::json("/phone-number", login)
        },
        is_written: is_any,
        refusals: || {
            let (busy, fault) = ("Too Many Requests", "Internal Server Error");
            vec![
                ("/", 429, json!({"message": "Rate limit exceeded", "error": busy, "statusCode": 429})),
                ("/", 500, json!({"message": fault, "error": fault, "statusCode": 500})),
            ]
        },
        secrets: Secrets { values, calls: |uri| Box::pin(calls(uri)) },
    },
    connect: |vars, pace| Arc::new(pace.client(Vapi::builder_from_vars(vars))),
    agents: AGENTS,
    absent: "00000000-0000-4000-8000-0000000000ff",
    counts: Counts {
        new: (2, 2),
        there: (1, 1),
        changed: (2, 1),
        lost_response: (3, 2),
        many_new: 1_001,
        many_again: (2, 2),
        plan_unchanged: (2, 2),
        plan_of_ten_changes: (2, 2),
        apply_ten_changes: (20, 0),
    },
    ask: |request| request.label(LABEL).agent(AGENTS[0]),
    imports: &[
        Import { carrier: Some("twilio"), steps: &["GET /v2/phone-number", CREATE], create: CREATE },
        Import {
            carrier: None,
            steps: &["GET /v2/phone-number", "GET /credential", "POST /credential", CREATE],
            create: CREATE,
        },
        #[cfg(feature = "telnyx")]
        Import { carrier: Some("telnyx"), steps: &["GET /v2/phone-number", "GET /credential", CREATE], create: CREATE },
        #[cfg(feature = "vonage")]
        Import {
            carrier: Some("vonage"),
            steps: &["GET /v2/phone-number", "GET /credential", "POST /credential", CREATE],
            create: CREATE,
        },
    ],
    sources: &[
        ("twilio", CREATE),
        ("telnyx", CREATE),
        ("vonage", "POST /credential, POST /phone-number"),
        ("a trunk", "POST /credential, POST /phone-number"),
        ("a trunk with more to say", "POST /credential, POST /phone-number"),
        ("what the platform stores", "refused: source.carrier, source.credential"),
        ("a credential by its id", "refused: source.carrier, source.credential"),
    ],
    fitting: Ok(&["allow_inbound 203.0.0.0/20", "allow_inbound 2001:db8::/48", "name Head office"]),
    record: Record { id: "id", number: "number", label: Some("name"), agent: "/assistantId", holder: None },
    listed: || {
        let number = json!({
            "id": "n1", "number": NUMBER, "provider": "telnyx", "assistantId": "a1", "name": "Desk",
            "status": "active", "createdAt": "2025-05-08T19:08:41.000Z", "updatedAt": "2025-06-08T19:08:41Z",
        });
        let told = json!({
            "platform": "vapi", "id": "n1", "number": NUMBER, "label": "Desk", "agent": "a1", "inbound": null,
            "outbound": null, "carrier": "telnyx", "status": "active", "created_at": "2025-05-08T19:08:41Z",
            "updated_at": "2025-06-08T19:08:41Z",
        });
        (json!({"results": [number], "metadata": {"hasNextPage": false}}), told)
    },
    plain: Plain {
        before: None,
        create: |number, vars, _| {
            json!({
                "provider": "twilio",
                "number": number,
                "twilioAccountSid": must(vars, "TWILIO_ACCOUNT_SID"),
                "twilioAuthToken": must(vars, "TWILIO_AUTH_TOKEN"),
                "name": LABEL,
                "assistantId": AGENTS[0],
            })
        },
        id: "/id",
        is_refused_twice: false,
        then: None,
    },
};

fn server_with_headers() -> Server {
    Server::new().header("Authorization", PLANTED).url(url())
}

fn vapi_number() -> CreateVapiNumber {
    CreateVapiNumber::new()
        .authentication(SipAuthentication::new("user-user-user-user-user", PLANTED))
        .settings(Settings::new().server(server_with_headers()))
}

fn trunk_credential() -> CreateSipTrunkCredential {
    CreateSipTrunkCredential::new(vec![])
        .outbound_authentication_plan(OutboundAuthentication::new().auth_password(PLANTED))
}

/// Secrets that the platform might return, in every field that can hold one.
fn echoed() -> Value {
    json!({
        "id": "n1", "provider": "twilio", "number": "+14155552671", "twilioAuthToken": PLANTED,
        "twilioApiSecret": PLANTED, "serverUrlSecret": PLANTED, "serverUrl": url(),
        "server": {"headers": {"X": PLANTED}, "secret": PLANTED, "url": url()},
        "authentication": {"username": "u", "password": PLANTED}, "laterSecret": {"deep": [PLANTED]},
    })
}

fn values() -> Vec<Box<dyn Debug>> {
    let headers = serde_json::from_value::<Headers>(json!({"X": PLANTED})).unwrap();
    let sip = Destination::from(SipDestination::new("sip:a@example.com").sip_headers(headers));
    let unknown = json!({"id": "c1", "provider": "telnyx", "apiKey": PLANTED});
    let strange = json!({"id": "n1", "provider": "carrier-of-tomorrow", "token": PLANTED});
    let sip_only = json!({"id": "n1", "provider": "vapi", "authentication": {"username": "u", "password": PLANTED}});
    let read = |value: &Value| serde_json::from_value::<PhoneNumber>(value.clone()).unwrap();
    let credential = |value: Value| serde_json::from_value::<Credential>(value).unwrap();
    let kind = Vapi::builder("k").build().unwrap().kind();
    let record = NumberRecord::new(kind, "n1", RecordNumber::Absent, Details::new(read(&echoed())));
    vec![
        Box::new(server_with_headers()),
        Box::new(sip),
        Box::new(TransferPlan::new(TransferMode::Blind).hold_audio_url(url()).transfer_complete_audio_url(url())),
        Box::new(SipAuthentication::new("u", PLANTED)),
        Box::new(OutboundAuthentication::new().auth_password(PLANTED)),
        Box::new(CreatePhoneNumber::from(
            CreateTwilioNumber::new(number(), SID).twilio_auth_token(PLANTED).twilio_api_secret(PLANTED),
        )),
        Box::new(CreatePhoneNumber::from(vapi_number())),
        Box::new(UpdatePhoneNumber::from(
            UpdateTwilioNumber::new().twilio_auth_token(secret()).twilio_api_secret(secret()),
        )),
        Box::new(UpdatePhoneNumber::from(UpdateVapiNumber::new().authentication(SipAuthentication::new("u", PLANTED)))),
        Box::new(UpdatePhoneNumber::from(SettingsPatch::new().server(server_with_headers()))),
        Box::new(CreateCredential::from(trunk_credential())),
        Box::new(CreateCredential::from(CreateTwilioCredential::new(SID).auth_token(PLANTED).api_secret(PLANTED))),
        Box::new(CreateCredential::from(CreateVonageCredential::new("key", PLANTED))),
        Box::new(UpdateCredential::from(UpdateTwilioCredential::new().auth_token(secret()).api_secret(secret()))),
        Box::new(UpdateCredential::from(UpdateVonageCredential::new().api_secret(secret()))),
        Box::new(read(&echoed())),
        Box::new(read(&strange)),
        Box::new(read(&sip_only)),
        Box::new(serde_json::from_value::<NumberPage>(json!({"results": [echoed()], "x": PLANTED})).unwrap()),
        Box::new(credential(unknown)),
        Box::new(credential(json!({"provider": "twilio", "authToken": PLANTED, "apiSecret": PLANTED}))),
        Box::new(credential(
            json!({"provider": "vonage", "apiSecret": PLANTED, "vonageApplicationPrivateKey": PLANTED}),
        )),
        Box::new(credential(
            json!({"provider": "byo-sip-trunk", "outboundAuthenticationPlan": {"authPassword": PLANTED}}),
        )),
        Box::new(record),
        Box::new(Vapi::builder(KEY)),
        Box::new(Vapi::builder(KEY).base_url(format!("https://u:{KEY}@example.com"))),
        Box::new(Vapi::builder(KEY).build().unwrap()),
        Box::new(Vapi::builder(format!("{KEY}\n")).build().unwrap_err()),
        Box::new(Vapi::builder("k").base_url(format!("https://u:{KEY}@example.com")).build().unwrap_err()),
    ]
}

async fn calls(uri: String) -> Results {
    let vapi = Pace::at_once().client(Ok(Vapi::builder(KEY).base_url(uri)));
    vec![
        vapi.create_number(CreateTwilioNumber::new(number(), SID).twilio_auth_token(PLANTED)).await.map(drop),
        vapi.create_number(vapi_number()).await.map(drop),
        vapi.create_credential(CreateVonageCredential::new("key", PLANTED)).await.map(drop),
        vapi.update_number("n1", UpdateTwilioNumber::new().twilio_auth_token(secret())).await.map(drop),
    ]
}
