//! Several processes that import the same numbers, of which some are killed.
//!
//! A process is this same binary, run for [`the_child_imports_them_all`] alone.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::StreamExt;
use numport::import::BulkOutcome;
use numport::journal::{DirectoryJournal, NoTls, PostgresJournal};
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Chaos, Fault, Sandbox};
use numport::{E164, ImportRequest, Importer, LookupPolicy, RetryPolicy};
use tempfile::TempDir;
use tokio::time::sleep;
use tokio_postgres::Client;

use crate::postgres;
use crate::server::Postgres;
use crate::services::subject::{LABEL, Pace, Platform};
use crate::services::{PLATFORMS, carrier, each_platform};
use crate::tally::Tally;

const CHILD_OF: &str = "NUMPORT_JOURNAL_CHILD_OF";
const JOURNAL: &str = "NUMPORT_JOURNAL";
const NUMBERS: &str = "NUMPORT_JOURNAL_NUMBERS";
/// How long a request may be on its way, which is long after the sandbox has carried it out or lost it.
const RESEND_AFTER: Duration = Duration::from_millis(1500);
const DELAY: Duration = Duration::from_millis(300);
/// Long after anything should have happened.
const DEADLINE: Duration = Duration::from_secs(240);

fn number(nth: usize) -> E164 {
    format!("+1415556{nth:04}").parse().unwrap()
}

