//! Building clients: every problem is reported before anything is sent.

use numport::model::{Key, Reach};
use numport::{
    AccountKey, Butter, ClientBuilder, Error, Interactly, NumberProvider, SignalWire, Twilio, Vapi, VoicePlatform,
};
use wiremock::ResponseTemplate;

use crate::services::PLATFORMS;
use crate::services::subject::Pace;
use crate::signalwire::endpoints::PROJECT;
use crate::support::{KEY, server};

const SID: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn problems<C: std::fmt::Debug>(built: Result<C, Error>) -> Vec<(String, String)> {
    match built.unwrap_err() {
        Error::Invalid(invalid) => invalid.problems.into_iter().map(|problem| (problem.field, problem.fault)).collect(),
        other => panic!("{other:?}"),
    }
}

fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(field, fault)| ((*field).to_owned(), (*fault).to_owned())).collect()
}

#[test]
fn a_key_that_is_no_valid_header_is_refused() {
    for (key, fault) in [
        ("", "is empty"),
        ("abc\n", "has a line break at position 3"),
        ("a\r\nX-Evil: 1", "has a line break at position 1"),
        ("käy", "has a character that is not allowed in headers at position 1"),
        (" key", "begins or ends with a blank"),
    ] {
        assert_eq!(problems(Vapi::builder(key).build()), owned(&[("api_key", fault)]));
        assert_eq!(problems(Interactly::builder(key).build()), owned(&[("api_key", fault)]));
    }
}

#[test]
fn all_problems_are_reported_together() {
    let built =
        Vapi::builder("").base_url("http://api.vapi.ai").user_agent("a\nb").timeout(std::time::Duration::ZERO).build();
    let fields: Vec<String> = problems(built).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["api_key", "base_url", "user_agent", "timeout"]);
}

#[test]
fn a_limit_that_allows_nothing_or_has_a_short_period_is_refused() {
    for (requests, milliseconds, is_refused) in
        [(0, 60_000, true), (1, 999, true), (1, 1000, false), (12, 60_000, false)]
    {
        let period = std::time::Duration::from_millis(milliseconds);
        let built = Vapi::builder("key").requests_per(requests, period).build();
        let fields: Vec<String> = built
            .err()
            .map(|error| problems::<Vapi>(Err(error)))
            .into_iter()
            .flatten()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, if is_refused { vec!["requests_per"] } else { vec![] }, "{requests} in {milliseconds} ms");
    }
}

#[test]
fn twilio_credentials_are_checked_when_the_client_is_built() {
    let build = |credentials| Twilio::builder(credentials).build();
    assert!(build(AccountKey::token(SID, "token")).is_ok());
    assert!(build(AccountKey::pair(SID, SID.replace("AC", "SK"), "secret")).is_ok());
    let built = build(AccountKey::pair("AC123", SID, ""));
    let fields: Vec<String> = problems(built).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["account_sid", "api_key_sid", "api_secret"]);
    let error = build(AccountKey::token(SID, "hush\nhush")).unwrap_err().to_string();
    assert!(error.contains("`auth_token` has a line break") && !error.contains("hush"), "{error}");
}

#[test]
fn settings_are_read_from_the_usual_variables() {
    let vars = |name: &str| match name {
        "VAPI_API_KEY" | "INTERACTLY_API_KEY" => Some("key".to_owned()),
        "VAPI_BASE_URL" | "INTERACTLY_BASE_URL" | "TWILIO_BASE_URL" => Some("http://127.0.0.1:1".to_owned()),
        "TWILIO_ACCOUNT_SID" => Some(SID.to_owned()),
        "TWILIO_API_KEY" => Some(SID.replace("AC", "SK")),
        "TWILIO_API_SECRET" => Some("secret".to_owned()),
        _ => None,
    };
    assert!(Vapi::from_vars(vars).is_ok() && Interactly::from_vars(vars).is_ok() && Twilio::from_vars(vars).is_ok());
}

