//! Every kind of error arrives as its status and JSON.

#[path = "../../../tests/suite/support/thread_log.rs"]
mod thread_log;

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use numport::error::ErrorKind;
use numport::journal::DirectoryJournal;
use numport::model::{PlatformKind, ProviderKind};
use numport::sandbox::{Fault, Sandbox};
use numport::{ClientBuilder, Importer, LookupPolicy, NumberProvider, RetryPolicy, SipTrunk, Twilio, Vapi};
use serde_json::{Value, json};
use tower::ServiceExt;

const NUMBER: &str = "+14155552671";

/// Vapi's client does not retry, and nothing waits.
fn importer(sandbox: &Sandbox, provider: impl NumberProvider + 'static) -> Importer {
    let vapi = once(Vapi::builder_from_vars(|name| sandbox.var(name)).unwrap()).build().unwrap();
    let policy = LookupPolicy::default().max_lookups(1).first_wait(Duration::ZERO);
    Importer::new(provider, vapi).lookup_policy(policy).lock_timeout(Duration::ZERO)
}

fn once<C>(builder: ClientBuilder<C>) -> ClientBuilder<C> {
    builder.retry(RetryPolicy::never())
}

fn from_twilio(sandbox: &Sandbox) -> Router {
    let twilio = once(Twilio::builder_from_vars(|name| sandbox.var(name)).unwrap()).build().unwrap();
    service::router(importer(sandbox, twilio))
}

fn from_trunk(sandbox: &Sandbox) -> Router {
    service::router(importer(sandbox, SipTrunk::new("203.0.113.7")))
}

/// Sends a request and returns the status, `Retry-After` and the body.
async fn send(router: &Router, path: &str, body: Value) -> (u16, Option<String>, Value) {
    let request =
        Request::post(path).header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_string()));
    let response = router.clone().oneshot(request.unwrap()).await.unwrap();
    let wait = response.headers().get(header::RETRY_AFTER).map(|wait| wait.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, wait, serde_json::from_slice(&body).unwrap())
}

fn refuse(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Refuse { status, retry_after: retry_after.map(str::to_owned) }
}

/// Provokes an error of this kind, and returns the response to it.
async fn provoke(sandbox: &Sandbox, kind: ErrorKind) -> Option<(u16, Option<String>, Value)> {
    let twilio = from_twilio(sandbox);
    let at_vapi = |fault| sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", fault);
    let at_twilio = |fault| sandbox.fault_on(ProviderKind::TWILIO, "GET", fault);
    let mut body = json!({ "number": NUMBER });
    match kind {
        ErrorKind::Invalid => body = json!({ "number": NUMBER, "label": "x".repeat(41) }),
        ErrorKind::Preflight => body = json!({ "number": "+14155550100" }),
        ErrorKind::Rejected => at_vapi(refuse(400, None)),
        ErrorKind::Unauthorized => at_vapi(refuse(401, None)),
        ErrorKind::Forbidden => at_vapi(refuse(403, None)),
        ErrorKind::NotFound => at_vapi(refuse(404, None)),
        ErrorKind::Conflict => at_vapi(refuse(409, None)),
        ErrorKind::RateLimited => at_twilio(refuse(429, Some("7"))),
        ErrorKind::Unavailable => at_twilio(refuse(503, None)),
        ErrorKind::BadResponse => at_twilio(Fault::HtmlBody { status: 200, commit: true }),
        ErrorKind::Unresolved => at_vapi(Fault::DropBeforeCommit),
        ErrorKind::Busy => {
            at_vapi(Fault::DelayBeforeCommit(Duration::from_secs(60)));
            let (router, first) = (twilio.clone(), body.clone());
            let first = tokio::spawn(async move { send(&router, "/numbers", first).await });
            while sandbox.waiting() == 0 {
                tokio::task::yield_now().await;
            }
            let response = send(&twilio, "/numbers", body).await;
            first.abort();
            return Some(response);
        }
        ErrorKind::Journal => {
            // The folder of the imports is gone.
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("journal");
            let journal = DirectoryJournal::open(&path).unwrap();
            std::fs::remove_dir(path.join("numbers")).unwrap();
            let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
            let router = service::router(importer(sandbox, twilio).journal(journal));
            return Some(send(&router, "/numbers", body).await);
        }
        ErrorKind::Incomplete => {
            // The trunk's credential is created, the number is refused, and the credential cannot be removed.
            at_vapi(refuse(400, None));
            sandbox.fault_on(PlatformKind::VAPI, "DELETE /credential", refuse(500, None));
            return Some(send(&from_trunk(sandbox), "/numbers", json!({ "number": "+493012345678" })).await);
        }
        _ => return None,
    }
    Some(send(&twilio, "/numbers", body).await)
}

