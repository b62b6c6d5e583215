//! Applies the steps of a plan as jobs, with workers on any number of machines. See the README beside it.
//!
//! ```sh
//! cargo run                      # a sandbox, a plan, two workers, one of them killed midway
//! cargo run -- enqueue plan.json
//! cargo run -- worker
//! ```

mod arguments;
mod demo;
mod queue;
mod worker;

use std::error::Error;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use queue::Queue;

type Failure = Box<dyn Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref::<numport::Error>() {
                Some(error) => eprintln!("error: {}", error.report()),
                None => eprintln!("error: {error}"),
            }
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Failure> {
    let Arguments { command, settings } = arguments::read()?;
    match command {
        Command::Demo { numbers } => demo::run(numbers).await,
        Command::Worker(hands) => worker::run(&settings, hands).await,
        Command::Enqueue(file) => {
            let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            let plan = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
            let jobs = Queue::open(&settings).await?.push(plan, &settings).await?;
            println!("{} jobs in {}", jobs.len(), settings.kind()?);
            Ok(())
        }
    }
}
