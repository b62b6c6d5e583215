//! Imports numbers while faults hit the requests, and counts duplicates, lost numbers and wrong results, for numport
//! and for a plain client that retries every failure.
//!
//! ```sh
//! cargo run --release --example storm
//! cargo run --release --example storm -- --platform vapi --imports 10000 --seeds 10
//! ```
//!
//! `--platform` is the name of a platform, or `all`. `--imports` is the number of imports of each storm (twice as many
//! if a second process imports other numbers). `--tasks` is the concurrency. It defaults to 100, and to 20 in a dev
//! build, which is so slow that the requests of more tasks would time out repeatedly. `--seed` is the number of the
//! first storm, and `--seeds` the number of storms. `--chance` is the probability that a request meets a fault. With
//! `--journal DIR`, numport has a journal in this directory, and its second process always imports the same numbers.
//!
//! In the end numport renews the credentials of its imports, points calls that were routed elsewhere meanwhile, and
//! rolls back its imports, all under the same faults. The program fails if numport created a number twice, lost one,
//! left one unfinished, not renewed, not pointed or not rolled back, or reported a wrong result.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, unreachable_pub)]

// The storm uses the middlebox and the facts about each platform from the tests.
#[path = "../tests/suite/support/hostile/mod.rs"]
mod hostile;
#[path = "../tests/suite/services.rs"]
mod services;
mod support;
#[path = "support/storm/mod.rs"]
mod weather;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use services::PLATFORMS;
use support::{Failure, report};
use weather::{Storm, Tally, Who, process};

/// The concurrency that a dev build can handle without timeouts.
const TASKS: usize = if cfg!(debug_assertions) { 20 } else { 100 };
/// The maximum number of error lines to print.
const NOTES: usize = 10;

#[tokio::main]
async fn main() -> ExitCode {
    if process::is_second().await {
        return ExitCode::SUCCESS;
    }
    report(run().await)
}

async fn run() -> Result<(), Failure> {
    use lexopt::prelude::*;

    let mut platforms = PLATFORMS.to_vec();
    let (mut seed, mut seeds) = (1_u64, 1_u64);
    let (mut imports, mut tasks, mut chance) = (200_usize, TASKS, 0.3_f64);
    let mut journal = None;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("platform") => {
                let name = parser.value()?.string()?;
                platforms.retain(|platform| name == "all" || platform.api.name() == name);
                if platforms.is_empty() {
                    let names: String = PLATFORMS.iter().map(|platform| format!("{}, ", platform.api.name())).collect();
                    return Err(format!("{name:?} is not a platform; give one of {names}or all").into());
                }
            }
            Long("imports") => imports = parser.value()?.parse()?,
            Long("tasks") => tasks = parser.value()?.parse()?,
            Long("seed") => seed = parser.value()?.parse()?,
            Long("seeds") => seeds = parser.value()?.parse()?,
            Long("chance") => chance = parser.value()?.parse()?,
            Long("journal") => journal = Some(PathBuf::from(parser.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    if !(0.0..=1.0).contains(&chance) || tasks == 0 || !(1..=1_000_000).contains(&imports) {
        return Err("--chance must be from 0 to 1, --tasks at least 1, and --imports from 1 to 1000000".into());
    }

    println!("{:<10} {:<7} {}", "platform", "client", Tally::heading());
    let mut wrong = 0;
    for platform in platforms {
        for (who, name) in [(Who::Numport, "numport"), (Who::Plain, "plain")] {
            let mut all = Tally::default();
            for seed in seed..seed + seeds {
                let second = Command::new(std::env::current_exe()?);
                let storm = Storm { platform, imports, tasks, seed, chance };
                let (second, journal) = match who {
                    Who::Numport => (Some(second), journal.as_deref()),
                    _ => (None, None),
                };
                all += storm.over(who, second, journal).await;
            }
            println!("{:<10} {name:<7} {all}", platform.api.name());
            if who == Who::Numport {
                all.notes.iter().take(NOTES).for_each(|note| eprintln!("{note}"));
                wrong += all.twice + all.lost + all.unfinished + all.lies + all.failed + all.not_undone;
            }
        }
    }
    if wrong > 0 { Err(format!("{wrong} imports of numport went wrong").into()) } else { Ok(()) }
}
