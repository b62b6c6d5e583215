//! Moves the numbers of one platform to another, with their labels, agents and directions.
//!
//! ```sh
//! cargo run --example move_between -- --remove                        # on a sandbox
//! cargo run --example move_between -- --live --from vapi --to interactly --dry-run assistant-1=agent-1
//! cargo run --example move_between -- --live --from vapi --to interactly --agents agents.json --remove
//! ```
//!
//! `old=new` maps an agent of the old platform to one of the new platform. A file for `--agents` is a JSON object of
//! such mappings. `--dry-run` only shows the plan. `--remove` removes a number's record at the old platform after the
//! new platform has the number and its calls no longer go to the old one; the program lists the records that stay, and
//! why. It never releases a number. `--answers-at` sets the address at which the new platform answers. It is needed if
//! calls must be pointed there and the address is unknown, for example at SignalWire.
//!
//! The exit code is 0 if everything succeeded, 1 if something failed, and 2 if the arguments are invalid.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub, dead_code)]

mod support;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::TryStreamExt;
use lexopt::prelude::*;
use numport::import::plan::{Applied, Extra, PlanStep};
use numport::model::AgentId;
use numport::platform::vapi::CreateVapiNumber;
use numport::sandbox::Sandbox;
use numport::{Desired, E164, ImportRequest, Importer, NumberRecord, Removal, Vapi, VoicePlatform};

use support::accounts::{self, Vars};
use support::{Failure, steps};

/// How it ends.
const DONE: u8 = 0;
const NOT_ALL: u8 = 1;

pub(crate) struct Arguments {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) live: bool,
    pub(crate) per_second: Option<NonZeroU32>,
    pub(crate) agents: HashMap<String, String>,
    pub(crate) answers_at: Option<String>,
    pub(crate) dry_run: bool,
    pub(crate) remove: bool,
}

impl Default for Arguments {
    fn default() -> Self {
        let (from, to, agents) = ("vapi".to_owned(), "interactly".to_owned(), HashMap::new());
        Self { from, to, live: false, per_second: None, agents, answers_at: None, dry_run: false, remove: false }
    }
}

impl Arguments {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, Failure> {
        let mut arguments = Self::default();
        while let Some(argument) = parser.next()? {
            match argument {
                Long("from") => arguments.from = parser.value()?.string()?,
                Long("to") => arguments.to = parser.value()?.string()?,
                Long("live") => arguments.live = true,
                Long("per-second") => arguments.per_second = Some(parser.value()?.parse()?),
                Long("agents") => arguments.agents.extend(agents(Path::new(&parser.value()?))?),
                Long("answers-at") => arguments.answers_at = Some(parser.value()?.string()?),
                Long("dry-run") => arguments.dry_run = true,
                Long("remove") => arguments.remove = true,
                Value(pair) => {
                    let pair = pair.string()?;
                    let (old, new) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is no old=new of agents"))?;
                    arguments.agents.insert(old.to_owned(), new.to_owned());
                }
                other => return Err(other.unexpected().into()),
            }
        }
        if arguments.from == arguments.to {
            return Err(format!("--from and --to are both {}; give two platforms", arguments.to).into());
        }
        Ok(arguments)
    }
}

fn agents(file: &Path) -> Result<HashMap<String, String>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}

#[tokio::main]
async fn main() -> ExitCode {
    support::ended(begin().await)
}

async fn begin() -> Result<u8, Failure> {
    let mut arguments = Arguments::parse(lexopt::Parser::from_env())?;
    let out = &mut io::stdout();
    if arguments.live {
        return run(&arguments, &|name| std::env::var(name).ok(), out).await;
    }
    writeln!(out, "A sandbox on this machine answers for Twilio and the platforms; --live uses your accounts.\n")?;
    let sandbox = Sandbox::start().await?;
    let vars = |name: &str| sandbox.var(name);
    prepare(&arguments.from, &vars).await?;
    if arguments.agents.is_empty() {
        arguments.agents.insert("assistant-day".to_owned(), "agent-day".to_owned());
    }
    run(&arguments, &vars, out).await
}

/// Some numbers at the platform that is left.
pub(crate) async fn prepare(from: &str, vars: Vars<'_>) -> Result<(), Failure> {
    let old = accounts::platform(from, vars, None)?;
    let importer = Importer::new(accounts::twilio(vars, None)?, old.clone());
    let [desk, sales, london] = ["+14155552671", "+12125550123", "+442071838750"].map(support::number);
    let desired = Desired::from_iter([
        ImportRequest::new(desk?).label("Front desk").agent("assistant-day"),
        ImportRequest::new(sales?).label("Sales").agent("assistant-night"),
        ImportRequest::new(london?).label("London"),
    ]);
    for request in desired.fitting(old.capabilities()) {
        importer.import(request).await?;
    }
    if from == "vapi" {
        Vapi::from_vars(vars)?.create_number(CreateVapiNumber::new().sip_uri("sip:lobby@sip.vapi.ai")).await?;
    }
    Ok(())
}

