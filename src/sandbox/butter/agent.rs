//! Which agent answers which number.

use serde_json::{Value, json};

use super::{body, done, is_anothers, now, refused};
use crate::sandbox::schema::Rule::{self, Object as Fields, Text};
use crate::sandbox::schema::required;
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::twilio::TwilioLogin;
use crate::sandbox::world::{Object, World, text};

const AGENTS: [(&str, &str); 2] = [("agent_a1b2c3d4e5f6", "Sales Rep"), ("agent_b2c3d4e5f6a7", "Support Rep")];
/// Where a Twilio number's calls go after an assignment. Invented: the real address is not documented.
const VOICE_URL: &str = "https://api.getbutter.ai/sandbox/voice";

static ASSIGN: Rule = Fields(&[required("phone_number_id", Text(1, usize::MAX))]);

pub(super) fn assign(world: &mut World, agent: &str, request: &Request<'_>) -> Reply {
    let body = match body(request, &ASSIGN) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let id = text(&body, "phone_number_id").unwrap_or_default();
    if let Some(refusal) = check_agent(agent) {
        return refusal;
    }
    if is_anothers(id) {
        return refused(403, "Access denied to phone number");
    }
    let Some(number) = world.butter.get(id).cloned() else {
        return refused(404, "Phone number not found");
    };
    if text(&number, "status") == Some("assigned") {
        return refused(409, "Phone number already assigned");
    }
    if let Some(refusal) = point(world, &number) {
        return refusal;
    }
    change(world, agent, id, "assigned", &[("assigned_agent_id", agent.into()), ("supports_inbound", true.into())])
}

/// The webhook of a Twilio number is set with the integration's login.
fn point(world: &mut World, number: &Object) -> Option<Reply> {
    if text(number, "provider") != Some("twilio") {
        return None;
    }
    let id = text(number, "integration_id");
    let integration = id.and_then(|id| world.butter_integrations.get(id));
    let credentials = integration.and_then(|integration| integration.get("credentials")).and_then(Value::as_object);
    let Some(credentials) = credentials else {
        return Some(refused(400, "Phone number has no associated integration"));
    };
    let login = TwilioLogin {
        account_sid: text(credentials, "account_sid").unwrap_or_default(),
        auth_token: text(credentials, "auth_token"),
        api_key: None,
    };
    let dialled = text(number, "phone_number").unwrap_or_default();
    let held = login.account().is_some_and(|account| world.point(account, dialled, VOICE_URL, None));
    (!held).then(|| refused(400, "Phone number not found in the Twilio account of its integration"))
}

pub(super) fn unassign(world: &mut World, agent: &str, id: &str) -> Reply {
    if let Some(refusal) = check_agent(agent) {
        return refusal;
    }
    let is_its = |number: &Object| has_id(number, id) && text(number, "assigned_agent_id") == Some(agent);
    if !world.butter.iter().any(is_its) {
        return refused(400, "Phone number not assigned to this agent");
    }
    change(world, agent, id, "free", &[("assigned_agent_id", Value::Null)])
}

fn check_agent(agent: &str) -> Option<Reply> {
    if is_anothers(agent) {
        return Some(refused(403, "Access denied to agent"));
    }
    AGENTS.iter().all(|(id, _)| *id != agent).then(|| refused(404, "Agent not found"))
}

/// Changes a number and answers with its agent.
fn change(world: &mut World, agent: &str, id: &str, status: &str, changes: &[(&str, Value)]) -> Reply {
    let now = now(world);
    if let Some(number) = world.butter.get_mut(id) {
        number.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        number.insert("status".to_owned(), status.into());
        number.insert("updated_at".to_owned(), now.clone().into());
    }
    let numbers = world.butter.iter().filter(|number| text(number, "assigned_agent_id") == Some(agent));
    let data = json!({
        "agent_id": agent,
        "agent_name": AGENTS.iter().find(|(id, _)| *id == agent).map(|(_, name)| name),
        "assigned_phone_number_ids": numbers.map(|number| text(number, "phone_number_id")).collect::<Vec<_>>(),
        "updated_at": now,
    });
    let verb = if status == "assigned" { "assigned" } else { "unassigned" };
    done(200, &format!("Phone number {verb} successfully"), data)
}

fn has_id(number: &Object, id: &str) -> bool {
    text(number, "phone_number_id") == Some(id)
}
