//! Rolls back the imports of a storm, under the same faults.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use numport::import::{Stays, Undo, UndoneRecord};
use numport::model::{Removal, Routing};
use numport::sandbox::Sandbox;
use numport::{E164, Importer};
use serde_json::Value;

use super::client::{Said, importer};
use super::pointing::ADDRESS;
use super::records::records_of;
use super::{CALLS, Calls, PATIENCE, Storm, TIMEOUT, Tally, Vars, at_once, number, quiet};
use crate::services::subject::Platform;

/// The routing of a number before the storm.
pub type Before = HashMap<E164, Routing>;

/// The routing of all numbers, as in a backup.
pub async fn before(sandbox: &Sandbox, platform: &'static Platform) -> Before {
    let backup = importer(platform, &|name| sandbox.var(name), PATIENCE).backup_routing().await;
    backup.expect("a backup").into_iter().map(|routing| (routing.number, routing)).collect()
}

/// One import to roll back.
struct Undoing {
    undo: Undo,
    before: Routing,
    pointed: bool,
}

/// The importers that roll back: one that only imported, and one that knows where calls were pointed.
struct Clients {
    client: Importer,
    pointing: Importer,
}

/// What each import needs for its undo. There is no result of an import by another process or by a cancelled call. Its
/// record and the routing of a backup are used then.
pub fn undos(said: &[Vec<Calls>], again: &[(usize, Vec<Calls>)], before: &Before) -> Vec<(Undo, Routing)> {
    let told = |calls: &Calls| match calls.last() {
        Some(Said::Done { undo: Some(undo), .. }) => Some((**undo).clone()),
        _ => None,
    };
    let undo = |(import, callers): &(usize, Vec<Calls>)| {
        let before = before[&number(*import)].clone();
        let found = callers.iter().find_map(told)?;
        let is_own = |undo: &Undo| {
            let routing = undo.routing.as_ref();
            undo.created && undo.id == found.id && routing.is_some_and(|routing| routing.settings == before.settings)
        };
        let own = said[*import].iter().chain(callers).filter_map(told).find(is_own);
        let undo = own.unwrap_or_else(|| {
            let mut undo = found;
            (undo.created, undo.changes, undo.routing) = (true, Vec::new(), Some(before.clone()));
            undo
        });
        Some((undo, before))
    };
    again.iter().filter_map(undo).collect()
}

/// Rolls back all of them under the current faults, and counts wrong results.
pub async fn undo_all(
    storm: Storm,
    sandbox: &Arc<Sandbox>,
    (vars, removes): (&Vars, bool),
    (undos, pointed): (Vec<(Undo, Routing)>, &HashSet<E164>),
    tally: &mut Tally,
) {
    let undoing = |(mut undo, before): (Undo, Routing)| {
        let pointed = pointed.contains(&undo.number);
        if pointed {
            // If calls were pointed after the import, only a backup has the routing to restore.
            undo.routing = Some(before.clone());
        }
        Undoing { undo, before, pointed }
    };
    let undos: Arc<Vec<Undoing>> = Arc::new(undos.into_iter().map(undoing).collect());
    let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let client = importer(storm.platform, &var, TIMEOUT);
    let clients = Arc::new(Clients { pointing: client.clone().inbound_address(ADDRESS), client });
    let lies = at_once(storm.tasks, 0..undos.len(), |at| {
        let (undos, clients, sandbox) = (undos.clone(), clients.clone(), sandbox.clone());
        async move { undos[at].undo(&clients, &sandbox).await }
    });
    let lies = lies.await.into_iter().flatten();
    let lies: Vec<String> = lies.map(|lie| format!("seed {}: {lie}", storm.seed)).collect();
    quiet(sandbox).await;

    let kept = records_of(sandbox, storm.platform);
    tally.undone = undos.len();
    for Undoing { undo, before, .. } in undos.iter() {
        let records = kept.get(undo.number.as_str()).map_or(0, Vec::len);
        let is_back = is_back(sandbox, before);
        if (removes && records > 0) || !is_back {
            tally.not_undone += 1;
            let number = &undo.number;
            tally.notes.push(format!("seed {}: {number}: {records} records, routing back: {is_back}", storm.seed));
        }
    }
    tally.lies += lies.len();
    tally.notes.extend(lies);
}

/// Whether calls and messages have their earlier routing.
fn is_back(sandbox: &Sandbox, before: &Routing) -> bool {
    let now: Value = sandbox.twilio().number(&before.number).expect("a held number");
    let is_back =
        |(name, setting): (&str, &str)| now[name].as_str() == before.settings.get(setting).map(String::as_str);
    [("voice_url", "VoiceUrl"), ("sms_url", "SmsUrl")].into_iter().all(is_back)
}

impl Undoing {
    /// Repeats until it is rolled back. Returns the results that were wrong.
    async fn undo(&self, clients: &Clients, sandbox: &Sandbox) -> Option<String> {
        let Self { undo, before, pointed } = self;
        let client = if *pointed { &clients.pointing } else { &clients.client };
        for _ in 0..CALLS {
            let Ok(undone) = client.undo(undo, Removal::RecordAndNumber).await else { continue };
            let is_gone = matches!(undone.record, UndoneRecord::Removed | UndoneRecord::Gone);
            let is_back = is_back(sandbox, before);
            if is_gone && !is_back {
                return Some(format!("{}: the record is gone while its calls go to it: {undone}", undo.number));
            }
            if undone.is_complete() || (undone.record == UndoneRecord::Stays(Stays::Unsupported) && is_back) {
                return None;
            }
        }
        Some(format!("{}: it was not undone by {CALLS} calls", undo.number))
    }
}
