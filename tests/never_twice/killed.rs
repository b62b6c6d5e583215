//! A process that imports is killed, and started again.
//!
//! The child is this same binary, run with [`the_child_imports_them_all`] only. A new process knows nothing of the
//! requests of the old one, so pending requests are carried out before it starts.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::{StreamExt, stream};
use numport::sandbox::Sandbox;
use tokio::time::sleep;

use crate::services::subject::Platform;
use crate::services::{PLATFORMS, each_platform};
use crate::storm::weather::client::{importer, request};
use crate::storm::weather::records::{is_finished, records_of};
use crate::storm::weather::{TIMEOUT, number, quiet, weather};

const IMPORTS: usize = 200;
const AT_ONCE: usize = 20;
const CHILD_OF: &str = "NUMPORT_KILLED_CHILD_OF";
/// Far longer than the test should take.
const DEADLINE: Duration = Duration::from_secs(60);

fn child(sandbox: &Sandbox, platform: &Platform) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::the_child_imports_them_all", "--ignored", "--nocapture"])
        .envs(sandbox.vars().iter().map(|(name, value)| (*name, value)))
        .env(CHILD_OF, platform.api.name())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the other tests of this file start it"]
async fn the_child_imports_them_all() {
    let Ok(name) = std::env::var(CHILD_OF) else { return };
    let platform = PLATFORMS.iter().find(|platform| platform.api.name() == name).unwrap();
    let importer = importer(platform, &|name| std::env::var(name).ok(), TIMEOUT);
    let import = async |import| {
        // Calls may meet faults: failed ones are repeated.
        let request = request(platform, number(import));
        let mut last = None;
        for _ in 0..20 {
            match importer.import(&request).await {
                Ok(_) => return,
                Err(error) => last = Some(error.report()),
            }
        }
        panic!("{}: {last:?}", number(import));
    };
    stream::iter(0..IMPORTS).map(import).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
}

/// Waits until this is true, or until the deadline.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "{what} does not happen");
        sleep(Duration::from_millis(2)).await;
    }
}

/// Kills the child at random moments and starts it again. The last one may finish.
async fn killed_and_started_again(platform: &'static Platform) {
    let service = platform.api.service;
    let seed =
        PLATFORMS.iter().zip(1..).find_map(|(one, seed)| (one.api.name() == platform.api.name()).then_some(seed));
    let seed: u64 = seed.unwrap();
    let sandbox = Sandbox::builder().held_numbers((0..IMPORTS).map(number)).keep_bodies(false).start().await.unwrap();
    sandbox.chaos(weather(platform, seed, 0.1));
    let mut rng = Rng::with_seed(seed);
    let mut asked = 0;
    let mut killed = Vec::new();
    for _ in 0..3 {
        asked += rng.usize(1..300);
        let mut child = child(&sandbox, platform);
        let mut ended = false;
        until("the kill", || {
            ended = child.try_wait().unwrap().is_some();
            ended || sandbox.requests().len() >= asked
        })
        .await;
        assert!(!ended, "{service}, seed {seed}: it ended before request {asked}");
        child.kill().unwrap();
        child.wait().unwrap();
        quiet(&sandbox).await;
        asked = sandbox.requests().len();
        killed.push((asked, sandbox.records(service).len()));
    }
    println!("{service}, seed {seed}: killed after requests and records {killed:?}");

    let mut child = child(&sandbox, platform);
    let mut status = None;
    until("the end", || {
        status = child.try_wait().unwrap();
        status.is_some()
    })
    .await;
    let case = format!("{service}, seed {seed}, killed after requests and records {killed:?}");
    assert!(status.is_some_and(|status| status.success()), "{case}: it failed");
    quiet(&sandbox).await;
    let kept = records_of(&sandbox, platform);
    for number in (0..IMPORTS).map(number) {
        let records = kept.get(number.as_str()).map_or(&[][..], Vec::as_slice);
        assert_eq!(records.len(), 1, "{case}: {number}: {records:?}");
        assert!(is_finished(platform, &records[0]), "{case}: {records:?}");
    }
}

each_platform! {
    #[tokio::test(flavor = "multi_thread")]
    a_process_killed_during_imports_finishes_after_a_restart, killed_and_started_again
}
