//! What undoes a plan, also one whose outcomes are lost.

use std::collections::HashMap;

use futures_util::TryStreamExt;

use super::{Plan, PlanStep};
use crate::E164;
use crate::error::Result;
use crate::import::change::{Change, Field};
use crate::import::{Importer, Left, Undo};
use crate::model::{AgentId, CredentialId, ImportRequest, NumberId, NumberRecord, Reach, Routing};
use crate::platform::{SourceMatch, Takeover};
use crate::provider::name;

/// What undoes a plan: the result of [`Importer::undos_of`].
///
/// ```
/// # async fn back(importer: &numport::Importer, planned: numport::import::plan::PlannedUndos) {
/// use futures_util::StreamExt;
/// use numport::Removal;
///
/// for number in &planned.not_in_backup {
///     eprintln!("{number}: its calls stay where they are");
/// }
/// let mut undone = importer.undo_many(planned.undos, Removal::Record);
/// while let Some(item) = undone.next().await {
///     println!("{}", item.report());
/// }
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedUndos {
    /// The undos of the plan's imports and updates, in the order of its steps.
    pub undos: Vec<Undo>,
    /// The numbers whose calls the plan may have moved, and whose routing is not in the backup. Their undos leave the
    /// calls where they are. The record of an import then stays as long as its calls go to the platform.
    pub not_in_backup: Vec<E164>,
}

impl Importer {
    /// Returns what is needed to undo the imports and updates of a plan that was applied, wholly or in part, also when
    /// the outcomes are lost: the process was killed, say. Save the plan and a [backup](Self::backup_routing) before
    /// [`apply`](Self::apply), and give both here. Changes nothing; [`undo_many`](Self::undo_many) takes what this returns.
    ///
    /// The platform's records are listed once. An import of which no record is there is left out. A record of a number
    /// that the platform did not have when the plan was made counts as made by it, unless it has a label or an agent that
    /// the plan did not ask for: `undo` leaves it. The undos remove the credential of a trunk. They leave one of an account
    /// at the carrier, which may have been there before, and tell it ([`Undone::credential_left`]). Where an outcome is known,
    /// [`Imported::undo`](crate::Imported::undo) tells more exactly. Removals and renewed credentials are not undone, nor are calls that a step pointed without
    /// changing anything else: [`restore`](Self::restore) puts them back.
    ///
    /// [`Undone::credential_left`]: crate::import::Undone::credential_left
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use numport::model::Removal;
    /// use numport::{Desired, ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    ///
    /// let desired = Desired::from_iter([ImportRequest::new("+14155552671".parse()?)]);
    /// let (plan, backup) = (importer.plan(&desired).await?, importer.backup_routing().await?);
    /// let kept = serde_json::to_string(&(&plan, &backup))?; // in a file, say
    /// importer.apply(plan)?.next().await; // and then it was killed
    ///
    /// let (plan, backup) = serde_json::from_str(&kept)?;
    /// let found = importer.undos_of(&plan, backup).await?;
    /// assert!(found.not_in_backup.is_empty(), "the calls of {:?} stay", found.not_in_backup);
    /// let mut undone = importer.undo_many(found.undos, Removal::Record);
    /// while let Some(item) = undone.next().await {
    ///     assert!(!item.outcome.is_failure(), "{}", item.report());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) when the plan is of another platform, provider or account. Otherwise
    /// when the platform cannot be asked.
    pub async fn undos_of(&self, plan: &Plan, backup: Vec<Routing>) -> Result<PlannedUndos> {
        self.check_plan(plan, "nothing was undone")?;
        let mut backup: HashMap<E164, Routing> = backup.into_iter().map(|before| (before.number, before)).collect();
        let mut records = self.records_of_imports(plan).await?;
        let has_routing = self.provider.routing().is_some();
        let (mut undos, mut not_in_backup) = (Vec::new(), Vec::new());
        for step in &plan.steps {
            match step {
                PlanStep::Import { request, calls, .. } => {
                    let number = request.number();
                    let found = match records.remove(number) {
                        Some(record) => Some(record),
                        None => self.created_lately_unlocked(number).await?,
                    };
                    let Some(record) = found else { continue };
                    let (left, carrier) = (left(&record, request), calls.carrier.as_deref());
                    let own = self.credential_of(&record, carrier);
                    let is_account = |reach: &Reach| matches!(reach, Reach::Account(_));
                    let older =
                        record.credential.clone().filter(|_| own.is_none() && self.is_of(&record, carrier, is_account));
                    let (credential_stays, credential) = (older.is_some(), own.or(older));
                    let routing = backup.remove(number);
                    // Where a carrier tells no routing, no backup has it.
                    if has_routing && routing.is_none() && (calls.carrier.is_none() || calls.to.is_some()) {
                        not_in_backup.push(*number);
                    }
                    let undo = self.planned_undo(*number, record.id, left, routing);
                    undos.push(Undo { created: true, credential, credential_stays, ..undo });
                }
                PlanStep::Update { number, id, changes, calls, .. } => {
                    // Calls that the platform got already were not moved, and keep no field from being set back.
                    let sets_agent = changes.iter().any(|change| change.field() == Field::Agent);
                    let moves = calls.point_to.is_some()
                        || sets_agent && self.platform.capabilities().takeover == Takeover::WithAgent;
                    let routing = backup.remove(number);
                    if moves && has_routing && routing.is_none() && (calls.carrier.is_none() || calls.to.is_some()) {
                        not_in_backup.push(*number);
                    }
                    let routing = routing.filter(|before| moves && !self.receives(&before.calls));
                    let undo = self.planned_undo(*number, id.clone(), as_changed(changes), routing);
                    undos.push(Undo { changes: changes.clone(), ..undo });
                }
                PlanStep::Unchanged { .. } | PlanStep::Blocked { .. } | PlanStep::Extra(_) => {}
            }
        }
        Ok(PlannedUndos { undos, not_in_backup })
    }

