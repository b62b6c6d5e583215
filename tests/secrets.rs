//! A secret planted in every type that can hold one shows nowhere.
//!
//! A binary of its own: other tests that use the same spans at the same moment would hide them from a
//! subscriber that listens to one thread.
#![allow(clippy::unwrap_used)] // tests fail by panicking

#[allow(dead_code)]
#[path = "suite/support/mod.rs"]
mod support;

use std::error::Error as _;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use numport::model::{Details, ProviderKind, RecordNumber};
use numport::platform::butter::{
    CreateIntegration, ImportNumber as ImportIntoButter, ImportSipNumber, UpdateIntegration,
};
use numport::platform::interactly::{self, ImportNumber};
use numport::platform::signalwire;
use numport::platform::vapi::{
    CreateCredential, CreatePhoneNumber, CreateSipTrunkCredential, CreateTwilioCredential, CreateTwilioNumber,
    CreateVapiNumber, CreateVonageCredential, Credential, Destination, NumberPage, OutboundAuthentication, PhoneNumber,
    Server, Settings, SettingsPatch, SipAuthentication, SipDestination, UpdateCredential, UpdatePhoneNumber,
    UpdateTwilioCredential, UpdateTwilioNumber, UpdateVapiNumber, UpdateVonageCredential,
};
use numport::{
    AccountKey, Butter, E164, Error, ImportRequest, Importer, Interactly, NumberProvider, NumberRecord, NumberSource,
    Patch, Secret, SignalWire, SipTrunk, Twilio, Vapi, VoicePlatform,
};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::support::at_once;

/// Long enough for a SIP password, and in need of escapes in JSON.
const PLANTED: &str = "planted\"secret-7f3a9c";
/// How it may come back: in JSON, or without the part before the quotation mark.
const TRACE: &str = "secret-7f3a9c";
const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

fn secret() -> Secret {
    Secret::new(PLANTED)
}

fn by_token() -> AccountKey {
    AccountKey::token(SID, PLANTED)
}

fn by_key() -> AccountKey {
    AccountKey::pair(SID, SID.replace("AC", "SK"), PLANTED)
}

fn trunk() -> SipTrunk {
    SipTrunk::new("sip.example.com").credentials("user", PLANTED)
}

fn server_with_headers() -> Server {
    Server::new().header("Authorization", PLANTED)
}

fn vapi_number() -> CreateVapiNumber {
    CreateVapiNumber::new()
        .authentication(SipAuthentication::new("user-user-user-user-user", PLANTED))
        .settings(Settings::new().server(server_with_headers()))
}

fn butter(uri: &str) -> Butter {
    Butter::builder(TRACE, "org_1")
        .base_url(uri)
        .retry(at_once())
        .requests_per_second(1000.try_into().unwrap())
        .build()
        .unwrap()
}

fn signalwire(uri: &str) -> SignalWire {
    let project = "b3877c40-da60-4998-90ad-b792e98472ac";
    SignalWire::builder(project, TRACE, "example").base_url(uri).retry(at_once()).build().unwrap()
}

fn sip_number() -> ImportSipNumber {
    ImportSipNumber::new(number())
        .sip_server_address("sip.example.com")
        .sip_password(PLANTED)
        .inbound_pin(TRACE[..9].to_owned())
}

fn trunk_credential() -> CreateSipTrunkCredential {
    CreateSipTrunkCredential::new(vec![])
        .outbound_authentication_plan(OutboundAuthentication::new().auth_password(PLANTED))
}

/// What a platform might echo, in every place that it has.
fn echoed() -> serde_json::Value {
    json!({
        "id": "n1", "provider": "twilio", "number": "+14155552671", "twilioAuthToken": PLANTED,
        "twilioApiSecret": PLANTED, "serverUrlSecret": PLANTED, "server": {"headers": {"X": PLANTED}, "secret": PLANTED},
        "authentication": {"username": "u", "password": PLANTED}, "laterSecret": {"deep": [PLANTED]},
    })
}

