//! A secret in any type that can hold one never appears in output.
//!
//! This is a binary of its own: concurrent tests that use the same spans would hide them from a subscriber that listens
//! to one thread.
#![allow(clippy::unwrap_used)] // tests fail by panicking

#[path = "suite/services.rs"]
mod services;

use std::error::Error as _;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use numport::import::Desired;
use numport::{ImportRequest, Importer, LookupPolicy, NumberSource, NumberUpdate, Patch, SipTrunk};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::services::planted::{
    CARRIER_KEY, ECHOED, IN_URL, KEY, PIN, PLANTED, SEARCHED, by_key, by_token, number, of_twilio, secret,
};
use crate::services::subject::{Pace, Results};
use crate::services::{CARRIERS, PLATFORMS, apis};

fn trunk() -> SipTrunk {
    SipTrunk::new("sip.example.com").credentials("user", PLANTED)
}

/// Which of the secrets a text shows, and which of the secrets in headers.
fn shown<'a>(text: &str, headers: &'a [String]) -> Option<&'a str> {
    SEARCHED.into_iter().chain(headers.iter().map(String::as_str)).find(|secret| text.contains(secret))
}

/// Every client, with its own secret.
fn clients(uri: &str) -> Vec<Box<dyn Debug>> {
    let mut clients: Vec<Box<dyn Debug>> = Vec::new();
    for carrier in CARRIERS {
        let provider = (carrier.connect)(&carrier.api.account(uri, CARRIER_KEY), Pace::at_once());
        clients.push(Box::new(provider.source()));
        for platform in PLATFORMS {
            let client = (platform.connect)(&platform.api.account(uri, KEY), Pace::at_once());
            clients.push(Box::new(client.clone()));
            clients.push(Box::new(Importer::new(provider.clone(), client)));
        }
    }
    clients
}

#[test]
fn debug_shows_no_secret() {
    let mut values: Vec<Box<dyn Debug>> = vec![
        Box::new(secret()),
        Box::new(Patch::Set(secret())),
        Box::new(by_token()),
        Box::new(by_key()),
        Box::new(trunk()),
        Box::new(of_twilio(by_key())),
        Box::new(NumberSource::from(trunk())),
    ];
    values.extend(clients("http://127.0.0.1:1"));
    values.extend(apis().flat_map(|api| (api.secrets.values)()));
    for value in values {
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            assert_eq!(shown(&text, &[]), None, "{text}");
        }
    }
}

/// What a service has received, and repeats in every later response.
#[derive(Default)]
struct Heard {
    bodies: Vec<String>,
    /// The values of headers, and logins before they are encoded.
    headers: Vec<String>,
}

impl Heard {
    fn hear(&mut self, request: &Request) {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        if !body.is_empty() && !self.bodies.contains(&body) {
            self.bodies.push(body);
        }
        let header = request
            .headers
            .get("authorization")
            .or(request.headers.get("x-api-key"))
            .or(request.headers.get("xi-api-key"))
            .unwrap();
        let token = header.to_str().unwrap().rsplit(' ').next().unwrap().to_owned();
        let login = BASE64.decode(&token).ok().and_then(|login| String::from_utf8(login).ok());
        let new = [Some(token), login].into_iter().flatten().filter(|header| !self.headers.contains(header));
        let new: Vec<String> = new.collect();
        self.headers.extend(new);
    }

    fn answer(&self, status: u16, html: bool) -> ResponseTemplate {
        let Self { bodies, headers } = self;
        let url = format!("https://user:{IN_URL}@example.com/x?auth_token={ECHOED}");
        let template = ResponseTemplate::new(status).insert_header("x-request-id", format!("req-{}", headers[0]));
        // In prose, where no field name marks it as secret.
        let told: Vec<&str> = [PLANTED, CARRIER_KEY, PIN]
            .into_iter()
            .filter(|secret| bodies.iter().any(|body| body.contains(secret.trim_start_matches("planted\""))))
            .collect();
        if html {
            return template.set_body_string(format!("<h1>{headers:?}</h1><p>{bodies:?}</p><pre>{told:?}</pre>{url}"));
        }
        let sent: Vec<Value> = bodies.iter().map(|body| serde_json::from_str(body).unwrap_or_default()).collect();
        template.set_body_json(json!({
            "message": [format!("bad {told:?} at {url}"), headers], "error": told, "code": told.first(),
            "sent": sent, "body": bodies, "authToken": ECHOED, "twilio_token": ECHOED,
            "form": format!("To=1&Password={ECHOED}"), "json": json!({"password": ECHOED}).to_string(),
        }))
    }
}

