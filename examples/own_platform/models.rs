//! The requests and responses of Parrot and Exchange, and their mapping to the platform-independent API.

use std::collections::BTreeMap;

use numport::http::ErrorBody;
use numport::model::{
    CallbackUrl, Calls, Details, NumberRecord, PlatformKind, ProblemCode, Problems, ProviderKind, Reach, RecordNumber,
    Routing,
};
use numport::provider::HeldNumber;
use numport::{E164, ImportRequest, NumberSource, NumberUpdate, Patch, Secret};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub const PARROT: PlatformKind = PlatformKind::from_static("parrot");
pub const EXCHANGE: ProviderKind = ProviderKind::from_static("exchange");

/// What Parrot needs to reach a number at Exchange. Only Parrot understands it.
#[derive(Debug)]
pub struct ExchangeToken(pub Secret);

/// A number as Parrot stores it.
#[derive(Clone, Debug, Deserialize)]
pub struct Number {
    pub id: String,
    pub number: String,
    pub name: Option<String>,
    pub parrot: Option<String>,
}

#[derive(Deserialize)]
pub struct NumberPage {
    pub numbers: Vec<Number>,
    pub cursor: Option<String>,
}

#[derive(Serialize)]
pub struct CreateNumber<'a> {
    number: E164,
    exchange_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parrot: Option<&'a str>,
}

impl<'a> CreateNumber<'a> {
    /// Maps a request, or adds its problems.
    pub fn new(source: &'a NumberSource, request: &'a ImportRequest, problems: &mut Problems) -> Option<Self> {
        let Reach::Custom(details) = &source.reach else { return None };
        let Some(ExchangeToken(token)) = details.get() else {
            problems.add(ProblemCode::Malformed, "source", "is not an Exchange token", "give `Exchange::source()`");
            return None;
        };
        let parrot = request.agent_id().map(AsRef::as_ref);
        Some(Self { number: *request.number(), exchange_token: token.expose(), name: request.label_text(), parrot })
    }
}

/// The fields to change; `null` clears one.
pub fn update_number(update: &NumberUpdate) -> Map<String, Value> {
    let text = |patch: Patch<String>| match patch {
        Patch::Keep => None,
        Patch::Clear => Some(Value::Null),
        Patch::Set(text) => Some(text.into()),
    };
    let agent = update.agent_patch().as_ref().map(ToString::to_string);
    let fields = [("name", text(update.label_patch().clone())), ("parrot", text(agent))];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

pub fn record(number: Number) -> NumberRecord {
    let telephone = RecordNumber::read(Some(&number.number));
    let mut record = NumberRecord::new(PARROT, number.id.clone(), telephone, Details::new(()));
    (record.label, record.agent) = (number.name.clone(), number.parrot.clone().map(Into::into));
    record.details = Details::new(number);
    record
}

/// A line as Exchange stores it.
#[derive(Clone, Debug, Deserialize)]
pub struct Line {
    pub id: String,
    pub number: E164,
    pub url: String,
}

#[derive(Deserialize)]
pub struct LinePage {
    pub lines: Vec<Line>,
    pub next: Option<String>,
}

pub fn routing(line: &Line) -> Routing {
    let calls = if line.url.is_empty() { Calls::Nowhere } else { Calls::Url(CallbackUrl::new(line.url.as_str())) };
    Routing::new(line.number, line.id.clone(), calls, BTreeMap::from([("url".to_owned(), line.url.clone())]))
}

pub fn held(line: Line) -> HeldNumber {
    let mut held = HeldNumber::new(line.number, line.clone());
    (held.id, held.routing) = (Some(line.id.clone()), Some(routing(&line)));
    held
}

/// `{"error": "…"}`, at both services.
pub fn error_body(body: &Value) -> ErrorBody {
    ErrorBody { code: None, messages: body["error"].as_str().map(str::to_owned).into_iter().collect() }
}
