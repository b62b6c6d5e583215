//! A server that imitates Parrot and Exchange.

use std::sync::{Mutex, PoisonError};

use numport::E164;
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

pub const PARROT_KEY: &str = "parrot-key";
pub const EXCHANGE_TOKEN: &str = "exchange-token";

/// The maximum number of items per page.
const PAGE: usize = 5;

/// Starts the server. Exchange holds these numbers.
pub async fn start(held: &[E164]) -> MockServer {
    let line = |(at, number): (usize, &E164)| json!({"id": format!("line-{at}"), "number": number, "url": "https://pbx.example.com/voice"});
    let services = Services { lines: held.iter().enumerate().map(line).collect(), ..Services::default() };
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(Shared(Mutex::new(services))).mount(&server).await;
    server
}

struct Shared(Mutex<Services>);

impl Respond for Shared {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).respond(request)
    }
}

#[derive(Default)]
struct Services {
    numbers: Vec<Value>,
    lines: Vec<Value>,
    created: usize,
}

type Reply = (u16, Value);

impl Services {
    fn respond(&mut self, request: &Request) -> ResponseTemplate {
        let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let path: Vec<&str> = request.url.path().trim_start_matches('/').split('/').collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let key = if path[0] == "lines" {
            header("x-exchange-token") == EXCHANGE_TOKEN
        } else {
            header("authorization") == format!("Bearer {PARROT_KEY}")
        };
        let (status, answer) = match (request.method.as_str(), &path[..]) {
            _ if !key => refused(401, "the key is wrong"),
            ("GET", ["numbers"]) => list(
                &self.numbers,
                request,
                |items, next| json!({"numbers": items, "cursor": next.map(|next| next.to_string())}),
            ),
            ("POST", ["numbers"]) => self.create(&body),
            (method, ["numbers", id]) => self.number(method, id, &body),
            ("GET", ["lines"]) => list(
                &self.lines,
                request,
                |items, next| json!({"lines": items, "next": next.map(|next| format!("/lines?after={next}"))}),
            ),
            ("PUT", ["lines", id]) => self.route(id, &body["url"]),
            _ => refused(404, "there is no such endpoint"),
        };
        if status == 204 { ResponseTemplate::new(204) } else { ResponseTemplate::new(status).set_body_json(answer) }
    }

    /// Parrot takes over the number: from then on Exchange sends its calls to Parrot.
    fn create(&mut self, body: &Value) -> Reply {
        let Some(line) = self.lines.iter_mut().find(|line| line["number"] == body["number"]) else {
            return refused(400, "the number is not at Exchange");
        };
        if body["exchange_token"] != EXCHANGE_TOKEN {
            return refused(400, "the Exchange token is wrong");
        }
        if self.numbers.iter().any(|number| number["number"] == body["number"]) {
            return refused(409, "the number is there already");
        }
        line["url"] = "https://voice.parrot.example/calls".into();
        self.created += 1;
        let mut number = json!({"id": format!("number-{}", self.created)});
        for field in ["number", "name", "parrot"] {
            number[field] = body[field].clone();
        }
        self.numbers.push(number.clone());
        (201, number)
    }

    fn number(&mut self, method: &str, id: &str, body: &Value) -> Reply {
        let Some(at) = self.numbers.iter().position(|number| number["id"] == id) else {
            return refused(404, "there is no such number");
        };
        match method {
            "DELETE" => {
                self.numbers.remove(at);
                return (204, Value::Null);
            }
            "PATCH" => {
                for (field, value) in body.as_object().into_iter().flatten() {
                    self.numbers[at][field] = value.clone();
                }
            }
            _ => {}
        }
        (200, self.numbers[at].clone())
    }

    fn route(&mut self, id: &str, url: &Value) -> Reply {
        match self.lines.iter_mut().find(|line| line["id"] == id) {
            Some(line) => {
                line["url"] = url.clone();
                (200, line.clone())
            }
            None => refused(404, "there is no such line"),
        }
    }
}

/// A page of the requested items. The cursor is the index of the next page's first item.
fn list(items: &[Value], request: &Request, page: impl FnOnce(&[&Value], Option<usize>) -> Value) -> Reply {
    let query = |wanted: &str| request.url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value);
    let number = query("number");
    let matching: Vec<&Value> =
        items.iter().filter(|item| number.as_deref().is_none_or(|number| item["number"] == number)).collect();
    let after: usize = query("after").and_then(|after| after.parse().ok()).unwrap_or(0).min(matching.len());
    let end = (after + PAGE).min(matching.len());
    (200, page(&matching[after..end], (end < matching.len()).then_some(end)))
}

fn refused(status: u16, why: &str) -> Reply {
    (status, json!({"error": why}))
}
