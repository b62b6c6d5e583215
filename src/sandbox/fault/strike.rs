//! Applies a fault to a request: whether it is carried out, and what the service returns.

use serde_json::{Value, json};

use super::Fault;
use crate::sandbox::api::Api;
use crate::sandbox::api::Context;
use crate::sandbox::message::{Reply, Request, phrase};

/// The response, whether it is sent unchanged, and the status that the service itself returned.
pub(in crate::sandbox) fn answer(
    api: &mut dyn Api,
    context: &mut Context<'_>,
    request: &Request<'_>,
    fault: Option<&Fault>,
) -> (Reply, Option<u16>) {
    let instead = match fault {
        Some(Fault::Refuse { status, retry_after }) => {
            Some(Reply { retry_after: retry_after.clone(), ..api.refusal(request, *status, None) })
        }
        Some(Fault::DropBeforeCommit) => Some(Reply::empty(0)),
        Some(Fault::EchoedSecret) => Some(api.refusal(request, 400, Some(&echo(request)))),
        Some(Fault::HtmlBody { status, commit: false }) => Some(page(*status)),
        _ => None,
    };
    if let Some(reply) = instead {
        return (reply, None);
    }
    let reply = api.answer(context, request).unwrap_or_else(|refusal| refusal);
    let own_status = Some(reply.status);
    let reply = match fault {
        Some(Fault::CommitThenRefuse { status }) => api.refusal(request, *status, None),
        Some(Fault::HtmlBody { status, .. }) => page(*status),
        Some(Fault::UnknownEnumValues) if reply.is_success() => {
            reply.edited(|body| unknown(body, api.about().closed_sets))
        }
        Some(Fault::ExtraFields) => reply.edited(extend),
        Some(Fault::RepeatedPage) if reply.is_success() && request.method == "GET" => {
            reply.edited(|body| api.repeat_page(context, request, body))
        }
        _ => reply,
    };
    (reply, own_status)
}

fn page(status: u16) -> Reply {
    let title = format!("{status} {}", phrase(status));
    let body = format!("<center><h1>{title}</h1></center>\n<hr><center>gateway</center>");
    Reply::html(status, format!("<html>\n<head><title>{title}</title></head>\n<body>\n{body}\n</body>\n</html>\n"))
}

/// The credentials and the body of a request.
fn echo(request: &Request<'_>) -> String {
    let headers = ["authorization", "x-api-key"].into_iter().filter_map(|name| request.header(name));
    let login = request.basic().map(|(user, password)| format!("{user}:{password}"));
    let said: Vec<String> = headers.map(str::to_owned).chain(login).collect();
    format!("Cannot process the request of {}: {}", said.join(", "), String::from_utf8_lossy(request.body))
}

/// Replaces the values of these fields, at any depth, by an unknown value.
fn unknown(value: &mut Value, words: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| unknown(item, words)),
        Value::Object(fields) => {
            for (name, value) in fields {
                if words.contains(&name.as_str()) {
                    replace(value);
                }
                unknown(value, words);
            }
        }
        _ => {}
    }
}

fn replace(word: &mut Value) {
    match word {
        Value::String(word) => "unheard-of".clone_into(word),
        Value::Array(words) => words.iter_mut().for_each(replace),
        _ => {}
    }
}

/// Adds a field to every object.
fn extend(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(extend),
        Value::Object(fields) => {
            fields.values_mut().for_each(extend);
            fields.insert("addedLater".to_owned(), json!({"deep": [1, null, {"on": true}]}));
        }
        _ => {}
    }
}
