//! Every documented exchange of Butter.

use numport::platform::butter::{
    Assignment, Butter, CreateIntegration, ImportNumber, ImportSipNumber, ImportTwilioNumber, ImportedNumber,
    Integration, ListNumbers, MediaEncryption, NumberPage, NumberStatus, NumberSummary, Provider, TwilioIntegration,
    UpdateIntegration,
};
use numport::{E164, Patch};
use serde_json::{Value, json};

use crate::support::{KEY, at_once, case, exchange, exchange_at};

pub(crate) const ORGANIZATION: &str = "org_abc123";
pub(crate) const AGENT: &str = "agent_a1b2c3d4e5f6";
pub(crate) const NUMBER: &str = "phon_b2c3d4e5f6a7";
pub(crate) const INTEGRATION: &str = "intg_a1b2c3d4e5f6";

/// A client without a rate limit.
pub(crate) fn client(uri: String) -> Butter {
    client_of(ORGANIZATION, uri)
}

/// A client without a rate limit, whose account has this name.
pub(crate) fn client_of(account: &str, uri: String) -> Butter {
    let limit = 1000.try_into().unwrap();
    let builder = Butter::builder(KEY, ORGANIZATION).account_name(account, [""; 0]).base_url(uri);
    builder.requests_per_second(limit).retry(at_once()).build().unwrap()
}

pub(crate) fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

/// The documented import of a number on a trunk.
fn sip() -> ImportSipNumber {
    ImportSipNumber::new(number("+15559876543"))
        .supports_inbound(true)
        .supports_outbound(true)
        .sip_trunk_name("my-trunk")
        .sip_server_address("sip.example.com")
        .sip_username("user")
        .sip_password("pass")
        .media_encryption(MediaEncryption::Require)
}

async fn import(name: &str, import: impl Into<ImportNumber>) -> ImportedNumber {
    let (name, import) = (format!("butter/import_number/{name}"), import.into());
    exchange_at(&name, "/data", client, |client| async move { client.import_number(import).await }).await
}

async fn list(name: &str, status: Option<NumberStatus>, cursor: Option<&str>) -> NumberPage {
    let name = format!("butter/list_numbers/{name}");
    let list = status.into_iter().fold(ListNumbers::new(), ListNumbers::status);
    let list = cursor.into_iter().fold(list, ListNumbers::cursor);
    exchange(&name, client, |client| async move { client.list_numbers(&list).await }).await
}

#[tokio::test]
async fn numbers_are_listed() {
    let page = list("documented", None, None).await;
    assert_eq!(page.data[0].assigned_agent_id.as_deref(), Some("agent_b2c3d4e5f6a7"));
    assert_eq!((&page.data[1].provider, &page.data[1].assigned_agent_id), (&Some(Provider::Sip), &None));
    assert_eq!(page.extra.get("success"), Some(&json!(true)));
    let pagination = page.pagination.unwrap();
    assert_eq!((pagination.has_more, pagination.next_cursor), (Some(false), None));
    assert_eq!(pagination.total_count, Some(2.into()));

    let page = list("assigned", Some(NumberStatus::Assigned), None).await;
    assert_eq!(page.data[0].status, Some(NumberStatus::Assigned));
    let page = list("cursor", Some(NumberStatus::Free), Some("a+b/=")).await;
    assert_eq!(page.pagination.unwrap().next_cursor.as_deref(), Some("bmV4dA=="));
}

#[tokio::test]
async fn a_twilio_number_is_imported() {
    let twilio = ImportTwilioNumber::new(number("+15551234567"), INTEGRATION);
    let made = import("twilio", twilio.supports_inbound(true).supports_outbound(true)).await;
    assert_eq!(made.integration_id.as_deref(), Some(INTEGRATION));
    assert_eq!((made.provider, made.status), (Some(Provider::Twilio), Some(NumberStatus::Free)));
    assert!(made.extra.is_empty(), "{:?}", made.extra);
}

#[tokio::test]
async fn a_trunks_number_is_imported() {
    let made = import("sip", sip()).await;
    assert_eq!((made.provider, made.integration_id), (Some(Provider::Sip), None));
    let every = sip()
        .supports_outbound(false)
        .sip_password("planted-sip-password")
        .inbound_room_name("call-")
        .inbound_pin("planted-04")
        .media_encryption(MediaEncryption::Disable);
    assert!(!format!("{every:?}").contains("planted"), "{every:?}");
    let made = import("sip_full", every).await;
    assert_eq!(made.extra.get("sip_uri"), Some(&json!("sip:butter@sip.example.com")));
}

