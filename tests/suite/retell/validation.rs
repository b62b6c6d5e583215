//! The rules that are checked before anything is sent, at both of their limits.

use numport::platform::retell::{AgentWeight, ImportNumber, ListNumbers, PurchaseNumber, UpdateNumber, Weight};
use numport::{Error, Result};
use wiremock::MockServer;

use super::endpoints::{NUMBER, client};
use crate::support::validation::problem_fields;

fn import() -> ImportNumber {
    ImportNumber::new(NUMBER, "acme.pstn.twilio.com")
}

fn agents<const N: usize>(weights: [f64; N]) -> [AgentWeight; N] {
    weights.map(|weight| AgentWeight::new("agent_1", weight))
}

/// The refused fields of each call; a call that is not refused is sent, and the server answers 404.
#[tokio::test]
async fn bad_values_are_refused_before_anything_is_sent() {
    let server = MockServer::start().await;
    let retell = client(server.uri());
    let fields = |result: Result<()>| match result.unwrap_err() {
        error @ Error::Invalid(_) => problem_fields(&error).into_iter().map(str::to_owned).collect(),
        error => {
            assert_eq!(error.status().unwrap().as_u16(), 404);
            Vec::<String>::new()
        }
    };
    let country = |code: &str| import().allowed_inbound_country_list([code.to_owned()]);
    for (import, expected) in [
        (import(), vec![]),
        (ImportNumber::new("desk", "host"), vec![]),
        (ImportNumber::new("desk", "host").ignore_e164_validation(false), vec!["phone_number"]),
        (ImportNumber::new("", ""), vec!["phone_number", "termination_uri"]),
        (ImportNumber::new(NUMBER, "a b"), vec!["termination_uri"]),
        (import().inbound_agents([]), vec![]),
        (import().inbound_agents(agents([1.0])), vec![]),
        (import().inbound_agents(agents([0.1, 0.2, 0.7])), vec![]),
        (import().inbound_agents(agents([0.5, 0.49])), vec!["inbound_agents"]),
        (import().outbound_agents(agents([0.0, 1.0])), vec!["outbound_agents.weight"]),
        (import().outbound_agents(agents([1.01])), vec!["outbound_agents.weight", "outbound_agents"]),
        (import().inbound_agents(agents([f64::NAN])), vec!["inbound_agents.weight", "inbound_agents"]),
        (import().inbound_agents([AgentWeight::new("", Weight::all())]), vec!["inbound_agents.agent_id"]),
        (country("US"), vec![]),
        (country("us"), vec!["allowed_inbound_country_list"]),
        (country("USA"), vec!["allowed_inbound_country_list"]),
    ] {
        let said = format!("{import:?}");
        assert_eq!(fields(retell.import_number(&import).await.map(drop)), expected, "{said}");
    }
    let area = |code: u16| PurchaseNumber::new().area_code(code);
    for (purchase, expected) in [
        (area(100), vec![]),
        (area(99), vec!["area_code"]),
        (area(999), vec![]),
        (area(1000), vec!["area_code"]),
        (PurchaseNumber::new().phone_number("4155552671"), vec!["phone_number"]),
        (PurchaseNumber::new().inbound_agents(agents([0.5])), vec!["inbound_agents"]),
    ] {
        assert_eq!(fields(retell.purchase_number(&purchase).await.map(drop)), expected, "{purchase:?}");
    }
    for (update, expected) in [
        (UpdateNumber::new().auth_username("").auth_password(""), vec!["auth_username", "auth_password"]),
        (UpdateNumber::new().termination_uri(""), vec!["termination_uri"]),
        (UpdateNumber::new().outbound_sms_agents(Vec::from(agents([0.5]))), vec!["outbound_sms_agents"]),
        (
            UpdateNumber::new().allowed_outbound_country_list(vec!["U".to_owned()]),
            vec!["allowed_outbound_country_list"],
        ),
    ] {
        assert_eq!(fields(retell.update_number(NUMBER, &update).await.map(drop)), expected, "{update:?}");
    }
    for (limit, expected) in [(1, vec![]), (1000, vec![]), (0, vec!["limit"]), (1001, vec!["limit"])] {
        assert_eq!(fields(retell.list_numbers(&ListNumbers::new().limit(limit)).await.map(drop)), expected, "{limit}");
    }
}
