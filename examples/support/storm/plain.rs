//! A plain client with the usual policy: it sends the import, and again after 429, 5xx, a timeout or a broken
//! connection. It does not look first, and takes the steps that follow an import in the same way.

use std::time::Duration;

use numport::model::PlatformKind;
use numport::{E164, Outcome};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::client::Said;
use super::platform::{LABEL, agent, id_field, import_path};
use super::{PATIENCE, Who};

const ATTEMPTS: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(2);
const INTEGRATION: &str = "PLAIN_BUTTER_INTEGRATION";

type Var<'a> = &'a dyn Fn(&str) -> Option<String>;

pub struct Plain {
    http: reqwest::Client,
    service: PlatformKind,
    base_url: String,
    /// A user, or an organization, where there is one; and the key.
    login: (Option<String>, String),
    twilio: (String, String),
    integration: Option<String>,
}

/// Why there is no answer that can be used.
enum Failed {
    Refused,
    Lost,
}

/// The variable of the integration that Butter's numbers need, made in calm weather.
pub async fn integration(
    service: PlatformKind,
    who: Who,
    vars: &[(&'static str, String)],
) -> Option<(&'static str, String)> {
    if (service, who) != (PlatformKind::BUTTER, Who::Plain) {
        return None;
    }
    let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    let plain = Plain::new(service, &var, PATIENCE);
    let (sid, token) = &plain.twilio;
    let body = json!({
        "name": "Twilio",
        "credentials": {"provider": "twilio", "account_sid": sid, "auth_token": token},
    });
    let made = plain.send(Method::POST, "/api/integrations", &body).await.ok()?;
    Some((INTEGRATION, made["data"]["integration_id"].as_str()?.to_owned()))
}

impl Plain {
    pub fn new(service: PlatformKind, var: Var<'_>, timeout: Duration) -> Self {
        let must = |name: &str| var(name).expect("the sandbox sets every variable");
        let (base_url, login) = match service {
            PlatformKind::INTERACTLY => ("INTERACTLY_BASE_URL", (None, must("INTERACTLY_API_KEY"))),
            PlatformKind::SIGNALWIRE => {
                ("SIGNALWIRE_BASE_URL", (Some(must("SIGNALWIRE_PROJECT_ID")), must("SIGNALWIRE_API_TOKEN")))
            }
            PlatformKind::BUTTER => ("BUTTER_BASE_URL", (Some(must("BUTTER_ORGANIZATION_ID")), must("BUTTER_API_KEY"))),
            _ => ("VAPI_BASE_URL", (None, must("VAPI_API_KEY"))),
        };
        Self {
            http: reqwest::Client::builder().timeout(timeout).build().expect("a client"),
            service,
            base_url: must(base_url),
            login,
            twilio: (must("TWILIO_ACCOUNT_SID"), must("TWILIO_AUTH_TOKEN")),
            integration: var(INTEGRATION),
        }
    }

    /// Every step, one after the other.
    pub async fn import(&self, number: E164) -> Said {
        let answer = match self.send(Method::POST, import_path(self.service), &self.body(number)).await {
            Ok(answer) => answer,
            Err(Failed::Refused) => return Said::NotDone,
            Err(Failed::Lost) => return Said::Indeterminate,
        };
        let record = if self.service == PlatformKind::BUTTER { &answer["data"] } else { &answer };
        let Some(id) = record[id_field(self.service)].as_str() else { return Said::Indeterminate };
        if let Some((method, path, body)) = self.second_step(id) {
            if self.send(method, &path, &body).await.is_err() {
                return Said::Incomplete { there: true };
            }
        }
        Said::Done { outcome: Outcome::Created, id: id.to_owned() }
    }

    fn body(&self, number: E164) -> Value {
        let (number, (sid, token)) = (number.as_str(), &self.twilio);
        match self.service {
            PlatformKind::INTERACTLY => {
                json!({"number": number, "label": LABEL, "credentials": {"accountSid": sid, "authToken": token}})
            }
            PlatformKind::SIGNALWIRE => json!({"number": number, "number_type": "longcode"}),
            PlatformKind::BUTTER => json!({
                "provider": "twilio",
                "phone_number": number,
                "supports_inbound": true,
                "integration_id": self.integration,
            }),
            _ => json!({
                "provider": "twilio",
                "number": number,
                "twilioAccountSid": sid,
                "twilioAuthToken": token,
                "name": LABEL,
                "assistantId": agent(self.service),
            }),
        }
    }

    /// What gives the number its agent, where the import does not.
    fn second_step(&self, id: &str) -> Option<(Method, String, Value)> {
        let agent = agent(self.service);
        match self.service {
            PlatformKind::INTERACTLY => {
                Some((Method::PUT, format!("/assistants/v1/numbers/{id}"), json!({"assistantId": agent})))
            }
            PlatformKind::SIGNALWIRE => {
                let body = json!({"name": LABEL, "call_handler": "ai_agent", "call_ai_agent_id": agent});
                Some((Method::PUT, format!("/api/relay/rest/phone_numbers/{id}"), body))
            }
            PlatformKind::BUTTER => {
                let path = format!("/api/agents/{agent}/assign-phone-number");
                Some((Method::POST, path, json!({"phone_number_id": id})))
            }
            _ => None,
        }
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Result<Value, Failed> {
        for attempt in 0..ATTEMPTS {
            if attempt > 0 {
                sleep(FIRST_WAIT * 2_u32.pow(attempt)).await;
            }
            let request = self.http.request(method.clone(), format!("{}{path}", self.base_url));
            let request = self.login(request).header("content-type", "application/json").body(body.to_string());
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

    fn login(&self, request: RequestBuilder) -> RequestBuilder {
        match (self.service, &self.login) {
            (PlatformKind::BUTTER, (Some(organization), key)) => {
                request.header("x-organization-id", organization).header("x-api-key", key)
            }
            (_, (Some(user), password)) => request.basic_auth(user, Some(password)),
            (_, (None, key)) => request.bearer_auth(key),
        }
    }
}
