//! At most one probe of a host in 15 s, in the whole process.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::prober::Settings;
use super::run;
use crate::model::{ProbeFinding, Secret, SipAddress, TrunkProbe};

/// How long a host is left alone after a probe. Twilio asks for at most one OPTIONS in 10 to 15 s.
const PAUSE: Duration = Duration::from_secs(15);

static HOSTS: LazyLock<Mutex<HashMap<String, Entry>>> = LazyLock::new(Mutex::default);

/// All that a result depends on.
#[derive(PartialEq, Eq)]
pub(super) struct Question {
    pub(super) address: SipAddress,
    pub(super) credentials: Option<(String, Secret)>,
    pub(super) settings: Settings,
}

/// The last probe of a host.
struct Entry {
    question: Arc<Question>,
    result: watch::Receiver<Option<Arc<TrunkProbe>>>,
    ended: Option<Instant>,
}

impl Entry {
    /// How long no other probe may begin.
    fn wait(&self, now: Instant) -> Duration {
        match self.ended {
            Some(ended) => PAUSE.saturating_sub(now.saturating_duration_since(ended)),
            None => self.question.settings.timeout + PAUSE,
        }
    }
}

fn hosts() -> MutexGuard<'static, HashMap<String, Entry>> {
    HOSTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Notes the end of a probe, also of one that its runtime dropped.
struct Running(String);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(entry) = hosts().get_mut(&self.0) {
            entry.ended = Some(Instant::now());
        }
    }
}

/// The result of a probe that is under way or ended less than 15 s ago, or of a new one.
pub(super) async fn probe(question: Question) -> Arc<TrunkProbe> {
    let host = question.address.host.as_str().trim_end_matches('.').to_ascii_lowercase();
    let address = question.address.clone();
    let started = {
        let mut hosts = hosts();
        let now = Instant::now();
        hosts.retain(|_, entry| !entry.wait(now).is_zero());
        match hosts.get(&host) {
            Some(entry) if *entry.question == question => Ok(entry.result.clone()),
            Some(entry) => Err(entry.wait(now)),
            None => Ok(start(&mut hosts, host, question)),
        }
    };
    let wait = match started {
        Ok(mut result) => match result.wait_for(Option::is_some).await.ok().and_then(|result| result.clone()) {
            Some(result) => return result,
            // Its runtime was shut down, perhaps after it sent something.
            None => PAUSE,
        },
        Err(wait) => wait,
    };
    let mut limited = TrunkProbe::unchecked(address);
    limited.set(ProbeFinding::RateLimited { seconds: wait.as_secs_f64().ceil() as u64 });
    Arc::new(limited)
}

/// Probes in a task of its own: if one caller stops waiting, the others still get the result.
fn start(
    hosts: &mut HashMap<String, Entry>,
    host: String,
    question: Question,
) -> watch::Receiver<Option<Arc<TrunkProbe>>> {
    let question = Arc::new(question);
    let (sender, result) = watch::channel(None);
    hosts.insert(host.clone(), Entry { question: question.clone(), result: result.clone(), ended: None });
    let running = Running(host);
    tokio::spawn(async move {
        let probe = run::run(&question).await;
        drop(running);
        sender.send_replace(Some(Arc::new(probe)));
    });
    result
}
