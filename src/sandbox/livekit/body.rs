//! Bodies: their rules, and the spellings in which they may be written.

use serde_json::{Map, Value};

use super::invalid;
use crate::sandbox::message::{Reply, Request};
use crate::sandbox::records::{Object, fields};
use crate::sandbox::rules::Rule::{self, Bool, List, Number, Passes, Text, Texts, Word};
use crate::sandbox::rules::{Field, Violation, optional, required};

pub(super) const ANY: Rule = Text(0, usize::MAX);
pub(super) const ID: Rule = Text(1, usize::MAX);
pub(super) const ANYS: Rule = List(&ANY);
pub(super) const COUNT: Rule = Number(0.0, u32::MAX as f64);
pub(super) const DURATION: Rule = Passes(is_duration, "a duration such as 30s");
pub(super) const ENCRYPTION: Rule =
    Word(&["SIP_MEDIA_ENCRYPT_DISABLE", "SIP_MEDIA_ENCRYPT_ALLOW", "SIP_MEDIA_ENCRYPT_REQUIRE"]);
pub(super) const INCLUDED: Rule = Word(&["SIP_NO_HEADERS", "SIP_X_HEADERS", "SIP_ALL_HEADERS"]);
static CODEC: Rule = Rule::Object(&[optional("name", ANY), optional("rate", COUNT)]);
pub(super) static MEDIA: &[Field] = &[
    optional("only_listed_codecs", Bool),
    optional("codecs", List(&CODEC)),
    optional("encryption", ENCRYPTION),
    optional("media_timeout", DURATION),
];
pub(super) const MEDIA_CONFIG: Rule = Rule::Object(MEDIA);
static LIST_UPDATE: &[Field] =
    &[optional("set", ANYS), optional("add", ANYS), optional("remove", ANYS), optional("clear", Bool)];
pub(super) const LIST_CHANGE: Rule = Rule::Object(LIST_UPDATE);
static PAGE: &[Field] = &[optional("after_id", ANY), optional("limit", COUNT)];
pub(super) static TRUNK_LIST: Rule =
    Rule::Object(&[optional("page", Rule::Object(PAGE)), optional("trunk_ids", ANYS), optional("numbers", ANYS)]);
pub(super) static RULE_LIST: Rule = Rule::Object(&[
    optional("page", Rule::Object(PAGE)),
    optional("dispatch_rule_ids", ANYS),
    optional("trunk_ids", ANYS),
]);
pub(super) static TRUNK_ID: Rule = Rule::Object(&[required("sip_trunk_id", ID)]);
pub(super) static RULE_ID: Rule = Rule::Object(&[required("sip_dispatch_rule_id", ID)]);
pub(super) const MAP: Rule = Texts;

/// The fields whose values are maps with names of users.
const MAPS: [&str; 5] = ["headers", "headers_to_attributes", "attributes_to_headers", "attributes", "tags"];

/// Returns the body, if it follows the rule. A real server drops unknown fields; here they are refused, so that a mistake
/// is seen.
pub(super) fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body =
        request.json().ok_or_else(|| super::refused(400, "malformed", "the json request could not be decoded"))?;
    accept(snake_case(body), rule)
}

pub(super) fn accept(value: Value, rule: &Rule) -> Result<Object, Reply> {
    rule.accept(value).map_err(|found| invalid(found.first().map(Violation::to_string).unwrap_or_default()))
}

/// A part of a body that must be there.
pub(super) fn part(body: &mut Object, name: &str, rule: &Rule) -> Result<Object, Reply> {
    let part = body.remove(name).ok_or_else(|| invalid(format!("missing {}", name.replace('_', " "))))?;
    accept(part, rule)
}

/// The body of an update: `replace` with a whole object, or `update` with changes.
pub(super) enum Change {
    Replace(Object),
    Update(Object),
}

pub(super) fn change(
    request: &Request<'_>,
    id: &'static str,
    (replace, update): (&Rule, &Rule),
) -> Result<(String, Change), Reply> {
    let mut body = body(request, &Rule::Free)?;
    let named = body.remove(id).and_then(|id| id.as_str().map(str::to_owned)).filter(|id| !id.is_empty());
    let named = named.ok_or_else(|| invalid(format!("missing {id}")))?;
    let change = match (body.remove("replace"), body.remove("update")) {
        (Some(whole), None) => Change::Replace(accept(whole, replace)?),
        (None, Some(changes)) => Change::Update(accept(changes, update)?),
        _ => return Err(invalid("one of replace and update must be set")),
    };
    match body.keys().next() {
        Some(unknown) => Err(invalid(format!("unknown field {unknown}"))),
        None => Ok((named, change)),
    }
}

/// Applies changes: lists have an update of their own.
pub(super) fn apply(object: &mut Object, changes: Object, lists: &[&str]) {
    for (name, change) in changes {
        if !lists.contains(&name.as_str()) {
            object.insert(name, change);
            continue;
        }
        let change = fields(change);
        let list = object.entry(name).or_insert_with(|| Value::Array(vec![]));
        let Some(items) = list.as_array_mut() else { continue };
        let of = |field: &str| change.get(field).and_then(Value::as_array).cloned();
        if let Some(set) = of("set") {
            *items = set;
        }
        if change.get("clear") == Some(&Value::Bool(true)) {
            items.clear();
        }
        for add in of("add").into_iter().flatten() {
            if !items.contains(&add) {
                items.push(add);
            }
        }
        let removed = of("remove").unwrap_or_default();
        items.retain(|item| !removed.contains(item));
    }
}

/// The server reads both spellings of a name.
fn snake_case(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| {
                let mut snake = String::new();
                for letter in name.chars() {
                    if letter.is_ascii_uppercase() {
                        snake.push('_');
                    }
                    snake.push(letter.to_ascii_lowercase());
                }
                let is_map = MAPS.contains(&snake.as_str());
                (snake, if is_map { value } else { snake_case(value) })
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(snake_case).collect()),
        other => other,
    }
}

fn is_duration(text: &str) -> bool {
    let number = text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
    number.is_some_and(|number| number >= 0.0)
}