/// Twilio recommends API keys. One without its secret does not stand in the way of the token.
#[test]
fn an_api_key_of_twilio_is_preferred_to_the_token() {
    let all = [
        ("TWILIO_API_KEY", SID.replace("AC", "SK")),
        ("TWILIO_API_SECRET", "s".into()),
        ("TWILIO_AUTH_TOKEN", "t".into()),
    ];
    for (without, is_pair) in
        [("", true), ("TWILIO_AUTH_TOKEN", true), ("TWILIO_API_SECRET", false), ("TWILIO_API_KEY", false)]
    {
        let vars = |name: &str| match name {
            "TWILIO_ACCOUNT_SID" => Some(SID.to_owned()),
            _ => all.iter().find(|(known, _)| *known == name && name != without).map(|(_, value)| value.clone()),
        };
        let source = Twilio::from_vars(vars).unwrap().source();
        let Reach::Account(account) = &source.reach else { panic!("{source:?}") };
        assert_eq!(matches!(account.key, Key::Pair { .. }), is_pair, "without {without:?}");
    }
}

#[test]
fn a_missing_and_an_empty_variable_are_named() {
    let nothing = |_: &str| None;
    let empty = |_: &str| Some(String::new());
    assert_eq!(problems(Vapi::from_vars(nothing)), owned(&[("VAPI_API_KEY", "is not set")]));
    assert_eq!(problems(Interactly::from_vars(empty)), owned(&[("INTERACTLY_API_KEY", "is empty")]));
    let missing = owned(&[("TWILIO_ACCOUNT_SID", "is not set"), ("TWILIO_AUTH_TOKEN", "is not set")]);
    assert_eq!(problems(Twilio::from_vars(nothing)), missing);
    let half = |name: &str| (name == "TWILIO_API_KEY").then(|| "SK1".to_owned());
    let missing = owned(&[("TWILIO_ACCOUNT_SID", "is not set"), ("TWILIO_API_SECRET", "is not set")]);
    assert_eq!(problems(Twilio::from_vars(half)), missing);
}

#[test]
fn a_wrong_variable_is_named() {
    let wrong = |name: &str| match name {
        "VAPI_API_KEY" => Some("key\n".to_owned()),
        "VAPI_BASE_URL" => Some("http://api.vapi.ai".to_owned()),
        "TWILIO_ACCOUNT_SID" => Some("AC1".to_owned()),
        "TWILIO_API_KEY" => Some("SK1".to_owned()),
        "TWILIO_API_SECRET" => Some("sec\nret".to_owned()),
        _ => None,
    };
    let fields = |error: Result<_, Error>| problems(error).into_iter().map(|(field, _)| field).collect::<Vec<_>>();
    assert_eq!(fields(Vapi::from_vars(wrong).map(drop)), ["VAPI_API_KEY", "VAPI_BASE_URL"]);
    let twilio = ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_API_SECRET"];
    assert_eq!(fields(Twilio::from_vars(wrong).map(drop)), twilio);
    let told = Vapi::from_vars(wrong).unwrap_err().to_string();
    assert!(told.contains("`VAPI_API_KEY` has a line break at position 3; "), "{told}");

    // A problem of a setting that is no variable has the setting's name.
    let built = Vapi::builder_from_vars(wrong).unwrap().base_url("http://example.com").build();
    assert_eq!(fields(built.map(drop)), ["VAPI_API_KEY", "base_url"]);
    assert_eq!(fields(Vapi::builder("").build().map(drop)), ["api_key"]);
}

