//! Which dispatch rule takes the calls to a number, and the rule that numport creates for one.

use futures_util::TryStreamExt;
use serde_json::Value;

use super::client::{KIND, LiveKit};
use super::wire::{AgentDispatch, DispatchRule, ListRules, Rule};
use crate::error::{Error, Result, checked};
use crate::model::{ProblemCode, RecordNumber};
use crate::platform::answer::text;

/// The metadata of the trunks and rules that numport creates. Only these are ever deleted.
pub(super) const MADE: &str = r#"{"made_by":"numport"}"#;

/// Whether numport created the trunk or rule with this metadata.
pub(super) fn is_made(metadata: Option<&str>) -> bool {
    let metadata = metadata.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    metadata.is_some_and(|metadata| metadata["made_by"] == "numport")
}

/// A number on a trunk, in the trunk's own spelling.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialled<'a> {
    pub(super) trunk: &'a str,
    pub(super) number: &'a str,
}

/// The rules that take the calls to a number. There are several if the documents do not say which of them is first.
#[derive(Debug)]
pub(super) struct Caught<'a>(Vec<&'a DispatchRule>);

impl<'a> Caught<'a> {
    /// The lowest priority is first. Rules for some callers alone come into question only if no other rule does.
    pub(super) fn of(rules: &'a [DispatchRule], dialled: Dialled<'_>) -> Self {
        let matching = || rules.iter().filter(|rule| matches(rule, dialled));
        let first = matching().map(priority).min();
        Self(matching().filter(|rule| Some(priority(rule)) == first).collect())
    }

    /// The agent of the calls, if it is surely this one.
    pub(super) fn agent(&self) -> Option<&'a str> {
        let (first, others) = self.0.split_first()?;
        let agent = agent(first)?;
        (list(&first.inbound_numbers).is_empty() && others.iter().all(|other| self::agent(other) == Some(agent)))
            .then_some(agent)
    }

    /// The id of the rule that takes the calls, if it is for this number alone.
    pub(super) fn own_rule(&self, dialled: Dialled<'_>) -> Option<&'a str> {
        self.0.iter().find(|rule| is_own(rule, dialled)).map(|rule| id(rule))
    }

    /// What answers in place of an agent: the calls enter a room, which other agents may join.
    pub(super) fn handler(&self) -> Option<String> {
        if self.0.is_empty() || self.agent().is_some() {
            return None;
        }
        let ids: Vec<&str> = self.0.iter().map(|rule| id(rule)).collect();
        let named = if ids.len() == 1 { "dispatch rule" } else { "one of the dispatch rules" };
        Some(format!("{named} {}", ids.join(", ")))
    }
}

fn id(rule: &DispatchRule) -> &str {
    rule.sip_dispatch_rule_id.as_deref().unwrap_or_default()
}

fn list(list: &Option<Vec<String>>) -> &[String] {
    list.as_deref().unwrap_or_default()
}

fn agents(rule: &DispatchRule) -> &[AgentDispatch] {
    rule.room_config.as_ref().and_then(|room| room.agents.as_deref()).unwrap_or_default()
}

fn agent(rule: &DispatchRule) -> Option<&str> {
    agents(rule).first()?.agent_name.as_deref().filter(|name| !name.is_empty())
}

/// LiveKit ignores punctuation and the plus.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let number = |text: &str| RecordNumber::read(Some(text)).telephone();
    one == other || number(one).is_some_and(|one| number(other) == Some(one))
}

fn matches(rule: &DispatchRule, dialled: Dialled<'_>) -> bool {
    let (trunks, numbers) = (list(&rule.trunk_ids), list(&rule.numbers));
    (trunks.is_empty() || trunks.iter().any(|trunk| trunk == dialled.trunk))
        && (numbers.is_empty() || numbers.iter().any(|number| is_same(number, dialled.number)))
}

/// Whether a rule takes the calls to this number on this trunk, and no other calls.
fn is_own(rule: &DispatchRule, dialled: Dialled<'_>) -> bool {
    let (trunks, numbers) = (list(&rule.trunk_ids), list(&rule.numbers));
    matches(rule, dialled)
        && trunks.len() == 1
        && !numbers.is_empty()
        && numbers.iter().all(|number| is_same(number, dialled.number))
        && list(&rule.inbound_numbers).is_empty()
}

/// The rules that take the number's calls from some callers, whichever rule takes the others.
pub(super) fn rules_for_some(rules: &[DispatchRule], dialled: Dialled<'_>) -> Vec<String> {
    let is_for_some = |rule: &&DispatchRule| matches(rule, dialled) && !list(&rule.inbound_numbers).is_empty();
    rules.iter().filter(is_for_some).map(|rule| format!("dispatch rule {}, for some callers", id(rule))).collect()
}

