//! Checks every number of a Twilio account against a platform and prints what would prevent an import. It changes
//! nothing.
//!
//! ```sh
//! cargo run --example preflight
//! cargo run --example preflight -- --live
//! ```
//!
//! It runs on a sandbox, without an account. With `--live` it reads your accounts, with the variables that
//! `Twilio::from_env` and `Vapi::from_env` name. It sends only reads.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod support;

use std::collections::HashSet;
use std::process::ExitCode;

use futures_util::TryStreamExt;
use lexopt::prelude::*;
use numport::model::{Finding, Severity};
use numport::provider::Ownership;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{E164, Importer, NumberProvider, Twilio, Vapi, VoicePlatform};

use support::{Failure, report};

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Failure> {
    let sandbox = if live()? { None } else { Some(sandbox().await?) };
    let vars = |name: &str| match &sandbox {
        Some(sandbox) => sandbox.var(name),
        None => std::env::var(name).ok(),
    };
    let (twilio, vapi) = (Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);

    // One list of each side, and no request for each number.
    let records: Vec<_> = vapi.list().try_collect().await?;
    let there: HashSet<E164> = records.iter().filter_map(|record| record.number.e164().copied()).collect();
    let importer = Importer::new(twilio.clone(), vapi);
    let mut held = twilio.list();
    let (mut good, mut bad) = (0, 0);
    println!("{:<16} {:<10} {:<42} findings", "number", "at vapi", "calls go to");
    while let Some(held) = held.try_next().await? {
        let number = held.number;
        let calls = held.routing.as_ref().map_or_else(|| "-".to_owned(), |routing| routing.calls.to_string());
        let looked = importer.assess(&number, &Ownership::Held(held));
        let findings: Vec<_> = looked.findings.iter().map(word).collect();
        let findings = if findings.is_empty() { "-".to_owned() } else { findings.join("; ") };
        let at_vapi = if there.contains(&number) { "exists" } else { "-" };
        println!("{number:<16} {at_vapi:<10} {calls:<42} {findings}");
        if looked.severity() == Some(Severity::Error) { bad += 1 } else { good += 1 }
    }
    println!("\n{good} can be imported, {bad} cannot. Nothing was changed.");
    Ok(())
}

fn word(finding: &Finding) -> String {
    format!("{}: {finding}", finding.severity())
}

fn live() -> Result<bool, Failure> {
    let mut live = false;
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("live") => live = true,
            _ => return Err(argument.unexpected().into()),
        }
    }
    Ok(live)
}

/// An account with a number for each finding.
async fn sandbox() -> Result<Sandbox, Failure> {
    println!("This runs on a sandbox of Twilio and Vapi; --live uses your accounts.\n");
    let number = |last: u8| -> Result<TwilioNumber, Failure> {
        Ok(TwilioNumber::new(format!("+1415555010{last}").parse().map_err(|error| format!("{error}"))?))
    };
    Ok(Sandbox::builder()
        .hold(number(1)?.on_trunk())
        .hold(number(2)?.with_application())
        .hold(number(3)?.without_voice())
        .hold(number(4)?.hosted())
        .hold(number(5)?.voice_url("https://api.elevenlabs.io/twilio/inbound_call"))
        .start()
        .await?)
}
