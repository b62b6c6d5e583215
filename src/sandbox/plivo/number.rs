//! Updates and registers numbers.

use serde_json::{Value, json};

use super::account::{Caller, DEFAULT_APPLICATION, MAIN, SUB, application_path, subaccount_path};
use super::held::PlivoNumber;
use super::{Plivo, invalid, missing};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, set, text};
use crate::sandbox::rules::Rule::{self, *};
use crate::sandbox::rules::{optional, required};

const ANY: usize = usize::MAX;
const TEXT: Rule = Text(0, ANY);
const METHOD: Rule = Word(&["GET", "POST"]);

static UPDATE: Rule = Object(&[
    optional("number", TEXT),
    optional("app_id", TEXT),
    optional("object_type", Word(&["trunk"])),
    optional("object_id", TEXT),
    optional("subaccount", TEXT),
    optional("alias", TEXT),
    optional("cnam_lookup", Word(&["enabled", "disabled"])),
    optional("cnam", TEXT),
    optional("cnam_callback_url", TEXT),
    optional("cnam_callback_method", METHOD),
    optional("message_url", Text(0, 255)),
    optional("message_method", METHOD),
    optional("verification_info", Free),
]);
static ADD: Rule = Object(&[
    required("numbers", Text(1, ANY)),
    required("carrier", Text(1, ANY)),
    required("region", Text(1, ANY)),
    optional("number_type", TEXT),
    optional("app_id", TEXT),
    optional("subaccount", TEXT),
]);

impl Plivo {
    /// The body sets the application. Without one, the number gets the default application.
    pub(super) fn update(
        &mut self,
        context: &mut Context<'_>,
        request: &Request<'_>,
        caller: &Caller,
        digits: &str,
    ) -> Answer {
        let held = self.number(caller, digits)?;
        let body = body(request, &UPDATE)?;
        let object = text(held, "object_id").map(str::to_owned);
        let mut changes = Object::new();
        match (text(&body, "app_id"), text(&body, "object_id"), text(&body, "object_type")) {
            (Some(_), Some(_), _) => return Err(invalid("app_id and object_id exclude each other")),
            (_, Some(_), None) | (_, None, Some(_)) => return Err(invalid("object_type and object_id go together")),
            (None, Some(id), Some(kind)) => {
                if !self.answers(id) {
                    return Err(invalid("invalid value for object_id"));
                }
                set(&mut changes, "object_type", kind);
                set(&mut changes, "object_id", id);
            }
            (Some(_), None, None) if object.is_some() => {
                return Err(invalid("app_id cannot be changed while a trunk is set"));
            }
            (None, None, None) if object.is_some() => {}
            (Some(""), None, None) => set(&mut changes, "application", Value::Null),
            (id, None, None) => {
                let id = id.unwrap_or(DEFAULT_APPLICATION);
                if !self.answers(id) {
                    return Err(invalid("invalid value for app_id"));
                }
                set(&mut changes, "application", application_path(id));
            }
        }
        if let Some(subaccount) = text(&body, "subaccount") {
            let path = match subaccount {
                id if id == SUB.id => subaccount_path(id).into(),
                id if id == MAIN.id => Value::Null,
                _ => return Err(invalid("invalid value for subaccount")),
            };
            set(&mut changes, "sub_account", path);
        }
        for field in ["alias", "cnam_lookup", "cnam"] {
            changes.extend(body.get(field).cloned().map(|value| (field.to_owned(), value)));
        }
        self.numbers.get_mut(digits).ok_or_else(missing)?.extend(changes);
        Ok(changed(context))
    }

    pub(super) fn add(&mut self, context: &mut Context<'_>, request: &Request<'_>, caller: &Caller) -> Answer {
        let body = body(request, &ADD)?;
        let is_sub = caller.id == SUB.id || text(&body, "subaccount") == Some(SUB.id);
        let app_id = text(&body, "app_id").filter(|id| !id.is_empty());
        if app_id.is_some_and(|id| !self.answers(id)) {
            return Err(invalid("invalid value for app_id"));
        }
        for digits in text(&body, "numbers").unwrap_or_default().split(',') {
            let number = format!("+{}", digits.trim()).parse().map_err(|_| invalid("invalid value for numbers"))?;
            let number = PlivoNumber::new(number);
            let mut held = if is_sub { number.in_subaccount() } else { number }.fields();
            set(&mut held, "carrier", body["carrier"].clone());
            set(&mut held, "application", app_id.map(application_path));
            self.numbers.put(held);
        }
        Ok(changed(context))
    }
}

/// The message does not contain the number.
fn changed(context: &mut Context<'_>) -> Reply {
    Reply::json(202, json!({"api_id": context.id(), "message": "changed"}))
}

fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.typed_json().ok_or_else(|| invalid("the body must be JSON"))?;
    rule.accept(body).map_err(|found| {
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        invalid(&words.join("; "))
    })
}
