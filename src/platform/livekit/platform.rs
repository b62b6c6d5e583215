use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::client::{KIND, LiveKit};
use super::rules::{Caught, Dialled, MADE, is_made, is_same, rules_for_some};
use super::wire::{DispatchRule, InboundTrunk, ListRules, ListTrunks, ListUpdate, UpdateInboundTrunk};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Incomplete, Mismatch, NotFound, Result, Step, checked};
use crate::model::{
    AccountId, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, NumberId, NumberRecord, NumberSource,
    NumberUpdate, PlatformKind, ProblemCode, Reach, RecordNumber, Removal, Secret, SourcePart,
};
use crate::platform::answer::{first_of_all, removed, text, time};
use crate::platform::{
    Capabilities, Create, Duplicates, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, SourceMatch, Sources,
    Support, Takeover, VoicePlatform,
};
use crate::wire::Patch;

static CAPABILITIES: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_label(Support::FULL, None)
    .with_agent(Support::FULL)
    // The trunk, its rule, and the rules afterwards, whose list ends with an empty page.
    .with_create_requests(4)
    .with_get(Find::Several(3))
    // Documented of a self-hosted server alone, and a project may allow it.
    .with_duplicates(Duplicates::Unknown)
    .with_takeover(Takeover::Nothing)
    .with_renewal(Renewal::NoCredentials)
    .with_unassigning_removal();

/// What LiveKit has of a number: its trunk, and the dispatch rules that take calls of the trunk.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TrunkNumber {
    /// The trunk.
    pub trunk: InboundTrunk,
    /// The number in the trunk's spelling.
    pub number: String,
    /// The rules that name the trunk, and those for all trunks.
    pub rules: Vec<DispatchRule>,
}

#[async_trait]
impl VoicePlatform for LiveKit {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    /// The SIP host that the builder was given; a project's URL does not tell it.
    fn inbound_address(&self) -> Option<CallbackUrl> {
        self.sip_host().map(|host| CallbackUrl::new(format!("sip:{}", host.as_str())))
    }

    fn redact(&self, secrets: &[Secret]) {
        self.http.redact(secrets);
    }

