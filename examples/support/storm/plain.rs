//! A plain client with the usual retry policy: it sends the import again after 429, 5xx, a timeout or a broken
//! connection. It does not look up the number first, and retries the steps after an import in the same way.

use std::time::Duration;

use numport::{E164, Outcome};
use reqwest::Method;
use serde_json::Value;
use tokio::time::sleep;

use super::client::Said;
use super::{PATIENCE, Vars, Who};
use crate::services::subject::{self, PlainRequest, Platform, must};

const ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(2);
/// The variable with the id of an object that must exist before the first import.
const BEFORE: &str = "PLAIN_BEFORE";

pub struct Plain {
    http: reqwest::Client,
    platform: &'static Platform,
    base_url: String,
    vars: Vars,
}

/// Why there is no usable response.
enum Failed {
    Refused,
    Lost,
}

/// Creates what must exist before the first import, without faults.
pub async fn before(platform: &'static Platform, who: Who, vars: &Vars) -> Option<(String, String)> {
    let before = platform.plain.before.as_ref().filter(|_| who == Who::Plain)?;
    let plain = Plain::new(platform, vars, PATIENCE);
    let made = plain.send(&(before.create)(&|name| plain.var(name))).await.ok()?;
    Some((BEFORE.to_owned(), made.pointer(before.id)?.as_str()?.to_owned()))
}

impl Plain {
    pub fn new(platform: &'static Platform, vars: &Vars, timeout: Duration) -> Self {
        let mut plain = Self {
            http: reqwest::Client::builder().timeout(timeout).build().expect("a client"),
            platform,
            base_url: String::new(),
            vars: vars.clone(),
        };
        plain.base_url = must(&|name| plain.var(name), platform.api.base_url);
        plain
    }

    fn var(&self, name: &str) -> Option<String> {
        self.vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    /// Runs every step in order.
    pub async fn import(&self, number: E164) -> Said {
        let plain = &self.platform.plain;
        let vars: subject::Vars<'_> = &|name| self.var(name);
        let body = (plain.create)(number, vars, self.var(BEFORE).as_deref());
        let create = PlainRequest::new(Method::POST, self.platform.create_path(), body);
        let answer = match self.send(&create).await {
            Ok(answer) => answer,
            Err(Failed::Refused) => return Said::NotDone,
            Err(Failed::Lost) => return Said::Indeterminate,
        };
        let Some(id) = answer.pointer(plain.id).and_then(Value::as_str) else { return Said::Indeterminate };
        if let Some(then) = plain.then {
            if self.send(&then(id)).await.is_err() {
                return Said::Incomplete { there: true };
            }
        }
        Said::Done { outcome: Outcome::Created, id: id.to_owned(), undo: None }
    }

    async fn send(&self, request: &PlainRequest) -> Result<Value, Failed> {
        let PlainRequest { method, path, body } = request;
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                sleep(FIRST_WAIT * 2_u32.pow(attempt)).await;
            }
            let request = self.http.request(method.clone(), format!("{}{path}", self.base_url));
            let request = (self.platform.api.login)(request, &|name| self.var(name));
            let request = request.header("content-type", "application/json").body(body.to_string());
            let Ok(answer) = request.send().await else { continue };
            let status = answer.status();
            let Ok(text) = answer.text().await else { continue };
            match status.as_u16() {
                200..=299 => return serde_json::from_str(&text).map_err(|_| Failed::Lost),
                408 | 429 | 500.. => {}
                _ => return Err(Failed::Refused),
            }
        }
        Err(Failed::Lost)
    }
}
