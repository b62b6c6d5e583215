//! Points calls that were routed elsewhere after a storm imported their numbers, under the same faults.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use fastrand::Rng;
use futures_util::StreamExt;
use numport::import::plan::{Applied, AppliedStep};
use numport::sandbox::Sandbox;
use numport::{Desired, E164, Importer};

use super::client::{importer, request};
use super::undoing::Before;
use super::{CALLS, PATIENCE, Storm, TIMEOUT, Tally, Vars, at_once, number, perhaps_given_up, quiet};

/// The platform's address, as the user gives it.
pub const ADDRESS: &str = "https://answer.example.net/calls";
/// The address to which somebody else has routed the calls meanwhile.
const DRIFTED: &str = "https://drifted.example.com/voice";
/// How many plans are applied concurrently.
const PLANS: usize = 2;

/// The result for the calls of a number, as a caller got it.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Pointed,
    /// Surely not pointed.
    NotDone,
    Unknown,
}

/// Routes the calls of every second number elsewhere, without faults. Returns the numbers whose calls do not reach the
/// platform: all of them if the platform does not change the routing.
pub async fn drift(storm: Storm, before: &Before, sandbox: &Arc<Sandbox>, imports: usize) -> HashSet<E164> {
    let client = Arc::new(importer(storm.platform, &|name| sandbox.var(name), PATIENCE));
    let drift = at_once(storm.tasks, (0..imports).step_by(2).map(number), |number| {
        let client = client.clone();
        async move {
            let control = client.provider().routing().expect("a carrier with routing");
            let now = control.snapshot(&number).await.expect("a routing").expect("a held number");
            drop(control.point(&now, &DRIFTED.into()).await.expect("it is pointed"));
        }
    });
    drift.await;
    let is_away = |number: &E164| {
        let calls = sandbox.twilio().voice_url(number);
        calls.as_deref() == Some(DRIFTED) || calls.as_ref() == before[number].settings.get("VoiceUrl")
    };
    (0..imports).map(number).filter(is_away).collect()
}

/// Points the calls of these numbers under the current faults, and counts wrong results.
pub async fn point_all(
    storm: Storm,
    sandbox: &Arc<Sandbox>,
    (vars, imports): (&Vars, usize),
    drifted: &HashSet<E164>,
    tally: &mut Tally,
) {
    let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let client = importer(storm.platform, &var, TIMEOUT).inbound_address(ADDRESS).concurrency(storm.tasks);
    let is_pointed = |number: &E164| sandbox.twilio().calls_go_to(number).as_deref() == Some(ADDRESS);
    let mut lies = Vec::new();

    // Each number is in several plans. Their results are compared with the state afterwards.
    let plans = at_once(PLANS, 0..PLANS, |plan| {
        let (client, desired) = (client.clone(), desired(storm, imports));
        let mut rng = Rng::with_seed(storm.seed.wrapping_mul(3_000_017).wrapping_add(plan as u64));
        async move { apply(&client, &desired, Some(&mut rng)).await }
    });
    let plans = plans.await;
    quiet(sandbox).await;
    for number in drifted {
        // If a plan is cancelled, its unfinished steps have no result.
        let told = plans.iter().map(|told| told.get(number).copied().unwrap_or(Told::Unknown));
        let is_told = |word| told.clone().any(|told| told == word);
        let lie = match is_pointed(number) {
            false if is_told(Told::Pointed) => "the client reported that the calls were pointed, but they were not",
            true if !is_told(Told::Pointed) && !is_told(Told::Unknown) => {
                "the client reported that the calls were not pointed, but they were"
            }
            _ => continue,
        };
        lies.push(format!("seed {}: {number}: {lie}", storm.seed));
    }

    // Then repeats until they are pointed.
    let desired = desired(storm, imports);
    for _ in 0..CALLS {
        let told = apply(&client, &desired, None).await;
        let untrue = told
            .iter()
            .filter(|(number, told)| drifted.contains(number) && **told == Told::Pointed && !is_pointed(number));
        lies.extend(
            untrue.map(|(number, _)| format!("seed {}: {number}: the calls are not pointed as reported", storm.seed)),
        );
        if drifted.iter().all(|number| told.get(number) == Some(&Told::Pointed)) {
            break;
        }
    }
    tally.pointed = drifted.iter().filter(|number| is_pointed(number)).count();
    if tally.pointed < drifted.len() {
        lies.push(format!(
            "seed {}: the calls of {} numbers are not pointed",
            storm.seed,
            drifted.len() - tally.pointed
        ));
    }
    tally.lies += lies.len();
    tally.notes.extend(lies);
}

fn desired(storm: Storm, imports: usize) -> Desired {
    (0..imports).map(|import| request(storm.platform, number(import))).collect()
}

/// Makes and applies a plan, and returns the results of its steps. The call may be cancelled.
async fn apply(client: &Importer, desired: &Desired, rng: Option<&mut Rng>) -> HashMap<E164, Told> {
    let Ok(plan) = client.plan(desired).await else { return HashMap::new() };
    let told = Mutex::new(HashMap::new());
    let steps = client.apply(plan.point_calls()).expect("a plan of this client");
    let applied = steps.for_each(|step| {
        let AppliedStep { step, outcome, .. } = step;
        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
        told.extend(step.number().telephone().map(|number| (number, Told::of(&outcome))));
        std::future::ready(())
    });
    match rng {
        Some(rng) => drop(perhaps_given_up(rng, applied).await),
        None => applied.await,
    }
    told.into_inner().unwrap_or_else(PoisonError::into_inner)
}

impl Told {
    fn of(applied: &Applied) -> Self {
        match applied {
            Applied::Unchanged | Applied::Changed(_) => Self::Pointed,
            Applied::Failed(error) if !error.surely_not_done() => Self::Unknown,
            _ => Self::NotDone,
        }
    }
}
