//! Updates a record: sets a field, clears a field, and shows that an unsupported change is refused before anything is
//! sent.
//!
//! ```sh
//! cargo run --example update_number                       # on a sandbox, without an account
//! cargo run --example update_number -- --live vapi +14155552671 --label Reception --clear-agent
//! ```
//!
//! `--live` reads the variables that the platform's `from_env` names, such as `VAPI_API_KEY`.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod support;

use std::process::ExitCode;

use numport::sandbox::Sandbox;
use numport::{E164, ImportRequest, Importer, Interactly, NumberUpdate, Twilio, Vapi, VoicePlatform, platform};

use support::{Failure, line, number, report};

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Failure> {
    use lexopt::prelude::*;

    let (mut live, mut number_given, mut update) = (None, None, NumberUpdate::new());
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("live") => live = Some(parser.value()?.string()?),
            Long("label") => update = update.label(parser.value()?.string()?),
            Long("clear-label") => update = update.clear_label(),
            Long("agent") => update = update.agent(parser.value()?.string()?),
            Long("clear-agent") => update = update.clear_agent(),
            Value(text) if number_given.is_none() => number_given = Some(number(&text.string()?)?),
            other => return Err(other.unexpected().into()),
        }
    }
    match (live, number_given) {
        (None, None) if update.is_empty() => on_sandbox().await,
        (Some(platform), Some(number)) => on_account(&platform, &number, &update).await,
        _ => Err("give `--live` with a platform such as vapi, a number and the changes, or no arguments".into()),
    }
}

async fn on_account(platform: &str, number: &E164, update: &NumberUpdate) -> Result<(), Failure> {
    let platform = platform::connect(platform.parse()?, |name| std::env::var(name).ok())?;
    let Some(record) = platform.find(number).await? else {
        return Err(format!("{} has no record of {number}", platform.kind()).into());
    };
    println!("before  {}", line(&record));
    println!("after   {}", line(&platform.update(&record.id, update).await?));
    Ok(())
}

async fn on_sandbox() -> Result<(), Failure> {
    let sandbox = Sandbox::start().await?;
    let vars = |name: &str| sandbox.var(name);
    let request = ImportRequest::new(number("+14155552671")?).label("Front desk").agent("agent-day");
    let platforms: [Box<dyn VoicePlatform>; 2] =
        [Box::new(Interactly::from_vars(vars)?), Box::new(Vapi::from_vars(vars)?)];
    for platform in platforms {
        let importer = Importer::new(Twilio::from_vars(vars)?, platform);
        let imported = importer.import(&request).await?.record;
        println!("imported       {}", line(&imported));
        for (what, update) in [
            ("agent set", NumberUpdate::new().agent("agent-night")),
            ("agent cleared", NumberUpdate::new().clear_agent()),
            ("label set", NumberUpdate::new().label("Reception")),
        ] {
            match importer.platform().update(&imported.id, &update).await {
                Ok(record) => println!("{what:<14} {}", line(&record)),
                Err(error) => println!("{what:<14} {error}"),
            }
        }
        println!();
    }
    Ok(())
}
