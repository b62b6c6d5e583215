//! The program from end to end, as its users run it: processes, a sandbox, a database.

mod support;

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use numport::model::PlatformKind;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, ImportRequest, Importer, Twilio, Vapi};
use support::Postgres;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

/// Far longer than the test should take.
const DEADLINE: Duration = Duration::from_secs(120);

/// A sandbox with its five numbers, and a database for the jobs.
struct Workplace {
    sandbox: Sandbox,
    directory: TempDir,
}

impl Workplace {
    async fn new() -> Self {
        Self { sandbox: Sandbox::start().await.unwrap(), directory: tempfile::tempdir().unwrap() }
    }

    fn fleet<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Command {
        let mut command = fleet(arguments);
        command.env("DATABASE_URL", format!("sqlite:{}", self.directory.path().join("jobs.db").display()));
        command.envs(self.sandbox.vars().iter().map(|(name, value)| (*name, value)));
        command
    }

    /// Writes a plan to a file, and enqueues its steps as jobs.
    async fn enqueue(&self) {
        let file = self.plan().await;
        let enqueued = output(&mut self.fleet([OsStr::new("enqueue"), file.as_os_str()])).await;
        let jobs = self.sandbox.twilio().held_numbers().len();
        assert_eq!(String::from_utf8_lossy(&enqueued.stdout), format!("{jobs} jobs in SQLite\n"));
    }

    /// Writes a plan to a file.
    async fn plan(&self) -> PathBuf {
        let vars = |name: &str| self.sandbox.var(name);
        let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
        let numbers = self.sandbox.twilio().held_numbers();
        let desired = Desired::from_iter(numbers.iter().copied().map(ImportRequest::new));
        let plan = serde_json::to_string(&importer.plan(&desired).await.unwrap()).unwrap();
        let file = self.directory.path().join("plan.json");
        std::fs::write(&file, plan).unwrap();
        file
    }