/// A process that ends with the test. One that goes on after a failure would hold the test's output open.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    /// Kills it. Returns whether it was still running.
    pub(crate) fn end(&mut self) -> bool {
        drop(self.0.kill());
        // Only one that ended by itself has a code.
        self.0.wait().is_ok_and(|status| status.code().is_none())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn child(sandbox: &Sandbox, platform: &Platform, journal: &str, numbers: usize) -> Running {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::the_child_imports_them_all", "--ignored", "--nocapture"])
        .envs(sandbox.vars().iter().map(|(name, value)| (*name, value)))
        .env(CHILD_OF, platform.api.name())
        .env(JOURNAL, journal)
        .env(NUMBERS, numbers.to_string())
        .stdout(Stdio::null())
        .spawn();
    Running(child.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other tests of this file start it"]
async fn the_child_imports_them_all() {
    let Ok(name) = std::env::var(CHILD_OF) else { return };
    let platform = PLATFORMS.iter().find(|platform| platform.api.name() == name).unwrap();
    let vars = |name: &str| std::env::var(name).ok();
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(2)).max_attempts(3).budget(1_000_000);
    let pace = Pace { timeout: Duration::from_secs(5), retry, rootless: false };
    let lookups = LookupPolicy::default().max_lookups(3).first_wait(DELAY / 4);
    let importer = Importer::new(platform.carrier("twilio", &vars, pace), (platform.connect)(&vars, pace))
        .lookup_policy(lookups)
        .resend_after(RESEND_AFTER);
    let importer = with_journal(importer, &vars(JOURNAL).unwrap(), true).await;
    // A journal whose connection is cut fails.
    while importer.resolve_all().await.is_err() {}
    let mut left: Vec<usize> = (0..vars(NUMBERS).unwrap().parse().unwrap()).collect();
    // Each process in an order of its own.
    fastrand::shuffle(&mut left);
    let mut left: Vec<E164> = left.into_iter().map(number).collect();
    while !left.is_empty() {
        let requests: Vec<_> = left.iter().map(|number| request(platform, *number)).collect();
        let mut items = importer.import_many(requests);
        let mut failed = Vec::new();
        while let Some(item) = items.next().await {
            let BulkOutcome::Failed(error) = &item.outcome else { continue };
            if let Some(wait) = error.retry_after() {
                sleep(wait / 4).await;
            }
            failed.push(*item.request.number());
        }
        left = failed;
    }
    // Those whose result could not be written.
    loop {
        match importer.unresolved().await {
            Ok(unresolved) if unresolved.is_empty() => break,
            _ => drop(importer.resolve_all().await),
        }
        sleep(RESEND_AFTER / 4).await;
    }
}

/// The journal in this directory, or in this database.
pub(crate) async fn with_journal(importer: Importer, journal: &str, has_history: bool) -> Importer {
    let (imports, age) = (10, Duration::from_secs(3600));
    if !journal.starts_with("postgres://") {
        let opened = DirectoryJournal::open(journal).unwrap();
        return importer.journal(if has_history { opened.keep_history(imports, age) } else { opened });
    }
    loop {
        match PostgresJournal::connect(journal, NoTls).await {
            Ok(opened) => {
                return importer.journal(if has_history { opened.keep_history(imports, age) } else { opened });
            }
            // Its connection was cut.
            Err(error) => assert!(error.is_retryable(), "{error}"),
        }
    }
}

fn request(platform: &Platform, number: E164) -> ImportRequest {
    let request = ImportRequest::new(number).agent(platform.agents[0]);
    if platform.record.label.is_some() { request.label(LABEL) } else { request }
}

/// How much is tried: a little in every run, and much before a release.
fn amount() -> (usize, usize, u64) {
    let whole = std::env::var_os("NUMPORT_EVERY_RACE").is_some();
    if whole { (8, 200, 20) } else { (4, 40, 1) }
}

/// Several processes import the same numbers; one after another is killed and started again.
async fn race(platform: &'static Platform) {
    let (processes, numbers, rounds) = amount();
    let mut tally = Tally::default();
    for seed in 1..=rounds {
        let folder = TempDir::new().unwrap();
        let journal = folder.path().join("journal").display().to_string();
        let round = Round { platform, processes, numbers, seed, journal };
        tally.add(round.run(None).await);
    }
    tally.end(&format!("{}, directory", platform.api.service));
}

/// The same with PostgreSQL. Connections are cut, too.
#[tokio::test(flavor = "multi_thread")]
async fn with_postgresql_and_connections_that_are_cut_they_make_one_record_each() {
    let Some(server) = Postgres::start("with_postgresql_they_make_one_record_each") else { return };
    let (processes, numbers, rounds) = amount();
    let client = postgres::client(&server).await;
    for platform in PLATFORMS {
        let mut tally = Tally::default();
        for seed in 1..=rounds {
            let database = format!("{}_{seed}", platform.api.name());
            client.batch_execute(&format!("CREATE DATABASE {database}")).await.unwrap();
            let journal = server.url(&database);
            PostgresJournal::migrate(&journal, NoTls).await.unwrap();
            let round = Round { platform, processes, numbers, seed, journal };
            tally.add(round.run(Some(&client)).await);
        }
        tally.end(&format!("{}, PostgreSQL", platform.api.service));
    }
}

struct Round {
    platform: &'static Platform,
    processes: usize,
    numbers: usize,
    seed: u64,
    journal: String,
}

impl Round {
    async fn run(self, cuts: Option<&Client>) -> Tally {
        let Self { platform, processes, numbers, seed, ref journal } = self;
        let case = format!("{}, seed {seed}", platform.api.service);
        let voice =
            |nth: usize| TwilioNumber::new(number(nth)).voice_url(format!("https://app.example.com/voice?line={nth}"));
        let sandbox = (0..numbers).fold(Sandbox::builder(), |builder, nth| builder.hold(voice(nth)));
        let sandbox = sandbox.start().await.unwrap();
        let before = sandbox.records(carrier("twilio").api.service);
        let faults = [Fault::CommitThenDrop, Fault::DropBeforeCommit, Fault::DelayBeforeCommit(DELAY)];
        sandbox.chaos(Chaos::new(seed).chance(0.05).faults(faults));
        let mut rng = Rng::with_seed(seed);
        let start = || child(&sandbox, platform, journal, numbers);
        let mut children: Vec<Running> = (0..processes).map(|_| start()).collect();
        let end = Instant::now() + DEADLINE;
        let (mut kills, mut next_kill) = (0, numbers);
        let (mut cut, mut next_cut) = (0, numbers / 2);
        while !children.is_empty() {
            assert!(Instant::now() < end, "{case}: it does not end");
            children.retain_mut(|child| match child.0.try_wait().unwrap() {
                Some(status) => {
                    assert!(status.success(), "{case}: {status}");
                    false
                }
                None => true,
            });
            if kills < 2 * processes && !children.is_empty() && sandbox.requests().len() >= next_kill {
                let child = rng.usize(..children.len());
                children[child].end();
                children[child] = start();
                (kills, next_kill) = (kills + 1, sandbox.requests().len() + rng.usize(1..numbers));
            }
            if let Some(client) = cuts.filter(|_| cut < 3 * processes && sandbox.requests().len() >= next_cut) {
                let one_or_all = if rng.bool() { 1 } else { 100 };
                postgres::cut(client, one_or_all).await;
                (cut, next_cut) = (cut + 1, sandbox.requests().len() + rng.usize(1..numbers));
            }
            sleep(Duration::from_millis(5)).await;
        }
        quiet(&sandbox).await;
        let all: Vec<E164> = (0..numbers).map(number).collect();
        let mut tally = Tally::of_round(kills, cut);
        tally.count(&sandbox, platform, &all);
        tally.count_routings(&sandbox, &self.importer(&sandbox).await, &all, &before).await;
        println!("{case}: {tally}");
        assert!(cuts.is_none() || cut > 0, "{case}: no connection was cut");
        assert!(kills > 0, "{case}: nobody was killed");
        tally
    }

    /// One that has the journal.
    async fn importer(&self, sandbox: &Sandbox) -> Importer {
        sandbox.chaos(Chaos::new(0).chance(0.0));
        let vars = |name: &str| sandbox.var(name);
        let carrier = self.platform.carrier("twilio", &vars, Pace::at_once());
        let importer = Importer::new(carrier, (self.platform.connect)(&vars, Pace::at_once()));
        with_journal(importer, &self.journal, true).await
    }
}

/// Waits until what killed processes have sent is carried out. A request that waits for its connection is not counted
/// by the sandbox yet.
async fn quiet(sandbox: &Sandbox) {
    let mut seen = None;
    loop {
        let now = sandbox.requests().len();
        if sandbox.waiting() == 0 && seen == Some(now) {
            return;
        }
        seen = Some(now);
        sleep(DELAY).await;
    }
}

each_platform! {
    #[tokio::test(flavor = "multi_thread")]
    processes_that_import_the_same_numbers_and_are_killed_make_one_record_each, race
}
