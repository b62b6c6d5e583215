//! The demo: a sandbox, a plan, and two workers in their own processes, one of which is killed midway.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use futures_util::StreamExt;
use numport::model::PlatformKind;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, E164, ImportRequest, Importer, Twilio, Vapi};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use ulid::Ulid;

use crate::Failure;
use crate::arguments::Settings;
use crate::queue::Queue;
use crate::worker::AT_ONCE;

const WORKERS: [&str; 2] = ["one", "two"];
/// A short timeout, because the sandbox responds immediately. It keeps the wait after the kill short.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Each worker's requests per second, low enough that the run does not end before the kill.
const REQUESTS_A_SECOND: &str = "100";
/// A worker is killed after it has done one job in this many.
const KILLED_AFTER: usize = 8;
/// The delay of the creates around the kill, so that some are pending.
const SLOW: Duration = Duration::from_secs(1);
/// Longer than that, and than a request may take.
const RESEND_AFTER: Duration = Duration::from_secs(5);

pub async fn run(count: usize) -> Result<(), Failure> {
    let numbers: Vec<E164> = (0..count).map(|n| format!("+1415{}", 2_000_000 + n).parse()).collect::<Result<_, _>>()?;
    let sandbox = Sandbox::builder().held_numbers(numbers.iter().copied()).start().await?;
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    let desired = Desired::from_iter(numbers.iter().map(|number| ImportRequest::new(*number).label("Fleet")));
    let plan = importer.plan(&desired).await?;
    println!("{}", plan.to_string().lines().last().unwrap_or_default());

    let directory = tempfile::tempdir()?;
    let file = || format!("sqlite:{}", directory.path().join("fleet.db").display());
    let database_url = std::env::var("DATABASE_URL").unwrap_or_else(|_| file());
    let settings = Settings { database_url, queue: format!("demo-{}", Ulid::generate()), timeout: TIMEOUT };
    let mut queue = Queue::open(&settings).await?;
    let jobs = queue.push(plan, &settings).await?;
    println!("{} jobs in {}", jobs.len(), settings.kind()?);

    let (lines, said) = unbounded_channel();
    let one = start(0, &sandbox, &settings, &lines)?;
    let two = start(1, &sandbox, &settings, &lines)?;
    drop(lines);
    let (dead, mut survivor) = kill_the_first(said, count / KILLED_AFTER, [one, two], &sandbox).await?;
    let there = sandbox.records(PlatformKind::VAPI).len();
    println!("worker {} was killed after {} jobs; {there} numbers are imported", WORKERS[dead], count / KILLED_AFTER);

    // Kept, because waiting for a process closes its input, which tells it to stop.
    let input = survivor.stdin.take();
    let mut results = queue.results(jobs);
    let mut tally = Tally::default();
    loop {
        let result = tokio::select! {
            result = results.next() => result,
            status = survivor.wait() => return Err(format!("the other worker ended: {}", status?).into()),
        };
        let Some(result) = result else { break };
        let result = result?;
        tally.again += usize::from(result.attempt > 1);
        match result.result {
            Ok(done) => done.into_iter().for_each(|done| *tally.outcomes.entry(done.outcome).or_default() += 1),
            Err(error) => *tally.outcomes.entry(error).or_default() += 1,
        }
    }
    drop(input);
    let status = survivor.wait().await?;
    println!("worker {} finished the rest: {status}", WORKERS[1 - dead]);
    tally.print();
    each_once(&sandbox, &numbers)
}

/// A process that runs this program.
fn start(
    place: usize,
    sandbox: &Sandbox,
    settings: &Settings,
    lines: &UnboundedSender<(usize, String)>,
) -> Result<Child, Failure> {
    let mut worker = Command::new(std::env::current_exe()?)
        .args(["worker", "--while-stdin", "--name", WORKERS[place], "--rate", REQUESTS_A_SECOND])
        .args(["--resend-after", &RESEND_AFTER.as_secs().to_string()])
        .args(["--queue", &settings.queue, "--timeout", &TIMEOUT.as_secs().to_string()])
        .env("DATABASE_URL", &settings.database_url)
        .envs(sandbox.vars().iter().map(|(name, value)| (*name, value)))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let out = worker.stdout.take().ok_or("a worker without its output")?;
    let lines = lines.clone();
    tokio::spawn(async move {
        let mut out = BufReader::new(out).lines();
        while let Ok(Some(line)) = out.next_line().await {
            // The output is read to its end, because a full pipe would stop the worker.
            let _ = lines.send((place, line));
        }
    });
    Ok(worker)
}

/// Kills the worker that first completes this many jobs.
async fn kill_the_first(
    mut said: UnboundedReceiver<(usize, String)>,
    jobs: usize,
    [one, two]: [Child; 2],
    sandbox: &Sandbox,
) -> Result<(usize, Child), Failure> {
    let mut done = [0; 2];
    while let Some((place, _)) = said.recv().await {
        done[place] += 1;
        if done[place] == jobs {
            let (mut dead, survivor) = if place == 0 { (one, two) } else { (two, one) };
            creates_of_both_under_way(sandbox).await?;
            dead.kill().await?;
            return Ok((place, survivor));
        }
    }
    Err("both workers ended before one could be killed".into())
}

/// More creates than one worker alone can have sent.
async fn creates_of_both_under_way(sandbox: &Sandbox) -> Result<(), Failure> {
    for _ in 0..2 * AT_ONCE {
        sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::DelayBeforeCommit(SLOW));
    }
    let waiting = async {
        while sandbox.waiting() <= AT_ONCE {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    Ok(tokio::time::timeout(SLOW * 10, waiting).await.map_err(|_| "the workers do not create numbers concurrently")?)
}

#[derive(Default)]
struct Tally {
    outcomes: BTreeMap<String, usize>,
    /// Jobs that were started more than once.
    again: usize,
}

impl Tally {
    fn print(&self) {
        let outcomes: Vec<_> = self.outcomes.iter().map(|(outcome, jobs)| format!("{jobs} {outcome}")).collect();
        println!("jobs: {}; {} of them were started again", outcomes.join(", "), self.again);
    }
}

/// Checks the result.
fn each_once(sandbox: &Sandbox, numbers: &[E164]) -> Result<(), Failure> {
    let mut records: BTreeMap<String, usize> = BTreeMap::new();
    for record in sandbox.records(PlatformKind::VAPI) {
        *records.entry(record["number"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    let once = numbers.iter().filter(|number| records.get(number.as_str()) == Some(&1)).count();
    let all: usize = records.values().sum();
    println!("{once} of {} numbers have exactly one record; {all} records", numbers.len());
    if once == numbers.len() && all == once { Ok(()) } else { Err("not every number has exactly one record".into()) }
}
