//! A process is killed while each request of an import is on its way, before and after it is carried out, and another
//! process imports the number again.
//!
//! A process is this same binary, run for [`the_child_imports_one`] alone.

use std::fmt;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use numport::import::Undo;
use numport::journal::{DirectoryJournal, NoTls, PostgresJournal};
use numport::model::Service;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, ImportRequest, Importer, LookupPolicy, Removal, RetryPolicy};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;
use tokio_postgres::Client;

use crate::postgres;
use crate::processes::{Running, with_journal};
use crate::server::Postgres;
use crate::services::subject::{LABEL, Pace, Platform, Vars};
use crate::services::{PLATFORMS, carrier, each_platform};

const CHILD_OF: &str = "NUMPORT_KILLED_CHILD_OF";
const FOLDER: &str = "NUMPORT_KILLED_FOLDER";
const JOURNAL: &str = "NUMPORT_KILLED_JOURNAL";
const HISTORY: &str = "NUMPORT_KILLED_HISTORY";
/// How long a request is on its way. The process is killed meanwhile.
const DELAY: Duration = Duration::from_millis(700);
const RESEND_AFTER: Duration = Duration::from_millis(1000);
/// Long after anything should have happened.
const DEADLINE: Duration = Duration::from_secs(60);
/// How many cases run concurrently. Most of each is waiting.
const CONCURRENCY: usize = 12;

fn number() -> E164 {
    "+14155560001".parse().unwrap()
}

fn importer(platform: &Platform, vars: Vars<'_>) -> Importer {
    let retry = RetryPolicy::default().initial_backoff(Duration::from_millis(2)).max_attempts(1);
    let pace = Pace { timeout: DEADLINE, retry, rootless: true };
    let lookups = LookupPolicy::default().max_lookups(3).first_wait(Duration::from_millis(20));
    Importer::new(platform.carrier("twilio", vars, pace), (platform.connect)(vars, pace))
        .lookup_policy(lookups)
        .resend_after(RESEND_AFTER)
}

fn request(platform: &Platform) -> ImportRequest {
    let request = ImportRequest::new(number()).agent(platform.agents[0]);
    if platform.record.label.is_some() { request.label(LABEL) } else { request }
}

#[tokio::test]
#[ignore = "the other tests of this file start it"]
async fn the_child_imports_one() {
    let Ok(name) = std::env::var(CHILD_OF) else { return };
    let platform = PLATFORMS.iter().find(|platform| platform.api.name() == name).unwrap();
    let vars = |name: &str| std::env::var(name).ok();
    let importer = with_journal(importer(platform, &vars), &vars(JOURNAL).unwrap(), vars(HISTORY).is_some()).await;
    let imported = loop {
        match importer.import(request(platform)).await {
            Ok(imported) => break imported,
            Err(error) => sleep(error.retry_after().unwrap_or(DELAY / 10)).await,
        }
    };
    fs::write(format!("{}/undo.json", vars(FOLDER).unwrap()), serde_json::to_string(&imported.undo()).unwrap())
        .unwrap();
}

/// A request of an import: its service and method, and how many equal ones come before it.
#[derive(Clone)]
struct Nth {
    service: Service,
    method: String,
    path: String,
    before: usize,
}

impl fmt::Debug for Nth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{} after {} alike", self.method, self.path, self.before)
    }
}

/// What is imported, and when its process is killed.
#[derive(Clone)]
struct Case {
    platform: &'static Platform,
    /// Where its journal is, if not in a directory.
    server: Option<Arc<Server>>,
    /// Whether the platform has a record of the number before.
    is_there: bool,
    has_history: bool,
    killed: Option<(Nth, Fault)>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { platform, is_there, has_history, killed, .. } = self;
        write!(f, "{}, there: {is_there}, history: {has_history}, killed at {killed:?}", platform.api.service)
    }
}

/// A server with a database for each journal.
struct Server {
    server: Postgres,
    client: Client,
    databases: AtomicUsize,
}

