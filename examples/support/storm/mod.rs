//! A storm: many imports with random faults. Two tasks import each number concurrently and are cancelled at random
//! moments, and a second process imports more numbers. Lists lag, and some responses arrive twice. Then all imports run
//! once more without faults, and the records are counted. Finally numport renews the credentials of its imports, points
//! calls that were routed elsewhere meanwhile, and rolls back the imports, all under the same faults.

#![allow(dead_code, unreachable_pub)] // no user of it uses all of it

pub mod client;
mod middlebox;
mod plain;
mod pointing;
pub mod process;
pub mod records;
pub mod renewing;
mod tally;
mod undoing;

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use fastrand::Rng;
use futures_util::stream::{self, StreamExt};
use numport::E164;
use numport::platform::{Duplicates, OnRemoval};
use numport::sandbox::{Chaos, Fault, Sandbox};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::client::{Client, Said};
use self::middlebox::Middlebox;
use self::process::Second;
use self::records::records_of;
pub use self::tally::Tally;
use crate::services::carrier;
use crate::services::subject::{Pace, Platform};

/// The timeout of requests during a storm. One of the delays is shorter and one is longer.
pub const TIMEOUT: Duration = Duration::from_millis(150);
pub const DELAYS: [Duration; 2] = [Duration::from_millis(60), Duration::from_millis(250)];
/// How many additional faults are a late request. There is one fault of each kind for each delay.
const LATE: usize = 14;
/// The timeout of requests without faults.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How many calls out of ten are cancelled, each after a random time of up to this.
const GIVEN_UP: (f64, Duration) = (0.3, Duration::from_millis(300));
/// The second process has one task for this many tasks of the first.
const TASKS_OF_SECOND: usize = 4;
/// The maximum number of calls after the imports until an operation succeeds.
const CALLS: usize = 40;
/// The number of calls after which a new client replaces a client.
const CLIENT_LASTS: usize = 100;

/// The variable that names the directory of the journal.
const JOURNAL: &str = "NUMPORT_STORM_JOURNAL";

/// The client that imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// `numport::Importer`.
    Numport,
    /// `numport::Importer` in a second process.
    Second,
    /// A client that sends the import again after 429, 5xx, a timeout or a broken connection.
    Plain,
}

impl Who {
    /// How many tasks import each number concurrently. A plain client would create it twice even without faults.
    const fn callers(self) -> usize {
        match self {
            Self::Numport => 2,
            Self::Second | Self::Plain => 1,
        }
    }
}

/// One storm.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    pub platform: &'static Platform,
    pub imports: usize,
    pub tasks: usize,
    pub seed: u64,
    /// The probability that a request meets a fault.
    pub chance: f64,
}

/// Settings of clients, by the names of their environment variables.
pub type Vars = Vec<(String, String)>;

/// The results that one caller got for one import, in order.
pub type Calls = Vec<Said>;

/// The state that the tasks share.
struct Shared {
    storm: Storm,
    who: Who,
    vars: Vars,
    client: Mutex<Arc<Client>>,
    calls: AtomicUsize,
    /// The imports to make, and the index of the next one.
    imports: Vec<usize>,
    next: AtomicUsize,
}

/// A number for each import.
pub fn number(import: usize) -> E164 {
    format!("+1415{}", 2_000_000 + import).parse().expect("a number")
}

/// Faults of every kind, at Twilio and at the platform. The most frequent one carries out a request after its client
/// has disconnected, because that is the easiest way to get a second record.
pub fn weather(platform: &Platform, seed: u64, chance: f64) -> Chaos {
    let late = std::iter::repeat_n(Fault::DelayBeforeCommit(DELAYS[1]), LATE);
    let faults = DELAYS.into_iter().flat_map(Fault::every).chain(late);
    let services = [carrier("twilio").api.service, platform.api.service];
    Chaos::new(seed).chance(chance).services(services).faults(faults)
}

/// Waits until no request is pending.
pub async fn quiet(sandbox: &Sandbox) {
    let mut still = 0;
    while still < 3 {
        sleep(Duration::from_millis(10)).await;
        still = if sandbox.waiting() == 0 { still + 1 } else { 0 };
    }
}

/// Runs this for all of them with this concurrency.
async fn at_once<I, T, F>(tasks: usize, items: impl IntoIterator<Item = I>, act: impl Fn(I) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let done = stream::iter(items).map(|item| tokio::spawn(act(item))).buffer_unordered(tasks);
    done.map(|done| done.expect("nothing panics")).collect().await
}

/// Cancels a call at a random moment, sometimes.
async fn perhaps_given_up<T>(rng: &mut Rng, call: impl Future<Output = T>) -> Option<T> {
    let (chance, longest) = GIVEN_UP;
    if rng.f64() < chance { timeout(longest.mul_f64(rng.f64()), call).await.ok() } else { Some(call.await) }
}