#[test]
fn no_debug_shows_it() {
    let sip = {
        let mut sip = SipDestination::new("sip:a@example.com");
        sip =
            sip.sip_headers(serde_json::from_value::<numport::platform::vapi::Headers>(json!({"X": PLANTED})).unwrap());
        Destination::from(sip)
    };
    let unknown = json!({"id": "c1", "provider": "telnyx", "apiKey": PLANTED});
    let strange = json!({"id": "n1", "provider": "carrier-of-tomorrow", "token": PLANTED});
    let sip_only = json!({"id": "n1", "provider": "vapi", "authentication": {"username": "u", "password": PLANTED}});
    let read = |value: &serde_json::Value| serde_json::from_value::<PhoneNumber>(value.clone()).unwrap();
    let credential = |value: serde_json::Value| serde_json::from_value::<Credential>(value).unwrap();
    let record = NumberRecord::new(
        Vapi::builder("k").build().unwrap().kind(),
        "n1",
        RecordNumber::Absent,
        Details::new(read(&echoed())),
    );
    let shown: Vec<Box<dyn Debug>> = vec![
        Box::new(secret()),
        Box::new(Patch::Set(secret())),
        Box::new(by_token()),
        Box::new(by_key()),
        Box::new(trunk()),
        Box::new(NumberSource::account(ProviderKind::TWILIO, by_key())),
        Box::new(NumberSource::from(trunk())),
        Box::new(interactly::Credentials::from(by_token())),
        Box::new(interactly::Credentials::from(by_key())),
        Box::new(ImportNumber::new(number()).credentials(by_key())),
        Box::new(
            serde_json::from_value::<interactly::PhoneNumber>(json!({"_id": "1", "number": "+1", "token": PLANTED}))
                .unwrap(),
        ),
        Box::new(server_with_headers()),
        Box::new(sip),
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
        Box::new(ImportIntoButter::from(sip_number())),
        Box::new(CreateIntegration::twilio("Main", SID, PLANTED)),
        Box::new(UpdateIntegration::new().credentials(integration_credentials())),
        Box::new(butter("http://127.0.0.1:1")),
        Box::new(Butter::builder(TRACE, "org_1")),
        Box::new(Butter::builder(format!("{TRACE}\n"), "org_1").build().unwrap_err()),
        Box::new(signalwire("http://127.0.0.1:1")),
        Box::new(SignalWire::builder("p", TRACE, "example")),
        Box::new(SignalWire::builder("p", format!("{TRACE}\n"), "example").build().unwrap_err()),
        Box::new(
            serde_json::from_value::<signalwire::PhoneNumber>(json!({"id": "1", "number": "+1", "token": PLANTED}))
                .unwrap(),
        ),
        Box::new(Vapi::builder(TRACE)),
        Box::new(Vapi::builder(TRACE).base_url(format!("https://u:{TRACE}@example.com"))),
        Box::new(Vapi::builder(TRACE).build().unwrap()),
        Box::new(Interactly::builder(TRACE).build().unwrap()),
        Box::new(Twilio::builder(by_token())),
        Box::new(Twilio::builder(by_token()).build().unwrap()),
        Box::new(Twilio::builder(by_key()).build().unwrap().source()),
        Box::new(Importer::new(Twilio::builder(by_token()).build().unwrap(), Vapi::builder(TRACE).build().unwrap())),
        Box::new(Vapi::builder(format!("{TRACE}\n")).build().unwrap_err()),
        Box::new(Vapi::builder("k").base_url(format!("https://u:{TRACE}@example.com")).build().unwrap_err()),
    ];
    for value in shown {
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            assert!(!text.contains(TRACE), "{text}");
        }
    }
}

fn integration_credentials() -> numport::platform::butter::IntegrationCredentials {
    numport::platform::butter::TwilioIntegration::new(SID, secret()).into()
}

