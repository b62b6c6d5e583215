//! The program from end to end, as its users run it: processes, a sandbox, a database.

mod support;

use std::ffi::OsStr;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use numport::sandbox::{Sandbox, Service};
use numport::{Desired, ImportRequest, Importer, Twilio, Vapi};
use support::postgres::Postgres;
use tokio::process::Command;

/// Long after anything should have happened.
const DEADLINE: Duration = Duration::from_secs(120);

fn fleet<I: AsRef<OsStr>>(arguments: impl IntoIterator<Item = I>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fleet"));
    command.args(arguments).env_remove("DATABASE_URL").kill_on_drop(true);
    command
}

async fn output(command: &mut Command) -> Output {
    tokio::time::timeout(DEADLINE, command.output()).await.expect("it ends").expect("it runs")
}

/// A worker is killed midway, and every number is in once.
async fn a_worker_is_killed(database: Option<&str>, kind: &str) {
    let mut demo = fleet(["--numbers", "120"]);
    let output = output(demo.envs(database.map(|url| ("DATABASE_URL", url)))).await;
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    assert!(said.contains(&format!("120 jobs in {kind}\n")));
    assert!(said.contains("is killed after 15 jobs"));
    assert!(said.contains("120 of 120 numbers are in once; 120 records\n"));
    let (_, again) = said.split_once("; ").expect("the jobs are counted");
    assert_ne!(again.split(' ').next(), Some("0"), "the dead worker held no job");
}

#[tokio::test]
async fn every_number_is_in_once_with_sqlite() {
    a_worker_is_killed(None, "SQLite").await;
}

#[tokio::test]
async fn every_number_is_in_once_with_postgresql() {
    match Postgres::find() {
        Ok(server) => a_worker_is_killed(Some(server.url()), "PostgreSQL").await,
        Err(reason) => support::skipped("every_number_is_in_once_with_postgresql", &reason),
    }
}

#[tokio::test]
async fn a_refused_key_stops_the_worker_and_the_jobs_wait_for_another() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let numbers = sandbox.held_numbers();
    let plan = importer.plan(&Desired::from_iter(numbers.iter().copied().map(ImportRequest::new))).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("plan.json");
    std::fs::write(&file, serde_json::to_string(&plan).unwrap()).unwrap();
    let url = format!("sqlite:{}", directory.path().join("jobs.db").display());
    let with = |mut command: Command| {
        command.env("DATABASE_URL", &url).envs(sandbox.vars().iter().map(|(name, value)| (*name, value)));
        command
    };

    let enqueued = output(&mut with(fleet([OsStr::new("enqueue"), file.as_os_str()]))).await;
    assert_eq!(String::from_utf8_lossy(&enqueued.stdout), format!("{} jobs in SQLite\n", numbers.len()));

    let refused = output(with(fleet(["worker", "--timeout", "2"])).env("VAPI_API_KEY", "another")).await;
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("The jobs are kept"), "{said}");
    assert!(sandbox.records(Service::Vapi).is_empty());

    let mut worker = with(fleet(["worker", "--timeout", "2", "--while-stdin"]));
    let mut worker = worker.stdin(Stdio::piped()).spawn().unwrap();
    let end = Instant::now() + DEADLINE;
    while sandbox.records(Service::Vapi).len() < numbers.len() {
        assert!(Instant::now() < end, "the jobs are not done");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // Waiting lets go of its input, which tells it to stop.
    let status = tokio::time::timeout(DEADLINE, worker.wait()).await.expect("it ends").unwrap();
    assert!(status.success());
    assert_eq!(sandbox.records(Service::Vapi).len(), numbers.len());
}

#[tokio::test]
async fn what_is_wrong_is_one_line_without_a_password() {
    let database = [("DATABASE_URL", "mysql://me:secret@localhost/jobs")];
    for (arguments, line) in [
        (
            &["worker"][..],
            "error: DATABASE_URL is neither of SQLite nor of PostgreSQL; begin it with sqlite: or postgres:\n",
        ),
        (&["--numbers", "3"], "error: --numbers is from 20 to 100000\n"),
        (&["enqueue", "no-such-file"], "error: no-such-file: No such file or directory (os error 2)\n"),
    ] {
        let output = output(fleet(arguments).envs(database)).await;
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), line);
    }
}
