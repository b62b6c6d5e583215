//! Dispatch rules.

use serde_json::{Value, json};

use super::body::{
    ANY, ANYS, COUNT, Change, ENCRYPTION, LIST_CHANGE, MAP, MEDIA_CONFIG, RULE_ID, RULE_LIST, apply, body, change, part,
};
use super::catch::{digits, pin};
use super::{LiveKit, asked, invalid, not_found, page, texts};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, fields, set, text};
use crate::sandbox::rules::Rule::{self, Bool, List, Text, Word};
use crate::sandbox::rules::{Field, optional, required};

static KINDS: &[Field] = &[
    optional("dispatch_rule_direct", Rule::Object(DIRECT)),
    optional("dispatch_rule_individual", Rule::Object(INDIVIDUAL)),
    optional("dispatch_rule_callee", Rule::Object(CALLEE)),
];
static DIRECT: &[Field] = &[required("room_name", Text(1, usize::MAX)), optional("pin", ANY)];
static INDIVIDUAL: &[Field] = &[optional("room_prefix", ANY), optional("pin", ANY), optional("no_randomness", Bool)];
static CALLEE: &[Field] = &[optional("room_prefix", ANY), optional("pin", ANY), optional("randomize", Bool)];
static AGENT: Rule = Rule::Object(&[
    optional("agent_name", ANY),
    optional("metadata", ANY),
    optional("restart_policy", Word(&["JRP_ON_FAILURE", "JRP_NEVER"])),
    optional("deployment", ANY),
    optional("attributes", MAP),
]);
static ROOM: &[Field] = &[
    optional("name", ANY),
    optional("empty_timeout", COUNT),
    optional("departure_timeout", COUNT),
    optional("max_participants", COUNT),
    optional("metadata", ANY),
    optional("egress", Rule::Free),
    optional("min_playout_delay", COUNT),
    optional("max_playout_delay", COUNT),
    optional("sync_streams", Bool),
    optional("agents", List(&AGENT)),
    optional("tags", MAP),
];
static RULE: Rule = Rule::Object(&[
    optional("sip_dispatch_rule_id", ANY),
    required("rule", Rule::Object(KINDS)),
    optional("trunk_ids", ANYS),
    optional("hide_phone_number", Bool),
    optional("inbound_numbers", ANYS),
    optional("numbers", ANYS),
    optional("name", ANY),
    optional("metadata", ANY),
    optional("attributes", MAP),
    optional("room_preset", ANY),
    optional("room_config", Rule::Nullable(&Rule::Object(ROOM))),
    optional("media", Rule::Nullable(&MEDIA_CONFIG)),
    optional("krisp_enabled", Bool),
    optional("media_encryption", ENCRYPTION),
]);
static CHANGES: &[Field] = &[
    optional("trunk_ids", LIST_CHANGE),
    optional("rule", Rule::Object(KINDS)),
    optional("name", ANY),
    optional("metadata", ANY),
    optional("attributes", MAP),
    optional("media_encryption", ENCRYPTION),
    optional("media", MEDIA_CONFIG),
];

impl LiveKit {
    pub(super) fn create_rule(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut rule = part(&mut body(request, &Rule::Free)?, "dispatch_rule", &RULE)?;
        if text(&rule, "sip_dispatch_rule_id").is_some_and(|id| !id.is_empty()) {
            return Err(invalid("rule id must be empty"));
        }
        set(&mut rule, "sip_dispatch_rule_id", context.hex_id("SDR_"));
        set(&mut rule, "created_at", context.now());
        self.keep_rule(context, rule)
    }

    pub(super) fn update_rule(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let (id, change) = change(request, "sip_dispatch_rule_id", (&RULE, &Rule::Object(CHANGES)))?;
        let old = self.rules.get(&id).ok_or_else(|| not_found(&id))?;
        let rule = match change {
            Change::Replace(mut whole) => {
                for field in ["sip_dispatch_rule_id", "created_at"] {
                    set(&mut whole, field, old[field].clone());
                }
                whole
            }
            Change::Update(mut changes) => {
                // An empty map is as good as none.
                if changes.get("attributes").and_then(Value::as_object).is_some_and(Object::is_empty) {
                    changes.remove("attributes");
                }
                let mut rule = old.clone();
                apply(&mut rule, changes, &["trunk_ids"]);
                rule
            }
        };
        self.keep_rule(context, rule)
    }

    /// Stores a rule that takes no calls of another one.
    fn keep_rule(&mut self, context: &mut Context<'_>, rule: Object) -> Answer {
        let kinds = rule["rule"].as_object().map_or(0, |kinds| kinds.values().filter(|kind| kind.is_object()).count());
        if kinds != 1 {
            return Err(invalid("missing rule"));
        }
        let mut whole = zero();
        whole.extend(rule);
        self.check_rule(&whole)?;
        set(&mut whole, "updated_at", context.now());
        let id = text(&whole, "sip_dispatch_rule_id").unwrap_or_default().to_owned();
        let mut affected = self.index_rule(&id, false);
        self.rules.put(whole.clone());
        affected.extend(self.index_rule(&id, true));
        self.show_all(affected);
        Ok(Reply::json(200, whole))
    }

