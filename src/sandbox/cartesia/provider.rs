//! The linked Twilio accounts.

use serde_json::Value;

use super::{Cartesia, bad, body, conflict, missing};
use crate::model::ProviderKind;
use crate::sandbox::api::Context;
use crate::sandbox::carriers::{Denied, Login, Routing};
use crate::sandbox::message::{Answer, Reply, Request};
use crate::sandbox::records::{Object, picked, set, text};
use crate::sandbox::rules::Rule::{self, Text, Union, Word};
use crate::sandbox::rules::{optional, required};

const FILLED: Rule = Text(1, usize::MAX);
pub(super) const REGION: Rule = Word(&["us1", "ie1", "au1"]);

static CREATE: Rule = Union(
    "type",
    &[(
        "twilio",
        &[
            required("account_sid", FILLED),
            required("api_key_sid", FILLED),
            required("api_key_secret", FILLED),
            optional("region", REGION),
        ],
    )],
);
static UPDATE: Rule = Union(
    "type",
    &[("twilio", &[optional("api_key_sid", FILLED), optional("api_key_secret", FILLED), optional("region", REGION)])],
);

impl Cartesia {
    pub(super) fn list_providers(&self, request: &Request<'_>) -> Answer {
        if let Some(unknown) = request.unknown_parameter(&["type", "account_sid"]) {
            return Err(bad(&format!("unknown query parameter {unknown}")));
        }
        let fits = |provider: &&Object| {
            ["type", "account_sid"]
                .iter()
                .all(|name| request.query(name).is_none_or(|asked| text(provider, name) == Some(asked)))
        };
        let shown: Vec<Value> = self.providers.iter().filter(fits).map(|provider| shown(provider).into()).collect();
        Ok(Reply::json(200, shown))
    }

    pub(super) fn create_provider(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let mut provider = body(request, &CREATE)?;
        provider.entry("region").or_insert("us1".into());
        check_login(context, &provider)?;
        let same =
            |other: &Object| ["account_sid", "region"].iter().all(|name| other.get(*name) == provider.get(*name));
        if self.providers.iter().any(same) {
            return Err(conflict("a provider of this account and region already exists"));
        }
        set(&mut provider, "id", context.hex_id("prov_"));
        let reply = Reply::json(200, shown(&provider));
        self.providers.put(provider);
        Ok(reply)
    }

    pub(super) fn get_provider(&self, id: &str) -> Answer {
        self.providers.get(id).map(|provider| Reply::json(200, shown(provider))).ok_or_else(missing)
    }

    /// Without a region, the default applies. Every number must be reached with the new key.
    pub(super) fn update_provider(&mut self, context: &mut Context<'_>, id: &str, request: &Request<'_>) -> Answer {
        let mut provider = self.providers.get(id).cloned().ok_or_else(missing)?;
        let mut changes = body(request, &UPDATE)?;
        changes.entry("region").or_insert("us1".into());
        provider.extend(changes);
        check_login(context, &provider)?;
        self.providers.put(provider.clone());
        Ok(Reply::json(200, shown(&provider)))
    }

    pub(super) fn delete_provider(&mut self, id: &str) -> Answer {
        let is_user = |number: &Object| number["provider"]["id"] == id;
        if self.numbers.iter().any(is_user) {
            return Err(conflict("phone numbers use the provider"));
        }
        self.providers.remove(id).map(|_| Reply::empty(204)).ok_or_else(missing)
    }
}

/// Whether Twilio accepts the key. No number of this name exists, so a takeover of it changes nothing.
fn check_login(context: &mut Context<'_>, provider: &Object) -> Result<(), Reply> {
    match context.take_over(ProviderKind::TWILIO, Some(&login(provider)), "", &Routing::default()) {
        Err(Denied::Login) => Err(bad("the Twilio credentials could not be verified")),
        _ => Ok(()),
    }
}

pub(super) fn login(provider: &Object) -> Login<'_> {
    Login {
        account: text(provider, "account_sid").unwrap_or_default(),
        key: text(provider, "api_key_sid").zip(text(provider, "api_key_secret")),
        ..Login::default()
    }
}

/// What responses contain: the key is partly masked.
pub(super) fn shown(provider: &Object) -> Object {
    let mut shown = picked(provider, &["type", "id", "account_sid", "region"]);
    let sid = text(provider, "api_key_sid").unwrap_or_default();
    let end: String = sid.chars().skip(sid.chars().count().saturating_sub(4)).collect();
    set(&mut shown, "api_key_sid", format!("SK…{end}"));
    shown
}
