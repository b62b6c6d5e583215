//! The same create with `reqwest` alone, as a program without this crate would write it.

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{ACCOUNT, KEY, NAME, NUMBER, TOKEN};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Create<'a> {
    provider: &'static str,
    number: &'a str,
    twilio_account_sid: &'a str,
    twilio_auth_token: &'a str,
    name: &'a str,
}

const CREATE: Create<'_> =
    Create { provider: "twilio", number: NUMBER, twilio_account_sid: ACCOUNT, twilio_auth_token: TOKEN, name: NAME };

/// The fields of the responses, and no others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code)]
pub struct Number {
    pub id: String,
    org_id: Option<String>,
    number: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    name: Option<String>,
    provider: Option<String>,
    twilio_account_sid: Option<String>,
    sms_enabled: Option<bool>,
    status: Option<String>,
}

/// Typed bodies; everything else as in the documentation of `reqwest`.
pub async fn create(client: &Client, base: &str) -> reqwest::Result<Number> {
    let request = client.post(format!("{base}/phone-number")).bearer_auth(KEY).json(&CREATE);
    request.send().await?.error_for_status()?.json().await
}

/// `serde_json::Value` for the request and the response.
pub async fn create_value(client: &Client, base: &str) -> reqwest::Result<Value> {
    let body = json!({
        "provider": "twilio", "number": NUMBER, "twilioAccountSid": ACCOUNT, "twilioAuthToken": TOKEN, "name": NAME,
    });
    let request = client.post(format!("{base}/phone-number")).bearer_auth(KEY).json(&body);
    request.send().await?.error_for_status()?.json().await
}

/// The minimum cost of `reqwest`: URL and headers are prepared, without redirects or retries.
pub struct Prepared {
    client: Client,
    url: Url,
    headers: HeaderMap,
}

impl Prepared {
    pub fn new(base: &str) -> Self {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).retry(reqwest::retry::never());
        let authorization = HeaderValue::from_str(&format!("Bearer {KEY}")).expect("a header's value");
        Self {
            client: client.build().expect("a client"),
            url: format!("{base}/phone-number").parse().expect("an address"),
            headers: HeaderMap::from_iter([
                (AUTHORIZATION, authorization),
                (CONTENT_TYPE, HeaderValue::from_static("application/json")),
            ]),
        }
    }

    pub async fn create(&self) -> reqwest::Result<Number> {
        let mut request = reqwest::Request::new(reqwest::Method::POST, self.url.clone());
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = Some(serde_json::to_vec(&CREATE).unwrap_or_default().into());
        self.client.execute(request).await?.error_for_status()?.json().await
    }
}

pub async fn list(client: &Client, base: &str) -> reqwest::Result<Vec<Number>> {
    client.get(format!("{base}/phone-number")).bearer_auth(KEY).send().await?.error_for_status()?.json().await
}

pub async fn list_value(client: &Client, base: &str) -> reqwest::Result<Value> {
    client.get(format!("{base}/phone-number")).bearer_auth(KEY).send().await?.error_for_status()?.json().await
}
