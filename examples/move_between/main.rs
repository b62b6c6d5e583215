//! Moves the numbers of one platform to another, with their labels, agents and directions.
//!
//! ```sh
//! cargo run --example move_between -- --remove                        # on a sandbox
//! cargo run --example move_between -- --live --from vapi --to interactly --dry-run assistant-1=agent-1
//! cargo run --example move_between -- --live --from vapi --to interactly --agents agents.json --remove --keep moved
//! cargo run --example move_between -- --live --undo moved
//! ```
//!
//! `old=new` maps an agent of the old platform to one of the new platform. The file for `--agents` is a JSON object of
//! such mappings. `--dry-run` only shows the plan. `--remove` removes the old records of moved numbers whose calls no longer
//! go to the old platform, and lists the records that stay, with the reason. A number is never released: if the old platform
//! cannot remove only a record, `--remove` is refused before anything is sent.
//! `--answers-at` sets the address of the new platform, if calls must be pointed there and the address is unknown, as for
//! SignalWire. Calls reach a SIP address, as that of Retell or LiveKit, through an elastic SIP trunk of the account that leads
//! there alone. Such a platform also imports over a trunk: `SIP_TRUNK` is its termination address, `SIP_TRUNK_USER` and
//! `SIP_TRUNK_PASSWORD` its login. Cartesia needs `TWILIO_API_KEY` and `TWILIO_API_SECRET`.
//!
//! `--keep FILE` saves the data to roll back, before anything is changed and after every step. The file is confidential.
//! `--undo FILE` rolls back, also after the program was killed: it imports the numbers into the old platform again with
//! label, agent and directions, restores their routing, and removes the records that the move created at the new platform.
//! It lists what it cannot undo, and is safe to repeat. Other fields of the old records are lost.
//!
//! The exit code is 0 on success, 1 if something failed, and 2 if the arguments are invalid.
#![allow(clippy::print_stdout, clippy::print_stderr, unreachable_pub, dead_code)]

mod arguments;
mod kept;
pub(crate) mod prepare;
#[path = "../support/mod.rs"]
mod support;
mod undo;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::TryStreamExt;
use numport::import::plan::{Extra, PlanStep};
use numport::model::{AgentId, Finding};
use numport::platform::OnRemoval;
use numport::sandbox::Sandbox;
use numport::{Desired, E164, Importer, NumberProvider, NumberRecord, Removal, VoicePlatform};

pub(crate) use arguments::Arguments;
use kept::{Journal, Kept};
use support::accounts::{self, Vars};
use support::{Failure, steps};

/// The exit code.
const DONE: u8 = 0;
const NOT_ALL: u8 = 1;

#[tokio::main]
async fn main() -> ExitCode {
    support::ended(begin().await)
}

async fn begin() -> Result<u8, Failure> {
    let mut arguments = Arguments::parse(lexopt::Parser::from_env())?;
    let out = &mut io::stdout();
    if arguments.undo.is_some() && !arguments.live {
        return Err("--undo needs --live: a sandbox ends with its program".into());
    }
    if arguments.live {
        return run(&arguments, &|name| std::env::var(name).ok(), out).await;
    }
    writeln!(out, "This runs on a sandbox of Twilio and the platforms; --live uses your accounts.\n")?;
    let sandbox = Sandbox::start().await?;
    let vars = |name: &str| prepare::var(&sandbox, name);
    prepare::prepare(&arguments.from, &vars).await?;
    if arguments.agents.is_empty() {
        arguments.agents.insert("assistant-day".to_owned(), "agent-day".to_owned());
    }
    run(&arguments, &vars, out).await
}

