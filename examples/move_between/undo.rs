//! A move is undone: records at the old platform, then the routing, then records at the new one.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::num::NonZeroU32;
use std::path::Path;

use futures_util::stream::{self, StreamExt};
use numport::import::plan::PlanStep;
use numport::import::{Change, Undo};
use numport::model::Routing;
use numport::{Desired, E164, Importer, Removal, Restored};

use super::kept::{self, Kept, Line};
use super::support::accounts::{self, Vars};
use super::support::{Failure, steps};
use super::{DONE, NOT_ALL};

/// How many numbers are processed concurrently.
const CONCURRENCY: usize = 8;

/// Undoes the move of this file. What is done is found done, so it is safe to repeat.
pub(crate) async fn undo(
    file: &Path,
    per_second: Option<NonZeroU32>,
    vars: Vars<'_>,
    out: &mut (dyn Write + Send),
) -> Result<u8, Failure> {
    let (kept, lines) = kept::read(file)?;
    let old = accounts::platform(kept.from.as_str(), vars, per_second)?;
    let new = accounts::platform(kept.plan.platform.as_str(), vars, per_second)?;
    if !old.account().is(&kept.account) {
        let (moved, own) = (&kept.account, old.account());
        return Err(
            format!("the numbers were moved from account {moved} at {}, but this is account {own}", kept.from).into()
        );
    }
    let from = Importer::new(accounts::twilio_for(&*old, vars, per_second)?, old).replace_trunks(true);
    let carrier = accounts::twilio_for(&*new, vars, per_second)?;
    // Where the platform took the calls over itself, they may go to another address of its own than the one given.
    let taker = Importer::new(carrier.clone(), new.clone());
    let to = super::target(carrier, new, kept.answers_at.as_deref());

    // Read first: another account or carrier is refused here, before anything is changed.
    let undos = undos(&kept, lines, &to).await?;
    let mut stays: Vec<String> = Vec::new();
    let back = bring_back(&kept, &from, &mut stays, out).await?;
    let routed = put_routing_back(&kept, [&taker, &to, &from], &back, &mut stays).await;
    let (undos, kept_there): (Vec<_>, Vec<_>) = undos.into_iter().partition(|undo| routed.contains(&undo.number));
    for undo in kept_there {
        stays.push(format!("{} is not changed at {}: its calls may still go there", undo.number, kept.plan.platform));
    }
    writeln!(out, "\nAt {}:", kept.plan.platform)?;
    let to = &to;
    let mut undone = stream::iter(undos)
        .map(|undo| async move { (undo.number, to.undo(&undo, Removal::Record).await) })
        .buffer_unordered(CONCURRENCY);
    while let Some((number, undone)) = undone.next().await {
        match undone {
            Ok(undone) if undone.is_complete() => writeln!(out, "  {undone}")?,
            Ok(undone) => stays.push(undone.to_string()),
            Err(error) => stays.push(format!("{number}: {}", error.report())),
        }
    }
    if stays.is_empty() {
        writeln!(out, "\nThe move is rolled back completely.")?;
        return Ok(DONE);
    }
    stays.sort();
    writeln!(out, "\nNot rolled back:")?;
    stays.iter().try_for_each(|what| writeln!(out, "  {what}"))?;
    Ok(NOT_ALL)
}

/// What undoes the steps at the new platform: what was written down of them, otherwise what the platform shows.
async fn undos(kept: &Kept, mut lines: HashMap<E164, Line>, to: &Importer) -> Result<Vec<Undo>, Failure> {
    let found = to.undos_of(&kept.plan, kept.routing.clone()).await?.undos;
    let mut undos: Vec<Undo> = found.into_iter().filter(|undo| !lines.contains_key(&undo.number)).collect();
    for before in &kept.routing {
        let Some(Line::Done(mut undo)) = lines.remove(&before.number) else { continue };
        undo.routing.get_or_insert_with(|| before.clone());
        undos.push(*undo);
    }
    Ok(undos)
}

/// Imports the numbers whose record at the old platform is gone. Returns those that have one.
async fn bring_back(
    kept: &Kept,
    from: &Importer,
    stays: &mut Vec<String>,
    out: &mut (dyn Write + Send),
) -> Result<HashSet<E164>, Failure> {
    let moving = kept.moving();
    let desired = kept.records.iter().map(|record| record.request.clone());
    let desired: Desired = desired.filter(|request| moving.contains(request.number())).collect();
    let mut plan = from.plan(&desired.fitting(from.platform().capabilities())).await?;
    let mut back = HashSet::new();
    // The move changed no record there: one that differs was changed by somebody else, unless an earlier undo made it. Where
    // a removal takes the agent off first, one without an agent may be of a removal that was killed.
    let unassigns = from.platform().capabilities().removal_unassigns;
    let is_half_removed = |changes: &[Change]| {
        unassigns && changes.iter().all(|change| matches!(change, Change::Agent { from: None, to: Some(_), .. }))
    };
    plan.steps.retain(|step| match step {
        PlanStep::Extra(_) => false,
        PlanStep::Update { changes, .. } if is_half_removed(changes) => true,
        PlanStep::Update { number, id, .. } if kept.records.iter().any(|record| record.id == *id) => {
            stays.push(format!("{number} was changed at {} by somebody else, and is not changed back", kept.from));
            back.insert(*number);
            false
        }
        _ => true,
    });
    writeln!(out, "At {}:", kept.from)?;
    for done in steps::apply(from, plan, out).await??.0 {
        match done.step.number().telephone() {
            Some(number) if !done.outcome.is_failure() => drop(back.insert(number)),
            _ => stays.push(format!("{} at {}", done.report(), kept.from)),
        }
    }
    Ok(back)
}

/// Puts the routing of the numbers back that have a record at the old platform. Returns those of which it is as before,
/// or was changed by somebody else.
async fn put_routing_back(
    kept: &Kept,
    importers: [&Importer; 3],
    back: &HashSet<E164>,
    stays: &mut Vec<String>,
) -> HashSet<E164> {
    let backup = kept.routing.iter().filter(|before| back.contains(&before.number));
    let mut restored = stream::iter(backup)
        .map(|before| async move { (before.number, restore(before, importers).await) })
        .buffer_unordered(CONCURRENCY);
    let mut routed = HashSet::new();
    while let Some((number, restored)) = restored.next().await {
        match restored {
            Ok(Restored::AsBefore(_)) => drop(routed.insert(number)),
            Ok(restored) => {
                if !matches!(&restored, Restored::PutBack(_)) {
                    stays.push(restored.to_string());
                }
                routed.insert(number);
            }
            Err(error) => stays.push(format!("{number}: {}", error.report())),
        }
    }
    routed
}

/// Puts back what the new platform has changed, then what the old one changed when the number was imported again. The
/// old platform is known to have a record.
async fn restore(before: &Routing, [taker, to, from]: [&Importer; 3]) -> numport::Result<Restored> {
    let _last_tells = (taker.restore_unverified(before).await?, to.restore_unverified(before).await?);
    from.restore_unverified(before).await
}
