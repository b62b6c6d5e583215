use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Call};
use crate::E164;
use crate::model::{NumberId, NumberRecord};

type Hook = Arc<dyn Fn(Call, Option<E164>) + Send + Sync>;

/// What the clones of a platform share.
#[derive(Default)]
pub(super) struct State {
    pub(super) records: Vec<NumberRecord>,
    pub(super) listed: usize,
    pub(super) create_takes: Duration,
    pub(super) list_takes: Duration,
    pub(super) hook: Option<Hook>,
    made: usize,
    calls: HashMap<Call, Script>,
}

/// The calls of one kind: how many there were, and how the next ones end.
#[derive(Default)]
struct Script {
    made: usize,
    next: VecDeque<Answer>,
    always: Answer,
}

impl State {
    pub(super) fn next_id(&mut self) -> String {
        self.made += 1;
        format!("r{}", self.made)
    }

    pub(super) fn position(&self, id: &NumberId) -> Option<usize> {
        self.records.iter().position(|record| record.id == *id)
    }

    pub(super) fn calls(&self, call: Call) -> usize {
        self.calls.get(&call).map_or(0, |script| script.made)
    }

    pub(super) fn script(&mut self, call: Call, answers: impl IntoIterator<Item = Answer>) {
        self.calls.entry(call).or_default().next.extend(answers);
    }

    pub(super) fn always(&mut self, call: Call, answer: Answer) {
        self.calls.entry(call).or_default().always = answer;
    }

    /// Counts a call, and returns how it ends.
    pub(super) fn begin(&mut self, call: Call) -> Answer {
        let script = self.calls.entry(call).or_default();
        script.made += 1;
        script.next.pop_front().unwrap_or_else(|| script.always.clone())
    }
}
