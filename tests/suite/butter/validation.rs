//! Every documented rule for Butter's requests and settings: values at the limits are sent, and values beyond them are
//! refused before anything is sent.

use std::error::Error as _;
use std::time::Duration;

use numport::platform::butter::{
    Butter, CreateIntegration, ImportSipNumber, ImportTwilioNumber, IntegrationCredentials, ListNumbers,
    TwilioIntegration, UpdateIntegration,
};
use numport::{Patch, RetryPolicy};
use serde_json::json;
use tokio::time::Instant;

use crate::butter::endpoints::{AGENT, INTEGRATION, NUMBER, ORGANIZATION, client, number};
use crate::support::KEY;
use crate::support::validation::{Edges, problem_fields};

const PHONE: &str = "+15551234567";

async fn edges() -> Edges<Butter> {
    let data = json!({"phone_number_id": "p", "phone_number": PHONE, "integration_id": "i", "agent_id": "a"});
    Edges::new(json!({"success": true, "data": data}), client).await
}

fn account() -> String {
    format!("AC{}", "x".repeat(32))
}

#[tokio::test]
async fn a_twilio_number_has_an_integration() {
    let mut rules = edges().await;
    let import = |integration: &str| ImportTwilioNumber::new(number(PHONE), integration);
    rules.takes("integration", async |client| client.import_number(import(INTEGRATION)).await).await;
    rules.refuses(&["integration_id"], async |client| client.import_number(import("")).await).await;
}

#[tokio::test]
async fn outbound_needs_a_server_and_a_pin_has_4_to_10_characters() {
    let mut rules = edges().await;
    let sip = || ImportSipNumber::new(number(PHONE));
    let good = [
        sip(),
        sip().supports_outbound(false),
        sip().supports_outbound(true).sip_server_address("sip.example.com"),
        sip().supports_inbound(true),
    ];
    for import in good {
        rules.takes("server", async |client| client.import_number(import).await).await;
    }
    for import in [sip().supports_outbound(true), sip().supports_outbound(true).sip_server_address("")] {
        rules.refuses(&["sip_server_address"], async |client| client.import_number(import).await).await;
    }
    // Two bytes each, which shows that characters are counted, not bytes.
    for length in [4, 10] {
        let import = sip().inbound_pin("é".repeat(length));
        rules.takes("pin", async |client| client.import_number(import).await).await;
    }
    for length in [0, 1, 3, 11, 20] {
        let import = sip().inbound_pin("é".repeat(length));
        let told = rules.refuses(&["inbound_pin"], async |client| client.import_number(import).await).await;
        assert!(told.contains(&format!("has {length} characters; use 4 to 10")), "{told}");
    }
    let both = sip().supports_outbound(true).inbound_pin("pin");
    let fields = ["sip_server_address", "inbound_pin"];
    let told = rules.refuses(&fields, async |client| client.import_number(both).await).await;
    assert!(told.starts_with("butter: import number was not sent: "), "{told}");
}

#[tokio::test]
async fn an_integration_has_a_name_and_credentials() {
    let mut rules = edges().await;
    let create = |name: String| CreateIntegration::twilio(name, account(), "token");
    let rename = |name: String| UpdateIntegration::new().name(name);
    for length in [1, 100] {
        let name = || "é".repeat(length);
        rules.takes("name", async |client| client.create_integration(&create(name())).await).await;
        rules.takes("name", async |client| client.update_integration(INTEGRATION, &rename(name())).await).await;
    }
    for length in [0, 101] {
        let name = || "é".repeat(length);
        rules.refuses(&["name"], async |client| client.create_integration(&create(name())).await).await;
        rules.refuses(&["name"], async |client| client.update_integration(INTEGRATION, &rename(name())).await).await;
    }
    let credentials =
        |account_sid: &str, token: &str| IntegrationCredentials::from(TwilioIntegration::new(account_sid, token));
    for (account_sid, token, field) in [("", "t", "credentials.account_sid"), ("AC1", "", "credentials.auth_token")] {
        let create = CreateIntegration::twilio("x", account_sid, token);
        rules.refuses(&[field], async |client| client.create_integration(&create).await).await;
        let update = UpdateIntegration::new().credentials(credentials(account_sid, token));
        rules.refuses(&[field], async |client| client.update_integration(INTEGRATION, &update).await).await;
    }
    let fields = ["name", "credentials.account_sid", "credentials.auth_token"];
    let create = CreateIntegration::twilio("", "", "");
    rules.refuses(&fields, async |client| client.create_integration(&create).await).await;
    let update = UpdateIntegration::new().name(String::new()).credentials(credentials("", ""));
    rules.refuses(&fields, async |client| client.update_integration(INTEGRATION, &update).await).await;
}

