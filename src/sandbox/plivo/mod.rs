//! Plivo: an account and a subaccount, each with a token; two applications, one of which is the account's default; and
//! an inbound SIP trunk.
//!
//! The account holds `+17609915566` (with an application) and `+18135401302` (without one), and the subaccount `+14153661106`.
//! [`hold_plivo`](SandboxBuilder::hold_plivo) replaces them. An update without `app_id` assigns the default application,
//! and one with an empty `app_id` removes the application. No platform takes over a number here.

mod account;
mod handle;
mod held;
mod list;
mod number;

use serde_json::{Value, json};

use self::account::{Caller, MAIN, SUB};
pub use self::handle::PlivoHandle;
pub use self::held::PlivoNumber;
use self::held::Setup;
use super::SandboxBuilder;
use super::api::{About, Api, Context};
use super::message::{Answer, Reply, Request};
use super::records::{Object, Records, set, text};
use crate::model::{ProviderKind, Service};

static ABOUT: About = About {
    service: Service::Provider(ProviderKind::PLIVO),
    base_url: "PLIVO_BASE_URL",
    base_path: "",
    credentials: &[("PLIVO_AUTH_ID", MAIN.id), ("PLIVO_AUTH_TOKEN", MAIN.token)],
    closed_sets: &["number_type", "cnam_lookup", "trunk_status", "trunk_direction", "carrier"],
};

struct Plivo {
    numbers: Records,
    applications: Vec<Object>,
    trunks: Vec<Object>,
    token: String,
}

pub(super) fn api(builder: &SandboxBuilder) -> Box<dyn Api> {
    Box::new(Plivo {
        numbers: Setup::of(builder),
        applications: account::applications(),
        trunks: account::trunks(),
        token: MAIN.token.to_owned(),
    })
}

impl Api for Plivo {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        let caller = Caller::of(request, &self.token).ok_or_else(refused)?;
        let path = request.segments();
        // A path without a slash at its end does not exist.
        let ["v1", "Account", id, path @ .., ""] = path.as_slice() else { return Err(missing()) };
        if *id != caller.id {
            return Err(refused());
        }
        match (request.method, path) {
            ("GET", []) => Ok(shown(context, account::account(caller))),
            ("GET", ["Number"]) => self.list_numbers(context, request, caller),
            ("POST", ["Number"]) => self.add(context, request, caller),
            ("GET", ["Number", digits]) => {
                let held = self.number(caller, digits)?.clone();
                Ok(shown(context, held))
            }
            ("POST", ["Number", digits]) => self.update(context, request, caller, digits),
            ("DELETE", ["Number", digits]) => {
                self.number(caller, digits)?;
                self.numbers.remove(digits);
                Ok(Reply::empty(204))
            }
            ("GET", ["Application"]) => list::applications(&self.applications, context, request, caller),
            ("GET", ["Application", id]) => one(context, &self.applications, "app_id", id),
            ("GET", ["Zentrunk", "Trunk"]) => list::trunks(&self.trunks, context, request, caller),
            ("GET", ["Zentrunk", "Trunk", id]) => one(context, &self.trunks, "trunk_id", id),
            ("GET", ["Subaccount"]) => list::subaccounts(context, request, caller),
            _ => Err(missing()),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        error(status, words.unwrap_or(usual(status)))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }

    fn repeat_page(&self, _: &Context<'_>, request: &Request<'_>, answer: &mut Value) {
        let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if let Some(meta) = answer.get_mut("meta").filter(|meta| meta.is_object()) {
            meta["next"] = format!("/{}?{}", request.path.join("/"), query.join("&")).into();
        }
    }

    /// An account's token, by its id.
    fn secret_of(&self, id: &str) -> Option<&str> {
        match id {
            id if id == MAIN.id => Some(&self.token),
            id if id == SUB.id => Some(SUB.token),
            _ => None,
        }
    }

    fn change_secret(&mut self, _: &str, secret: &str) {
        secret.clone_into(&mut self.token);
    }
}

impl Plivo {
    /// A number that the caller may read.
    fn number(&self, caller: &Caller, digits: &str) -> Result<&Object, Reply> {
        let held = self.numbers.get(digits).filter(|held| caller.sees(held));
        held.ok_or_else(missing)
    }

    /// Whether an application or an inbound trunk has this id.
    fn answers(&self, id: &str) -> bool {
        let is_trunk =
            |trunk: &Object| text(trunk, "trunk_id") == Some(id) && text(trunk, "trunk_direction") == Some("inbound");
        self.applications.iter().any(|found| text(found, "app_id") == Some(id)) || self.trunks.iter().any(is_trunk)
    }
}

fn one(context: &mut Context<'_>, all: &[Object], field: &str, id: &str) -> Answer {
    let found = all.iter().find(|found| text(found, field) == Some(id)).ok_or_else(missing)?;
    Ok(shown(context, found.clone()))
}

/// An object with the id of the request.
fn shown(context: &mut Context<'_>, mut object: Object) -> Reply {
    set(&mut object, "api_id", context.id());
    Reply::json(200, object)
}

fn missing() -> Reply {
    error(404, usual(404))
}

/// As at Plivo, the error of a wrong login is plain text.
fn refused() -> Reply {
    let words = "Could not verify your access level for that URL. You have to login with proper credentials";
    Reply::text(401, words.to_owned())
}

fn invalid(words: &str) -> Reply {
    error(400, words)
}

fn usual(status: u16) -> &'static str {
    match status {
        400 => "invalid request",
        401 => "authentication failed",
        403 => "forbidden",
        404 => "not found",
        405 => "method not allowed",
        429 => "too many requests",
        _ => "internal server error",
    }
}

fn error(status: u16, words: &str) -> Reply {
    Reply::json(status, json!({"api_id": "114de006-1c95-11e4-8a4a-123140008edf", "error": words}))
}
