//! A journal in memory, whose calls end as a test says. What is written in it directly is what another process wrote.

use std::collections::HashMap;
use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use numport::E164;
use numport::journal::{
    Journal, JournalError, JournalFault, Kept, KeptRecord, Key, Lease, Past, Settled, UnresolvedImport,
};
use numport::model::{AccountId, NumberId, PlatformKind};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout};

/// A call of a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    Lock,
    Sending,
    Settle,
    Forget,
}

/// How it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum End {
    #[default]
    Usual,
    Fails(JournalFault),
    Never,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Page {
    pub(crate) unresolved: Option<(UnresolvedImport, Instant)>,
    pub(crate) created: Option<(NumberId, Instant)>,
    pub(crate) changed: Option<Instant>,
    pub(crate) settled: Vec<Settled>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Book {
    id: Arc<str>,
    pages: Arc<Mutex<HashMap<E164, Page>>>,
    ends: Arc<Mutex<HashMap<Write, End>>>,
}

impl Default for Book {
    fn default() -> Self {
        static BOOKS: AtomicUsize = AtomicUsize::new(0);
        let id = format!("book {}", BOOKS.fetch_add(1, Ordering::Relaxed)).into();
        Self { id, pages: Arc::default(), ends: Arc::default() }
    }
}

impl Book {
    pub(crate) fn page<T>(&self, number: &E164, edit: impl FnOnce(&mut Page) -> T) -> T {
        edit(self.pages().entry(*number).or_default())
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<E164, Page>> {
        self.pages.lock().unwrap()
    }

    /// Sets how these calls end from now on.
    pub(crate) fn always(&self, write: Write, end: End) {
        self.ends.lock().unwrap().insert(write, end);
    }

    pub(crate) fn is_unresolved(&self, number: &E164) -> bool {
        self.page(number, |page| page.unresolved.is_some())
    }

    /// Other tasks run meanwhile, as during a write.
    async fn end(&self, write: Write) -> Result<(), JournalError> {
        yield_now().await;
        let end = self.ends.lock().unwrap().get(&write).copied().unwrap_or_default();
        match end {
            End::Usual => Ok(()),
            End::Fails(fault) => Err(JournalError::new("a book", fault, "as the test says")),
            End::Never => pending().await,
        }
    }
}

async fn yield_now() {
    let mut is_second = false;
    poll_fn(|context| {
        if std::mem::replace(&mut is_second, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[derive(Debug)]
struct Held {
    book: Book,
    number: E164,
    kept: Kept,
    _lock: OwnedMutexGuard<()>,
}

#[async_trait]
impl Journal for Book {
    fn id(&self) -> &str {
        &self.id
    }

    async fn lock(&self, key: &Key, wait: Duration) -> Result<Option<Box<dyn Lease>>, JournalError> {
        self.end(Write::Lock).await?;
        let lock = self.page(&key.number, |page| page.lock.clone());
        let Ok(lock) = timeout(wait, lock.lock_owned()).await else { return Ok(None) };
        let kept = self.page(&key.number, |page| {
            let created = page.created.clone().map(|(id, at)| KeptRecord { id, age: at.elapsed() });
            let unresolved = page.unresolved.clone().map(|(import, at)| (import, at.elapsed()));
            Kept::new(unresolved, created, page.changed.map(|at| at.elapsed()))
        });
        Ok(Some(Box::new(Held { book: self.clone(), number: key.number, kept, _lock: lock })))
    }

    async fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        Ok(self.pages().values().filter_map(|page| Some(page.unresolved.as_ref()?.0.clone())).collect())
    }

    async fn move_account(&self, _: PlatformKind, _: &AccountId, _: &AccountId) -> Result<usize, JournalError> {
        Ok(0)
    }

    async fn history(&self, _: &E164) -> Result<Vec<Past>, JournalError> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl Lease for Held {
    fn kept(&self) -> &Kept {
        &self.kept
    }

    async fn sending(&mut self, entry: &UnresolvedImport) -> Result<(), JournalError> {
        self.book.end(Write::Sending).await?;
        self.book.page(&self.number, |page| page.unresolved = Some((entry.clone(), Instant::now())));
        yield_now().await;
        Ok(())
    }

    async fn settle(&mut self, settled: &Settled) -> Result<(), JournalError> {
        self.book.end(Write::Settle).await?;
        self.book.page(&self.number, |page| {
            (page.unresolved, page.changed) = (None, Some(Instant::now()));
            page.created = settled.created.clone().map(|id| (id, Instant::now())).or(page.created.take());
            page.settled.push(settled.clone());
        });
        yield_now().await;
        Ok(())
    }

    async fn forget_created(&mut self) -> Result<(), JournalError> {
        self.book.end(Write::Forget).await?;
        self.book.page(&self.number, |page| (page.created, page.changed) = (None, Some(Instant::now())));
        Ok(())
    }
}
