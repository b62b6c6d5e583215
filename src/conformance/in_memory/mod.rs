//! A platform in memory, for the tests of programs that import numbers.

mod answer;
mod platform;
mod state;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use self::answer::{Answer, Call};
use self::state::State;
use crate::E164;
use crate::model::{Details, NumberId, NumberRecord, PlatformKind, RecordNumber};
use crate::platform::Capabilities;

/// A platform in memory: a test double for programs that use a [`VoicePlatform`](crate::VoicePlatform).
///
/// It stores records, counts calls, and answers calls as a script says: with a refusal, with a lost response, or never.
/// Without a script it does what its [`Capabilities`] say, and it passes the [conformance suite](super). Clones share
/// their records. It needs no server and no clock, so it is suitable for tests in paused time. To test what goes over HTTP,
/// use the sandbox of the feature `sandbox`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use numport::conformance::{Answer, Call, InMemoryPlatform};
/// use numport::model::{PlatformKind, ProviderKind};
/// use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support};
/// use numport::{Byo, ImportRequest, Importer, Outcome};
///
/// static CAN: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
///     .with_label(Support::FULL, None);
///
/// let platform = InMemoryPlatform::new(PlatformKind::from_static("parrot"), &CAN);
/// // The create is carried out, but its response is lost.
/// platform.script(Call::Create, [Answer::lost(true)]);
///
/// let importer = Importer::new(Byo::stored_default(ProviderKind::TWILIO), platform.clone());
/// let imported = importer.import(ImportRequest::new("+14155552671".parse()?).label("Desk")).await?;
/// assert_eq!(imported.outcome, Outcome::Recovered);
/// assert_eq!((platform.calls(Call::Create), platform.records().len()), (1, 1));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct InMemoryPlatform {
    kind: PlatformKind,
    can: &'static Capabilities,
    account: u64,
    state: Arc<Mutex<State>>,
}

impl InMemoryPlatform {
    /// Creates a platform without records.
    #[must_use]
    pub fn new(kind: PlatformKind, capabilities: &'static Capabilities) -> Self {
        // Importers remember what they sent by account, so each platform needs a new account.
        static ACCOUNTS: AtomicU64 = AtomicU64::new(0);
        let account = ACCOUNTS.fetch_add(1, Ordering::Relaxed);
        Self { kind, can: capabilities, account, state: Arc::default() }
    }

    /// Adds a record of a number, and returns its id. Ids are `r1`, `r2`, and so on.
    pub fn insert(&self, number: impl Into<RecordNumber>) -> NumberId {
        let mut state = self.state();
        let record = NumberRecord::new(self.kind, state.next_id(), number.into(), Details::new(()));
        let id = record.id.clone();
        state.records.push(record);
        id
    }

    /// Returns the records, in the order in which they were made.
    #[must_use]
    pub fn records(&self) -> Vec<NumberRecord> {
        self.state().records.clone()
    }

    /// Changes the records as somebody else would, without a call: in a dashboard, or by another program.
    pub fn edit<T>(&self, change: impl FnOnce(&mut Vec<NumberRecord>) -> T) -> T {
        change(&mut self.state().records)
    }

    /// Returns how many calls of this kind were made. A [`Create`](crate::platform::Create) counts when it is awaited.
    #[must_use]
    pub fn calls(&self, call: Call) -> usize {
        self.state().calls(call)
    }

    /// Returns how many records were read from lists.
    #[must_use]
    pub fn records_listed(&self) -> usize {
        self.state().listed
    }

    /// Sets how the next calls of this kind end, one answer a call. Later calls end as usual, or as
    /// [`always`](Self::always) says.
    pub fn script(&self, call: Call, answers: impl IntoIterator<Item = Answer>) {
        self.state().script(call, answers);
    }

    /// Sets how calls of this kind end when no script is left. Defaults to [`Answer::Usual`].
    pub fn always(&self, call: Call, answer: Answer) {
        self.state().always(call, answer);
    }

    /// Sets how long a create takes. Defaults to no time.
    pub fn create_takes(&self, duration: Duration) {
        self.state().create_takes = duration;
    }

    /// Sets how long a list takes. It shows the records as they are when it begins. Defaults to no time.
    pub fn list_takes(&self, duration: Duration) {
        self.state().list_takes = duration;
    }

    /// Sets what else happens when a call is made, before it is carried out: a test double of a carrier can change a
    /// number's routing, for example. The number is that of the request or of the record, if there is one.
    pub fn on_call(&self, hook: impl Fn(Call, Option<E164>) + Send + Sync + 'static) {
        self.state().hook = Some(Arc::new(hook));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for InMemoryPlatform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemoryPlatform").field("kind", &self.kind).finish_non_exhaustive()
    }
}
