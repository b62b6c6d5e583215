//! Counting the requests of a run: those that any client of this crate sends while one of its futures is polled.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::task::futures::TaskLocalFuture;

tokio::task_local! {
    static RUN: RequestCount;
}

/// The requests that a run has sent so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct RequestCount(Arc<AtomicU64>);

impl RequestCount {
    /// Counts what this future sends.
    pub(crate) fn of<F: Future>(&self, future: F) -> TaskLocalFuture<Self, F> {
        RUN.scope(self.clone(), future)
    }

    /// Returns how many there were since the last call.
    pub(crate) fn take(&self) -> u64 {
        self.0.swap(0, Ordering::Relaxed)
    }

    fn add(&self, requests: u64) {
        self.0.fetch_add(requests, Ordering::Relaxed);
    }
}

/// A request is being sent.
pub(super) fn sent() {
    // Nobody has to count.
    let _ = RUN.try_with(|run| run.add(1));
}

/// How many requests the run, or the part of it that is [`counted`], has sent so far.
pub(crate) fn so_far() -> u64 {
    RUN.try_with(|run| run.0.load(Ordering::Relaxed)).unwrap_or(0)
}

/// Also tells how many requests this future sends. They are the run's as well, even if the future is dropped.
pub(crate) async fn counted<F: Future>(future: F) -> (F::Output, u64) {
    let part = Part { run: RUN.try_with(RequestCount::clone).ok(), requests: RequestCount::default() };
    let output = part.requests.of(future).await;
    (output, part.requests.0.load(Ordering::Relaxed))
}

/// A part of a run.
struct Part {
    run: Option<RequestCount>,
    requests: RequestCount,
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(run) = &self.run {
            run.add(self.requests.take());
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn a_run_counts_its_own_requests_and_those_within() {
        let (run, other) = (RequestCount::default(), RequestCount::default());
        sent();
        run.of(async {
            sent();
            assert_eq!(
                counted(async {
                    so_far() + {
                        sent();
                        so_far()
                    }
                })
                .await,
                (1, 1)
            );
            other.of(async { sent() }).await;
        })
        .await;
        assert_eq!((run.take(), run.take(), other.take()), (2, 0, 1));

        let dropped = counted(async {
            sent();
            std::future::pending::<()>().await;
        });
        assert!(run.of(dropped).now_or_never().is_none());
        assert_eq!(run.take(), 1);
    }
}