#[tokio::test]
async fn fields_of_an_integration_cannot_be_cleared() {
    let mut rules = edges().await;
    let cleared = UpdateIntegration::new().name(Patch::Clear).credentials(Patch::Clear);
    let fields = ["name", "credentials"];
    rules.refuses(&fields, async |client| client.update_integration(INTEGRATION, &cleared).await).await;
    let kept = UpdateIntegration::new();
    rules.takes("kept", async |client| client.update_integration(INTEGRATION, &kept).await).await;
}

#[tokio::test]
async fn ids_cannot_leave_their_path_segment() {
    let rules = edges().await;
    for id in ["", ".", "..", "a\nb"] {
        rules.refuses(&["id"], async |client| client.assign_number(id, NUMBER).await).await;
        rules.refuses(&["id"], async |client| client.unassign_number(AGENT, id).await).await;
        rules.refuses(&["id", "id"], async |client| client.unassign_number(id, id).await).await;
        rules.refuses(&["id"], async |client| client.delete_integration(id).await).await;
        let update = UpdateIntegration::new();
        rules.refuses(&["id"], async |client| client.update_integration(id, &update).await).await;
    }
}

#[test]
fn key_and_organization_are_checked_together() {
    for (key, organization, fields) in [
        ("", "org_1", vec!["api_key"]),
        ("key", "", vec!["organization_id"]),
        ("key\n", " org_1", vec!["api_key", "organization_id"]),
        ("käy", "org\r\nX-Evil: 1", vec!["api_key", "organization_id"]),
    ] {
        let error = Butter::builder(key, organization).build().unwrap_err();
        assert_eq!(problem_fields(&error), fields, "{error}");
    }
    let client = Butter::builder(KEY, ORGANIZATION).build().unwrap();
    assert!(!format!("{client:?}").contains(KEY), "{client:?}");
    assert!(format!("{client:?}").contains("https://api.getbutter.ai/"), "{client:?}");
}

#[test]
fn every_missing_variable_is_named() {
    let names = ["BUTTER_API_KEY", "BUTTER_ORGANIZATION_ID"];
    assert_eq!(problem_fields(&Butter::from_vars(|_| None).unwrap_err()), names);
    assert_eq!(problem_fields(&Butter::from_vars(|_| Some(String::new())).unwrap_err()), names);
    let value = |name: &str| names.contains(&name).then(|| "value".to_owned());
    Butter::from_vars(value).unwrap();
    for missing in names {
        let error = Butter::from_vars(|name| value(name).filter(|_| name != missing)).unwrap_err();
        assert_eq!(problem_fields(&error), [missing], "{error}");
    }
    let elsewhere = |name: &str| match name {
        "BUTTER_BASE_URL" => Some("http://127.0.0.1:7".to_owned()),
        name => value(name),
    };
    let client = Butter::from_vars(elsewhere).unwrap();
    assert!(format!("{client:?}").contains("127.0.0.1:7"), "{client:?}");
}

/// Resolves no host, so that a call fails without a connection.
struct NoNames;

impl reqwest::dns::Resolve for NoNames {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(std::future::ready(Err("there are no names here".into())))
    }
}

async fn time_of_30_calls(limit: Option<u32>) -> Duration {
    let http = reqwest::Client::builder().no_proxy().dns_resolver(NoNames).build().unwrap();
    let builder = Butter::builder(KEY, ORGANIZATION).http_client(http).retry(RetryPolicy::never());
    let builder =
        limit.into_iter().fold(builder, |builder, limit| builder.requests_per_second(limit.try_into().unwrap()));
    let client = builder.build().unwrap();
    let start = Instant::now();
    for _ in 0..30 {
        let error = client.list_numbers(&ListNumbers::new()).await.unwrap_err();
        assert_eq!(error.call().unwrap().attempts, 1);
        assert_eq!(error.source().unwrap().to_string(), "no connection could be made");
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn the_rate_limit_defaults_to_the_smallest_tier() {
    assert_eq!(Butter::STARTER_REQUESTS_PER_SECOND.get(), 10);
    // One immediately, then 29 at intervals of 100 ms.
    let taken = time_of_30_calls(None).await;
    assert!((Duration::from_millis(2800)..=Duration::from_millis(3200)).contains(&taken), "{taken:?}");
    // Five immediately, then 25 at intervals of 20 ms.
    let taken = time_of_30_calls(Some(Butter::PRO_REQUESTS_PER_SECOND.get())).await;
    assert!((Duration::from_millis(450)..=Duration::from_millis(600)).contains(&taken), "{taken:?}");
}