fn has_pin(rule: &DispatchRule) -> bool {
    let rule = rule.rule.as_ref();
    let direct = rule.and_then(|rule| rule.dispatch_rule_direct.as_ref()?.pin.as_ref());
    let individual = rule.and_then(|rule| rule.dispatch_rule_individual.as_ref()?.pin.as_ref());
    let callee = rule.and_then(|rule| rule.dispatch_rule_callee.as_ref()?.pin.as_ref());
    [direct, individual, callee].into_iter().flatten().any(|pin| !pin.expose().is_empty())
}

/// As LiveKit's source computes it; but a rule for some callers is last here, because others do not meet it.
fn priority(rule: &DispatchRule) -> (bool, u32) {
    let kind = match &rule.rule {
        Some(kind) if kind.dispatch_rule_direct.is_some() => 0,
        Some(kind) if kind.dispatch_rule_callee.is_some() => 2,
        _ => 1,
    };
    let pin = if has_pin(rule) { 0 } else { 100 };
    let numbers = if list(&rule.numbers).is_empty() { 1000 } else { 0 };
    (!list(&rule.inbound_numbers).is_empty(), kind + pin + numbers)
}

/// With another first agent, or without agents. The other agents of the room stay with another first one.
fn with_agent(mut rule: DispatchRule, agent: Option<&str>) -> DispatchRule {
    let room = rule.room_config.get_or_insert_default();
    let agents = room.agents.get_or_insert_default();
    match (agent, agents.first_mut()) {
        (Some(agent), Some(first)) => first.agent_name = Some(agent.to_owned()),
        (Some(agent), None) => agents.push(AgentDispatch::new(agent)),
        (None, _) => agents.clear(),
    }
    // LiveKit sets these.
    (rule.sip_dispatch_rule_id, rule.created_at, rule.updated_at) = (None, None, None);
    rule
}

fn new_rule(dialled: Dialled<'_>, agent: Option<&str>) -> DispatchRule {
    let rule = DispatchRule::new(Rule::individual("call-"))
        .trunk_ids(vec![dialled.trunk.to_owned()])
        .numbers(vec![dialled.number.to_owned()])
        .name(dialled.number)
        .metadata(MADE);
    with_agent(rule, agent)
}

impl LiveKit {
    /// The rules for a trunk, and those for all trunks.
    pub(super) async fn rules_of(&self, trunk: &str) -> Result<Vec<DispatchRule>> {
        self.dispatch_rules(ListRules::new().trunk_ids(vec![trunk.to_owned()])).try_collect().await
    }

    /// Gives the calls to a number another agent, or none. Returns the rules afterwards; one that was written is read back.
    /// They may show that the calls go elsewhere: another rule can be first.
    pub(super) async fn set_agent(&self, dialled: Dialled<'_>, agent: Option<&str>) -> Result<Vec<DispatchRule>> {
        let rules = self.rules_of(dialled.trunk).await?;
        let is_so = |rules: &[DispatchRule]| {
            let caught = Caught::of(rules, dialled);
            caught.agent() == agent && (agent.is_some() || caught.0.len() < 2)
        };
        if is_so(&rules) {
            return Ok(rules);
        }
        let own = rules.iter().find(|rule| is_own(rule, dialled));
        // One that numport created took the calls from another rule, which gets them back as it is.
        let made = own.filter(|own| is_made(own.metadata.as_deref()) && is_plain(own));
        if let Some(made) = made {
            let others: Vec<_> = rules.iter().filter(|rule| id(rule) != id(made)).cloned().collect();
            if is_so(&others) {
                match self.delete_dispatch_rule(id(made)).await {
                    Err(error) if !error.is_not_found() => return Err(error),
                    _ => {}
                }
                // Others may have changed them meanwhile, and the list may lag behind the response.
                let mut now = self.rules_of(dialled.trunk).await.map_err(Error::after_write)?;
                now.retain(|rule| id(rule) != id(made));
                return Ok(now);
            }
        }
        let changed = match own {
            Some(own) => {
                check_cleared(own, agent)?;
                self.replace_dispatch_rule(id(own), &with_agent(own.clone(), agent)).await
            }
            None => {
                check_free(&rules, dialled)?;
                self.create_dispatch_rule(&new_rule(dialled, agent)).await
            }
        };
        let changed = match changed {
            Ok(changed) => changed,
            // Nothing that another look could explain.
            Err(error) if error.surely_not_done() && !is_refused(&error) => return Err(error),
            Err(error) => return self.rules_in_spite_of(error, dialled, agent).await,
        };
        // The rule is read back. A list may lag behind the response.
        let list = ListRules::new().dispatch_rule_ids(vec![id(&changed).to_owned()]);
        let read = self.list_dispatch_rules(&list).await.map_err(Error::after_write)?;
        let read = read.into_iter().find(|rule| id(rule) == id(&changed));
        let changed = read.unwrap_or(changed);
        let mut rules = rules;
        rules.retain(|rule| id(rule) != id(&changed));
        rules.push(changed);
        Ok(rules)
    }