/// Repeats everything that it received: bodies, keys, and their decoded parts; as JSON or in HTML.
async fn parrot(status: u16, html: bool, told: &[&str]) -> (MockServer, Arc<Mutex<Heard>>) {
    let server = MockServer::start().await;
    let bodies = told.iter().map(|told| json!({"earlier": told}).to_string()).collect();
    let heard = Arc::new(Mutex::new(Heard { bodies, headers: Vec::new() }));
    let own = heard.clone();
    let answer = move |request: &Request| {
        let mut heard = own.lock().unwrap();
        heard.hear(request);
        heard.answer(status, html)
    };
    Mock::given(any()).respond_with(answer).mount(&server).await;
    (server, heard)
}

/// Every call that sends a secret or follows one, with servers that respond like this, and the sent headers.
async fn results(status: u16, html: bool) -> (Results, Vec<String>) {
    let (mut results, mut headers) = (Vec::new(), Vec::new());
    for api in apis() {
        let (server, heard) = parrot(status, html, &[]).await;
        results.extend((api.secrets.calls)(server.uri()).await);
        headers.append(&mut heard.lock().unwrap().headers);
    }
    let request = ImportRequest::new(number()).label("Desk");
    let sources: [NumberSource; 2] = [of_twilio(by_token()), trunk().allow_inbound([203, 0, 113, 10]).into()];
    for platform in PLATFORMS {
        for source in &sources {
            let (server, heard) = parrot(status, html, &[]).await;
            let client = (platform.connect)(&platform.api.account(&server.uri(), KEY), Pace::at_once());
            let create = async { client.create(source, &request)?.await };
            results.push(create.await.map(drop));
            let id = platform.absent.into();
            // By 422 Retell says that there is none, which is no error.
            results.extend(client.find(&number()).await.err().map(Err));
            results.push(client.get(&id).await.map(drop));
            results.push(client.update(&id, &NumberUpdate::new().agent(platform.agents[0])).await.map(drop));
            headers.append(&mut heard.lock().unwrap().headers);
        }
        for carrier in CARRIERS {
            // The platform already has the carrier's key, from another process.
            let (server, heard) = parrot(status, html, &[CARRIER_KEY]).await;
            // The carrier never receives the platform's key. Both are queried concurrently.
            let (carriers, heard_by_carrier) = parrot(status, html, &[]).await;
            let client = (platform.connect)(&platform.api.account(&server.uri(), KEY), Pace::at_once());
            let provider = (carrier.connect)(&carrier.api.account(&carriers.uri(), CARRIER_KEY), Pace::at_once());
            let once = LookupPolicy::default().max_lookups(1);
            let importer = Importer::new(provider, client).lookup_policy(once);
            results.push(importer.import(&request).await.map(drop));
            let importer = importer.skip_preflight();
            results.push(importer.plan(&Desired::from_iter([request.clone()])).await.map(drop));
            results.push(importer.import(&request).await.map(drop));
            headers.append(&mut heard.lock().unwrap().headers);
            headers.append(&mut heard_by_carrier.lock().unwrap().headers);
        }
    }
    (results, headers)
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
async fn errors_and_log_lines_show_no_secret() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let (mut errors, mut headers) = (Vec::new(), Vec::new());
    for (status, html) in
        [(400, false), (401, true), (422, false), (500, true), (200, true), (201, false), (429, false)]
    {
        let (results, sent) = results(status, html).await;
        assert!(status < 300 || results.iter().all(Result::is_err), "{status}");
        errors.extend(results.into_iter().filter_map(Result::err));
        headers.extend(sent);
    }
    drop(guard);
    headers.sort_unstable();
    headers.dedup();
    assert!(headers.iter().any(|header| BASE64.decode(header).is_ok()), "no login was encoded");

    for error in &errors {
        let mut texts = vec![format!("{error:?}"), format!("{error:#?}"), error.to_string(), error.report()];
        texts.extend(error.request_id().map(str::to_owned));
        let mut cause = error.source();
        while let Some(deeper) = cause {
            texts.push(deeper.to_string());
            texts.push(format!("{deeper:?}"));
            cause = deeper.source();
        }
        for text in texts {
            assert_eq!(shown(&text, &headers), None, "{text}");
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let services = apis().map(|api| format!("service=\"{}\"", api.name()));
    for call in services.chain(["status=400", "attempts=4", "elapsed_ms="].map(str::to_owned)) {
        assert!(log.contains(&call), "{call} is not in the log:\n{log}");
    }
    let own: Vec<&str> = log.lines().filter(|line| line.contains("numport")).collect();
    assert!(!own.is_empty());
    for line in own {
        assert!(!line.contains("4155552671"), "{line}");
    }
    assert_eq!(shown(&log, &headers), None);
}
