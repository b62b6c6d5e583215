//! Imports a number held at Twilio into Interactly and Vapi, updates it there, and lists it.
//!
//! ```sh
//! cargo run --example import_number                       # on a sandbox, without an account
//! cargo run --example import_number -- --live +14155552671
//! ```
//!
//! `--live` reads `TWILIO_ACCOUNT_SID` with `TWILIO_AUTH_TOKEN`, `INTERACTLY_API_KEY` and
//! `VAPI_API_KEY`, and really imports: the number's calls go to the platform from then on.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod support;

use std::process::ExitCode;

use futures_util::TryStreamExt;
use numport::provider::{HeldNumber, Ownership};
use numport::sandbox::Sandbox;
use numport::{
    E164, ImportRequest, Imported, Importer, Interactly, NumberProvider, NumberUpdate, Twilio, Vapi, VoicePlatform,
};

use support::{Failure, line, number, report};

struct Arguments {
    live: bool,
    number: Option<E164>,
}

fn arguments() -> Result<Arguments, Failure> {
    use lexopt::prelude::*;

    let mut arguments = Arguments { live: false, number: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("live") => arguments.live = true,
            Value(text) if arguments.number.is_none() => arguments.number = Some(number(&text.string()?)?),
            other => return Err(other.unexpected().into()),
        }
    }
    if arguments.live && arguments.number.is_none() {
        return Err("--live needs a number, such as +14155552671".into());
    }
    Ok(arguments)
}

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Failure> {
    let Arguments { live, number } = arguments()?;
    let sandbox = if live { None } else { Some(Sandbox::start().await?) };
    let vars = |name: &str| match &sandbox {
        Some(sandbox) => sandbox.var(name),
        None => std::env::var(name).ok(),
    };
    let twilio = Twilio::from_vars(vars)?;
    let interactly = Interactly::from_vars(vars)?;
    let vapi = Vapi::from_vars(vars)?;
    if sandbox.is_some() {
        println!("This runs on a sandbox of Twilio, Interactly and Vapi; --live NUMBER uses your accounts.\n");
    }

    println!("1. The numbers at Twilio");
    let held: Vec<_> = twilio.list().try_collect().await?;
    for number in &held {
        println!("   {:<14} calls go to {}", number.number, calls(number));
    }
    let number = match number.or(held.first().map(|held| held.number)) {
        Some(number) => number,
        None => return Err("the Twilio account holds no number".into()),
    };

    println!("\n2. Import {number} into Interactly");
    let request = ImportRequest::new(number).label("Front desk").agent("agent-day").outbound(false);
    let into_interactly = Importer::new(twilio.clone(), interactly.clone());
    import(&into_interactly, &request).await?;
    calls_go_to(&twilio, &number).await?;

    println!("\n3. Import it into Vapi");
    let request = ImportRequest::new(number).label("Front desk");
    let into_vapi = Importer::new(twilio.clone(), vapi.clone());
    let imported = import(&into_vapi, &request).await?;
    calls_go_to(&twilio, &number).await?;

    println!("\n4. Run the same import again");
    import(&into_vapi, &request).await?;

    println!("\n5. Update it at Vapi: set another label and an agent");
    let update = NumberUpdate::new().label("Night desk").agent("agent-night");
    println!("   {}", line(&vapi.update(&imported.record.id, &update).await?));

    println!("\n6. The records at the platforms");
    let platforms: [&dyn VoicePlatform; 2] = [&interactly, &vapi];
    for platform in platforms {
        let records: Vec<_> = platform.list().try_collect().await?;
        records.iter().for_each(|record| println!("   {}", line(record)));
    }

    println!("\n7. Restore the number's routing of before the import into Vapi");
    if let Some(before) = &imported.routing_before {
        // The calls went to Interactly, which still has its record. The importer into Vapi cannot check that.
        println!("   {}", into_vapi.restore_unverified(before).await?);
    }
    Ok(())
}

async fn import(importer: &Importer, request: &ImportRequest) -> Result<Imported, Failure> {
    let imported = importer.import(request).await?;
    println!("   {:<13} {}", imported.outcome, line(&imported.record));
    for finding in &imported.findings {
        println!("   {}: {finding}", finding.severity());
    }
    Ok(imported)
}

fn calls(held: &HeldNumber) -> String {
    held.routing.as_ref().map_or_else(|| "-".to_owned(), |routing| routing.calls.to_string())
}

async fn calls_go_to(twilio: &Twilio, number: &E164) -> Result<(), Failure> {
    match twilio.lookup(number).await? {
        Ownership::Held(held) => {
            println!("   Twilio now sends the number's calls to {}", calls(&held));
        }
        _ => println!("   Twilio does not hold the number"),
    }
    Ok(())
}
