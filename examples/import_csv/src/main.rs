//! A file of numbers is imported: bad rows are named before anything is sent, and it may be stopped and run again.
//!
//! ```sh
//! cd examples/import_csv
//! cargo run                                # a file of its own, on a sandbox
//! cargo run -- numbers.toml --dry-run
//! cargo run -- numbers.csv --live --platform vapi --per-second 10 --report done.jsonl
//! ```
//!
//! A CSV file has a header row that names its columns, in any order: `number`, and as wanted `label`, `agent`,
//! `inbound`, `outbound`, `toll_free`. A TOML file has a table `[[number]]` with these fields for each number. An
//! empty cell says nothing.
//!
//! When a row is bad, all bad rows are named and nothing is sent, unless `--skip-bad` lets the good ones go ahead.
//! `--dry-run` shows what would be done. `--concurrency` says how many numbers are under way together, and
//! `--per-second` how many requests each client sends at most; a number takes several. `--report` adds a line of JSON for
//! each row to a file. Ctrl-C lets what is under way finish; a second one ends at once. `--live` reads the variables that `Twilio::from_env` and the platform's own name,
//! and really imports.
//!
//! It ends with 0 when all rows are in, 1 when some are not, 2 when the file or the arguments are wrong.
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

/// How it ends.
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
    writeln!(io::stdout(), "A sandbox on this machine answers; --live uses your accounts.\n")?;
    Sandbox::builder().held_numbers(numbers).start().await
}

/// Ready at the first Ctrl-C; the second ends the process.
fn stop() -> impl Future<Output = ()> + Send {
    let (stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_err() {
            return std::future::pending().await;
        }
        eprintln!("\nNo more rows are begun; what is under way is finished. Ctrl-C again ends at once.");
        let _nobody_waits = stop.send(());
        if tokio::signal::ctrl_c().await.is_ok() {
            process::exit(130);
        }
    });
    async {
        let _stopped = stopped.await;
    }
}
