//! Runs the sandbox as a program. SDKs in any language can use it.
//!
//! ```sh
//! cargo run --example sandbox                  # on free ports
//! cargo run --example sandbox -- --port 4010   # on 4010 and the ports after it
//! ```
//!
//! Prints `NAME=value` lines, then `ready`, and serves until Ctrl-C.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod support;

use std::io::Write;
use std::process::ExitCode;

use numport::sandbox::Sandbox;

use support::{Failure, report};

#[tokio::main]
async fn main() -> ExitCode {
    report(run().await)
}

async fn run() -> Result<(), Failure> {
    use lexopt::prelude::*;

    let mut builder = Sandbox::builder();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("port") => builder = builder.first_port(parser.value()?.parse()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let sandbox = builder.start().await.map_err(|error| format!("the sandbox cannot listen: {error}"))?;
    let mut out = std::io::stdout().lock();
    for (name, value) in sandbox.vars() {
        writeln!(out, "{name}={value}")?;
    }
    writeln!(out, "ready")?;
    out.flush()?;
    drop(out);
    tokio::signal::ctrl_c().await?;
    Ok(())
}
