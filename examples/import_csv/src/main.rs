//! Imports a file of numbers. It reports bad rows before it sends anything, and you may stop it and run it again.
//!
//! ```sh
//! cd examples/import_csv
//! cargo run                                # a built-in file, on a sandbox
//! cargo run -- numbers.toml --dry-run
//! cargo run -- numbers.csv --live --platform vapi --per-second 10 --report done.jsonl
//! ```
//!
//! A CSV file has a header row that names its columns, in any order: `number`, and optionally `label`, `agent`,
//! `inbound`, `outbound`, `toll_free`. A TOML file has a table `[[number]]` with these fields for each number. An empty
//! cell sets nothing.
//!
//! If a row is bad, the program lists all bad rows and sends nothing; with `--skip-bad` it imports the good rows
//! anyway. `--dry-run` shows what an import would do. `--concurrency` sets how many numbers are imported concurrently.
//! `--per-second` sets the maximum number of requests per second of each client; a number takes several requests.
//! `--report` appends a line of JSON for each row to a file. Ctrl-C finishes the imports that have begun; a second
//! Ctrl-C stops the program immediately. `--live` reads the variables that `Twilio::from_env` and the platform's own
//! `from_env` name, and really imports.
//!
//! The exit code is 0 if all rows are imported, 1 if some are not, and 2 if the file or the arguments are invalid.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub, dead_code)]

mod arguments;
mod dry_run;
pub(crate) mod report;
pub(crate) mod rows;
mod run;
#[path = "../../support/mod.rs"]
pub(crate) mod support;
pub(crate) mod watch;

use std::io::{self, Write};
use std::process::{self, ExitCode};

use numport::E164;
use numport::sandbox::Sandbox;
use tokio::sync::oneshot;

pub(crate) use self::arguments::Arguments;
pub(crate) use self::run::run;

/// The exit code.
pub(crate) const ALL_IN: u8 = 0;
pub(crate) const SOME_NOT: u8 = 1;
pub(crate) const WRONG: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    support::ended(begin().await)
}

async fn begin() -> Result<u8, support::Failure> {
    let arguments = Arguments::parse(lexopt::Parser::from_env())?;
    let sandbox = if arguments.live { None } else { Some(sandbox(arguments.numbers()?).await?) };
    let vars = |name: &str| match &sandbox {
        Some(sandbox) => sandbox.var(name),
        None => std::env::var(name).ok(),
    };
    run(&arguments, &vars, &mut io::stdout(), stop()).await
}

/// A carrier that holds the file's numbers.
async fn sandbox(numbers: Vec<E164>) -> io::Result<Sandbox> {
    writeln!(io::stdout(), "This runs on a sandbox; --live uses your accounts.\n")?;
    Sandbox::builder().held_numbers(numbers).start().await
}

/// Ready at the first Ctrl-C; the second ends the process.
fn stop() -> impl Future<Output = ()> + Send {
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return std::future::pending().await;
        }
        eprintln!(
            "\nStopping: running imports are finished, and no new ones begin. Press Ctrl-C again to stop immediately."
        );
        let _nobody_waits = stop.send(());
        if tokio::signal::ctrl_c().await.is_ok() {
            process::exit(130);
        }
    });
    async {
        let _stopped = stopped.await;
    }
}