    /// The rules after a write that failed, if they show that it was carried out, or that it was not needed.
    async fn rules_in_spite_of(
        &self,
        error: Error,
        dialled: Dialled<'_>,
        agent: Option<&str>,
    ) -> Result<Vec<DispatchRule>> {
        let rules = self.rules_of(dialled.trunk).await;
        rules.ok().filter(|rules| Caught::of(rules, dialled).agent() == agent).ok_or(error)
    }

    /// Creates the rule of a number on a new trunk, which has none yet. Returns the rules afterwards.
    pub(super) async fn create_rule(&self, dialled: Dialled<'_>, agent: &str) -> Result<Vec<DispatchRule>> {
        let made = match self.create_dispatch_rule(&new_rule(dialled, Some(agent))).await {
            Ok(made) => made,
            Err(error) if error.surely_not_done() && !is_refused(&error) => return Err(error),
            Err(error) => return self.rules_in_spite_of(error, dialled, Some(agent)).await,
        };
        let mut rules = self.rules_of(dialled.trunk).await.map_err(Error::after_write)?;
        // A list may lag behind the response.
        if !rules.iter().any(|rule| id(rule) == id(&made)) {
            rules.push(made);
        }
        Ok(rules)
    }

    /// Deletes the rule of a number that was removed, if numport created it. One that stays takes no calls, and another
    /// import of the number on the same trunk uses it.
    pub(super) async fn remove_rules(&self, rules: &[DispatchRule], dialled: Dialled<'_>) {
        for rule in rules.iter().filter(|rule| is_own(rule, dialled) && is_made(rule.metadata.as_deref())) {
            match self.delete_dispatch_rule(id(rule)).await {
                Err(error) if !error.is_not_found() => {
                    tracing::warn!(rule = id(rule), %error, "the dispatch rule of a removed number may stay");
                }
                _ => {}
            }
        }
    }
}

/// Whether the service refused the request itself.
fn is_refused(error: &Error) -> bool {
    let status = error.call().and_then(|call| call.status);
    status.is_some_and(|status| matches!(status.as_u16(), 400 | 409 | 412))
}

/// Whether the agents of a rule are not more than one name. More could not be brought back.
fn is_plain(rule: &DispatchRule) -> bool {
    let is_name = |agent: &AgentDispatch| {
        text(&agent.metadata).or(text(&agent.deployment)).is_none()
            && agent.attributes.as_ref().is_none_or(|attributes| attributes.0.is_empty())
            && agent.extra.0.values().all(is_unset)
    };
    agents(rule).len() < 2 && agents(rule).iter().all(is_name)
}

/// Whether a field that this version does not know has its zero value, which a server writes for every unset field.
fn is_unset(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) => false,
    }
}

fn check_cleared(own: &DispatchRule, agent: Option<&str>) -> Result<()> {
    checked(KIND, "update number", |problems| {
        if agent.is_none() && !is_plain(own) {
            let fault = format!("cannot be cleared, because dispatch rule {} has more than an agent's name", id(own));
            problems.add(ProblemCode::Conflict, "agent", fault, "take the agents out of the rule yourself");
        }
    })
}

/// LiveKit refuses a rule for calls that another rule takes as well. Its message is not parsed: the rules say which it is.
fn check_free(rules: &[DispatchRule], dialled: Dialled<'_>) -> Result<()> {
    let takes = |rule: &&DispatchRule| {
        let of_trunk = list(&rule.trunk_ids).iter().any(|trunk| trunk == dialled.trunk);
        let of_number = list(&rule.numbers).iter().any(|number| is_same(number, dialled.number));
        of_trunk && of_number && list(&rule.inbound_numbers).is_empty() && !has_pin(rule)
    };
    checked(KIND, "update number", |problems| {
        if let Some(rule) = rules.iter().find(takes) {
            let name = rule.name.as_deref().unwrap_or_default();
            let fault = format!(
                "cannot be set for this number alone, because dispatch rule {} {name:?} takes its calls and others",
                id(rule)
            );
            problems.add(ProblemCode::Conflict, "agent", fault, "take the number out of that rule, or change the rule");
        }
    })
}
