//! What a journal adds to the time of many imports, if every request takes 50 ms and 16 numbers are processed
//! concurrently.
//!
//! `cargo bench --bench journal`. Prints ratios within one run: each round imports with every journal, in turn. The
//! journals are in the target directory, which must be on a real disk; how long that takes for an fsync is printed, too.
//! PostgreSQL is started with the installed programs, and left out with a line if there are none.
#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used)]

#[path = "../tests/journal/server.rs"]
#[allow(dead_code)] // the tests need more of it
mod server;

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use numport::import::Progress;
use numport::journal::{DirectoryJournal, NoTls, PostgresJournal};
use numport::model::{PlatformKind, ProviderKind, Service};
use numport::sandbox::{Chaos, Fault, Sandbox};
use numport::{E164, ImportRequest, Importer, NumberProvider, Twilio, Vapi, VoicePlatform};
use tempfile::TempDir;

use self::server::Postgres;

const LATENCY: Duration = Duration::from_millis(50);
const MANY: usize = 1_000;
const CONCURRENCY: usize = 16;
const ROUNDS: usize = 9;

fn number(nth: usize) -> E164 {
    format!("+1415555{nth:04}").parse().unwrap()
}

/// Imports many numbers into a new sandbox. Returns the time that it took.
async fn import(with_journal: impl Fn(Importer) -> Importer) -> f64 {
    let chaos = Chaos::new(1)
        .chance(1.0)
        .services([Service::from(ProviderKind::TWILIO), PlatformKind::VAPI.into()])
        .faults([Fault::DelayBeforeCommit(LATENCY)]);
    let sandbox = Sandbox::builder().held_numbers((0..MANY).map(number)).keep_bodies(false).chaos(chaos);
    let sandbox = sandbox.start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (twilio, vapi) = (Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    // With an open connection each.
    twilio.lookup(&number(0)).await.unwrap();
    vapi.find(&number(0)).await.unwrap();
    let importer = with_journal(Importer::new(twilio, vapi).concurrency(CONCURRENCY));
    let start = Instant::now();
    let mut items = importer.import_many((0..MANY).map(number).map(ImportRequest::new));
    let mut progress = Progress::default();
    while let Some(item) = items.next().await {
        progress.add(&item);
    }
    let took = start.elapsed().as_secs_f64();
    assert_eq!(progress.of("created"), MANY, "{progress}");
    assert!(importer.unresolved().await.unwrap().is_empty());
    took
}

/// How long it takes to bring a small file to the disk, in milliseconds.
fn fsync(folder: &Path) -> f64 {
    let path = folder.join("fsync");
    median((0..50).map(|_| {
        let mut file = File::create(&path).unwrap();
        file.write_all(&[b'x'; 512]).unwrap();
        let start = Instant::now();
        file.sync_all().unwrap();
        start.elapsed().as_secs_f64() * 1e3
    }))
}

fn median(of: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = of.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

#[tokio::main]
async fn main() {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    // The server has a user of its own.
    let server = Postgres::start_in(Path::new(env!("CARGO_TARGET_TMPDIR")), "", "PostgreSQL");
    let postgres = match &server {
        Some(server) => {
            PostgresJournal::migrate(&server.url("postgres"), NoTls).await.unwrap();
            Some(PostgresJournal::connect(&server.url("postgres"), NoTls).await.unwrap())
        }
        None => None,
    };
    let (mut disk, mut directories, mut databases) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        disk.push(fsync(folder.path()));
        let directory = DirectoryJournal::open(folder.path().join(format!("journal-{round}"))).unwrap();
        let mut took = [0.0; 3];
        // Each in each place, since a run may slow the next one down.
        for nth in 0..3 {
            let which = (round + nth) % 3;
            took[which] = match (which, &postgres) {
                (0, _) => import(|importer| importer).await,
                (1, _) => import(|importer| importer.journal(directory.clone())).await,
                (_, Some(postgres)) => import(|importer| importer.journal(postgres.clone())).await,
                (_, None) => continue,
            };
        }
        let [memory, directory, database] = took;
        directories.push(directory / memory);
        databases.push(database / memory);
        println!(
            "  {memory:.2} s in memory; directory: {:.3} ×; PostgreSQL: {:.3} ×",
            directory / memory,
            database / memory
        );
    }
    println!("{MANY} imports, median of {ROUNDS} rounds, fsync {:.2} ms:", median(disk.into_iter()));
    println!("directory: {:.3} × in memory", median(directories.into_iter()));
    if postgres.is_some() {
        println!("PostgreSQL: {:.3} × in memory", median(databases.into_iter()));
    }
}
