//! Interactly's side.

use serde_json::{Value, json};

use super::schema::{Field, Rule, check, optional, required};
use super::server::{Reply, Request, Site, phrase};
use super::service::Service;
use super::twilio::{MAIN, TwilioLogin};
use super::world::{Object, World, text};

const KEY: &str = "sandbox-interactly-key";
/// Where a number's calls go after an import. Invented: the real address is not documented.
const VOICE_URL: &str = "https://api-prod.interactly.ai/sandbox/voice";

pub(super) const SITE: Site = Site {
    service: Service::Interactly,
    base_url_var: "INTERACTLY_BASE_URL",
    vars: &[("INTERACTLY_API_KEY", KEY)],
    answer,
    refusal: |_, status, words| Reply::json(status, json!({"message": words.unwrap_or(phrase(status))})),
    // The provider's name.
    words: &["name"],
    repeat: |_, _, _| {},
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

fn answer(world: &mut World, request: &Request<'_>) -> Reply {
    if !request.has_bearer(KEY) {
        return Reply::json(401, json!({"message": "Unauthorized"}));
    }
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    let ["assistants", "v1", "numbers", rest @ ..] = path.as_slice() else { return missing() };
    match (request.method, rest) {
        ("GET", []) => {
            let label = request.query("label");
            let shown = world.interactly.iter().filter(|number| label.is_none() || text(number, "label") == label);
            Reply::json(200, shown.cloned().map(Value::Object).collect::<Vec<_>>())
        }
        ("POST", ["purchase"]) => checked(request, &PURCHASE, |body| {
            let number = text(&body, "number").unwrap_or_default().to_owned();
            Reply::json(201, add(world, &number, None))
        }),
        ("POST", ["twilio"]) => checked(request, &IMPORT, |body| import(world, &body)),
        ("POST", [_]) => refused("provider must be twilio"),
        ("PUT", [id]) => checked(request, &UPDATE, |body| update(world, id, body)),
        _ => missing(),
    }
}

fn import(world: &mut World, body: &Object) -> Reply {
    let number = text(body, "number").unwrap_or_default().to_owned();
    // The stored credentials are those of the main account.
    let mut account = &MAIN;
    if let Some(credentials) = body.get("credentials").and_then(Value::as_object) {
        let login = TwilioLogin {
            account_sid: text(credentials, "accountSid").unwrap_or_default(),
            auth_token: text(credentials, "authToken"),
            api_key: text(credentials, "apiKeySid").zip(text(credentials, "apiSecret")),
        };
        let Some(named) = login.account() else { return refused("the Twilio credentials are not valid") };
        account = named;
    }
    if !world.point(account, &number, VOICE_URL, None) {
        return refused("the number is not in the Twilio account");
    }
    let label = text(body, "label").map(str::to_owned);
    Reply::json(201, add(world, &number, label))
}

fn add(world: &mut World, number: &str, label: Option<String>) -> Object {
    let fields = json!({
        "_id": world.id(),
        "teamId": "1f7b1b1b1b1b1b1b1b1b1b1b",
        "number": number,
        "provider": {"name": "twilio"},
        "inboundEnabled": true,
        "outboundEnabled": true,
    });
    let mut added = fields.as_object().cloned().unwrap_or_default();
    added.extend(label.map(|label| ("label".to_owned(), Value::from(label))));
    world.interactly.put(added.clone());
    added
}

fn update(world: &mut World, id: &str, body: Object) -> Reply {
    let Some(number) = world.interactly.get_mut(id) else { return missing() };
    number.extend(body);
    if text(number, "assistantId") == Some("") {
        number.remove("assistantId");
    }
    Reply::json(200, number.clone())
}

fn checked(request: &Request<'_>, rule: &Rule, then: impl FnOnce(Object) -> Reply) -> Reply {
    let Some(body) = request.json() else { return refused("the body is not JSON") };
    match (check(rule, &body).first(), body) {
        (None, Value::Object(body)) => then(body),
        (fault, _) => refused(fault.map_or("the body is not an object", String::as_str)),
    }
}

/// The form of its errors is not documented; this is that of the vendor's sister service.
fn refused(error: &str) -> Reply {
    Reply::json(400, json!({"message": "Bad request", "error": error}))
}

fn missing() -> Reply {
    Reply::json(404, json!({"message": "Not found"}))
}
