//! Hosts: those of other regions, and those of the environment variables.

use numport::{AccountKey, Twilio};
use serde_json::json;
use wiremock::ResponseTemplate;

use super::endpoints::{NUMBER, SID, documented};
use crate::support::server;
use crate::support::validation::problem_fields;

fn builder() -> numport::ClientBuilder<Twilio> {
    Twilio::builder(AccountKey::token(SID, "token"))
}

/// A client with these variables in addition to the account's own.
fn from_vars(vars: &[(&str, &str)]) -> numport::Result<Twilio> {
    Twilio::from_vars(|name| match name {
        "TWILIO_ACCOUNT_SID" => Some(SID.to_owned()),
        "TWILIO_AUTH_TOKEN" => Some("token".to_owned()),
        name => vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
    })
}

/// The hosts that a client shows, the API's first.
fn hosts(client: &Twilio) -> Vec<String> {
    let shown = format!("{client:?}");
    let after = shown.split("\"https://").skip(1);
    after.map(|rest| rest.split('/').next().unwrap().to_owned()).collect()
}

#[test]
fn a_region_has_its_own_hosts() {
    assert_eq!(hosts(&builder().build().unwrap()), ["api.twilio.com", "trunking.twilio.com"]);
    let dublin = ["api.dublin.ie1.twilio.com", "trunking.dublin.ie1.twilio.com"];
    assert_eq!(hosts(&builder().region("dublin", "ie1").build().unwrap()), dublin);
    let both = [("TWILIO_EDGE", "dublin"), ("TWILIO_REGION", "ie1")];
    assert_eq!(hosts(&from_vars(&both).unwrap()), dublin);
    assert_eq!(hosts(&from_vars(&both).unwrap().for_subaccount(SID).unwrap()), dublin);
    let sao_paulo = builder().region("sao-paulo", "us1").build().unwrap();
    assert_eq!(hosts(&sao_paulo), ["api.sao-paulo.us1.twilio.com", "trunking.sao-paulo.us1.twilio.com"]);
}

#[test]
fn settings_are_added_to_those_of_the_variables() {
    let vars = [("TWILIO_EDGE", "dublin"), ("TWILIO_REGION", "ie1")];
    let lookup = |name: &str| match name {
        "TWILIO_ACCOUNT_SID" => Some(format!("AC{:032}", 0)),
        "TWILIO_AUTH_TOKEN" => Some("token".to_owned()),
        _ => vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
    };
    let limit = std::num::NonZeroU32::new(5).unwrap();
    let client = Twilio::builder_from_vars(lookup).unwrap().requests_per_second(limit).build().unwrap();
    assert_eq!(hosts(&client)[0], "api.dublin.ie1.twilio.com");
}

#[test]
fn an_edge_and_a_region_go_together() {
    for (given, missing) in [("TWILIO_EDGE", "TWILIO_REGION"), ("TWILIO_REGION", "TWILIO_EDGE")] {
        let error = from_vars(&[(given, "ie1")]).unwrap_err();
        assert_eq!(problem_fields(&error), [missing]);
        assert!(error.to_string().contains(&format!("`{missing}` is not set, but {given} is")), "{error}");
        // An empty variable counts as missing.
        let error = from_vars(&[(given, "ie1"), (missing, "")]).unwrap_err();
        assert_eq!(problem_fields(&error), [missing]);
    }
    assert_eq!(hosts(&from_vars(&[("TWILIO_EDGE", ""), ("TWILIO_REGION", "")]).unwrap())[0], "api.twilio.com");
}

#[test]
fn an_invalid_part_of_a_host_is_refused() {
    for bad in ["", "Dublin", "a b", "x.y", "x/y", "x@y", "x:1", "x?", "é", "evil.example#"] {
        assert_eq!(problem_fields(&builder().region(bad, "ie1").build().unwrap_err()), ["edge"], "{bad}");
        assert_eq!(problem_fields(&builder().region("dublin", bad).build().unwrap_err()), ["region"], "{bad}");
        let swapped = builder().region("ie1", "dublin").build().unwrap_err().to_string();
        assert!(swapped.contains("`edge` is \"ie1\", which is a region; give the edge first"), "{swapped}");
        let both = builder().region(bad, bad).build().unwrap_err();
        assert_eq!(problem_fields(&both), ["edge", "region"], "{bad}");
    }
    let error = from_vars(&[("TWILIO_EDGE", "x/y"), ("TWILIO_REGION", "ie1")]).unwrap_err();
    assert_eq!(problem_fields(&error), ["TWILIO_EDGE"]);
}

#[tokio::test]
async fn another_base_url_serves_both_apis_whatever_the_region() {
    let server = server(ResponseTemplate::new(200).set_body_json(documented(json!({})))).await;
    let uri = server.uri();
    let vars = [("TWILIO_EDGE", "dublin"), ("TWILIO_REGION", "ie1"), ("TWILIO_BASE_URL", uri.as_str())];
    let client = from_vars(&vars).unwrap();
    client.get_number(NUMBER).await.unwrap();
    client.get_trunk_number(&NUMBER.replace("PN", "TK"), NUMBER).await.unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
}
