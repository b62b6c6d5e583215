//! Fixtures, a mock server that responds with them, and the checks that every model must pass.

pub(crate) mod carrier;
pub(crate) mod hostile;
pub(crate) mod in_memory;
pub(crate) mod journal;
pub(crate) mod lists;
pub(crate) mod texts;
pub(crate) mod validation;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use numport::{E164, Importer, Result, RetryPolicy};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::services;

/// The key that every client of these tests has.
pub(crate) const KEY: &str = "planted-api-key";

/// The numbers of the imports into the importer's account whose result is unknown.
pub(crate) async fn unresolved(importer: &Importer) -> Vec<E164> {
    importer.unresolved().await.expect("no journal").iter().map(|import| import.number).collect()
}

/// A key that no other client has, for importers: mock servers reuse the addresses of earlier ones, and a process
/// remembers what it created in an account.
pub(crate) fn test_key() -> String {
    static KEYS: AtomicUsize = AtomicUsize::new(0);
    format!("{KEY}-{}", KEYS.fetch_add(1, Ordering::Relaxed))
}

/// A secret that Twilio sends in plain text, and that no model keeps.
const DROPPED: &str = "auth_token";

/// A create without an importer.
pub(crate) trait CreateNow: numport::VoicePlatform {
    fn create_now(
        &self,
        source: &numport::NumberSource,
        request: &numport::ImportRequest,
    ) -> impl Future<Output = numport::Result<numport::NumberRecord>> + Send {
        async move { self.create(source, request)?.await }
    }
}

impl<T: numport::VoicePlatform> CreateNow for T {}

/// One documented exchange: the request and the response.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// The page or document with the exchange.
    #[serde(rename = "source")]
    pub(crate) _source: String,
    pub(crate) request: Sent,
    pub(crate) response: Answer,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The query exactly as it is sent.
    #[serde(default)]
    pub(crate) query: Option<String>,
    /// All headers that authenticate the caller; if missing, any `Authorization`.
    #[serde(default)]
    pub(crate) headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) body: Option<Value>,
    /// A form in place of a body, exactly as it is sent.
    #[serde(default)]
    pub(crate) form: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Null if there is none.
    #[serde(default)]
    pub(crate) body: Value,
}

