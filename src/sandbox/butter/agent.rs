//! Assignments of numbers to agents.

use serde_json::{Value, json};

use super::{Butter, body, done, is_anothers, now, refused};
use crate::model::ProviderKind;
use crate::sandbox::api::Context;
use crate::sandbox::carriers::{Login, Routing};
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, text};
use crate::sandbox::rules::Rule::{self, Object as Fields, Text};
use crate::sandbox::rules::required;

const AGENTS: [(&str, &str); 2] = [("agent_a1b2c3d4e5f6", "Sales Rep"), ("agent_b2c3d4e5f6a7", "Support Rep")];
/// The voice URL of a Twilio number after an assignment. Made up, because the real one is not documented.
const VOICE_URL: &str = "https://api.getbutter.ai/sandbox/voice";

static ASSIGN: Rule = Fields(&[required("phone_number_id", Text(1, usize::MAX))]);

impl Butter {
    pub(super) fn assign(&mut self, context: &mut Context<'_>, agent: &str, request: &Request<'_>) -> Answer {
        let body = body(request, &ASSIGN)?;
        let id = text(&body, "phone_number_id").unwrap_or_default();
        check_agent(agent)?;
        if is_anothers(id) {
            return Err(refused(403, "Access denied to phone number"));
        }
        let number = self.numbers.get(id).ok_or_else(|| refused(404, "Phone number not found"))?;
        if text(number, "status") == Some("assigned") {
            return Err(refused(409, "Phone number already assigned"));
        }
        if text(number, "provider") == Some("twilio") {
            self.take_over(context, number)?;
        }
        let changes = [("assigned_agent_id", agent.into()), ("supports_inbound", true.into())];
        Ok(self.change(context, agent, id, "assigned", &changes))
    }

    /// Sets the voice URL at Twilio with the integration's credentials.
    fn take_over(&self, context: &mut Context<'_>, number: &Object) -> Result<(), Reply> {
        let integration = text(number, "integration_id").and_then(|id| self.integrations.get(id));
        let credentials = integration.and_then(|integration| integration.get("credentials")).and_then(Value::as_object);
        let credentials = credentials.ok_or_else(|| refused(400, "Phone number has no associated integration"))?;
        let login = Login {
            account: text(credentials, "account_sid").unwrap_or_default(),
            token: text(credentials, "auth_token"),
            key: None,
        };
        let routing = Routing { calls: Some(VOICE_URL), ..Routing::default() };
        let dialled = text(number, "phone_number").unwrap_or_default();
        let error = "Phone number not found in the Twilio account of its integration";
        context.take_over(ProviderKind::TWILIO, Some(&login), dialled, &routing).map_err(|_| refused(400, error))
    }

    pub(super) fn unassign(&mut self, context: &mut Context<'_>, agent: &str, id: &str) -> Answer {
        check_agent(agent)?;
        let number = self.numbers.get(id);
        if number.is_none_or(|number| text(number, "assigned_agent_id") != Some(agent)) {
            return Err(refused(400, "Phone number not assigned to this agent"));
        }
        Ok(self.change(context, agent, id, "free", &[("assigned_agent_id", Value::Null)]))
    }

    /// Changes a number and returns its agent.
    fn change(
        &mut self,
        context: &mut Context<'_>,
        agent: &str,
        id: &str,
        status: &str,
        changes: &[(&str, Value)],
    ) -> Reply {
        let now = now(context);
        if let Some(number) = self.numbers.get_mut(id) {
            number.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            number.insert("status".to_owned(), status.into());
            number.insert("updated_at".to_owned(), now.clone().into());
        }
        let numbers = self.numbers.iter().filter(|number| text(number, "assigned_agent_id") == Some(agent));
        let data = json!({
            "agent_id": agent,
            "agent_name": AGENTS.iter().find(|(id, _)| *id == agent).map(|(_, name)| name),
            "assigned_phone_number_ids": numbers.map(|number| text(number, "phone_number_id")).collect::<Vec<_>>(),
            "updated_at": now,
        });
        let verb = if status == "assigned" { "assigned" } else { "unassigned" };
        done(200, &format!("Phone number {verb} successfully"), data)
    }
}

fn check_agent(agent: &str) -> Result<(), Reply> {
    if is_anothers(agent) {
        return Err(refused(403, "Access denied to agent"));
    }
    if AGENTS.iter().any(|(id, _)| *id == agent) { Ok(()) } else { Err(refused(404, "Agent not found")) }
}
