//! Imports that are about to be sent are written down together: each write waits for the server's disk, and one session
//! has one at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::task::yield_now;

use super::session::Session;
use crate::journal::{JournalError, JournalFault};

type Written = Result<(), JournalError>;

/// An import that is about to be sent.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) platform: String,
    pub(super) account: String,
    pub(super) number: String,
    pub(super) entry: String,
    /// Seconds from its first request to this one.
    pub(super) since_first: f64,
}

struct Waiting {
    row: Row,
    told: Sender<Written>,
    /// Whether it is written by itself, since a write of several has failed.
    is_alone: bool,
}

/// The imports of a session that wait to be written down.
#[derive(Default)]
pub(super) struct Together(Mutex<State>);

#[derive(Default)]
struct State {
    waiting: Vec<Waiting>,
    is_writing: bool,
}

impl Together {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets those that nobody waits for. What is left of theirs was sent before.
    fn forget_dropped(&self) {
        self.state().waiting.retain(|waiting| !waiting.told.is_closed());
    }
}

/// Writes it down with those of other numbers. Once the future is dropped nothing more is sent, so that the lock can be
/// given up.
pub(super) async fn write_down(session: &Arc<Session>, row: Row) -> Written {
    let (told, written) = oneshot::channel();
    let is_first = {
        let mut state = session.together.state();
        state.waiting.push(Waiting { row, told, is_alone: false });
        !std::mem::replace(&mut state.is_writing, true)
    };
    let mut asked = Asked { session, written };
    if is_first {
        tokio::spawn(Writer { session: session.clone(), is_over: false }.run());
    }
    let told = (&mut asked.written).await;
    told.unwrap_or_else(|_| {
        let cause = "the runtime of another import has ended";
        Err(JournalError::new(&session.place, JournalFault::Unreachable, cause))
    })
}

struct Asked<'a> {
    session: &'a Session,
    written: Receiver<Written>,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        self.written.close();
        self.session.together.forget_dropped();
    }
}

struct Writer {
    session: Arc<Session>,
    is_over: bool,
}

impl Writer {
    async fn run(mut self) {
        // Creates that are answered at the same moment are followed by others at the same moment.
        yield_now().await;
        let session = self.session.clone();
        loop {
            let (told, writing, first) = {
                let mut state = session.together.state();
                let Some(all) = next(&mut state.waiting) else {
                    (state.is_writing, self.is_over) = (false, true);
                    return;
                };
                let (rows, told): (Vec<_>, Vec<_>) = all.into_iter().map(|waiting| (waiting.row, waiting.told)).unzip();
                let mut writing = Box::pin(session.sending(rows));
                // The first poll sends it: before anybody who is dropped can give up its lock.
                let first = writing.as_mut().now_or_never();
                (told, writing, first)
            };
            let (rows, written) = match first {
                Some(written) => written,
                None => writing.await,
            };
            // One that the server refuses takes no others with it.
            if written.is_err() && rows.len() > 1 && !session.is_lost() {
                let again = rows.into_iter().zip(told);
                let again = again.map(|(row, told)| Waiting { row, told, is_alone: true });
                session.together.state().waiting.extend(again);
                session.together.forget_dropped();
                continue;
            }
            for told in told {
                // One that was dropped does not need it.
                let _ = told.send(written.clone());
            }
        }
    }
}

/// Those that are written next: all, or one by itself.
fn next(waiting: &mut Vec<Waiting>) -> Option<Vec<Waiting>> {
    if let Some(alone) = waiting.iter().position(|waiting| waiting.is_alone) {
        return Some(vec![waiting.swap_remove(alone)]);
    }
    Some(std::mem::take(waiting)).filter(|all| !all.is_empty())
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Its runtime has ended, and others must not wait for it.
        if !self.is_over {
            let mut state = self.session.together.state();
            (state.is_writing, state.waiting) = (false, Vec::new());
        }
    }
}
