//! Which rule takes a call.

use serde_json::Value;

use super::{LiveKit, texts};
use crate::sandbox::records::{Object, text};

/// A number as it is compared: without punctuation and plus.
pub(super) fn digits(number: &str) -> String {
    number.chars().filter(|letter| !" -().+".contains(*letter)).collect()
}

/// The PIN of a rule; empty if there is none.
pub(super) fn pin(rule: &Object) -> &str {
    let kind = rule.get("rule").and_then(Value::as_object);
    kind.and_then(|kind| kind.values().find_map(|kind| kind.get("pin")?.as_str())).unwrap_or_default()
}

impl LiveKit {
    /// The first agent of the rule that takes the calls to a number. The lowest priority is first.
    pub(super) fn agent_of(&self, trunk: &str, number: &str) -> Option<String> {
        let of_trunk = [trunk, ""].into_iter().filter_map(|trunk| self.rules_of.get(trunk)).flatten();
        let rules = of_trunk.filter_map(|id| self.rules.get(id));
        let number = digits(number);
        let matching = rules.filter(|rule| {
            let mut numbers = texts(rule, "numbers").map(digits).peekable();
            numbers.peek().is_none() || numbers.any(|other| other == number)
        });
        let first = matching.min_by_key(|rule| priority(rule))?;
        let agents = first.get("room_config")?.get("agents")?.as_array()?;
        let agent = agents.first()?.as_object().and_then(|agent| text(agent, "agent_name"))?;
        Some(agent.to_owned()).filter(|name| !name.is_empty())
    }
}

fn priority(rule: &Object) -> u32 {
    let kind = rule.get("rule").and_then(Value::as_object);
    let has = |name: &str| kind.is_some_and(|kind| kind.get(name).is_some_and(Value::is_object));
    let kind = if has("dispatch_rule_direct") {
        0
    } else if has("dispatch_rule_individual") {
        1
    } else {
        2
    };
    let open = |list: &str| if texts(rule, list).next().is_none() { 1000 } else { 0 };
    kind + if pin(rule).is_empty() { 100 } else { 0 } + open("inbound_numbers") + open("numbers")
}
