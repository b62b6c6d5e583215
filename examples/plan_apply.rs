//! Numbers as code: reads the desired numbers from a file, makes a plan, and applies it.
//!
//! ```sh
//! cargo run --example plan_apply                                     # a demo on a sandbox
//! cargo run --example plan_apply -- desired.json --live --out plan.json
//! cargo run --example plan_apply -- --live --apply plan.json
//! ```
//!
//! The file is a list such as `examples/data/desired.json`. `--platform` names the platform. `--remove-extra` also
//! removes records that are not desired. `--release-numbers` consents to removals with which the platform releases the
//! number. `--per-second` limits the requests. `--live` reads the variables that `Twilio::from_env` and the platform's
//! own `from_env` name.
//!
//! The exit code is 0 if there is nothing to do or everything is done, 1 if a step is blocked, moved or failed, and 2
//! if the file or the arguments are invalid.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub, dead_code)]

pub(crate) mod support;

use std::fs;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;
use numport::import::plan::PlanStep;
use numport::import::{Desired, Plan};
use numport::sandbox::Sandbox;
use numport::{ImportRequest, Importer, NumberUpdate, Removal, VoicePlatform};

use support::accounts::{self, Vars};
use support::{Failure, steps};

/// The desired state if no file is given.
const OWN_FILE: &str = include_str!("data/desired.json");

/// The exit code.
const DONE: u8 = 0;
const NOT_ALL: u8 = 1;

#[derive(Default)]
pub(crate) struct Arguments {
    pub(crate) desired: Option<PathBuf>,
    pub(crate) live: bool,
    pub(crate) platform: Option<String>,
    pub(crate) per_second: Option<NonZeroU32>,
    pub(crate) out: Option<PathBuf>,
    pub(crate) apply: Option<PathBuf>,
    pub(crate) remove: Option<Removal>,
}

impl Arguments {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, Failure> {
        let mut arguments = Self::default();
        let (mut extra, mut release) = (false, false);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("live") => arguments.live = true,
                Long("platform") => arguments.platform = Some(parser.value()?.string()?),
                Long("per-second") => arguments.per_second = Some(parser.value()?.parse()?),
                Long("out") => arguments.out = Some(parser.value()?.into()),
                Long("apply") => arguments.apply = Some(parser.value()?.into()),
                Long("remove-extra") => extra = true,
                Long("release-numbers") => release = true,
                Value(file) if arguments.desired.is_none() => arguments.desired = Some(file.into()),
                other => return Err(other.unexpected().into()),
            }
        }
        arguments.remove = match (extra, release) {
            (true, true) => Some(Removal::RecordAndNumber),
            (true, false) => Some(Removal::Record),
            (false, true) => return Err("--release-numbers is a consent for --remove-extra; give both".into()),
            (false, false) => None,
        };
        match (&arguments.apply, &arguments.desired, &arguments.out) {
            (Some(_), Some(_), _) => Err("--apply takes a plan; leave out the file with the desired state".into()),
            (Some(_), None, Some(_)) => Err("--out writes a new plan; leave out --apply".into()),
            (Some(_), None, None) if arguments.remove.is_some() => {
                Err("the plan itself says what is removed; use --remove-extra when you make the plan".into())
            }
            (None, None, _) if arguments.live => {
                Err("--live needs a file with the desired state, or --apply PLAN".into())
            }
            _ => Ok(arguments),
        }
    }

    /// Whether no change was requested.
    fn is_plain(&self) -> bool {
        let Self { desired, live, platform, per_second: _, out, apply, remove } = self;
        !live && remove.is_none() && platform.is_none() && [desired, out, apply].into_iter().all(Option::is_none)
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    support::ended(begin().await)
}

async fn begin() -> Result<u8, Failure> {
    let arguments = Arguments::parse(lexopt::Parser::from_env())?;
    let out = &mut io::stdout();
    if arguments.live {
        return run(&arguments, &|name| std::env::var(name).ok(), out).await;
    }
    writeln!(out, "This runs on a sandbox of Twilio and the platform; --live uses your accounts.\n")?;
    let sandbox = Sandbox::start().await?;
    let vars = |name: &str| sandbox.var(name);
    if arguments.is_plain() { story(&vars, out).await } else { run(&arguments, &vars, out).await }
}

