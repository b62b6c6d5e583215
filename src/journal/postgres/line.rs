//! Keeps the session, and opens another one after it was lost.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until, timeout};

use super::faults::unsuitable;
use super::session::Session;
use super::target::Target;
use crate::journal::together::Place;
use crate::journal::{JournalError, JournalFault};

const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long it may take to open a session.
const ATTEMPT: Duration = Duration::from_secs(15);

/// Shared by all clones of a journal.
#[derive(Debug)]
pub(super) struct Line {
    target: Target,
    /// The id of the journal.
    pub(super) id: String,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    session: Arc<Session>,
    /// The last attempt to open another one, if it has failed: when the next one may be made.
    failed: Option<(Instant, JournalError)>,
    pause: Duration,
}

impl Line {
    pub(super) async fn open(target: Target) -> Result<Self, JournalError> {
        let session = Arc::new(attempt(&target).await?);
        Ok(Self {
            target,
            id: session.journal.clone(),
            state: Mutex::new(State { session, failed: None, pause: FIRST_PAUSE }),
        })
    }

    /// Returns the session. If it is lost, another one is opened, also for everybody else who waits for it. Attempts are
    /// made until `until`, and one at least.
    pub(super) async fn session(&self, until: Instant) -> Result<Arc<Session>, JournalError> {
        loop {
            let mut state = self.state.lock().await;
            if !state.session.is_lost() {
                return Ok(state.session.clone());
            }
            let failed = state.failed.as_ref().filter(|(next, _)| *next > Instant::now());
            if let Some((next, error)) = failed.cloned() {
                drop(state);
                if next >= until || !error.is_retryable() {
                    return Err(error);
                }
                sleep_until(next).await;
                continue;
            }
            match attempt(&self.target).await.and_then(|session| self.check(session)) {
                Ok(session) => {
                    state.session = Arc::new(session);
                    (state.failed, state.pause) = (None, FIRST_PAUSE);
                }
                Err(error) => {
                    state.failed = Some((Instant::now() + state.pause, error));
                    state.pause = (state.pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// Refuses another journal in the same place, which knows nothing of what this one has kept.
    fn check(&self, session: Session) -> Result<Session, JournalError> {
        if session.journal == self.id {
            return Ok(session);
        }
        Err(unsuitable(&self.target.place, "its tables were made anew; connect again"))
    }
}

async fn attempt(target: &Target) -> Result<Session, JournalError> {
    let opened = timeout(ATTEMPT, Session::open(target)).await;
    opened.unwrap_or_else(|_| {
        let cause = format!("no session could be opened within {} s", ATTEMPT.as_secs());
        Err(JournalError::new(&target.place, JournalFault::Unreachable, cause))
    })
}