    /// The create is the trunk, and then the rule, which names the agent.
    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        let on = CAPABILITIES.prepare_import(KIND, source, request, |problems| match &source.reach {
            Reach::Stored(Some(id)) => {
                if request.label_text().is_some() {
                    let fault = "is the name of the trunk, which the number shares";
                    problems.add(ProblemCode::Unsupported, "label", fault, "leave it out");
                }
                Some(Some(id))
            }
            _ => Some(None),
        })?;
        let number = *request.number();
        Ok(match on {
            Some(trunk) => Create::new(async move {
                let trunk = self.add_to(trunk, number).await?;
                self.with_rule(trunk, &number, request, false).await
            }),
            None => Create::new(async move {
                let mut trunk = InboundTrunk::new().numbers(vec![number.as_str().to_owned()]).metadata(MADE.to_owned());
                trunk.name = request.label_text().map(str::to_owned);
                let made = self.create_inbound_trunk(&trunk).await?;
                self.with_rule(made, &number, request, true).await
            }),
        })
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let (trunk, number) = self.listed(id).await?;
        let rules = self.rules_of(trunk_id(&trunk)).await?;
        Ok(NumberRecord { id: id.clone(), ..record(&trunk, &number, &rules) })
    }

    /// The filter also returns the trunks that accept every number, so the numbers are compared here.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let list = ListTrunks::new().numbers(vec![number.as_str().to_owned()]);
        let (mut trunks, mut wildcards) = (Vec::new(), Vec::new());
        let mut listed = self.inbound_trunks(list);
        while let Some(trunk) = listed.try_next().await? {
            let is_found = spelled(&trunk, number).is_some();
            if numbers(&trunk).iter().any(|text| may_be(text, number)) {
                trunks.push(trunk);
            } else if numbers(&trunk).is_empty() {
                wildcards.push(format!("trunk {}, which accepts every number", trunk_id(&trunk)));
            }
            // Each further page is a request.
            if is_found {
                break;
            }
        }
        let mut records = Vec::new();
        for trunk in trunks {
            let rules = self.rules_of(trunk_id(&trunk)).await?;
            records.extend(listed_once(&trunk).map(|text| Ok(record(&trunk, text, &rules))));
        }
        let found = first_of_all(stream::iter(records), number).await?;
        Ok(found.map(|mut found| {
            found.conflicts.extend(wildcards);
            found
        }))
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let listed = async move {
            let rules: Vec<DispatchRule> = self.dispatch_rules(ListRules::new()).try_collect().await?;
            let trunks = self.inbound_trunks(ListTrunks::new());
            Ok::<_, Error>(trunks.map_ok(move |trunk| {
                let of_trunk: Vec<DispatchRule> = rules.iter().filter(|rule| is_of(rule, &trunk)).cloned().collect();
                let records: Vec<_> = listed_once(&trunk).map(|text| Ok(record(&trunk, text, &of_trunk))).collect();
                stream::iter(records)
            }))
        };
        stream::once(listed).try_flatten().try_flatten().boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let (mut trunk, number) = self.listed(id).await?;
        let label = update.label_patch();
        if !label.is_keep() {
            if let Some(problem) = record(&trunk, &number, &[]).label_problem() {
                return Err(Error::invalid(format!("{KIND}: update number was not sent"), vec![problem]));
            }
            let update = UpdateInboundTrunk::new().name(label.clone());
            let updated = self.update_inbound_trunk(trunk_id(&trunk), &update).await;
            trunk = updated.map_err(|error| NotFound::or(error, KIND, id))?;
        }
        let dialled = Dialled { trunk: trunk_id(&trunk), number: &number };
        let rules = match update.agent_patch() {
            Patch::Keep => self.rules_of(dialled.trunk).await,
            patch => self.set_agent(dialled, patch.set().map(AgentId::as_str)).await,
        };
        let record = |rules: &[DispatchRule]| NumberRecord { id: id.clone(), ..record(&trunk, &number, rules) };
        match rules {
            Ok(rules) => Ok(record(&rules)),
            Err(error) if label.is_keep() => Err(error),
            Err(error) => Err(Box::new(Incomplete::imported(record(&[]), Step::Configure, error)).into()),
        }
    }

    /// A record shows its trunk, if numport did not create it for the number.
    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        let uses = record.credential.as_ref().map(CredentialId::as_str);
        match &source.reach {
            Reach::Stored(Some(id)) => SourceMatch::of(SourcePart::Credential, uses, id.as_str()),
            _ => SourceMatch::Unknown,
        }
    }

    async fn renew(&self, _: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        Ok(RenewedCredentials::unchanged())
    }

    /// Deletes the trunk that numport created for the number, and then its rule. A trunk of somebody else loses the number, unless
    /// it is its last one: it would accept every number then.
    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        let rules = self.rules_of(id.as_str().split('/').next().unwrap_or_default()).await?;
        // Read last: a trunk that somebody gives another number must not be deleted.
        let (trunk, number) = self.listed(id).await?;
        let (same, others): (Vec<String>, Vec<String>) =
            numbers(&trunk).iter().cloned().partition(|other| is_same(other, &number));
        let (is_last, is_made) = (others.is_empty(), is_made(trunk.metadata.as_deref()));
        if is_last && !is_made {
            return Err(last_number(&trunk));
        }
        let dialled = Dialled { trunk: trunk_id(&trunk), number: &number };
        // The record is gone with this one request, so a lost response leaves no half of it.
        if is_last {
            removed(self.delete_trunk(dialled.trunk).await, KIND, id)?;
            self.remove_rules(&rules, dialled).await;
            return Ok(());
        }
        let update = UpdateInboundTrunk::new().numbers(ListUpdate::Remove(same.clone()));
        let left = self.update_inbound_trunk(trunk_id(&trunk), &update).await;
        let left = left.map_err(|error| NotFound::or(error, KIND, id))?;
        if numbers(&left).iter().any(|left| is_same(left, &number)) {
            let fault = CallFault::Mismatch(Mismatch::new("a trunk without the number", Some("one that has it")));
            return Err(Box::new(CallError::new(KIND.into(), "update trunk", Delivery::Unknown, fault)).into());
        }
        if numbers(&left).is_empty() {
            // Somebody removed the other numbers at the same moment.
            self.end_wildcard(&left, same, is_made).await?;
        }
        self.remove_rules(&rules, dialled).await;
        Ok(())
    }

    /// An import creates no credential.
    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}

