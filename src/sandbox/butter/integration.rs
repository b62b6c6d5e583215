//! Integrations: the Twilio logins that imports refer to.

use super::{ORGANIZATION, body, done, is_anothers, now, picked, refused};
use crate::sandbox::schema::Rule::{self, Object as Fields, Text, Word};
use crate::sandbox::schema::{Field, optional, required};
use crate::sandbox::server::{Reply, Request};
use crate::sandbox::world::{Object, World, text};

/// What is shown: the credentials are not.
pub(super) const SHOWN: [&str; 8] =
    ["integration_id", "client_id", "name", "provider", "category", "status", "created_at", "updated_at"];

const NAME: Rule = Text(1, 100);
static CREDENTIALS: &[Field] = &[
    required("provider", Word(&["twilio"])),
    required("account_sid", Text(1, usize::MAX)),
    required("auth_token", Text(1, usize::MAX)),
];
static CREATE: Rule = Fields(&[required("name", NAME), required("credentials", Fields(CREDENTIALS))]);
static UPDATE: Rule = Fields(&[optional("name", NAME), optional("credentials", Fields(CREDENTIALS))]);

pub(super) fn create(world: &mut World, request: &Request<'_>) -> Reply {
    let mut integration = match body(request, &CREATE) {
        Ok(body) => body,
        Err(refusal) => return refusal,
    };
    let now = now(world);
    for (field, value) in [
        ("integration_id", world.hex_id("intg_")),
        ("client_id", ORGANIZATION.to_owned()),
        ("provider", "twilio".to_owned()),
        ("category", "telephony".to_owned()),
        ("status", "active".to_owned()),
        ("created_at", now.clone()),
        ("updated_at", now),
    ] {
        integration.insert(field.to_owned(), value.into());
    }
    let answer = picked(&integration, &SHOWN);
    world.butter_integrations.put(integration);
    done(201, "Integration created successfully", answer)
}

pub(super) fn update(world: &mut World, id: &str, request: &Request<'_>) -> Reply {
    let now = now(world);
    let integration = match find(world, id) {
        Ok(integration) => integration,
        Err(refusal) => return refusal,
    };
    let changes = match body(request, &UPDATE) {
        Ok(changes) => changes,
        Err(refusal) => return refusal,
    };
    integration.extend(changes);
    integration.insert("updated_at".to_owned(), now.into());
    done(200, "Integration updated successfully", picked(integration, &SHOWN))
}

pub(super) fn delete(world: &mut World, id: &str) -> Reply {
    let removed = match find(world, id) {
        Ok(integration) => picked(integration, &SHOWN),
        Err(refusal) => return refusal,
    };
    let refers = |number: &&Object| text(number, "integration_id") == Some(id);
    let users: Vec<&str> =
        world.butter.iter().filter(refers).filter_map(|number| text(number, "phone_number")).collect();
    if !users.is_empty() {
        return refused(409, &format!("Integration is referenced by phone numbers: {}", users.join(", ")));
    }
    world.butter_integrations.remove(id);
    done(200, "Integration deleted successfully", removed)
}

pub(super) fn find<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Object, Reply> {
    if is_anothers(id) {
        return Err(refused(403, "Integration belongs to different organization"));
    }
    world.butter_integrations.get_mut(id).ok_or_else(|| refused(404, "Integration not found"))
}
