//! What several imports ask or write at the same moment is done together: a session of a database has one statement at a
//! time, and what is about to be sent waits for the disk.

use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::task::yield_now;

use super::{JournalError, JournalFault};

type Written<R> = Result<<R as Row>::Answer, JournalError>;
/// The rows, and the answers in their order.
pub(super) type AllWritten<R> = (Vec<R>, Result<Vec<<R as Row>::Answer>, JournalError>);

/// What is written or asked for one number, together with that of others.
pub(super) trait Row: Sized + Send + 'static {
    type Answer: Send + 'static;
    /// Where it is written.
    type Place: Place;

    fn queue(place: &Self::Place) -> &Together<Self>;

    /// Called before anybody who is dropped meanwhile can give up its lock. If it fails, each row is written by itself.
    fn write(place: &Arc<Self::Place>, rows: Vec<Self>) -> impl Future<Output = AllWritten<Self>> + Send;
}

pub(super) trait Place: Send + Sync + 'static {
    /// For errors.
    fn name(&self) -> String;

    /// Whether nothing can be written any more.
    fn is_lost(&self) -> bool;

    /// Runs what writes for several, also while the runtime of the one who began it does nothing.
    fn spawn(&self, writer: impl Future<Output = ()> + Send + 'static);
}

struct Waiting<R: Row> {
    row: R,
    told: Sender<Written<R>>,
    /// Whether it is written by itself, since a write of several has failed.
    is_alone: bool,
}

/// The rows that wait to be written.
pub(super) struct Together<R: Row>(Mutex<State<R>>);

struct State<R: Row> {
    waiting: Vec<Waiting<R>>,
    is_writing: bool,
}

impl<R: Row> fmt::Debug for Together<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").finish_non_exhaustive()
    }
}

impl<R: Row> Default for Together<R> {
    fn default() -> Self {
        Self(Mutex::new(State { waiting: Vec::new(), is_writing: false }))
    }
}

impl<R: Row> Together<R> {
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets those that nobody waits for. What is left of theirs was sent before.
    fn forget_dropped(&self) {
        self.state().waiting.retain(|waiting| !waiting.told.is_closed());
    }
}

/// Writes it down with those of other numbers. Once the future is dropped nothing more is begun, so that the lock can be
/// given up.
pub(super) async fn write_down<R: Row>(place: &Arc<R::Place>, row: R) -> Written<R> {
    let (told, written) = oneshot::channel();
    let is_first = {
        let mut state = R::queue(place).state();
        state.waiting.push(Waiting { row, told, is_alone: false });
        !std::mem::replace(&mut state.is_writing, true)
    };
    let mut asked = Asked { queue: R::queue(place), written };
    if is_first {
        place.spawn(Writer::<R> { place: place.clone(), is_over: false, of: PhantomData }.run());
    }
    let told = (&mut asked.written).await;
    told.unwrap_or_else(|_| {
        let cause = "the runtime of another import has ended";
        Err(JournalError::new(place.name(), JournalFault::Unreachable, cause))
    })
}

struct Asked<'a, R: Row> {
    queue: &'a Together<R>,
    written: Receiver<Written<R>>,
}

impl<R: Row> Drop for Asked<'_, R> {
    fn drop(&mut self) {
        self.written.close();
        self.queue.forget_dropped();
    }
}

struct Writer<R: Row> {
    place: Arc<R::Place>,
    is_over: bool,
    of: PhantomData<fn(R)>,
}

impl<R: Row> Writer<R> {
    async fn run(mut self) {
        // Creates that are answered at the same moment are followed by others at the same moment.
        yield_now().await;
        let place = self.place.clone();
        let queue = R::queue(&place);
        loop {
            let (told, writing) = {
                let mut state = queue.state();
                let Some(all) = next(&mut state.waiting) else {
                    (state.is_writing, self.is_over) = (false, true);
                    return;
                };
                let (rows, told): (Vec<_>, Vec<_>) = all.into_iter().map(|waiting| (waiting.row, waiting.told)).unzip();
                (told, R::write(&place, rows))
            };
            let (rows, written) = writing.await;
            // One that is refused takes no others with it.
            if written.is_err() && rows.len() > 1 && !place.is_lost() {
                let again = rows.into_iter().zip(told);
                let again = again.map(|(row, told)| Waiting { row, told, is_alone: true });
                queue.state().waiting.extend(again);
                queue.forget_dropped();
                continue;
            }
            // A row may have the lock of its number, which is given up as soon as its caller has the answer and drops it.
            drop(rows);
            // Nobody who was dropped needs the answer.
            match written {
                Ok(answers) => told.into_iter().zip(answers).for_each(|(told, answer)| drop(told.send(Ok(answer)))),
                Err(error) => told.into_iter().for_each(|told| drop(told.send(Err(error.clone())))),
            }
        }
    }
}

/// Those that are written next: all, or one by itself.
fn next<R: Row>(waiting: &mut Vec<Waiting<R>>) -> Option<Vec<Waiting<R>>> {
    if let Some(alone) = waiting.iter().position(|waiting| waiting.is_alone) {
        return Some(vec![waiting.swap_remove(alone)]);
    }
    Some(std::mem::take(waiting)).filter(|all| !all.is_empty())
}

impl<R: Row> Drop for Writer<R> {
    fn drop(&mut self) {
        // Its runtime has ended, and others must not wait for it.
        if !self.is_over {
            let mut state = R::queue(&self.place).state();
            (state.is_writing, state.waiting) = (false, Vec::new());
        }
    }
}
