//! Integrations: the Twilio credentials that imports refer to.

use super::{Butter, ORGANIZATION, body, done, is_anothers, now, refused};
use crate::sandbox::api::Context;
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, picked, set, text};
use crate::sandbox::rules::Rule::{self, Object as Fields, Text, Word};
use crate::sandbox::rules::{Field, optional, required};

/// The part that responses contain, without the credentials.
const SHOWN: [&str; 8] =
    ["integration_id", "client_id", "name", "provider", "category", "status", "created_at", "updated_at"];

const NAME: Rule = Text(1, 100);
static CREDENTIALS: &[Field] = &[
    required("provider", Word(&["twilio"])),
    required("account_sid", Text(1, usize::MAX)),
    required("auth_token", Text(1, usize::MAX)),
];
static CREATE: Rule = Fields(&[required("name", NAME), required("credentials", Fields(CREDENTIALS))]);
static UPDATE: Rule = Fields(&[optional("name", NAME), optional("credentials", Fields(CREDENTIALS))]);

impl Butter {
    pub(super) fn create_integration(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut integration = body(request, &CREATE)?;
        let now = now(context);
        set(&mut integration, "integration_id", context.hex_id("intg_"));
        set(&mut integration, "client_id", ORGANIZATION);
        set(&mut integration, "provider", "twilio");
        set(&mut integration, "category", "telephony");
        set(&mut integration, "status", "active");
        set(&mut integration, "created_at", now.clone());
        set(&mut integration, "updated_at", now);
        let shown = picked(&integration, &SHOWN);
        self.integrations.put(integration);
        Ok(done(201, "Integration created successfully", shown))
    }

    pub(super) fn update_integration(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let integration = self.integration(id)?;
        integration.extend(body(request, &UPDATE)?);
        set(integration, "updated_at", now(context));
        Ok(done(200, "Integration updated successfully", picked(integration, &SHOWN)))
    }

    pub(super) fn delete_integration(&mut self, id: &str) -> Answer {
        let removed = picked(self.integration(id)?, &SHOWN);
        let refers = |number: &&Object| text(number, "integration_id") == Some(id);
        let users: Vec<&str> =
            self.numbers.iter().filter(refers).filter_map(|number| text(number, "phone_number")).collect();
        if !users.is_empty() {
            return Err(refused(409, &format!("Integration is referenced by phone numbers: {}", users.join(", "))));
        }
        self.integrations.remove(id);
        Ok(done(200, "Integration deleted successfully", removed))
    }

    pub(super) fn integration(&mut self, id: &str) -> Result<&mut Object, Reply> {
        if is_anothers(id) {
            return Err(refused(403, "Integration belongs to different organization"));
        }
        self.integrations.get_mut(id).ok_or_else(|| refused(404, "Integration not found"))
    }
}