impl Storm {
    /// Runs a storm on its own account and counts. With a command, a second process takes part: with the same numbers
    /// if the platform refuses duplicates or both have a journal in this directory, otherwise with as many others.
    pub async fn over(self, who: Who, second: Option<Command>, journal: Option<&Path>) -> Tally {
        let begin = Instant::now();
        let sandbox = Sandbox::builder()
            .held_numbers((0..2 * self.imports).map(number))
            .keep_bodies(false)
            .start()
            .await
            .expect("the sandbox has a port");
        let sandbox = Arc::new(sandbox);
        let mut vars: Vars = sandbox.vars().iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        vars.extend(journal.map(|journal| (JOURNAL.to_owned(), journal.display().to_string())));
        let before = plain::before(self.platform, who, &vars).await;
        vars.extend(before);
        let middlebox = Middlebox::start(self.platform, &mut vars, self.seed).await;

        let routing_before = undoing::before(&sandbox, self.platform).await;
        sandbox.chaos(weather(self.platform, self.seed, self.chance));
        let var = |name: &str| sandbox.var(name);
        let can = (self.platform.connect)(&var, Pace::at_once()).capabilities();
        let shares = second.is_none() || journal.is_some() || can.duplicates == Duplicates::Refused;
        let first = if shares { 0 } else { self.imports };
        let second = second.map(|command| Second::start(command, self, first, &vars));
        let mut said = vec![Vec::new(); first + self.imports];
        for (import, callers) in self.run(who, &vars, (0..self.imports).collect(), TIMEOUT).await {
            said[import] = callers;
        }
        if let Some(second) = second {
            for (import, calls) in second.said().await {
                said[import].push(calls);
            }
        }
        quiet(&sandbox).await;
        let mut tally = Tally::of_storm(self, &said, &records_of(&sandbox, self.platform));

        sandbox.calm();
        middlebox.calm();
        let is_done = |calls: &Calls| matches!(calls.last(), Some(Said::Done { .. }));
        let again =
            (0..said.len()).filter(|&import| who == Who::Numport || !said[import].iter().any(is_done)).collect();
        let again = self.run(who, &vars, again, PATIENCE).await;
        quiet(&sandbox).await;
        tally.look(self, &again, &records_of(&sandbox, self.platform), &sandbox.requests());
        if who == Who::Numport {
            let imports = said.len();
            let drifted = pointing::drift(self, &routing_before, &sandbox, imports).await;
            let old = renewing::is_possible(can).then(|| renewing::rotate(&sandbox, &mut vars));
            sandbox.chaos(weather(self.platform, self.seed, self.chance));
            middlebox.storm(self.platform, self.seed);
            if let Some(old) = old {
                renewing::renew_all(self, &sandbox, (&vars, &old), imports, &mut tally).await;
            }
            pointing::point_all(self, &sandbox, (&vars, imports), &drifted, &mut tally).await;
            let undos = (undoing::undos(&said, &again, &routing_before), &drifted);
            undoing::undo_all(self, &sandbox, (&vars, can.removal != OnRemoval::Unsupported), undos, &mut tally).await;
        }
        tally.took = begin.elapsed();
        tally
    }

    /// Makes these imports, and returns the results that the callers of each got.
    async fn run(self, who: Who, vars: &Vars, imports: Vec<usize>, timeout: Duration) -> Vec<(usize, Vec<Calls>)> {
        let client = Arc::new(Client::new(who, self.platform, vars, timeout));
        let (calls, next) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Shared { storm: self, who, vars: vars.clone(), client: Mutex::new(client), calls, imports, next };
        let shared = Arc::new(shared);
        let mut tasks = JoinSet::new();
        for _ in 0..(self.tasks / who.callers()).max(1) {
            tasks.spawn(shared.clone().work(timeout));
        }
        tasks.join_all().await.into_iter().flatten().collect()
    }
}

impl Shared {
    /// One worker: makes one import after the other until none is left.
    async fn work(self: Arc<Self>, waits: Duration) -> Vec<(usize, Vec<Calls>)> {
        let mut done = Vec::new();
        while let Some(&import) = self.imports.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let mut callers = JoinSet::new();
            for caller in 0..self.who.callers() {
                callers.spawn(self.clone().call(import, caller, waits));
            }
            done.push((import, callers.join_all().await));
        }
        done
    }

    /// One caller: repeats a cancelled call immediately, at most twice.
    async fn call(self: Arc<Self>, import: usize, caller: usize, waits: Duration) -> Calls {
        let seed = (2 * import + caller) as u64;
        let mut rng = Rng::with_seed(self.storm.seed.wrapping_mul(1_000_003).wrapping_add(seed));
        let mut said = Vec::new();
        while said.len() < 3 && said.iter().all(|word| *word == Said::Nothing) {
            let client = self.client(waits);
            let call = client.import(number(import));
            said.push(if waits == TIMEOUT {
                perhaps_given_up(&mut rng, call).await.unwrap_or(Said::Nothing)
            } else {
                call.await
            });
        }
        said
    }

    /// The present client. Sometimes it is replaced by a new one.
    fn client(&self, timeout: Duration) -> Arc<Client> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if self.calls.fetch_add(1, Ordering::Relaxed) % CLIENT_LASTS == CLIENT_LASTS - 1 {
            *client = Arc::new(Client::new(self.who, self.storm.platform, &self.vars, timeout));
        }
        client.clone()
    }
}