/// Reads `tests/fixtures/<name>.json`.
pub(crate) fn case(name: &str) -> Case {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A server that gives every request this response.
pub(crate) async fn server(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

/// A retry policy that does not make tests wait.
pub(crate) fn at_once() -> RetryPolicy {
    RetryPolicy::default().initial_backoff(std::time::Duration::ZERO)
}

/// Makes the call of a case on a server that responds as the case says. Checks that exactly the documented request was
/// sent, and that the response survives being read and written.
pub(crate) async fn exchange<T, C, F>(name: &str, client: impl FnOnce(String) -> C, call: impl FnOnce(C) -> F) -> T
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
    F: Future<Output = Result<T>>,
{
    exchange_at(name, "", client, call).await
}

/// As [`exchange`], for a client that returns the part of the response at this JSON pointer.
pub(crate) async fn exchange_at<T, C, F>(
    name: &str,
    pointer: &str,
    client: impl FnOnce(String) -> C,
    call: impl FnOnce(C) -> F,
) -> T
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
    F: Future<Output = Result<T>>,
{
    let (read, body) = sent(name, client, call).await;
    let part = kept(body.pointer(pointer).unwrap_or_else(|| panic!("{name}: no {pointer}")).clone());
    assert_eq!(serde_json::to_value(&read).expect("json"), part, "{name}: written back");
    survives::<T>(name, &part);
    read
}

/// As [`exchange`], for a response without a body.
pub(crate) async fn done<C, F>(name: &str, client: impl FnOnce(String) -> C, call: impl FnOnce(C) -> F)
where
    F: Future<Output = Result<()>>,
{
    let ((), body) = sent(name, client, call).await;
    assert_eq!(body, Value::Null, "{name}: the documented answer has a body");
}

/// Makes the call of a case, and checks the request. Returns the model, and the body that it was read from.
async fn sent<T, C, F>(name: &str, client: impl FnOnce(String) -> C, call: impl FnOnce(C) -> F) -> (T, Value)
where
    F: Future<Output = Result<T>>,
{
    let Case { request, response: Answer { status, body }, .. } = case(name);
    let answer = ResponseTemplate::new(status);
    let server = server(if body.is_null() { answer } else { answer.set_body_json(&body) }).await;
    let read = call(client(server.uri())).await.unwrap_or_else(|error| panic!("{name}: {error}: {error:?}"));

    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(requests.len(), 1, "{name}: {requests:?}");
    assert_sent(name, &requests[0], &request);
    (read, body)
}

/// A response without the fields that no model keeps.
fn kept(mut answer: Value) -> Value {
    for pointer in pointers(&answer, Value::is_object).into_iter().chain([String::new()]) {
        if let Some(Value::Object(object)) = answer.pointer_mut(&pointer) {
            object.remove(DROPPED);
        }
    }
    answer
}

/// The parameters of a query by name, with those of one name in their order. The order of the names does not matter.
fn parameters(query: Option<&str>) -> Option<Vec<&str>> {
    let mut parameters: Vec<&str> = query?.split('&').collect();
    parameters.sort_by_key(|parameter| parameter.split('=').next());
    Some(parameters)
}

fn assert_sent(name: &str, sent: &Request, wanted: &Sent) {
    assert_eq!(sent.method.as_str(), wanted.method, "{name}: method");
    assert_eq!(sent.url.path(), wanted.path, "{name}: path");
    assert_eq!(parameters(sent.url.query()), parameters(wanted.query.as_deref()), "{name}: query");
    let header = |header: &str| sent.headers.get(header).map(|value| value.to_str().expect("text").to_owned());
    assert_eq!(header("accept").as_deref(), Some("application/json"), "{name}: accept");
    assert!(header("user-agent").is_some_and(|agent| agent.starts_with("numport/")), "{name}: user agent");
    match &wanted.headers {
        None => assert!(header("authorization").is_some(), "{name}: authorization"),
        Some(headers) => {
            for known in ["authorization", "x-api-key", "x-organization-id", "xi-api-key", "cartesia-version"] {
                assert_eq!(header(known).as_ref(), headers.get(known), "{name}: {known}");
            }
        }
    }
    if let Some(form) = &wanted.form {
        assert_eq!(std::str::from_utf8(&sent.body).expect("text"), form, "{name}: form");
        let kind = header("content-type");
        assert_eq!(kind.as_deref(), Some("application/x-www-form-urlencoded"), "{name}: content type");
        return;
    }
    let body: Option<Value> = (!sent.body.is_empty()).then(|| serde_json::from_slice(&sent.body).expect("json"));
    assert_eq!(body, wanted.body, "{name}: body");
    assert_eq!(header("content-type").as_deref(), body.map(|_| "application/json"), "{name}: content type");
}

/// The value of the `Authorization` header that the only request of a server had.
pub(crate) async fn authorization(server: &MockServer) -> String {
    let requests = server.received_requests().await.expect("recorded");
    requests[0].headers["authorization"].to_str().expect("text").to_owned()
}

/// Reads and writes a document unchanged, with a field added to every object, and with each text in turn replaced by an
/// unknown one. Nothing may be lost.
pub(crate) fn survives<T: Serialize + DeserializeOwned>(name: &str, document: &Value) {
    let mut variants = vec![document.clone(), with_extra(document.clone())];
    for pointer in pointers(document, Value::is_string) {
        let mut variant = document.clone();
        *variant.pointer_mut(&pointer).expect("it is there") = json!("mystery-value");
        variants.push(variant);
    }
    for variant in variants {
        let read: T =
            serde_json::from_value(variant.clone()).unwrap_or_else(|error| panic!("{name}: {error}: {variant}"));
        assert_eq!(serde_json::to_value(&read).expect("json"), variant, "{name}");
        // Reading a slice takes other paths through serde than reading a value.
        serde_json::from_str::<T>(&variant.to_string()).unwrap_or_else(|error| panic!("{name}: {error}: {variant}"));
    }
    // A field may be missing or null, except ids and the fields that identify a number.
    for pointer in pointers(document, |_| true) {
        let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
        let Some(Value::Object(object)) = document.pointer(parent) else { continue };
        if services::apis().any(|api| api.required.contains(&field)) {
            continue;
        }
        let dropped = edited(document, parent, object, field, None);
        let emptied = edited(document, parent, object, field, Some(Value::Null));
        for variant in [dropped, emptied] {
            serde_json::from_value::<T>(variant.clone())
                .unwrap_or_else(|error| panic!("{name} {pointer}: {error}: {variant}"));
        }
    }
}

fn edited(document: &Value, parent: &str, object: &Map<String, Value>, field: &str, value: Option<Value>) -> Value {
    let mut object = object.clone();
    object.remove(field);
    object.extend(value.map(|value| (field.to_owned(), value)));
    let mut document = document.clone();
    *document.pointer_mut(parent).expect("it is there") = Value::Object(object);
    document
}

/// The same document with an unknown field in every object.
pub(crate) fn with_extra(document: Value) -> Value {
    match document {
        Value::Array(items) => items.into_iter().map(with_extra).collect(),
        Value::Object(fields) => {
            let mut fields: Map<_, _> = fields.into_iter().map(|(name, value)| (name, with_extra(value))).collect();
            fields.insert("addedLater".to_owned(), json!({"deep": [1, null, {"x": true}]}));
            Value::Object(fields)
        }
        other => other,
    }
}

/// JSON pointers of all the values below the root that `wanted` selects.
fn pointers(value: &Value, wanted: impl Fn(&Value) -> bool + Copy) -> Vec<String> {
    let children: Vec<(String, &Value)> = match value {
        Value::Array(items) => items.iter().enumerate().map(|(at, item)| (at.to_string(), item)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        _ => vec![],
    };
    let mut found = Vec::new();
    for (name, child) in children {
        if wanted(child) {
            found.push(format!("/{name}"));
        }
        found.extend(pointers(child, wanted).into_iter().map(|deeper| format!("/{name}{deeper}")));
    }
    found
}
