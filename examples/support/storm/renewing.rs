//! Renews the credentials of the imports of a storm, under the same faults.

use std::sync::Arc;

use fastrand::Rng;
use numport::Importer;
use numport::model::ProviderKind;
use numport::platform::{Capabilities, Renewal, Renews, Way};
use numport::sandbox::Sandbox;

use super::client::importer;
use super::records::{ids, records_of};
use super::{CALLS, Storm, TIMEOUT, Tally, Vars, at_once, number, perhaps_given_up, quiet};

const TOKEN: &str = "TWILIO_AUTH_TOKEN";
const NEW: &str = "the-token-renewed-in-a-storm";
/// How many tasks renew each number concurrently.
const CALLERS: usize = 2;

/// The result that a caller got.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Renewed,
    /// Surely not renewed.
    NotDone,
    Unknown,
}

/// A record and its credentials before the renewal.
struct Renewing<'a> {
    storm: Storm,
    sandbox: &'a Sandbox,
    id: String,
    old: &'a str,
}

/// Whether each record has its own credentials. With shared ones, the result of one call does not tell the state.
pub fn is_possible(can: &Capabilities) -> bool {
    let is_own = |(carrier, way, renews): &(_, Way, Renews)| {
        *carrier == ProviderKind::TWILIO && *way != Way::Stored && *renews == Renews::Record
    };
    matches!(can.renewal, Renewal::Of(ways) if ways.iter().any(is_own))
}

/// Renews the token at the carrier. Returns the old one.
pub fn rotate(sandbox: &Sandbox, vars: &mut Vars) -> String {
    sandbox.twilio().rotate_auth_token(NEW);
    let (_, token) = vars.iter_mut().find(|(name, _)| *name == TOKEN).expect("a token");
    std::mem::replace(token, NEW.to_owned())
}

/// Renews the credentials of all of them under the current faults, and counts wrong results.
pub async fn renew_all(
    storm: Storm,
    sandbox: &Arc<Sandbox>,
    (vars, old): (&Vars, &str),
    imports: usize,
    tally: &mut Tally,
) {
    let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let client = Arc::new(importer(storm.platform, &var, TIMEOUT));
    // Several tasks call each once. Their results are compared with the state afterwards.
    let told = at_once(storm.tasks, 0..imports * CALLERS, |call| {
        let client = client.clone();
        async move { (call / CALLERS, renew(&client, storm, call).await) }
    });
    let told = told.await;
    quiet(sandbox).await;
    let records = records_of(sandbox, storm.platform);
    let mut of_number = vec![Vec::new(); imports];
    told.into_iter().for_each(|(import, told)| of_number[import].push(told));
    let id = |import: usize| ids(storm.platform, &records[number(import).as_str()])[0].to_owned();
    let mut lies = Vec::new();
    for (import, told) in of_number.iter().enumerate() {
        let renewing = Renewing { storm, sandbox, id: id(import), old };
        let lie = match (renewing.uses(NEW), renewing.uses(old)) {
            (false, true) if told.contains(&Told::Renewed) => "the client reported a renewal that was not done",
            (true, false) if told.iter().all(|told| *told == Told::NotDone) => {
                "the client reported no renewal, but it was done"
            }
            (is_new, is_old) if is_new == is_old => "its credentials are neither the old nor the new ones",
            _ => continue,
        };
        lies.push(format!("seed {}: {}: {lie}", storm.seed, number(import)));
    }

    // Then repeats until they are renewed.
    let left: Vec<(usize, String)> = (0..imports).map(|import| (import, id(import))).collect();
    let again = at_once(storm.tasks, left, |(import, id)| {
        let (client, sandbox) = (client.clone(), sandbox.clone());
        async move {
            for _ in 0..CALLS {
                if client.renew(&number(import)).await.is_ok() {
                    return sandbox.uses_secret(storm.platform.api.service, &id, NEW);
                }
            }
            false
        }
    });
    let renewed = again.await;
    tally.renewed = renewed.iter().filter(|renewed| **renewed).count();
    if tally.renewed < imports {
        lies.push(format!("seed {}: {} numbers are not renewed", storm.seed, imports - tally.renewed));
    }
    tally.lies += lies.len();
    tally.notes.extend(lies);
}

/// One call, which may be cancelled.
async fn renew(client: &Importer, storm: Storm, call: usize) -> Told {
    let mut rng = Rng::with_seed(storm.seed.wrapping_mul(2_000_003).wrapping_add(call as u64));
    match perhaps_given_up(&mut rng, client.renew(&number(call / CALLERS))).await {
        Some(Ok(_)) => Told::Renewed,
        Some(Err(error)) if error.surely_not_done() => Told::NotDone,
        Some(Err(_)) | None => Told::Unknown,
    }
}

impl Renewing<'_> {
    fn uses(&self, secret: &str) -> bool {
        self.sandbox.uses_secret(self.storm.platform.api.service, &self.id, secret)
    }
}
