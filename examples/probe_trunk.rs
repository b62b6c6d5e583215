//! Asks SIP trunks whether they answer, and prints what was found.
//!
//! ```text
//! cargo run --features sip-probe --example probe_trunk -- sips:sip.example.com
//! PASSWORD=… cargo run --features sip-probe --example probe_trunk -- --user alice --realm sip.example.com sip.example.com
//! ```
//!
//! Options: `--private` allows targets in private networks, `--root FILE` trusts certificates in PEM, `--codes` prints
//! the codes of the six findings alone. Exits with 2 if there is a warning.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

use std::error::Error;
use std::process::ExitCode;

use futures_util::future::join_all;
use lexopt::{Arg, ValueExt};
use numport::SipTrunk;
use numport::probe::Prober;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<ExitCode, Box<dyn Error>> {
    let (mut prober, mut user, mut addresses, mut only_codes) = (Prober::new(), None, Vec::new(), false);
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("private") => prober = prober.allow_private_targets(),
            Arg::Long("realm") => prober = prober.realm(arguments.value()?.string()?),
            Arg::Long("root") => prober = prober.root_certificates(std::fs::read(arguments.value()?)?),
            Arg::Long("user") => user = Some(arguments.value()?.string()?),
            Arg::Long("codes") => only_codes = true,
            Arg::Value(address) => addresses.push(address.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if addresses.is_empty() {
        return Err("give the address of a trunk, such as sips:sip.example.com".into());
    }
    let trunks = addresses.iter().map(|address| {
        let trunk = SipTrunk::new(address);
        match &user {
            Some(user) => trunk.credentials(user, std::env::var("PASSWORD").unwrap_or_default()),
            None => trunk,
        }
    });
    let trunks: Vec<SipTrunk> = trunks.collect();
    let mut is_clear = true;
    for probe in join_all(trunks.iter().map(|trunk| trunk.probe(&prober))).await {
        let probe = probe?;
        if only_codes {
            let codes: Vec<&str> = probe.findings().iter().map(|finding| finding.code()).collect();
            println!("{}", codes.join(" "));
        } else {
            println!("{probe}\n  {} SIP packets sent", probe.packets);
        }
        is_clear &= probe.severity().is_none_or(|severity| severity == numport::model::Severity::Note);
    }
    Ok(if is_clear { ExitCode::SUCCESS } else { ExitCode::from(2) })
}
