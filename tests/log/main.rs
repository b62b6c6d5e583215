//! The log of a run at INFO shows what was changed and what is left to do.
//!
//! `NUMPORT_WRITE_LOGS=1 cargo test --test log` writes the expected logs again.

#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use numport::model::{PlatformKind, ProviderKind, Removal};
use numport::platform::vapi::SearchNumbers;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, E164, ImportRequest, Importer, LookupPolicy, RetryPolicy, Twilio, Vapi};

#[path = "../suite/support/thread_log.rs"]
mod thread_log;

use thread_log::OfThread;

fn begin() {
    static BEGIN: Once = Once::new();
    BEGIN.call_once(|| {
        let log = tracing_subscriber::fmt().with_max_level(tracing::Level::INFO).with_target(false).with_ansi(false);
        log.without_time().with_writer(|| OfThread).init();
    });
    thread_log::clear();
}

/// Compares the log with the file, except for times.
fn assert_logged(sandbox: &Sandbox, name: &str) {
    let log = thread_log::read();
    for number in sandbox.twilio().held_numbers() {
        assert!(!log.contains(&number.as_str()[1..]), "a whole number is logged: {log}");
    }
    for name in ["TWILIO_AUTH_TOKEN", "VAPI_API_KEY"] {
        assert!(!log.contains(&sandbox.var(name).unwrap()), "a secret is logged: {log}");
    }
    let mut lines = String::new();
    for line in log.lines() {
        let mut rest = line;
        while let Some(at) = rest.find("elapsed_ms=") {
            let after = &rest[at + "elapsed_ms=".len()..];
            lines.push_str(&rest[..at]);
            lines.push_str("elapsed_ms=…");
            rest = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
        }
        if let Some(at) = rest.find(" at 20") {
            // The time at which an import was sent.
            lines.push_str(&rest[..at]);
            rest = rest[at + 4..].find('Z').map_or("", |end| &rest[at + 5 + end..]);
            lines.push_str(" at …");
        }
        lines.push_str(rest);
        lines.push('\n');
    }
    let lines = lines.replace(&sandbox.var("TWILIO_BASE_URL").unwrap(), "http://twilio");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/log").join(name);
    if std::env::var_os("NUMPORT_WRITE_LOGS").is_some() {
        std::fs::write(&path, &lines).unwrap();
    }
    assert_eq!(lines, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
}

fn numbers(count: usize) -> Vec<E164> {
    (0..count).map(|n| format!("+1415555{:04}", 100 + n).parse().unwrap()).collect()
}

async fn with(count: usize) -> (Sandbox, Importer) {
    let held = numbers(count).into_iter().map(|number| TwilioNumber::new(number).voice_url("https://app.example.com/"));
    let sandbox = held.fold(Sandbox::builder(), |builder, number| builder.hold(number)).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let retry = RetryPolicy::default().initial_backoff(Duration::ZERO);
    let twilio = Twilio::builder_from_vars(vars).unwrap().retry(retry).build().unwrap();
    let vapi = Vapi::builder_from_vars(vars).unwrap().retry(retry).build().unwrap();
    let policy = LookupPolicy::default().first_wait(Duration::ZERO);
    (sandbox, Importer::new(twilio, vapi).concurrency(1).lookup_policy(policy))
}

#[tokio::test]
async fn an_import_that_lost_its_response() {
    begin();
    let (sandbox, importer) = with(1).await;
    sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::CommitThenDrop);
    importer.import(ImportRequest::new(numbers(1)[0]).label("Front desk")).await.unwrap();
    assert_logged(&sandbox, "lost_response.txt");
    let guide = include_str!("../../src/guide/logging.md");
    assert!(guide.contains(include_str!("lost_response.txt")), "the guide shows another log");
}

#[tokio::test]
async fn a_bulk_run_with_faults() {
    begin();
    let (sandbox, importer) = with(18).await;
    let faults = [
        ("POST /phone-number", Fault::CommitThenDrop),
        ("POST /phone-number", Fault::Refuse { status: 400, retry_after: None }),
        ("POST /phone-number", Fault::Refuse { status: 503, retry_after: None }),
    ];
    for (step, fault) in faults {
        sandbox.fault_on(PlatformKind::VAPI, step, fault);
    }
    sandbox.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 503, retry_after: None });
    let requests = numbers(20).into_iter().map(ImportRequest::new);
    let items: Vec<_> = importer.import_many(stream::iter(requests)).collect().await;
    assert_eq!(items.len(), 20);
    assert_logged(&sandbox, "bulk.txt");
}

#[tokio::test]
async fn looks_before_an_import() {
    begin();
    let (sandbox, importer) = with(1).await;
    for number in numbers(2) {
        importer.preflight(&number).await.unwrap();
    }
    sandbox.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 403, retry_after: None });
    assert!(importer.preflight(&numbers(1)[0]).await.is_err());
    assert_logged(&sandbox, "preflight.txt");
}

#[tokio::test]
async fn a_plan_and_its_undoing() {
    begin();
    let (sandbox, importer) = with(3).await;
    let [first, second, third] = numbers(3)[..] else { panic!() };
    let kept = importer.import(ImportRequest::new(first)).await.unwrap();
    importer.import(ImportRequest::new(second).label("Old")).await.unwrap();
    let desired = Desired::from_iter([ImportRequest::new(second).label("New"), ImportRequest::new(third)]);
    let plan = importer.plan(&desired).await.unwrap().remove_extra(Removal::Record).renew_credentials_if(|_| true);
    let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(steps.len(), 3);
    let undone = importer.undo(&kept.undo(), Removal::Record).await.unwrap();
    assert!(undone.is_complete(), "{undone}");
    assert_logged(&sandbox, "plan.txt");
}

#[tokio::test]
async fn a_sandbox_that_is_dropped_names_the_faults_that_no_request_met() {
    begin();
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never()).build().unwrap();
    let refused = || Fault::Refuse { status: 403, retry_after: None };
    sandbox.fault_on(PlatformKind::VAPI, "GET /v2/phone-number", refused());
    sandbox.fault_on(PlatformKind::VAPI, "POST /phone-numbers", refused()); // mistyped
    vapi.search_numbers(&SearchNumbers::new()).await.unwrap_err();
    let pending = sandbox.pending_faults();
    assert_eq!(pending.len(), 1, "{pending:?}");
    thread_log::clear();
    drop(sandbox);
    let log = thread_log::read();
    let warnings: Vec<_> = log.lines().filter(|line| line.trim_start().starts_with("WARN")).collect();
    assert!(warnings.len() == 1 && warnings[0].contains("POST /phone-numbers"), "{log}");
}
