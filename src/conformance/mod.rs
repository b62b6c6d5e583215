//! The test suite that every platform must pass: public async functions over `&dyn VoicePlatform`, for the
//! platforms of this crate and for those of your own.
//!
//! Each function takes a [`Subject`]: a platform, a source that it can import from, and numbers that it does
//! not have yet. The tests follow the platform's [`Capabilities`]: supported features must work, and
//! others must be refused with [`Error::Invalid`]. A failure is a panic that says what was
//! expected. [`Capabilities::check_import`], [`check_update`](Capabilities::check_update),
//! [`check_renewal`](Capabilities::check_renewal) and [`check_removal`](Capabilities::check_removal) refuse what every platform must. Never run it against an account that is in use: it imports, changes and removes.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "sandbox")] {
//! use numport::conformance::{self, Subject};
//! use numport::{NumberProvider, Twilio, Vapi, sandbox::Sandbox};
//!
//! let sandbox = Sandbox::builder().held_numbers(conformance::numbers(30)).start().await?;
//! let vapi = Vapi::from_vars(|name| sandbox.var(name))?;
//! let twilio = Twilio::from_vars(|name| sandbox.var(name))?;
//!
//! let mut subject = Subject::new(&vapi, twilio.source(), sandbox.twilio().held_numbers())
//!     .agents(["agent-day", "agent-night"])
//!     .absent("00000000-0000-4000-8000-0000000000ff");
//! conformance::all(&mut subject).await;
//! # }
//! # Ok(())
//! # }
//! ```

#![allow(clippy::missing_panics_doc)] // a failure is a panic, as the first lines say

mod import;
mod in_memory;
pub mod provider;
mod refuse;
mod renew;
mod update;

use std::collections::VecDeque;
use std::fmt::Debug;

use crate::E164;
use crate::error::{Error, Result};
use crate::model::{AgentId, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate};
use crate::platform::{Capabilities, VoicePlatform};

pub use self::import::{a_second_import_makes_no_second_record, import_makes_a_record, lists_every_record};
pub use self::in_memory::{Answer, Call, InMemoryPlatform};
pub use self::refuse::{absent_records_are_told, what_is_unsupported_is_refused};
pub use self::renew::renewal_keeps_the_record;
pub use self::update::{removal_ends_a_record, update_keeps_sets_and_clears};

/// How many records [`lists_every_record`] creates.
pub const LISTED: usize = 12;

/// The platform that is tested, and what the tests need.
#[derive(Debug)]
pub struct Subject<'a> {
    platform: &'a dyn VoicePlatform,
    source: NumberSource,
    numbers: VecDeque<E164>,
    agents: [AgentId; 2],
    absent: NumberId,
}

impl<'a> Subject<'a> {
    /// Creates a subject: a platform, a source that it can import from, and at least 30 numbers of that source
    /// that the platform does not have yet.
    pub fn new(
        platform: &'a dyn VoicePlatform,
        source: impl Into<NumberSource>,
        numbers: impl IntoIterator<Item = E164>,
    ) -> Self {
        Self {
            platform,
            source: source.into(),
            numbers: numbers.into_iter().collect(),
            agents: ["agent-1".into(), "agent-2".into()],
            absent: "absent".into(),
        }
    }

    /// Sets two agents that exist at the platform, if it supports agents. Defaults to `agent-1` and
    /// `agent-2`.
    #[must_use]
    pub fn agents(mut self, agents: [impl Into<AgentId>; 2]) -> Self {
        self.agents = agents.map(Into::into);
        self
    }

    /// Sets an id in the platform's form that no record has. Defaults to `absent`.
    #[must_use]
    pub fn absent(mut self, id: impl Into<NumberId>) -> Self {
        self.absent = id.into();
        self
    }

    fn can(&self) -> &'static Capabilities {
        self.platform.capabilities()
    }

    fn number(&mut self) -> E164 {
        self.numbers.pop_front().expect("the subject has too few numbers")
    }

    /// Creates a record, and sets the fields that the create does not support by an update, as an importer does.
    async fn import(&self, request: &ImportRequest) -> NumberRecord {
        let can = self.can();
        let create = self.platform.create(&self.source, request).expect("an import that can be done");
        let record = create.await.expect("a create that can be done");
        let mut update = NumberUpdate::new();
        if let Some(label) = request.label_text().filter(|_| !can.label.create) {
            update = update.label(label);
        }
        if let Some(agent) = request.agent_id().filter(|_| !can.agent.create) {
            update = update.agent(agent.as_str());
        }
        if let Some(inbound) = request.inbound_enabled().filter(|_| !can.inbound.create) {
            update = update.inbound(inbound);
        }
        if let Some(outbound) = request.outbound_enabled().filter(|_| !can.outbound.create) {
            update = update.outbound(outbound);
        }
        if update.is_empty() {
            return record;
        }
        self.platform.update(&record.id, &update).await.expect("an update of what the create does not take")
    }

    /// Creates a record of the next number without further fields.
    async fn imported(&mut self) -> NumberRecord {
        let request = ImportRequest::new(self.number());
        self.import(&request).await
    }
}

/// Runs the whole suite, one test after the other.
pub async fn all(subject: &mut Subject<'_>) {
    what_is_unsupported_is_refused(subject).await;
    absent_records_are_told(subject).await;
    import_makes_a_record(subject).await;
    a_second_import_makes_no_second_record(subject).await;
    update_keeps_sets_and_clears(subject).await;
    renewal_keeps_the_record(subject).await;
    lists_every_record(subject).await;
    removal_ends_a_record(subject).await;
}

/// Returns this many numbers for a sandbox to hold: `+1415555` and four digits.
#[must_use]
pub fn numbers(count: u16) -> Vec<E164> {
    (0..count).filter_map(|nth| format!("+1415555{nth:04}").parse().ok()).collect()
}

/// Returns the fields that were refused before anything was sent.
fn refused<T: Debug>(result: Result<T>, what: &str) -> Vec<String> {
    match result {
        Err(Error::Invalid(invalid)) => invalid.problems.into_iter().map(|problem| problem.field).collect(),
        other => panic!("{what} must be refused before anything is sent, not {other:?}"),
    }
}