impl Server {
    async fn start(test: &str) -> Option<Self> {
        let server = Postgres::start(test)?;
        let client = postgres::client(&server).await;
        Some(Self { server, client, databases: AtomicUsize::new(0) })
    }

    async fn journal(&self) -> String {
        let name = format!("journal_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
        let url = self.server.url(&name);
        PostgresJournal::migrate(&url, NoTls).await.unwrap();
        url
    }
}

/// A world with one number, and a journal.
struct World {
    sandbox: Sandbox,
    folder: TempDir,
    journal: String,
}

impl Case {
    async fn world(&self) -> World {
        let held = TwilioNumber::new(number()).voice_url("https://app.example.com/voice?line=1");
        let sandbox = Sandbox::builder().hold(held).start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let journal = match &self.server {
            Some(server) => server.journal().await,
            None => folder.path().join("journal").display().to_string(),
        };
        let world = World { sandbox, folder, journal };
        if self.is_there {
            let vars = |name: &str| world.sandbox.var(name);
            let other = DirectoryJournal::open(world.folder.path().join("other")).unwrap();
            // The sandbox may have the port of an earlier one, and so count as the same account.
            let importer = importer(self.platform, &vars).journal(other);
            importer.forget_created(&number()).await.unwrap();
            importer.import(ImportRequest::new(number())).await.unwrap();
        }
        world
    }

    fn child(&self, World { sandbox, folder, journal }: &World) -> Running {
        let mut child = Command::new(std::env::current_exe().unwrap());
        if self.has_history {
            child.env(HISTORY, "1");
        }
        let child = child
            .args(["--exact", "killed::the_child_imports_one", "--ignored", "--nocapture"])
            .envs(sandbox.vars().iter().map(|(name, value)| (*name, value)))
            .env(CHILD_OF, self.platform.api.name())
            .env(FOLDER, folder.path())
            .env(JOURNAL, journal)
            .stdout(Stdio::null())
            .spawn();
        Running(child.unwrap())
    }

    /// Imports in another process, to the end.
    async fn import(&self, world: &World) {
        let mut child = self.child(world);
        let mut status = None;
        until(self, || {
            status = child.0.try_wait().unwrap();
            status.is_some()
        })
        .await;
        assert!(status.unwrap().success(), "{self}");
    }

    /// The requests of an import that nobody kills.
    async fn requests(&self) -> Vec<Nth> {
        let world = self.world().await;
        let from = world.sandbox.requests().len();
        self.import(&world).await;
        let mut all: Vec<Nth> = Vec::new();
        for request in world.sandbox.requests().into_iter().skip(from) {
            let (service, method, path) = (request.service, format!("{} ", request.method), request.path);
            let before = all.iter().filter(|other| other.service == service && other.method == method).count();
            all.push(Nth { service, method, path, before });
        }
        all
    }

    /// A world in which a process was killed, and what its carrier had before.
    async fn killed(&self) -> (World, Vec<Value>) {
        loop {
            let world = self.world().await;
            let before = world.sandbox.records(carrier("twilio").api.service);
            // A machine that is busy may kill it too late.
            if self.kill(&world).await {
                return (world, before);
            }
        }
    }

    async fn kill(&self, world: &World) -> bool {
        let sandbox = &world.sandbox;
        let (nth, fault) = self.killed.as_ref().expect("a process is killed");
        let none = Fault::SlowBody { pieces: 1, pause: Duration::ZERO };
        for fault in std::iter::repeat_n(&none, nth.before).chain([fault]) {
            sandbox.fault_on(nth.service, &nth.method, fault.clone());
        }
        let mut child = self.child(world);
        let hangs = || sandbox.requests().iter().any(|request| request.fault.as_ref() == Some(fault));
        until(self, || hangs() || sandbox.waiting() > 0).await;
        let is_killed = child.end();
        is_killed && (matches!(fault, Fault::CommitThenDelay(_)) || sandbox.waiting() > 0)
    }