/// Answers with everything that was sent: the body, the key, and both once more in HTML.
async fn parrot(status: u16, html: bool) -> MockServer {
    let server = MockServer::start().await;
    let answer = move |request: &Request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let key = request.headers.get("authorization").or(request.headers.get("x-api-key"));
        let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default().to_owned();
        let template = ResponseTemplate::new(status);
        if html {
            return template.set_body_string(format!("<h1>{key}</h1><p>{body}</p><pre>{PLANTED}</pre>"));
        }
        let sent: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        template.set_body_json(json!({
            "message": [format!("bad {PLANTED}"), key], "error": PLANTED, "code": 7, "sent": sent, "authToken": PLANTED,
        }))
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// Every call that carries a secret, against a server that answers like this.
async fn results(uri: &str) -> Vec<Result<(), Error>> {
    let vapi = Vapi::builder(TRACE).base_url(uri).retry(at_once()).build().unwrap();
    let interactly = Interactly::builder(TRACE).base_url(uri).retry(at_once()).build().unwrap();
    let twilio = Twilio::builder(by_token()).base_url(uri).retry(at_once()).build().unwrap();
    let request = ImportRequest::new(number());
    let mut trunk = trunk();
    trunk = trunk.allow_inbound([203, 0, 113, 10]);
    vec![
        vapi.create_number(CreateTwilioNumber::new(number(), SID).twilio_auth_token(PLANTED)).await.map(drop),
        vapi.create_number(vapi_number()).await.map(drop),
        vapi.create_credential(CreateVonageCredential::new("key", PLANTED)).await.map(drop),
        vapi.update_number("n1", UpdateTwilioNumber::new().twilio_auth_token(secret())).await.map(drop),
        create(&vapi, &trunk.into(), &request).await,
        interactly.import_number(&ImportNumber::new(number()).credentials(by_key())).await.map(drop),
        Importer::new(twilio.clone(), vapi).import(&request).await.map(drop),
        Importer::new(twilio.clone(), interactly).import(&request).await.map(drop),
        twilio.lookup(&number()).await.map(drop),
        butter(uri).import_number(sip_number()).await.map(drop),
        butter(uri).create_integration(&CreateIntegration::twilio("Main", SID, PLANTED)).await.map(drop),
        create(&butter(uri), &NumberSource::account(ProviderKind::TWILIO, by_token()), &request).await,
        signalwire(uri).find(&number()).await.map(drop),
        create(&signalwire(uri), &NumberSource::account(ProviderKind::TWILIO, by_token()), &request).await,
    ]
}

async fn create(platform: &dyn VoicePlatform, source: &NumberSource, request: &ImportRequest) -> numport::Result<()> {
    platform.create(source, request)?.await.map(drop)
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_error_and_no_log_line_shows_it() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let mut errors = Vec::new();
    for (status, html) in
        [(400, false), (401, true), (422, false), (500, true), (200, true), (201, false), (429, false)]
    {
        let results = results(&parrot(status, html).await.uri()).await;
        assert!(status < 300 || results.iter().all(Result::is_err), "{status}");
        errors.extend(results.into_iter().filter_map(Result::err));
    }
    drop(guard);

    for error in &errors {
        let mut texts = vec![format!("{error:?}"), format!("{error:#?}"), error.to_string(), error.advice()];
        let mut cause = error.source();
        while let Some(deeper) = cause {
            texts.push(deeper.to_string());
            texts.push(format!("{deeper:?}"));
            cause = deeper.source();
        }
        for text in texts {
            assert!(!text.contains(TRACE), "{text}");
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for call in [
        "platform=\"butter\"",
        "platform=\"signalwire\"",
        "platform=\"vapi\"",
        "platform=\"interactly\"",
        "platform=\"twilio\"",
        "status=400",
        "attempt=4",
        "elapsed_ms=",
    ] {
        assert!(log.contains(call), "{call} is not in the log:\n{log}");
    }
    let own: Vec<&str> = log.lines().filter(|line| line.contains("numport")).collect();
    assert!(!own.is_empty());
    for line in own {
        assert!(!line.contains(TRACE) && !line.contains("4155552671"), "{line}");
    }
    assert!(!log.contains(TRACE));
}