/// Moves what can be moved, or undoes a move.
pub(crate) async fn run(arguments: &Arguments, vars: Vars<'_>, out: &mut (dyn Write + Send)) -> Result<u8, Failure> {
    if let Some(file) = &arguments.undo {
        return undo::undo(file, arguments.per_second, vars, out).await;
    }
    let limit = arguments.per_second;
    let (old, new) =
        (accounts::platform(&arguments.from, vars, limit)?, accounts::platform(&arguments.to, vars, limit)?);
    let from = Importer::new(accounts::twilio_for(&*old, vars, limit)?, old.clone()).replace_trunks(true);
    let carrier = accounts::twilio_for(&*new, vars, limit)?;
    let to = target(carrier, new.clone(), arguments.answers_at.as_deref());

    let mut records: Vec<NumberRecord> = old.list().try_collect().await?;
    // Of several records of a number the one that has an agent is the one that answers.
    records.sort_by_key(|record| record.agent.is_none());
    let desired = Desired::from_records(&records)
        .map_agents(|agent| arguments.agents.get(agent.as_str()).map(AgentId::new))
        .fitting(new.capabilities());
    writeln!(out, "{} records at {}, {} telephone numbers", records.len(), old.kind(), desired.len())?;
    left_out(arguments, &records, &*new, out)?;

    let mut plan = to.plan(&desired).await?.point_calls();
    plan.steps.retain(|step| !matches!(step, PlanStep::Extra { .. })); // what else is there is no concern of this
    writeln!(out, "\n{plan}")?;
    let cannot_remove = against_removal(&*old).filter(|_| arguments.remove);
    if let Some(finding) = &cannot_remove {
        writeln!(out, "\nNothing is moved. For every record at {}: {finding}. {}", old.kind(), finding.advice())?;
        writeln!(out, "Without --remove the numbers move, and their old records stay.")?;
    }
    if arguments.dry_run {
        writeln!(out, "This was a dry run: nothing was changed.")?;
        return Ok(DONE);
    }
    if cannot_remove.is_some() {
        return Ok(NOT_ALL);
    }
    let kept = kept::records(&records);
    let is_kept = |extra: &Extra| kept.iter().any(|record| record.id == extra.id);
    // A record that was changed since it was read could not be brought back as it is.
    let is_as_read = |extra: &Extra| records.iter().any(|record| is_as_read(extra, record));
    let mut journal = match &arguments.keep {
        Some(file) => {
            let moving: HashSet<E164> = desired.iter().map(|request| *request.number()).collect();
            // Read after the plan: a step is not done whose number was routed otherwise in between.
            let routing = to.backup_routing().await?.into_iter().filter(|before| moving.contains(&before.number));
            let kept = Kept {
                from: old.kind(),
                account: old.account(),
                answers_at: arguments.answers_at.clone(),
                records: kept.clone(),
                plan: plan.clone(),
                routing: routing.collect(),
            };
            let journal = Journal::create(file, &kept)?;
            writeln!(out, "\nThe file {0} contains the data to roll back: --undo {0}", file.display())?;
            Some(journal)
        }
        None => None,
    };
    writeln!(out, "\nAt {}:", new.kind())?;
    let mut keep = |step: &_| journal.as_mut().map_or(Ok(()), |journal| journal.note(step));
    let (done, progress) = steps::apply_keeping(&to, plan, out, &mut keep).await??;
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
    let is_moved = |extra: &Extra| extra.number.telephone().is_some_and(|number| moved.contains(&number));
    let removed = match arguments.remove {
        true => remove(&from, |extra| is_moved(extra) && is_kept(extra) && is_as_read(extra), &mut stays, out).await?,
        false => true,
    };
    list_what_stays(&old, arguments.remove, &stays, out).await?;
    Ok(if failed || !removed { NOT_ALL } else { DONE })
}

/// The new platform, with the address at which it answers if that was given.
fn target(carrier: Arc<dyn NumberProvider>, new: Arc<dyn VoicePlatform>, answers_at: Option<&str>) -> Importer {
    let to = Importer::new(carrier, new).replace_trunks(true);
    answers_at.into_iter().fold(to, Importer::inbound_address)
}

/// Why a platform cannot remove a record alone.
fn against_removal(platform: &dyn VoicePlatform) -> Option<Finding> {
    match platform.capabilities().removal {
        OnRemoval::Forgets => None,
        OnRemoval::Releases => Some(Finding::WouldRelease),
        _ => Some(Finding::CannotRemove),
    }
}

fn is_as_read(extra: &Extra, record: &NumberRecord) -> bool {
    let fields = (&extra.label, &extra.agent, extra.inbound, extra.outbound);
    extra.id == record.id && fields == (&record.label, &record.agent, record.inbound, record.outbound)
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
        writeln!(out, "{field} cannot be moved: an import into {} cannot set them", new.kind())?;
    }
    let agents: BTreeSet<&str> = records.iter().filter_map(|record| record.agent.as_deref()).collect();
    for agent in agents.into_iter().filter(|agent| can.agent.at_import() && !arguments.agents.contains_key(*agent)) {
        writeln!(out, "no mapping for agent {agent} at {0}: its numbers get no agent; give {agent}=…", new.kind())?;
    }
    Ok(())
}

/// Removes these numbers' records, unless callers would reach nobody. Whether all are gone.
async fn remove(
    from: &Importer,
    pick: impl Fn(&Extra) -> bool,
    stays: &mut HashMap<E164, String>,
    out: &mut (dyn Write + Send),
) -> Result<bool, Failure> {
    let mut plan = from.plan(&Desired::default()).await?.remove_extra_if(Removal::Record, pick);
    let asked = |step: &PlanStep| matches!(step, PlanStep::Extra(extra) if !extra.kept.is_empty());
    plan.steps.retain(|step| step.does_something() || asked(step));
    writeln!(out, "\nAt {}:", from.platform().kind())?;
    let done = steps::apply(from, plan, out).await??.0;
    for step in done.iter().filter(|step| step.outcome.is_failure()) {
        let why = step.reason().unwrap_or_else(|| step.outcome.code().to_owned());
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
        writeln!(out, "\nNo records stay at {}.", old.kind())?;
        return Ok(());
    }
    writeln!(out, "\nRecords that stay at {}:", old.kind())?;
    for record in &records {
        let why = match record.number.telephone() {
            None => "it has no telephone number",
            Some(number) => match stays.get(&number) {
                Some(why) => why,
                None if remove => "it is a second record of its number, or it was created or changed in the meantime",
                None => "--remove was not given",
            },
        };
        writeln!(out, "  {}", support::line(record))?;
        writeln!(out, "    {why}")?;
    }
    Ok(())
}