    async fn run(self) {
        let (world, before) = self.killed().await;
        let World { sandbox, folder, journal } = &world;
        self.import(&world).await;
        until(&self, || sandbox.waiting() == 0).await;
        let record = &self.platform.record;
        let records = sandbox.records(self.platform.api.service);
        let records: Vec<_> = records.iter().filter(|kept| kept[record.number] == number().as_str()).collect();
        assert_eq!(records.len(), 1, "{self}: {records:?}");

        let vars = |name: &str| sandbox.var(name);
        let importer = with_journal(importer(self.platform, &vars), journal, self.has_history).await;
        assert!(importer.unresolved().await.unwrap().is_empty(), "{self}");
        let undos: Vec<Undo> = if self.has_history {
            let past = importer.history(&number()).await.unwrap();
            past.into_iter().map(|past| past.undo).collect()
        } else {
            vec![serde_json::from_slice(&fs::read(folder.path().join("undo.json")).unwrap()).unwrap()]
        };
        for undo in &undos {
            assert_eq!(undo.created, !self.is_there, "{self}: {undo:?}");
            let undone = importer.undo_unverified(undo, Removal::Record).await;
            assert!(undone.is_ok(), "{self}: {undone:?}");
        }
        let after = sandbox.records(carrier("twilio").api.service);
        assert_eq!(routings(&before), routings(&after), "{self}: {undos:?}");
    }
}

/// The routing of all numbers of a carrier, field by field.
pub(crate) fn routings(records: &[Value]) -> Vec<(String, Value)> {
    let is_routing =
        |name: &str| ["voice_", "sms_", "status_callback", "trunk_sid"].iter().any(|start| name.starts_with(start));
    let fields = records.iter().flat_map(|record| record.as_object().unwrap().clone());
    fields.filter(|(name, _)| is_routing(name)).collect()
}

/// Waits until this is true, or until the deadline.
async fn until(case: &Case, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < end, "{case}: it does not end");
        sleep(Duration::from_millis(2)).await;
    }
}

async fn at_every_request(platform: &'static Platform, server: Option<Arc<Server>>) {
    let mut cases = Vec::new();
    for is_there in [false, true] {
        let whole = Case { platform, server: server.clone(), is_there, has_history: false, killed: None };
        for nth in whole.requests().await {
            // A read changes nothing, before or after.
            let faults = [Fault::CommitThenDelay(DEADLINE), Fault::DelayBeforeCommit(DELAY)];
            let faults = faults.into_iter().take(if nth.method == "GET " { 1 } else { 2 });
            cases.extend(faults.flat_map(|fault| {
                let killed = Some((nth.clone(), fault));
                [false, true].map(|has_history| Case { has_history, killed: killed.clone(), ..whole.clone() })
            }));
        }
    }
    println!("{}: {} killed", platform.api.service, cases.len());
    stream::iter(cases).map(Case::run).buffer_unordered(CONCURRENCY).collect::<Vec<()>>().await;
}

async fn in_a_directory(platform: &'static Platform) {
    at_every_request(platform, None).await;
}

each_platform! {
    #[tokio::test(flavor = "multi_thread")]
    a_process_killed_at_any_request_leaves_one_record_and_its_routing_comes_back, in_a_directory
}

/// With PostgreSQL: every run kills imports into one platform that accepts duplicates, a release check into all.
#[tokio::test(flavor = "multi_thread")]
async fn with_postgresql_it_leaves_one_record_and_its_routing_comes_back() {
    let Some(server) = Server::start("with_postgresql_it_leaves_one_record").await.map(Arc::new) else { return };
    let is_whole = std::env::var_os("NUMPORT_EVERY_RACE").is_some();
    for platform in PLATFORMS.iter().filter(|platform| is_whole || platform.api.name() == "vapi") {
        at_every_request(platform, Some(server.clone())).await;
    }
}