#[test]
fn unset_fields_are_not_sent() {
    let body = |import: ImportNumber| serde_json::to_value(import).unwrap();
    let phone = number("+15551234567");
    let bare = ImportTwilioNumber::new(phone, INTEGRATION).into();
    let wanted = json!({"provider": "twilio", "phone_number": "+15551234567", "integration_id": INTEGRATION});
    assert_eq!(body(bare), wanted);
    assert_eq!(body(ImportSipNumber::new(phone).into()), json!({"provider": "sip", "phone_number": "+15551234567"}));
    assert_eq!(serde_json::to_value(UpdateIntegration::new()).unwrap(), json!({}));
    for (word, encryption) in [
        ("disable", MediaEncryption::Disable),
        ("allow", MediaEncryption::Allow),
        ("require", MediaEncryption::Require),
    ] {
        let sip = ImportSipNumber::new(phone).media_encryption(encryption);
        assert_eq!(body(sip.into())["media_encryption"], word);
    }
}

#[tokio::test]
async fn a_number_is_assigned() {
    let assign = |client: Butter| async move { client.assign_number(AGENT, NUMBER).await };
    let agent: Assignment = exchange_at("butter/assign_number/documented", "/data", client, assign).await;
    assert_eq!(agent.assigned_phone_number_ids.as_deref(), Some(&[NUMBER.to_owned()][..]));
}

#[tokio::test]
async fn a_number_is_unassigned() {
    let unassign = |client: Butter| async move { client.unassign_number(AGENT, NUMBER).await };
    let agent: Assignment = exchange_at("butter/unassign_number/documented", "/data", client, unassign).await;
    assert_eq!(agent.assigned_phone_number_ids.as_deref(), Some(&[][..]));
    assert_eq!(agent.agent_name.as_deref(), Some("Sales Rep"));
}

#[tokio::test]
async fn an_integration_is_created_updated_and_deleted() {
    let account = |digit: &str| format!("AC{}", digit.repeat(32));
    let create = CreateIntegration::twilio("Twilio Production", account("x"), "your_twilio_auth_token");
    assert!(!format!("{create:?}").contains("your_twilio"), "{create:?}");
    let create = |client: Butter| async move { client.create_integration(&create).await };
    let made: Integration = exchange_at("butter/create_integration/documented", "/data", client, create).await;
    assert_eq!((made.integration_id.as_str(), made.client_id.as_deref()), (INTEGRATION, Some(ORGANIZATION)));

    let name = UpdateIntegration::new().name("Twilio Production - Updated".to_owned());
    let credentials = TwilioIntegration::new(account("y"), "another_twilio_auth_token").into();
    let credentials = UpdateIntegration::new().credentials(Patch::Set(credentials));
    assert!(!format!("{credentials:?}").contains("another_twilio"), "{credentials:?}");
    for (case, update) in [("name", name), ("credentials", credentials)] {
        let send = |client: Butter| async move { client.update_integration(INTEGRATION, &update).await };
        let changed = exchange_at(&format!("butter/update_integration/{case}"), "/data", client, send).await;
        assert_eq!(changed.updated_at.as_deref(), Some("2024-01-15T11:00:00Z"));
    }

    let delete = |client: Butter| async move { client.delete_integration(INTEGRATION).await };
    let removed: Integration = exchange_at("butter/delete_integration/documented", "/data", client, delete).await;
    assert_eq!(removed.status.as_deref(), Some("active"));
}

/// The list and the import return two objects for one number, each with fields of its own.
#[test]
fn the_list_and_the_import_return_different_fields() {
    let imported = case("butter/import_number/twilio").response.body["data"].clone();
    let listed = case("butter/list_numbers/documented").response.body["data"][0].clone();
    let read: NumberSummary = serde_json::from_value(imported.clone()).unwrap();
    let fields: Vec<&str> = read.extra.0.keys().map(String::as_str).collect();
    assert_eq!((fields, read.assigned_agent_id), (vec!["integration_id", "updated_at"], None));
    let read: ImportedNumber = serde_json::from_value(listed).unwrap();
    let fields: Vec<&str> = read.extra.0.keys().map(String::as_str).collect();
    assert_eq!((fields, read.updated_at), (vec!["assigned_agent_id"], None));
    let mut null: Value = imported;
    null["integration_id"] = Value::Null;
    assert_eq!(serde_json::from_value::<ImportedNumber>(null).unwrap().integration_id, None);
}