impl LiveKit {
    /// Adds a number to a trunk that has numbers. One without numbers accepts all, and would accept only this one then.
    async fn add_to(&self, id: &CredentialId, number: E164) -> Result<InboundTrunk> {
        let trunk = self.get_inbound_trunk(id.as_str()).await?;
        checked(KIND, "import number", |problems| {
            let (code, fault, remedy) = match &trunk {
                None => (ProblemCode::Missing, "does not exist", "give the id of an inbound trunk"),
                Some(trunk) if numbers(trunk).is_empty() => (
                    ProblemCode::Conflict,
                    "is a trunk that accepts every number, which adding one would end",
                    "add the number to the trunk yourself, or leave out the trunk",
                ),
                Some(_) => return,
            };
            problems.add(code, "source.credential", fault, remedy);
        })?;
        let update = UpdateInboundTrunk::new().numbers(ListUpdate::Add(vec![number.as_str().to_owned()]));
        let updated = self.update_inbound_trunk(id.as_str(), &update).await?;
        let others = |trunk: &InboundTrunk| numbers(trunk).iter().any(|listed| !is_same(listed, number.as_str()));
        if trunk.as_ref().is_some_and(others) && !others(&updated) {
            // Somebody took them off after they were read, so that the trunk accepted every number for a moment.
            tracing::warn!(trunk = %id, "the trunk lost its other numbers; it now accepts only the one that was added");
        }
        Ok(updated)
    }

    /// Gives a number that was added the agent of the request. A response that does not show the number is not believed: the
    /// importer reads the record, and another import sets the agent.
    async fn with_rule(
        &self,
        trunk: InboundTrunk,
        number: &E164,
        request: &ImportRequest,
        is_new: bool,
    ) -> Result<NumberRecord> {
        let made = added(&trunk, number);
        let (Some(agent), Some(listed)) = (request.agent_id(), spelled(&trunk, number)) else { return Ok(made) };
        let dialled = Dialled { trunk: trunk_id(&trunk), number: &listed };
        let rules = match is_new {
            true => self.create_rule(dialled, agent.as_str()).await,
            false => self.set_agent(dialled, Some(agent.as_str())).await,
        };
        let rules = rules.map_err(|error| Box::new(Incomplete::imported(made, Step::Configure, error)))?;
        Ok(record(&trunk, &listed, &rules))
    }

    /// The trunk of a record, and the number in its spelling, which may not be that of the record's id.
    async fn listed(&self, id: &NumberId) -> Result<(InboundTrunk, String)> {
        let missing = || NotFound::new(KIND, id.clone());
        let (trunk, number) = id.as_str().split_once('/').ok_or_else(missing)?;
        let found = self.get_inbound_trunk(trunk).await.map_err(|error| NotFound::or(error, KIND, id))?;
        let found = found.ok_or_else(missing)?;
        let listed = numbers(&found).iter().find(|listed| is_same(listed, number)).cloned();
        Ok((found, listed.ok_or_else(missing)?))
    }

    /// Deletes a trunk that lost its last number, or gives it the number back. If that fails, the number is gone and the
    /// trunk accepts every number.
    async fn end_wildcard(&self, trunk: &InboundTrunk, same: Vec<String>, is_made: bool) -> Result<()> {
        if is_made {
            return match self.delete_trunk(trunk_id(trunk)).await {
                Err(error) if !error.is_not_found() => Err(error.after_write()),
                _ => Ok(()),
            };
        }
        let update = UpdateInboundTrunk::new().numbers(ListUpdate::Add(same));
        self.update_inbound_trunk(trunk_id(trunk), &update).await.map_err(Error::after_write)?;
        Err(last_number(trunk))
    }
}

