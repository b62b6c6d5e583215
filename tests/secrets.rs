//! A secret planted in every type that can hold one shows nowhere.
//!
//! A binary of its own: other tests that use the same spans at the same moment would hide them from a
//! subscriber that listens to one thread.
#![allow(clippy::unwrap_used)] // tests fail by panicking

#[path = "suite/services.rs"]
mod services;

use std::error::Error as _;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use numport::{ImportRequest, Importer, NumberSource, Patch, SipTrunk};
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::services::planted::{PLANTED, TRACE, by_key, by_token, number, of_twilio, secret};
use crate::services::subject::{Pace, Results};
use crate::services::{CARRIERS, PLATFORMS, apis};

fn trunk() -> SipTrunk {
    SipTrunk::new("sip.example.com").credentials("user", PLANTED)
}

/// Every client, with its own secret planted.
fn clients(uri: &str) -> Vec<Box<dyn Debug>> {
    let mut clients: Vec<Box<dyn Debug>> = Vec::new();
    for carrier in CARRIERS {
        let provider = (carrier.connect)(&carrier.api.account(uri, TRACE), Pace::at_once());
        clients.push(Box::new(provider.source()));
        for platform in PLATFORMS {
            let client = (platform.connect)(&platform.api.account(uri, TRACE), Pace::at_once());
            clients.push(Box::new(client.clone()));
            clients.push(Box::new(Importer::new(provider.clone(), client)));
        }
    }
    clients
}

#[test]
fn no_debug_shows_it() {
    let mut shown: Vec<Box<dyn Debug>> = vec![
        Box::new(secret()),
        Box::new(Patch::Set(secret())),
        Box::new(by_token()),
        Box::new(by_key()),
        Box::new(trunk()),
        Box::new(of_twilio(by_key())),
        Box::new(NumberSource::from(trunk())),
    ];
    shown.extend(clients("http://127.0.0.1:1"));
    shown.extend(apis().flat_map(|api| (api.secrets.values)()));
    for value in shown {
        for text in [format!("{value:?}"), format!("{value:#?}")] {
            assert!(!text.contains(TRACE), "{text}");
        }
    }
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
async fn results(uri: &str) -> Results {
    let mut results = Vec::new();
    for api in apis() {
        results.extend((api.secrets.calls)(uri.to_owned()).await);
    }
    let request = ImportRequest::new(number());
    let sources: [NumberSource; 2] = [of_twilio(by_token()), trunk().allow_inbound([203, 0, 113, 10]).into()];
    for platform in PLATFORMS {
        let client = (platform.connect)(&platform.api.account(uri, TRACE), Pace::at_once());
        for source in &sources {
            let create = async { client.create(source, &request)?.await };
            results.push(create.await.map(drop));
        }
        for carrier in CARRIERS {
            let provider = (carrier.connect)(&carrier.api.account(uri, PLANTED), Pace::at_once());
            results.push(Importer::new(provider, client.clone()).import(&request).await.map(drop));
        }
    }
    results
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
    let services = apis().map(|api| format!("platform=\"{}\"", api.name()));
    for call in services.chain(["status=400", "attempt=4", "elapsed_ms="].map(str::to_owned)) {
        assert!(log.contains(&call), "{call} is not in the log:\n{log}");
    }
    let own: Vec<&str> = log.lines().filter(|line| line.contains("numport")).collect();
    assert!(!own.is_empty());
    for line in own {
        assert!(!line.contains(TRACE) && !line.contains("4155552671"), "{line}");
    }
    assert!(!log.contains(TRACE));
}
