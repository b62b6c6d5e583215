//! Look-ups of single numbers in a platform's list, where it has no request for one.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::{BoxFuture, FutureExt, Shared, WeakShared};
use futures_util::stream;
use tokio::time::sleep;

use super::VoicePlatform;
use super::answer::first_match;
use crate::E164;
use crate::error::{Error, NotFound, Result};
use crate::model::{NumberId, NumberRecord};

/// How long a list waits for look-ups that begin at the same time, such as those that the end of a list has woken.
const TOGETHER: Duration = Duration::from_millis(1);

/// A client whose clones are the same account.
pub(super) trait Lists: VoicePlatform + Clone + 'static {}

impl<P: VoicePlatform + Clone + 'static> Lists for P {}

/// What is looked up.
#[derive(Clone, Debug)]
enum Wanted {
    Id(NumberId),
    Number(E164),
}

impl Wanted {
    fn is(&self, record: &NumberRecord) -> bool {
        match self {
            Self::Id(id) => record.id == *id,
            Self::Number(number) => record.number.is(number),
        }
    }

    fn may_be(&self, record: &NumberRecord) -> bool {
        self.is(record) || matches!(self, Self::Number(number) if record.number.may_be(number))
    }
}

/// The lists that a client and its clones read for look-ups. All look-ups that begin while a list is read wait for one
/// list after it.
///
/// No look-up uses a list that began before it: what follows it, such as an update or another create, relies on what is
/// there now. All look-ups that wait for a list drive it, so that one that is dropped, or not polled for a while, does not
/// make the others wait.
#[derive(Clone, Default)]
pub(super) struct Lookups(Arc<Mutex<Option<List>>>);

/// The list that was begun last, or is about to.
struct List {
    /// Whom it is for, until it begins.
    wanted: Arc<Mutex<Option<Vec<Wanted>>>>,
    /// Weak, so that it ends when nobody waits for it.
    reading: WeakShared<Reading>,
}

type Reading = BoxFuture<'static, Arc<Read>>;

/// The records that are or may be wanted. The error is that of the first who takes it.
type Read = Result<Vec<NumberRecord>, Mutex<Option<Error>>>;

impl Lookups {
    /// Finds the record of a number in a list that begins after this call.
    pub(super) async fn find(&self, platform: impl Lists, number: &E164) -> Result<Option<NumberRecord>> {
        let found = self.look_up(platform, Wanted::Number(*number)).await?;
        first_match(stream::iter(found.into_iter().map(Ok)), number).await
    }

    /// Fetches a record in a list that begins after this call.
    pub(super) async fn get(&self, platform: impl Lists, id: &NumberId) -> Result<NumberRecord> {
        let kind = platform.kind();
        let found = self.look_up(platform, Wanted::Id(id.clone())).await?;
        found.into_iter().next().ok_or_else(|| NotFound::new(kind, id.clone()).into())
    }

    /// Returns the records that are what is wanted, or may be.
    async fn look_up(&self, platform: impl Lists, wanted: Wanted) -> Result<Vec<NumberRecord>> {
        let read = self.join_list(platform.clone(), wanted.clone()).await;
        let error = match &*read {
            Ok(records) => return Ok(records.iter().filter(|record| wanted.may_be(record)).cloned().collect()),
            Err(error) => lock(error).take(),
        };
        match error {
            Some(error) => Err(error),
            // An error cannot be cloned. A list of its own fails likewise, or succeeds.
            None => read_list(&platform, vec![wanted]).await,
        }
    }

    fn join_list(&self, platform: impl Lists, wanted: Wanted) -> Shared<Reading> {
        let mut last = lock(&self.0);
        let before = last.as_ref().and_then(|list| list.reading.upgrade());
        if let (Some(list), Some(reading)) = (&*last, &before) {
            if let Some(waiting) = &mut *lock(&list.wanted) {
                waiting.push(wanted);
                return reading.clone();
            }
        }
        let wanted = Arc::new(Mutex::new(Some(vec![wanted])));
        let waiting = wanted.clone();
        let reading = async move {
            if let Some(before) = before {
                before.await;
            }
            sleep(TOGETHER).await;
            let wanted = lock(&waiting).take().unwrap_or_default();
            Arc::new(read_list(&platform, wanted).await.map_err(|error| Mutex::new(Some(error))))
        };
        let reading = reading.boxed().shared();
        *last = reading.downgrade().map(|reading| List { wanted, reading });
        reading
    }
}

/// Reads the list until all that is wanted is found.
async fn read_list(platform: &impl Lists, mut wanted: Vec<Wanted>) -> Result<Vec<NumberRecord>> {
    let mut found = Vec::new();
    let mut records = platform.list();
    while let Some(record) = records.try_next().await? {
        if wanted.iter().any(|wanted| wanted.may_be(&record)) {
            wanted.retain(|wanted| !wanted.is(&record));
            found.push(record);
        }
        if wanted.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
