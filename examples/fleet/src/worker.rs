//! A worker: takes jobs and runs them.

use std::io::Read;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use apalis::prelude::{AbortError, BackendExt, BoxDynError, Data, WorkerBuilder, WorkerBuilderExt, WorkerContext};
use futures_util::StreamExt;
use numport::error::Meaning;
use numport::import::plan::Applied;
use numport::journal::{NoTls, PostgresJournal};
use numport::{AccountKey, ClientBuilder, Error, Importer, Plan, Twilio, Vapi};
use tokio::sync::oneshot;
use ulid::Ulid;

use crate::Failure;
use crate::arguments::{Hands, Kind, Settings};
use crate::queue::{Done, Queue, with_storage};

/// How many jobs a worker runs concurrently.
pub const AT_ONCE: usize = 4;
/// How often an idle worker looks for a job.
const LOOK: Duration = Duration::from_millis(200);

#[derive(Clone)]
struct Tools {
    name: String,
    importer: Importer,
    /// The reason to stop.
    refused: Arc<OnceLock<String>>,
}

/// Works until it is stopped, and finishes the jobs that it has started.
pub async fn run(settings: &Settings, hands: Hands) -> Result<(), Failure> {
    let queue = Queue::open(settings).await?;
    let refused = Arc::new(OnceLock::new());
    let importer = importer(settings, &hands).await?;
    let tools = Tools { name: hands.name.clone(), importer, refused: refused.clone() };
    // apalis could not tell which of two workers with one name is dead.
    let worker = WorkerContext::new(&format!("{}-{}", hands.name, Ulid::generate()));
    with_storage!(queue, storage => {
        let running = WorkerBuilder::new(&worker)
            .backend(storage.poll_with_interval(LOOK))
            .data(tools)
            .concurrency(AT_ONCE)
            .build(work)
            .run();
        tokio::pin!(running);
        tokio::select! {
            ended = &mut running => ended?,
            () = told_to_stop(hands.while_stdin) => {
                worker.stop()?;
                running.await?;
            }
        }
    });
    match refused.get() {
        Some(reason) => Err(format!("{reason} The jobs are kept. Start the worker again with another key.").into()),
        None => Ok(()),
    }
}

/// Runs one job. Its result is stored in the table.
async fn work(plan: Plan, tools: Data<Tools>, worker: WorkerContext) -> Result<Vec<Done>, BoxDynError> {
    let mut steps = match tools.importer.apply(plan) {
        Ok(steps) => steps,
        // The plan is for another account, or for this one before its key was renewed. Another worker may have the
        // right one.
        Err(error) => return Err(stop(&error, &tools, &worker)),
    };
    let mut done = Vec::new();
    while let Some(applied) = steps.next().await {
        let number = applied.step.number();
        let outcome = match applied.outcome {
            Applied::Failed(error) => {
                println!("{}: {number} failed: {}", tools.name, error.report());
                // For example until a create of a dead worker is surely carried out or lost.
                if let Some(wait) = error.retry_after() {
                    tokio::time::sleep(wait).await;
                }
                return Err(failed(&error, &tools, &worker));
            }
            Applied::Moved(differences) => {
                let differences: Vec<_> = differences.iter().map(ToString::to_string).collect();
                format!("moved: {}", differences.join("; "))
            }
            other => other.code().to_owned(),
        };
        println!("{}: {number} {outcome}", tools.name);
        done.push(Done { number: number.to_string(), outcome });
    }
    Ok(done)
}

/// The result for apalis: an error is retried, an `AbortError` is not.
fn failed(error: &Error, tools: &Tools, worker: &WorkerContext) -> BoxDynError {
    match error {
        Error::Invalid(_) => AbortError::new(error.report()).into(),
        _ if error.meaning() == Some(Meaning::Unauthorized) => stop(error, tools, worker),
        _ => error.report().into(),
    }
}

/// Stops the worker and keeps the job.
fn stop(error: &Error, tools: &Tools, worker: &WorkerContext) -> BoxDynError {
    if tools.refused.set(error.report()).is_ok() {
        // It is already stopping, or stops now.
        let _ = worker.stop();
    }
    error.report().into()
}

/// With PostgreSQL, all workers share a journal: a number is imported by one of them at a time, whatever is in the queues.
async fn importer(settings: &Settings, hands: &Hands) -> Result<Importer, Failure> {
    let twilio = AccountKey::token(variable("TWILIO_ACCOUNT_SID")?, variable("TWILIO_AUTH_TOKEN")?);
    let twilio = client(Twilio::builder(twilio), "TWILIO_BASE_URL", settings, hands)?;
    let vapi = client(Vapi::builder(variable("VAPI_API_KEY")?), "VAPI_BASE_URL", settings, hands)?;
    let importer = Importer::new(twilio, vapi).resend_after(hands.resend_after);
    match settings.kind()? {
        Kind::Sqlite => Ok(importer),
        Kind::Postgres => Ok(importer.journal(PostgresJournal::connect(&settings.database_url, NoTls).await?)),
    }
}

fn client<C>(
    builder: ClientBuilder<C>,
    base_url: &str,
    settings: &Settings,
    hands: &Hands,
) -> Result<C, numport::Error> {
    let builder = builder.timeout(settings.timeout);
    let builder = hands.rate.into_iter().fold(builder, ClientBuilder::requests_per_second);
    std::env::var(base_url).into_iter().fold(builder, ClientBuilder::base_url).build()
}

fn variable(name: &str) -> Result<String, Failure> {
    std::env::var(name).map_err(|_| format!("{name} is not set").into())
}

/// Ready on Ctrl-C, or when the other end of standard input is closed.
async fn told_to_stop(while_stdin: bool) {
    let end_of_input = async {
        if !while_stdin {
            return std::future::pending().await;
        }
        let (ended, end) = oneshot::channel();
        // A thread of its own, which ends with the process, because the read cannot be interrupted.
        std::thread::spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            let _ = ended.send(());
        });
        let _ = end.await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = end_of_input => {}
    }
}