    async fn all_are_in(&self) {
        let end = Instant::now() + DEADLINE;
        while self.sandbox.records(PlatformKind::VAPI).len() < self.sandbox.twilio().held_numbers().len() {
            assert!(Instant::now() < end, "the jobs are not done");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

fn fleet<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
    command.args(arguments).env_remove("DATABASE_URL").kill_on_drop(true);
    command
}

async fn output(command: &mut Command) -> Output {
    tokio::time::timeout(DEADLINE, command.output()).await.expect("it ends").expect("it runs")
}

/// A worker is killed midway, and every number is imported exactly once.
async fn a_worker_is_killed(database: Option<&str>, kind: &str) {
    let mut demo = fleet(["--numbers", "120"]);
    let output = output(demo.envs(database.map(|url| ("DATABASE_URL", url)))).await;
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    assert!(said.contains(&format!("120 jobs in {kind}\n")));
    assert!(said.contains("was killed after 15 jobs"));
    assert!(said.contains("120 of 120 numbers have exactly one record; 120 records\n"));
    let (_, again) = said.split_once("; ").expect("the jobs are counted");
    // A journal tells the creates of the dead worker from records of others.
    let found = if database.is_some() { " recovered; " } else { " unchanged; " };
    assert!(said.contains(found), "no create of the dead worker was under way");
    assert_ne!(again.split(' ').next(), Some("0"), "the dead worker held no job");
}

#[tokio::test]
async fn every_number_is_imported_once_with_sqlite() {
    a_worker_is_killed(None, "SQLite").await;
}

#[tokio::test]
async fn every_number_is_imported_once_with_postgresql() {
    let Some(server) = Postgres::find("every_number_is_imported_once_with_postgresql") else { return };
    a_worker_is_killed(Some(server.url()), "PostgreSQL").await;
}

/// Two queues have the jobs of one plan, each with a worker. The journal lets each number be imported once.
#[tokio::test]
async fn two_fleets_with_the_same_plan_import_every_number_once() {
    let Some(server) = Postgres::find("two_fleets_with_the_same_plan_import_every_number_once") else { return };
    let here = Workplace::new().await;
    let numbers = here.sandbox.twilio().held_numbers();
    let plan = here.plan().await;
    for _ in 0..2 * numbers.len() {
        let slow = Fault::DelayBeforeCommit(Duration::from_millis(500));
        here.sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", slow);
    }
    let queues = ["one", "two"].map(|name| format!("{name}-{}", ulid::Ulid::generate()));
    for queue in &queues {
        let mut enqueue = here.fleet([OsStr::new("enqueue"), plan.as_os_str(), OsStr::new("--queue"), queue.as_ref()]);
        let enqueued = output(enqueue.env("DATABASE_URL", server.url())).await;
        assert!(enqueued.status.success(), "{}", String::from_utf8_lossy(&enqueued.stderr));
    }
    let workers = queues.map(|queue| {
        let mut worker = here.fleet(["worker", "--while-stdin", "--name", &queue, "--queue", &queue]);
        worker.env("DATABASE_URL", server.url()).stdin(Stdio::piped()).stdout(Stdio::piped());
        worker.spawn().unwrap()
    });
    let mut said = String::new();
    for mut worker in workers {
        let mut lines = BufReader::new(worker.stdout.take().unwrap()).lines();
        for _ in &numbers {
            let line = tokio::time::timeout(DEADLINE, lines.next_line()).await.expect("it goes on").unwrap().unwrap();
            said.push_str(&line);
            said.push('\n');
        }
        let status = tokio::time::timeout(DEADLINE, worker.wait()).await.expect("it ends").unwrap();
        assert!(status.success());
    }
    println!("{said}");
    let mut records: Vec<_> =
        here.sandbox.records(PlatformKind::VAPI).iter().map(|it| it["number"].to_string()).collect();
    records.sort();
    let mut expected: Vec<_> = numbers.iter().map(|number| format!("\"{number}\"")).collect();
    expected.sort();
    assert_eq!(records, expected, "{said}");
    for number in numbers {
        assert_eq!(said.matches(&format!("{number} created")).count(), 1, "{said}");
    }
}

/// A worker whose jobs take longer than the timeout for a dead worker does not count as dead.
#[tokio::test]
async fn a_slow_worker_keeps_its_jobs() {
    let here = Workplace::new().await;
    let numbers = here.sandbox.twilio().held_numbers();
    for _ in &numbers {
        let slow = Fault::DelayBeforeCommit(Duration::from_secs(7));
        here.sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", slow);
    }
    here.enqueue().await;
    let workers = ["one", "two"].map(|name| {
        let mut worker = here.fleet(["worker", "--timeout", "2", "--while-stdin", "--name", name]);
        worker.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
    });
    here.all_are_in().await;
    let mut said = String::new();
    for worker in workers {
        let output = tokio::time::timeout(DEADLINE, worker.wait_with_output()).await.expect("it ends").unwrap();
        assert!(output.status.success());
        said.push_str(&String::from_utf8_lossy(&output.stdout));
    }
    for number in numbers {
        // The worker's timeout also applies to its requests, so each create is looked up until the platform shows it.
        assert_eq!(said.matches(&format!("{number} recovered")).count(), 1, "{said}");
    }
    assert_eq!(said.lines().count(), here.sandbox.twilio().held_numbers().len(), "{said}");
}

#[tokio::test]
async fn a_refused_key_stops_the_worker_and_the_jobs_wait_for_another() {
    let here = Workplace::new().await;
    here.enqueue().await;

    let refused = output(here.fleet(["worker", "--timeout", "2"]).env("VAPI_API_KEY", "another")).await;
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("The jobs are kept"), "{said}");
    assert!(here.sandbox.records(PlatformKind::VAPI).is_empty());

    let mut worker = here.fleet(["worker", "--timeout", "2", "--while-stdin"]);
    let mut worker = worker.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    here.all_are_in().await;
    // Waiting closes its input, which tells it to stop.
    let status = tokio::time::timeout(DEADLINE, worker.wait()).await.expect("it ends").unwrap();
    assert!(status.success());
}

#[tokio::test]
async fn an_error_is_one_line_without_a_password() {
    let database = [("DATABASE_URL", "mysql://me:secret@localhost/jobs")];
    for (arguments, line) in [
        (&["worker"][..], "error: DATABASE_URL must begin with sqlite: or postgres:\n"),
        (&["--numbers", "3"], "error: --numbers must be from 20 to 100000\n"),
        (&["enqueue", "no-such-file"], "error: no-such-file: No such file or directory (os error 2)\n"),
    ] {
        let output = output(fleet(arguments).envs(database)).await;
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), line);
    }
}
