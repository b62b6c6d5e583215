use std::collections::HashMap;
use std::hash::RandomState;

use serde::{Deserialize, Serialize};

use crate::E164;
use crate::error::{Error, Result};
use crate::import::asked::Asked;
use crate::model::{AgentId, ImportRequest, NumberRecord, Problem, ProblemCode};
use crate::platform::{Capabilities, Support};

/// The numbers that a platform should have, with the fields of each. [`Importer::plan`] compares it with the platform's
/// records. Fields that a request does not set are left unchanged.
///
/// serde reads and writes it as a list of requests, so that you can keep it in a file under version control.
///
/// ```
/// use numport::import::Desired;
///
/// let desired: Desired = serde_json::from_str(r#"[
///     { "number": "+14155552671", "label": "Front desk", "agent": "a1b2" },
///     { "number": "+12025550143" }
/// ]"#)?;
/// assert_eq!(desired.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// [`Importer::plan`]: crate::Importer::plan
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[must_use]
pub struct Desired(Vec<ImportRequest>);

impl Desired {
    /// Turns the records of one platform into the desired numbers of another: numbers, labels, agents and directions.
    ///
    /// Records without a valid telephone number are left out. If a number has several records, only the first is used.
    /// The agents are those of the old platform; [`map_agents`](Self::map_agents) replaces them by agents of the new
    /// one.
    pub fn from_records<'a>(records: impl IntoIterator<Item = &'a NumberRecord>) -> Self {
        let mut seen = std::collections::HashSet::new();
        let telephones = records.into_iter().filter_map(|record| Some((record.number.telephone()?, record)));
        telephones.filter(|(number, _)| seen.insert(*number)).map(|(number, record)| request(number, record)).collect()
    }

    /// Replaces the agents. If `new` returns `None` for an agent, the number stays and its request sets no agent.
    pub fn map_agents(self, mut new: impl FnMut(&AgentId) -> Option<AgentId>) -> Self {
        let change = |request: ImportRequest| {
            let agent = request.agent_id().and_then(&mut new);
            request.with_agent(agent)
        };
        self.0.into_iter().map(change).collect()
    }

    /// Removes the fields that the platform does not accept at an import
    /// ([`VoicePlatform::capabilities`](crate::VoicePlatform::capabilities)). Values that the platform would refuse
    /// stay and block their step of the plan.
    pub fn fitting(self, can: &Capabilities) -> Self {
        let taken = [can.label, can.agent, can.inbound, can.outbound].map(Support::at_import);
        self.0.into_iter().map(|request| request.keeping(taken)).collect()
    }

    /// Returns how many numbers there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether there are no numbers.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns an iterator over the requests, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, ImportRequest> {
        self.0.iter()
    }

    /// The index of each number.
    pub(super) fn indexes(&self) -> Result<HashMap<E164, usize>> {
        let mut indexes = HashMap::with_capacity(self.len());
        let mut problems = Vec::new();
        let keys = RandomState::new();
        for (index, request) in self.iter().enumerate() {
            if let Some(first) = indexes.insert(*request.number(), index) {
                let asked = |request| Asked::of(request, &keys);
                let differing = asked(request).differing(asked(&self.0[first]));
                let mut fault = format!("is {}, like [{first}].number", request.number());
                if !differing.is_empty() {
                    let fields = differing.iter().map(|field| field.as_str()).collect::<Vec<_>>().join(" and ");
                    fault.push_str(&format!(", with another {fields}"));
                }
                problems.push(Problem::new(
                    ProblemCode::Conflict,
                    format!("[{index}].number"),
                    fault,
                    "list each number once",
                ));
            }
        }
        if problems.is_empty() { Ok(indexes) } else { Err(Error::invalid("the plan was not made", problems)) }
    }
}

fn request(number: E164, record: &NumberRecord) -> ImportRequest {
    let mut request = ImportRequest::new(number).with_agent(record.agent.clone());
    if let Some(label) = record.label.as_deref().filter(|label| !label.is_empty()) {
        request = request.label(label);
    }
    if let Some(inbound) = record.inbound {
        request = request.inbound(inbound);
    }
    if let Some(outbound) = record.outbound {
        request = request.outbound(outbound);
    }
    request
}

impl FromIterator<ImportRequest> for Desired {
    fn from_iter<I: IntoIterator<Item = ImportRequest>>(requests: I) -> Self {
        Self(requests.into_iter().collect())
    }
}

impl Extend<ImportRequest> for Desired {
    fn extend<I: IntoIterator<Item = ImportRequest>>(&mut self, requests: I) {
        self.0.extend(requests);
    }
}

impl IntoIterator for Desired {
    type Item = ImportRequest;
    type IntoIter = std::vec::IntoIter<ImportRequest>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Desired {
    type Item = &'a ImportRequest;
    type IntoIter = std::slice::Iter<'a, ImportRequest>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
