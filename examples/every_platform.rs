//! Sends the same requests to every platform of this build in one loop, and shows the results.
//!
//! ```sh
//! cargo run --example every_platform
//! ```
//!
//! Runs on a sandbox, without an account.
#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used, unreachable_pub)]

// The only facts about each platform, the agents in its sandbox, are those of the tests.
#[path = "../tests/suite/services.rs"]
mod services;
mod support;

use std::process::ExitCode;

use numport::model::ProviderKind;
use numport::platform::{Support, Way};
use numport::sandbox::Sandbox;
use numport::{ImportRequest, Importer, Twilio, platform};

use services::PLATFORMS;
use support::{Failure, line, report};

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Failure> {
    let sandbox = Sandbox::start().await?;
    let vars = |name: &str| sandbox.var(name);
    let twilio = Twilio::from_vars(vars)?;
    // The client prefers an API key to the token. One platform accepts nothing else.
    let (id, secret) = sandbox.twilio().api_key();
    let by_key = Twilio::from_vars(|name| match name {
        "TWILIO_API_KEY" => Some(id.to_owned()),
        "TWILIO_API_SECRET" => Some(secret.to_owned()),
        _ => vars(name),
    })?;
    for known in PLATFORMS {
        let platform = platform::connect(known.api.name().parse()?, vars)?;
        let can = *platform.capabilities();
        println!(
            "{}: label {}, agent {}, outbound {}",
            platform.kind(),
            word(can.label),
            word(can.agent),
            word(can.outbound)
        );
        let takes = |way| can.sources.takes(ProviderKind::TWILIO, way);
        let needs_key = takes(Way::Key) && !takes(Way::Token);
        let importer = Importer::new(if needs_key { by_key.clone() } else { twilio.clone() }, platform);
        for number in sandbox.twilio().held_numbers() {
            // Requests every field that the platform supports.
            let mut request = ImportRequest::new(number);
            if can.agent.at_import() {
                request = request.agent(known.agents[0]);
            }
            if can.label.at_import() {
                request = request.label("Front desk");
            }
            if can.outbound.at_import() {
                request = request.outbound(true);
            }
            match importer.import(&request).await {
                Ok(imported) => println!("  {:<13} {}", imported.outcome, line(&imported.record)),
                Err(error) => println!("  {:<13} {number}: {error}", "failed"),
            }
        }
        let refused = ImportRequest::new("+14155550100".parse()?).label("Front desk").agent("").outbound(true);
        if let Err(error) = importer.import(&refused).await {
            println!("  {:<13} {error}", "refused");
        }
        println!();
    }
    Ok(())
}

fn word(support: Support) -> &'static str {
    match (support.at_import(), support.set, support.clear) {
        (false, false, _) => "no",
        (true, false, _) => "only by an import",
        (_, true, false) => "can be set",
        (_, true, true) => "can be set and cleared",
    }
}