/// Makes a plan, or applies one.
pub(crate) async fn run(arguments: &Arguments, vars: Vars<'_>, out: &mut (dyn Write + Send)) -> Result<u8, Failure> {
    let platform = arguments.platform.as_deref().unwrap_or("vapi");
    let platform = accounts::platform(platform, vars, arguments.per_second)?;
    let importer = Importer::new(accounts::twilio(vars, arguments.per_second)?, platform);
    if let Some(file) = &arguments.apply {
        let plan: Plan = serde_json::from_str(&read(file)?).map_err(|error| named(file, &error))?;
        writeln!(out, "{plan}\n")?;
        let (_, progress) = steps::apply(&importer, plan, out).await??;
        return Ok(if progress.failed() == 0 { DONE } else { NOT_ALL });
    }
    let desired: Desired = match &arguments.desired {
        Some(file) => serde_json::from_str(&read(file)?).map_err(|error| named(file, &error))?,
        None => serde_json::from_str(OWN_FILE)?,
    };
    let mut plan = importer.plan(&desired).await?;
    if let Some(consent) = arguments.remove {
        plan = plan.remove_extra(consent);
    }
    writeln!(out, "{plan}")?;
    if let Some(file) = &arguments.out {
        let text = serde_json::to_string_pretty(&plan)?;
        fs::write(file, text).map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        writeln!(out, "\nThe plan is saved in {0}; --apply {0} applies it.", file.display())?;
    }
    let blocked = plan.steps.iter().any(|step| matches!(step, PlanStep::Blocked { .. }));
    Ok(if blocked { NOT_ALL } else { DONE })
}

fn read(file: &Path) -> Result<String, Failure> {
    fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()).into())
}

fn named(file: &Path, error: &serde_json::Error) -> Failure {
    format!("{}: {error}", file.display()).into()
}

/// Makes a plan, applies it and makes it again; then changes a record by hand and applies an old plan.
pub(crate) async fn story(vars: Vars<'_>, out: &mut (dyn Write + Send)) -> Result<u8, Failure> {
    let vapi = accounts::platform("vapi", vars, None)?;
    let importer = Importer::new(accounts::twilio(vars, None)?, vapi.clone());
    let mut desired: Desired = serde_json::from_str(OWN_FILE)?;

    writeln!(out, "1. Make a plan")?;
    let plan = importer.plan(&desired).await?;
    writeln!(out, "{plan}\n\n2. Apply the plan")?;
    steps::apply(&importer, plan, out).await??;

    writeln!(out, "\n3. Make the plan again")?;
    let plan = importer.plan(&desired).await?;
    writeln!(out, "{plan}")?;
    if plan.does_something() {
        return Err("after a plan is applied there should be nothing to do".into());
    }

    writeln!(out, "\n4. Change the desired state, and save the plan")?;
    let numbers: Vec<_> = desired.iter().map(|request| *request.number()).collect();
    let relabel = |request: ImportRequest| match request.label_text() {
        Some("Front desk") => request.label("Reception"),
        Some("Sales") => request.label("Sales, east"),
        _ => request,
    };
    desired = desired.into_iter().map(relabel).collect();
    desired.extend([ImportRequest::new(support::number("+4915223433333")?).label("Berlin")]);
    let written = serde_json::to_string(&importer.plan(&desired).await?)?;
    let plan: Plan = serde_json::from_str(&written)?;
    writeln!(out, "{plan}")?;

    writeln!(out, "\n5. Somebody changes the label of {} by hand", numbers[0])?;
    let record = vapi.find(&numbers[0]).await?.ok_or("it was imported before")?;
    vapi.update(&record.id, &NumberUpdate::new().label("Do not touch")).await?;

    writeln!(out, "\n6. Apply the saved plan: the changed number is skipped as moved, the others are applied")?;
    let (_, progress) = steps::apply(&importer, plan, out).await??;
    let told = [("moved", 1), ("updated", 1), ("created", 1), ("unchanged", 1)];
    if told.iter().any(|(word, count)| progress.of(word) != *count) {
        return Err(format!("the outcomes differ from the expected ones: {progress}").into());
    }
    writeln!(out, "\n7. Make a new plan, which shows what is left")?;
    writeln!(out, "{}", importer.plan(&desired).await?)?;
    Ok(DONE)
}
