//! Interactly. An import takes over the voice URL at Twilio. An import without credentials uses those of the sandbox's
//! main account. Initially there are no numbers, and any assistant id is accepted.

use serde_json::{Value, json};

use super::SandboxBuilder;
use super::api::Context;
use super::api::{About, Api};
use super::carriers::{Denied, Login, Routing};
use super::message::{Answer, Reply, Request, phrase};
use super::records::{Object, Records, fields, set, text};
use super::rules::{Field, Rule, Violation, optional, required};
use crate::model::{PlatformKind, ProviderKind, Service};

const KEY: &str = "sandbox-interactly-key";
/// The voice URL of a number after an import. Made up, because the real one is not documented.
const VOICE_URL: &str = "https://api-prod.interactly.ai/sandbox/voice";

static ABOUT: About = About {
    service: Service::Platform(PlatformKind::INTERACTLY),
    base_url: "INTERACTLY_BASE_URL",
    base_path: "",
    credentials: &[("INTERACTLY_API_KEY", KEY)],
    // The provider's name.
    closed_sets: &["name"],
};

static CREDENTIALS: &[Field] = &[
    required("accountSid", Rule::Text(1, 100)),
    optional("authToken", Rule::Text(1, 200)),
    optional("apiKeySid", Rule::Text(1, 100)),
    optional("apiSecret", Rule::Text(1, 200)),
];
static IMPORT: Rule = Rule::Object(&[
    required("number", Rule::E164),
    optional("label", Rule::Text(0, 1000)),
    optional("credentials", Rule::Object(CREDENTIALS)),
]);
static PURCHASE: Rule = Rule::Object(&[required("number", Rule::E164)]);
static UPDATE: Rule = Rule::Object(&[
    optional("assistantId", Rule::Text(0, 200)),
    optional("inboundEnabled", Rule::Bool),
    optional("outboundEnabled", Rule::Bool),
]);

struct Interactly {
    numbers: Records,
}

pub(super) fn api(_: &SandboxBuilder) -> Box<dyn Api> {
    Box::new(Interactly { numbers: Records::new("_id", &[]) })
}

impl Api for Interactly {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn answer(&mut self, context: &mut Context<'_>, request: &Request<'_>) -> Answer {
        if !request.has_bearer(KEY) {
            return Err(Reply::json(401, json!({"message": "Unauthorized"})));
        }
        let path = request.segments();
        let ["assistants", "v1", "numbers", rest @ ..] = path.as_slice() else { return Err(missing()) };
        match (request.method, rest) {
            ("GET", []) => Ok(self.list(request)),
            ("POST", ["purchase"]) => {
                let body = body(request, &PURCHASE)?;
                Ok(self.add(context, text(&body, "number"), None))
            }
            ("POST", ["twilio"]) => self.import(context, &body(request, &IMPORT)?),
            ("POST", [_]) => Err(refused("provider must be twilio")),
            ("PUT", [id]) => self.update(id, body(request, &UPDATE)?),
            _ => Err(missing()),
        }
    }

    fn refusal(&self, _: &Request<'_>, status: u16, words: Option<&str>) -> Reply {
        Reply::json(status, json!({"message": words.unwrap_or(phrase(status))}))
    }

    fn records(&self) -> Vec<&Object> {
        self.numbers.iter().collect()
    }
}

impl Interactly {
    fn list(&self, request: &Request<'_>) -> Reply {
        let label = request.query("label");
        let shown = self.numbers.iter().filter(|number| label.is_none() || text(number, "label") == label);
        Reply::json(200, shown.cloned().map(Value::Object).collect::<Vec<_>>())
    }

    fn import(&mut self, context: &mut Context<'_>, body: &Object) -> Answer {
        let number = text(body, "number");
        // An import without credentials uses the stored ones.
        let login = body.get("credentials").and_then(Value::as_object).map(|credentials| Login {
            account: text(credentials, "accountSid").unwrap_or_default(),
            token: text(credentials, "authToken"),
            key: text(credentials, "apiKeySid").zip(text(credentials, "apiSecret")),
        });
        let routing = Routing { calls: Some(VOICE_URL), ..Routing::default() };
        context.take_over(ProviderKind::TWILIO, login.as_ref(), number.unwrap_or_default(), &routing).map_err(
            |denied| match denied {
                Denied::Login => refused("the Twilio credentials are not valid"),
                Denied::Number => refused("the number is not in the Twilio account"),
            },
        )?;
        Ok(self.add(context, number, text(body, "label")))
    }

    fn add(&mut self, context: &mut Context<'_>, number: Option<&str>, label: Option<&str>) -> Reply {
        let mut added = fields(json!({
            "_id": context.id(),
            "teamId": "1f7b1b1b1b1b1b1b1b1b1b1b",
            "number": number,
            "provider": {"name": "twilio"},
            "inboundEnabled": true,
            "outboundEnabled": true,
        }));
        if let Some(label) = label {
            set(&mut added, "label", label);
        }
        self.numbers.put(added.clone());
        Reply::json(201, added)
    }

    fn update(&mut self, id: &str, changes: Object) -> Answer {
        let number = self.numbers.get_mut(id).ok_or_else(missing)?;
        number.extend(changes);
        if text(number, "assistantId") == Some("") {
            number.remove("assistantId");
        }
        Ok(Reply::json(200, number.clone()))
    }
}

/// Returns the body, if it follows the rule.
fn body(request: &Request<'_>, rule: &Rule) -> Result<Object, Reply> {
    let body = request.json().ok_or_else(|| refused("the body is not JSON"))?;
    rule.accept(body).map_err(|found| refused(&found.first().map(Violation::to_string).unwrap_or_default()))
}

/// The form of Interactly's errors is not documented. This is the form of another service of the vendor.
fn refused(error: &str) -> Reply {
    Reply::json(400, json!({"message": "Bad request", "error": error}))
}

fn missing() -> Reply {
    Reply::json(404, json!({"message": "Not found"}))
}
