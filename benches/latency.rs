//! The time of imports if every request takes 100 ms, in comparison with the requests that they need at least.
//!
//! `cargo bench --bench latency`. Prints ratios within one run, for three rounds.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use numport::import::Progress;
use numport::model::{PlatformKind, ProviderKind, Service};
use numport::sandbox::{Chaos, Fault, Sandbox};
use numport::{E164, ImportRequest, Importer, NumberProvider, Twilio, Vapi, VoicePlatform};

const LATENCY: Duration = Duration::from_millis(100);
const MANY: usize = 1_000;
const CONCURRENCY: usize = 16;

fn number(nth: usize) -> E164 {
    format!("+1415555{nth:04}").parse().unwrap()
}

async fn slow(held: usize) -> Sandbox {
    let chaos = Chaos::new(1)
        .chance(1.0)
        .services([Service::from(ProviderKind::TWILIO), PlatformKind::VAPI.into()])
        .faults([Fault::DelayBeforeCommit(LATENCY)]);
    Sandbox::builder().held_numbers((0..held).map(number)).keep_bodies(false).chaos(chaos).start().await.unwrap()
}

/// Clients with an open connection.
async fn clients(sandbox: &Sandbox) -> (Twilio, Vapi) {
    let vars = |name: &str| sandbox.var(name);
    let (twilio, vapi) = (Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    twilio.lookup(&number(0)).await.unwrap();
    vapi.find(&number(0)).await.unwrap();
    (twilio, vapi)
}

/// Times one request, one import, the creates alone, and many imports.
async fn round() -> [Duration; 4] {
    let sandbox = slow(1).await;
    let (twilio, vapi) = clients(&sandbox).await;
    let start = Instant::now();
    twilio.lookup(&number(0)).await.unwrap();
    let request = start.elapsed();
    let importer = Importer::new(twilio, vapi);
    let start = Instant::now();
    importer.import(ImportRequest::new(number(0))).await.unwrap();
    let import = start.elapsed();

    let sandbox = slow(MANY).await;
    let (twilio, vapi) = clients(&sandbox).await;
    let importer = Importer::new(twilio, vapi).concurrency(CONCURRENCY);
    let start = Instant::now();
    let mut items = importer.import_many((0..MANY).map(number).map(ImportRequest::new));
    let mut progress = Progress::default();
    while let Some(item) = items.next().await {
        progress.add(&item);
    }
    let many = start.elapsed();
    assert_eq!(progress.of("created"), MANY, "{progress}");
    println!("  {progress}");

    let other = slow(MANY).await;
    let (twilio, vapi) = clients(&other).await;
    let source = twilio.source();
    let requests: Vec<_> = (0..MANY).map(number).map(ImportRequest::new).collect();
    let start = Instant::now();
    let created = stream::iter(&requests)
        .map(|request| async { vapi.create(&source, request).unwrap().await.unwrap() })
        .buffer_unordered(CONCURRENCY)
        .count()
        .await;
    assert_eq!(created, MANY);
    [request, import, start.elapsed(), many]
}

#[tokio::main]
async fn main() {
    for _ in 0..3 {
        let [request, import, creates, many] = round().await.map(|took| took.as_secs_f64());
        println!(
            "one import: {:.2} × one request ({:.0} ms); {MANY} imports: {:.3} × their creates ({creates:.2} s)",
            import / request,
            request * 1e3,
            many / creates
        );
    }
}