#[tokio::test]
async fn an_id_cannot_leave_its_path_segment() {
    let server = server(ResponseTemplate::new(404)).await;
    let client = Vapi::builder(KEY).base_url(server.uri()).build().unwrap();
    for (id, path) in [
        ("a/../b", "/phone-number/a%2F..%2Fb"),
        ("a?b=c", "/phone-number/a%3Fb=c"),
        ("%2e%2e", "/phone-number/%252e%252e"),
        ("a b", "/phone-number/a%20b"),
        ("a#b", "/phone-number/a%23b"),
    ] {
        client.delete_number(id).await.unwrap_err();
        let requests = server.received_requests().await.unwrap();
        assert_eq!(requests.last().unwrap().url.path(), path);
    }
    let sent = server.received_requests().await.unwrap().len();
    for id in ["", ".", "..", "a\nb", "a\r\nHost: x", "\t..\t"] {
        let error = client.delete_number(id).await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{id:?}: {error:?}");
    }
    assert_eq!(server.received_requests().await.unwrap().len(), sent);
}

#[tokio::test]
async fn settings_apply_to_requests() {
    let server = server(ResponseTemplate::new(200).set_body_string("[]")).await;
    let builder: ClientBuilder<Interactly> = Interactly::builder(KEY);
    let uri = format!("{}/behind/a/proxy/", server.uri());
    let client = builder.base_url(uri).user_agent("my-app/7").build().unwrap();
    client.list_numbers(None).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests[0].url.path(), "/behind/a/proxy/assistants/v1/numbers");
    assert_eq!(requests[0].headers["user-agent"], "my-app/7");
}

#[test]
fn clients_of_one_account_have_equal_ids() {
    let vapi =
        |key: &str, url: &str| Vapi::builder(key).base_url(url).user_agent(key.to_owned() + url).build().unwrap();
    let one = vapi("key", "https://api.vapi.ai");
    let account = one.account();
    assert_eq!(account, one.clone().account());
    assert_eq!(account, Vapi::builder("key").build().unwrap().account(), "what it calls itself does not matter");
    assert_ne!(account, vapi("other", "https://api.vapi.ai").account());
    assert_ne!(account, vapi("key", "https://api.eu.vapi.ai").account());
    for (one, other) in [
        ("https://example.com/x", "https://example.com/x/"),
        ("http://localhost:7", "http://127.0.0.1:7/"),
        ("http://localhost:7", "http://[::1]:7"),
    ] {
        assert_eq!(vapi("key", one).account(), vapi("key", other).account(), "{one} {other}");
    }
}

/// Imports into one account are locked by number and share lists, so two accounts must not count as one.
#[test]
fn every_platform_distinguishes_accounts() {
    for platform in PLATFORMS {
        let here = |address, key| (platform.connect)(&platform.api.account(address, key), Pace::at_once());
        told_apart(|address| here(if address == "one" { "http://127.0.0.1:1" } else { "http://127.0.0.1:2" }, KEY));
        let [one, renewed] = ["one", "renewed"].map(|key| here("http://127.0.0.1:1", key).account());
        // If the settings contain the account's id, the key may change.
        let has_id = !one.as_str().starts_with("key-");
        assert_eq!(one == renewed, has_id, "{one} {renewed}");
        assert!(!one.as_str().contains("one"), "{one}");
    }
    told_apart(|space| SignalWire::builder(PROJECT, KEY, space).build().unwrap());
    told_apart(|organization| Butter::builder(KEY, organization).build().unwrap());
}

fn told_apart<P: VoicePlatform>(client: impl Fn(&'static str) -> P) {
    let [one, again, other] = ["one", "one", "other"].map(client);
    assert_eq!(one.account(), again.account(), "{one:?}");
    assert_ne!(one.account(), other.account(), "{one:?}");
}

#[test]
fn debug_shows_the_service_and_the_base_url_and_no_key() {
    let builder = || Vapi::builder(KEY).base_url("https://voice.example.com/");
    let shown = format!("{:?}", builder());
    assert!(shown.contains("vapi") && !shown.contains("example.com"), "an address is not checked yet: {shown}");
    let client = format!("{:?}", builder().build().unwrap());
    assert!(client.contains("vapi") && client.contains("voice.example.com"), "{client}");
    assert!(!format!("{shown}{client}").contains(KEY));
}