    fn check_rule(&self, rule: &Object) -> Result<(), Reply> {
        let id = text(rule, "sip_dispatch_rule_id");
        let trunks = keys(rule, "trunk_ids");
        let others = trunks.iter().filter_map(|trunk| self.rules_of.get(trunk)).flatten();
        for other in others.filter_map(|other| self.rules.get(other)) {
            let shares = |list| keys(rule, list).iter().any(|key| keys(other, list).contains(key));
            let is_other = text(other, "sip_dispatch_rule_id") != id;
            if is_other && shares("inbound_numbers") && shares("numbers") && pin(rule) == pin(other) {
                let (id, name) = (text(other, "sip_dispatch_rule_id"), text(other, "name"));
                return Err(invalid(format!(
                    "Dispatch rule for the same trunk, inbound number, number, and PIN combination already exists in \
                     dispatch rule {:?} {:?}",
                    id.unwrap_or_default(),
                    name.unwrap_or_default()
                )));
            }
        }
        Ok(())
    }

    /// Adds a rule to the index, or takes it out. Returns its trunks.
    fn index_rule(&mut self, id: &str, is_there: bool) -> Vec<String> {
        let trunks = self.rules.get(id).map(|rule| keys(rule, "trunk_ids")).unwrap_or_default();
        for trunk in &trunks {
            let rules = self.rules_of.entry(trunk.clone()).or_default();
            if is_there {
                rules.insert(id.to_owned());
            } else {
                rules.remove(id);
            }
        }
        trunks
    }

    /// Shows the numbers of these trunks as they are now; a rule for all trunks changes all.
    fn show_all(&mut self, trunks: Vec<String>) {
        let trunks: Vec<String> = if trunks.iter().any(String::is_empty) {
            self.inbound.iter().filter_map(|trunk| text(trunk, "sip_trunk_id")).map(str::to_owned).collect()
        } else {
            trunks
        };
        for trunk in trunks {
            for number in self.inbound.get(&trunk).map(|trunk| asked(trunk, "numbers")).unwrap_or_default() {
                self.show(&trunk, &number);
            }
        }
    }

    /// The filter by trunk also returns the rules for all trunks.
    pub(super) fn list_rules(&self, context: &Context<'_>, request: &Request<'_>) -> Answer {
        let body = body(request, &RULE_LIST)?;
        let (ids, trunks) = (asked(&body, "dispatch_rule_ids"), asked(&body, "trunk_ids"));
        if !ids.is_empty() {
            let items: Vec<Value> = ids.iter().map(|id| json!(self.rules.get(id))).collect();
            return Ok(Reply::json(200, json!({"items": items})));
        }
        let items = if trunks.is_empty() {
            self.rules.iter().collect()
        } else {
            let keys = trunks.iter().map(String::as_str).chain([""]);
            let found: std::collections::BTreeSet<&String> =
                keys.filter_map(|key| self.rules_of.get(key)).flatten().collect();
            found.into_iter().filter_map(|id| self.rules.get(id)).collect()
        };
        Ok(page(context, &body, "sip_dispatch_rule_id", items))
    }

    pub(super) fn delete_rule(&mut self, request: &Request<'_>) -> Answer {
        let body = body(request, &RULE_ID)?;
        let id = text(&body, "sip_dispatch_rule_id").unwrap_or_default();
        let affected = self.index_rule(id, false);
        let removed = self.rules.remove(id).ok_or_else(|| not_found(id))?;
        self.show_all(affected);
        Ok(Reply::json(200, removed))
    }
}

/// The entries of a list as they are compared; an empty list is one empty entry, which stands for all.
fn keys(rule: &Object, list: &str) -> Vec<String> {
    let compared = |entry: &str| if list == "trunk_ids" { entry.to_owned() } else { digits(entry) };
    let mut keys: Vec<String> = texts(rule, list).map(compared).collect();
    if keys.is_empty() {
        keys.push(String::new());
    }
    keys
}

fn zero() -> Object {
    fields(json!({
        "sip_dispatch_rule_id": "", "rule": null, "trunk_ids": [], "hide_phone_number": false, "inbound_numbers": [],
        "numbers": [], "name": "", "metadata": "", "attributes": {}, "room_preset": "", "room_config": null,
        "media": null, "krisp_enabled": false, "media_encryption": "SIP_MEDIA_ENCRYPT_DISABLE", "created_at": null,
        "updated_at": null,
    }))
}