fn trunk_id(trunk: &InboundTrunk) -> &str {
    trunk.sip_trunk_id.as_deref().unwrap_or_default()
}

fn numbers(trunk: &InboundTrunk) -> &[String] {
    trunk.numbers.as_deref().unwrap_or_default()
}

/// The numbers of a trunk. One that is listed in two spellings is one record: a removal removes both.
fn listed_once(trunk: &InboundTrunk) -> impl Iterator<Item = &String> {
    let all = numbers(trunk);
    all.iter()
        .enumerate()
        .filter(|(nth, text)| !all[..*nth].iter().any(|before| is_same(before, text)))
        .map(|(_, text)| text)
}

fn spelled(trunk: &InboundTrunk, number: &E164) -> Option<String> {
    numbers(trunk).iter().find(|text| RecordNumber::read(Some(text)).is(number)).cloned()
}

/// The record of a number that was added. If the response does not show it, the importer reads it.
fn added(trunk: &InboundTrunk, number: &E164) -> NumberRecord {
    match spelled(trunk, number) {
        Some(listed) => record(trunk, &listed, &[]),
        None => NumberRecord { number: RecordNumber::Absent, ..record(trunk, number.as_str(), &[]) },
    }
}

fn may_be(text: &str, number: &E164) -> bool {
    let read = RecordNumber::read(Some(text));
    read.is(number) || read.may_be(number)
}

/// Whether a rule may take calls of a trunk.
fn is_of(rule: &DispatchRule, trunk: &InboundTrunk) -> bool {
    let trunks = rule.trunk_ids.as_deref().unwrap_or_default();
    trunks.is_empty() || trunks.iter().any(|id| id == trunk_id(trunk))
}

/// The trunk, if its name is the label of other numbers too.
fn label_of(trunk: &InboundTrunk, number: &str) -> Option<String> {
    let is_shared = numbers(trunk).iter().any(|other| !is_same(other, number));
    is_shared.then(|| format!("trunk {}", trunk_id(trunk)))
}

fn last_number(trunk: &InboundTrunk) -> Error {
    let fault = format!(
        "is the last number of trunk {}, which numport did not create: without it the trunk would accept every number",
        trunk_id(trunk)
    );
    let refused = checked(KIND, "remove number", |problems| {
        problems.add(ProblemCode::Conflict, "remove", fault, "delete the trunk yourself, or give it another number");
    });
    refused.err().unwrap_or_else(|| NotFound::new(KIND, trunk_id(trunk).into()).into())
}

fn record(trunk: &InboundTrunk, number: &str, rules: &[DispatchRule]) -> NumberRecord {
    let dialled = Dialled { trunk: trunk_id(trunk), number };
    let caught = Caught::of(rules, dialled);
    let (agent, handler) = (caught.agent().map(AgentId::new), caught.handler());
    let is_own = is_made(trunk.metadata.as_deref());
    let id = format!("{}/{number}", trunk_id(trunk));
    let details = TrunkNumber { trunk: trunk.clone(), number: number.to_owned(), rules: rules.to_vec() };
    NumberRecord {
        label: text(&trunk.name).map(str::to_owned),
        label_of: label_of(trunk, number),
        agent,
        handler,
        credential: (!is_own).then(|| CredentialId::new(trunk_id(trunk))),
        created_at: time(&trunk.created_at),
        updated_at: time(&trunk.updated_at),
        conflicts: rules_for_some(rules, dialled),
        // The id of a trunk never comes back; on a shared trunk, another import of the number makes another rule.
        instance: caught.own_rule(dialled).filter(|_| !is_own).map(str::to_owned),
        ..NumberRecord::new(KIND, id, RecordNumber::read(Some(number)), Details::new(details))
    }
}