/// Moves what can be moved.
pub(crate) async fn run(arguments: &Arguments, vars: Vars<'_>, out: &mut (dyn Write + Send)) -> Result<u8, Failure> {
    let twilio = accounts::twilio(vars, arguments.per_second)?;
    let old = accounts::platform(&arguments.from, vars, arguments.per_second)?;
    let new = accounts::platform(&arguments.to, vars, arguments.per_second)?;
    let (from, mut to) = (Importer::new(twilio.clone(), old.clone()), Importer::new(twilio, new.clone()));
    if let Some(address) = &arguments.answers_at {
        to = to.inbound_address(address.as_str());
    }

    let records: Vec<NumberRecord> = old.list().try_collect().await?;
    let desired = Desired::from_records(&records)
        .map_agents(|agent| arguments.agents.get(agent.as_str()).map(AgentId::new))
        .fitting(new.capabilities());
    writeln!(out, "{} records at {}, {} telephone numbers", records.len(), old.kind(), desired.len())?;
    left_out(arguments, &records, &*new, out)?;

    let mut plan = to.plan(&desired).await?.point_calls();
    plan.steps.retain(|step| !matches!(step, PlanStep::Extra { .. })); // what else is there is no concern of this
    writeln!(out, "\n{plan}")?;
    if arguments.dry_run {
        writeln!(out, "It was a dry run: nothing was changed.")?;
        return Ok(DONE);
    }
    writeln!(out, "\nAt {}:", new.kind())?;
    let (done, progress) = steps::apply(&to, plan, out).await??;
    let failed = progress.failed() > 0;
    let mut stays: HashMap<E164, String> = HashMap::new();
    let mut moved: HashSet<E164> = HashSet::new();
    for step in done {
        let Some(number) = step.step.number().telephone() else { continue };
        if step.outcome.is_failure() {
            stays.insert(number, format!("{} at {}", step.outcome.code(), new.kind()));
        } else {
            moved.insert(number);
        }
    }
    let removed = if arguments.remove { remove(&from, &moved, &mut stays, out).await? } else { true };
    list_what_stays(&old, arguments.remove, &stays, out).await?;
    Ok(if failed || !removed { NOT_ALL } else { DONE })
}

/// Says what of the records does not go along.
fn left_out(
    arguments: &Arguments,
    records: &[NumberRecord],
    new: &dyn VoicePlatform,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let can = new.capabilities();
    let fields = [("labels", can.label), ("agents", can.agent), ("inbound", can.inbound), ("outbound", can.outbound)];
    for (field, _) in fields.iter().filter(|(_, support)| !support.at_import()) {
        writeln!(out, "{field} do not go along: {} takes none at an import", new.kind())?;
    }
    let agents: BTreeSet<&str> = records.iter().filter_map(|record| record.agent.as_deref()).collect();
    for agent in agents.into_iter().filter(|agent| can.agent.at_import() && !arguments.agents.contains_key(*agent)) {
        writeln!(out, "agent {agent} has no like at {0}: its numbers have none there; give {agent}=…", new.kind())?;
    }
    Ok(())
}

/// Removes these numbers' records, unless callers would reach nobody. Whether all are gone.
async fn remove(
    from: &Importer,
    moved: &HashSet<E164>,
    stays: &mut HashMap<E164, String>,
    out: &mut (dyn Write + Send),
) -> Result<bool, Failure> {
    let is_moved = |extra: &Extra| extra.number.telephone().is_some_and(|number| moved.contains(&number));
    let mut plan = from.plan(&Desired::default()).await?.remove_extra_if(Removal::Record, is_moved);
    let asked = |step: &PlanStep| matches!(step, PlanStep::Extra(extra) if !extra.kept.is_empty());
    plan.steps.retain(|step| step.does_something() || asked(step));
    writeln!(out, "\nAt {}:", from.platform().kind())?;
    let done = match steps::apply(from, plan, out).await {
        Ok(done) => done?.0,
        Err(error) => {
            writeln!(out, "error: {}", error.report())?;
            stays.extend(moved.iter().map(|number| (*number, "it cannot be removed there".to_owned())));
            return Ok(false);
        }
    };
    for step in done.iter().filter(|step| step.outcome.is_failure()) {
        let why = match &step.outcome {
            Applied::Blocked { findings } => {
                findings.iter().map(|finding| format!("it {finding}")).collect::<Vec<_>>().join(", ")
            }
            other => other.code().to_owned(),
        };
        stays.extend(step.step.number().telephone().map(|number| (number, why)));
    }
    Ok(!done.iter().any(|step| step.outcome.is_failure()))
}

async fn list_what_stays(
    old: &Arc<dyn VoicePlatform>,
    remove: bool,
    stays: &HashMap<E164, String>,
    out: &mut (dyn Write + Send),
) -> Result<(), Failure> {
    let records: Vec<NumberRecord> = old.list().try_collect().await?;
    if records.is_empty() {
        writeln!(out, "\nNothing stays at {}.", old.kind())?;
        return Ok(());
    }
    writeln!(out, "\nWhat stays at {}:", old.kind())?;
    for record in &records {
        let why = match record.number.telephone() {
            None => "it has no telephone number",
            Some(number) => match stays.get(&number) {
                Some(why) => why,
                None if remove => "it was made meanwhile",
                None => "it was not to be removed; --remove removes it",
            },
        };
        writeln!(out, "  {}", support::line(record))?;
        writeln!(out, "    {why}")?;
    }
    Ok(())
}