    pub(super) fn planned_undo(&self, number: E164, id: NumberId, left: Left, routing: Option<Routing>) -> Undo {
        let (platform, account) = (self.platform.kind(), self.platform.account());
        let (changes, credential, credential_stays) = (Vec::new(), None, false);
        Undo { number, platform, account, id, created: false, left, changes, credential, credential_stays, routing }
    }

    /// The records of the numbers that a plan imports. Of several, the one that is most as the plan asked for.
    async fn records_of_imports(&self, plan: &Plan) -> Result<HashMap<E164, NumberRecord>> {
        let import = |step: &PlanStep| match step {
            PlanStep::Import { request, .. } => Some((*request.number(), request.clone())),
            _ => None,
        };
        let requests: HashMap<E164, ImportRequest> = plan.steps.iter().filter_map(import).collect();
        let mut records: HashMap<E164, NumberRecord> = HashMap::new();
        let mut list = self.platform.list();
        while let Some(record) = list.try_next().await? {
            let Some((number, request)) = record.number.telephone().and_then(|number| requests.get_key_value(&number))
            else {
                continue;
            };
            let fits =
                |record: &NumberRecord| left(record, request) == Left { agent_settings: None, ..Left::from(record) };
            if records.get(number).is_none_or(|known| !fits(known) && fits(&record)) {
                records.insert(*number, record);
            }
        }
        Ok(records)
    }

    /// The credential that the import of this record may have made: a trunk's, or one that this process surely made.
    fn credential_of(&self, record: &NumberRecord, carrier: Option<&str>) -> Option<CredentialId> {
        let is_trunk = |reach: &Reach| matches!(reach, Reach::Trunk(_));
        let is_of_import =
            |id: &CredentialId| self.is_of(record, carrier, is_trunk) || self.platform.created_credential(id);
        record.credential.clone().filter(is_of_import)
    }

    /// Whether a record was surely imported from such a source. The plan names the carrier; without it, the record must
    /// differ from every other source.
    fn is_of(&self, record: &NumberRecord, carrier: Option<&str>, is_such: impl Fn(&Reach) -> bool) -> bool {
        let carriers = self.provider.carriers();
        let named = carriers.into_iter().map(|of| carrier.is_none_or(|carrier| carrier == name(of)));
        let mut fitting = self
            .sources
            .iter()
            .zip(named)
            .filter(|(source, is_named)| {
                let differs = matches!(self.platform.compare_source(record, source), SourceMatch::Differs { .. });
                *is_named && !differs
            })
            .map(|(source, _)| is_such(&source.reach))
            .peekable();
        fitting.peek().is_some() && fitting.all(|is_such| is_such)
    }
}

/// The record as an import leaves it that ran to its end, or broke off before it had set every field.
fn left(record: &NumberRecord, request: &ImportRequest) -> Left {
    // A field that was not asked for shows that somebody else uses the record.
    fn asked<T: Clone>(now: Option<&T>, asked: Option<&T>) -> Option<T> {
        now.and(asked).cloned()
    }
    let label = match request.label_text() {
        Some(label) => Some(label),
        // A platform that requires a label gets the number as one.
        None => record.label.as_deref().filter(|label| is_number(label, request.number())),
    };
    Left {
        label: asked(record.label.as_ref(), label.map(str::to_owned).as_ref()),
        agent: asked::<AgentId>(record.agent.as_ref(), request.agent_id()),
        handler: None,
        agent_settings: None,
        instance: None,
        // A switch has no third state that shows that it was not set yet.
        inbound: record.inbound,
        outbound: record.outbound,
    }
}

/// Whether a label is the number, with or without spaces.
fn is_number(label: &str, number: &E164) -> bool {
    label.chars().filter(|letter| *letter != ' ').eq(number.as_str().chars())
}

/// What an update leaves of the fields that it changes.
fn as_changed(changes: &[Change]) -> Left {
    let mut left = Left {
        label: None,
        agent: None,
        handler: None,
        agent_settings: None,
        instance: None,
        inbound: None,
        outbound: None,
    };
    for change in changes {
        match change {
            Change::Label { to, .. } => left.label.clone_from(to),
            Change::Agent { to, .. } => left.agent.clone_from(to),
            Change::Inbound { to, .. } => left.inbound = Some(*to),
            Change::Outbound { to, .. } => left.outbound = Some(*to),
        }
    }
    left
}