#[tokio::test]
async fn every_kind_arrives_as_its_status_and_json() {
    // kind, status, Retry-After, `failure`, `retryable`
    let table = [
        ("invalid", 422, None, "refused", false),
        ("preflight", 422, None, "refused", false),
        ("rejected", 422, None, "refused", false),
        ("unauthorized", 502, None, "refused", false),
        ("forbidden", 502, None, "refused", false),
        ("not_found", 404, None, "refused", false),
        ("conflict", 409, Some("60"), "unknown", true),
        ("busy", 503, None, "failed", true),
        ("rate_limited", 503, Some("7"), "failed", true),
        ("unavailable", 503, None, "failed", true),
        ("bad_response", 502, None, "refused", false),
        ("journal", 503, None, "failed", true),
        ("incomplete", 504, None, "failed", false),
        ("unresolved", 504, None, "unknown", true),
    ];
    let mut found = Vec::new();
    for kind in ErrorKind::ALL {
        let sandbox = Sandbox::start().await.unwrap();
        let response = provoke(&sandbox, *kind).await;
        let (status, wait, body) = response.unwrap_or_else(|| panic!("{kind:?} is not provoked"));
        assert_eq!(service::status(*kind).map(|status| status.as_u16()), Some(status), "{kind:?} is not in the table");
        let word = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        found.push((word("kind"), status, wait, word("failure"), body["retryable"] == true));
        for text in ["message", "advice"] {
            assert!(body[text].as_str().is_some_and(|text| !text.is_empty()), "{body:#}");
        }
        for name in ["TWILIO_AUTH_TOKEN", "VAPI_API_KEY"] {
            assert!(!body.to_string().contains(&sandbox.var(name).unwrap()), "{body:#}");
        }
    }
    let table = table.map(|(kind, status, wait, failure, retryable)| {
        (kind.to_owned(), status, wait.map(str::to_owned), failure.to_owned(), retryable)
    });
    assert_eq!(found, table);
}

#[tokio::test]
async fn numbers_are_imported() {
    let sandbox = Sandbox::start().await.unwrap();
    let router = from_twilio(&sandbox);
    let (status, _, body) = send(&router, "/numbers", json!({ "number": NUMBER, "label": "Front desk" })).await;
    assert_eq!((status, &body["number"], &body["outcome"]), (200, &json!(NUMBER), &json!("created")), "{body:#}");

    let requests = [NUMBER, "+14155550100", "+12125550123", NUMBER].map(|number| json!({ "number": number }));
    let (status, _, body) = send(&router, "/numbers/bulk", requests.into_iter().collect()).await;
    assert_eq!(status, 200);
    let outcomes: Vec<_> = body.as_array().unwrap().iter().map(|item| item["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["already_there", "refused", "created", "duplicate"]);
    assert_eq!(body[1]["error"]["kind"], "preflight");
}

#[tokio::test]
async fn the_log_masks_numbers() {
    tracing_subscriber::fmt().with_ansi(false).with_writer(|| thread_log::OfThread).init();
    thread_log::clear();
    let sandbox = Sandbox::start().await.unwrap();
    let router = from_twilio(&sandbox);
    assert_eq!(send(&router, "/numbers", json!({ "number": NUMBER })).await.0, 200);
    assert_eq!(send(&router, "/numbers", json!({ "number": "+14155550100" })).await.0, 422);
    let log = thread_log::read();
    assert!(log.contains("+1********71") && log.contains("status=422"), "{log}");
    assert!(!log.contains(&NUMBER[1..]) && !log.contains("14155550100"), "{log}");
}
