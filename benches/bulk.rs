//! Imports many numbers with `import_many`: the memory for 100,000 numbers in comparison with 1,000, and how closely a
//! limit of requests per second is met.
//!
//! `cargo bench --bench bulk`. The sandbox runs in this process, and the imports run in processes of their own. The
//! memory of an import process is its maximum as Linux measures it (`VmHWM`). The times are of the whole run, and are
//! printed next to the minimum that the limit allows.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

use std::num::NonZeroU32;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use numport::import::Progress;
use numport::model::PlatformKind;
use numport::sandbox::Sandbox;
use numport::{E164, ImportRequest, Importer, Twilio, Vapi};

const CHILD: &str = "import-so-many";

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match arguments.iter().position(|argument| argument == CHILD) {
        Some(at) => runtime.block_on(import(arguments[at + 1].parse().unwrap(), arguments[at + 2].parse().ok())),
        None => runtime.block_on(compare()),
    }
}

fn number(nth: usize) -> E164 {
    format!("+1415{nth:07}").parse().unwrap()
}

/// Runs in a process of its own: imports this many numbers, and prints the time and the memory that it took.
async fn import(count: usize, per_second: Option<NonZeroU32>) {
    let var = |name: &str| std::env::var(name).ok();
    let mut vapi = Vapi::builder(var("VAPI_API_KEY").unwrap()).base_url(var("VAPI_BASE_URL").unwrap());
    if let Some(per_second) = per_second {
        vapi = vapi.requests_per_second(per_second);
    }
    let importer =
        Importer::new(Twilio::from_vars(var).unwrap(), vapi.build().unwrap()).skip_preflight().concurrency(64);
    let mut items = importer.import_many(stream::iter((0..count).map(number).map(ImportRequest::new)));
    let (mut progress, start) = (Progress::default(), Instant::now());
    while let Some(item) = items.next().await {
        progress.add(&item);
    }
    let took = start.elapsed();
    // A create that is answered 429 is not sent again.
    let unknown = progress.of("unknown");
    assert_eq!(progress.of("created") + unknown, count, "{progress}");
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next());
    println!("{} {} {unknown}", took.as_millis(), kilobytes.unwrap_or("0"));
}

/// Imports this many numbers into a new sandbox in another process. Returns the time, the kilobytes and the count of
/// 429.
async fn run(count: usize, per_second: Option<u32>) -> (Duration, f64, usize) {
    let mut sandbox = Sandbox::builder().held_numbers((0..count).map(number)).keep_bodies(false);
    if let Some(per_second) = per_second {
        sandbox = sandbox.requests_per_second(per_second as usize);
    }
    let sandbox = sandbox.start().await.unwrap();
    let limit = per_second.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args([CHILD, &count.to_string(), &limit]).envs(sandbox.vars().iter().cloned()).stderr(Stdio::inherit());
    let output = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let [millis, kilobytes, unknown] = text.trim().split(' ').collect::<Vec<_>>()[..] else { panic!("{text:?}") };
    let refused = sandbox.requests().iter().filter(|entry| entry.status.is_some_and(|status| status == 429)).count();
    assert_eq!(sandbox.records(PlatformKind::VAPI).len() + unknown.parse::<usize>().unwrap(), count);
    (Duration::from_millis(millis.parse().unwrap()), kilobytes.parse().unwrap(), refused)
}

async fn compare() {
    let mut ratios = Vec::new();
    for _ in 0..3 {
        let (_, few, _) = run(1_000, None).await;
        let (took, many, _) = run(100_000, None).await;
        println!("1,000: {few} KiB; 100,000: {many} KiB, {:.2} of it, in {took:.1?}", many / few);
        ratios.push(many / few);
    }
    ratios.sort_by(f64::total_cmp);
    println!("memory of 100,000 numbers: {:.2} × that of 1,000 (median of 3)\n", ratios[1]);
    for _ in 0..3 {
        let (took, _, refused) = run(10_000, Some(500)).await;
        println!("10,000 at 500 a second: {:.3} × 20 s, {refused} answered 429", took.as_secs_f64() / 20.0);
    }
}
