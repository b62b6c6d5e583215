//! Every documented exchange for Vapi's numbers, except updates.

use numport::Timestamp;
use numport::model::CallbackUrl;
use numport::platform::vapi::{
    Bound, CreateByoNumber, CreatePhoneNumber, CreateTelnyxNumber, CreateTwilioNumber, CreateVapiNumber,
    CreateVonageNumber, ListFilter, NumberStatus, PhoneNumber, Provider, SearchNumbers, Settings, SipAuthentication,
    SortBy, SortOrder,
};
use numport::{E164, Vapi};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{KEY, authorization, case, exchange, server};

pub(crate) const CREDENTIAL: &str = "00000000-0000-4000-8000-0000000000cc";
pub(crate) const ASSISTANT: &str = "29d47d31-ba3c-451c-86ce-0123456789ab";
pub(crate) const BYO: &str = "00000000-0000-4000-8000-000000000001";

pub(crate) fn client(uri: String) -> Vapi {
    Vapi::builder(KEY).base_url(uri).build().unwrap()
}

pub(crate) fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

pub(crate) fn account() -> String {
    format!("AC{}", "x".repeat(32))
}

pub(crate) fn api_key() -> String {
    format!("SK{}", "x".repeat(32))
}

pub(crate) fn sip_authentication() -> SipAuthentication {
    SipAuthentication::new("a-user-of-20-letters", "a-word-of-20-letters").realm("sip.vapi.ai")
}

/// Every date filter of a list, and the largest limit.
pub(crate) fn every_filter(limit: u32) -> ListFilter {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    ListFilter::new()
        .limit(limit)
        .created(Bound::After, at("2025-01-01T00:00:00Z"))
        .created(Bound::From, at("2025-01-02T00:00:00Z"))
        .created(Bound::Before, at("2025-12-31T23:59:59.999Z"))
        .created(Bound::Until, at("2025-12-30T00:00:00Z"))
        .updated(Bound::After, at("2025-02-01T00:00:00Z"))
        .updated(Bound::From, at("2025-02-02T00:00:00Z"))
        .updated(Bound::Before, at("2025-11-30T00:00:00Z"))
        .updated(Bound::Until, at("2025-05-05T18:38:08.815+02:00"))
}

pub(crate) async fn create(name: &str, create: impl Into<CreatePhoneNumber>) -> PhoneNumber {
    let create = create.into();
    let name = format!("vapi/create_number/{name}");
    exchange(&name, client, |client| async move { client.create_number(create).await }).await
}

async fn get(name: &str) -> PhoneNumber {
    let name = format!("vapi/get_number/{name}");
    let path = case(&name).request.path;
    let id = path.strip_prefix("/phone-number/").unwrap();
    exchange(&name, client, |client| async move { client.get_number(id).await }).await
}

#[tokio::test]
async fn numbers_of_a_trunk_are_imported() {
    let import = CreateByoNumber::new("a2c815b8-03f4-40f5-813c-000000000000", "1833684XXXX")
        .number_e164_check_enabled(false)
        .settings(Settings::new().name("PLIVO SIP Number"));
    let made = create("byo", import).await;
    assert_eq!(made.number.as_deref(), Some("1833684XXXX"));
    assert_eq!(made.status, Some(NumberStatus::Active));
    assert_eq!((made.provider, made.number_e164_check_enabled), (Some(Provider::Byo), Some(false)));
    assert_eq!(made.credential_id.as_deref(), Some("a2c815b8-03f4-40f5-813c-000000000000"));

    let import = CreateByoNumber::new(CREDENTIAL, "15551234567")
        .number_e164_check_enabled(false)
        .settings(Settings::new().name("Zadarma Number"));
    let made = create("byo_zadarma", import).await;
    assert!(made.extra.get("providerResourceId").is_some(), "{made:?}");
}

#[tokio::test]
async fn twilio_numbers_are_imported_with_a_token_and_with_a_key() {
    let settings = Settings::new().name("Main line");
    let import = CreateTwilioNumber::new(number("+14155551234"), account())
        .twilio_auth_token("planted-auth-token")
        .sms_enabled(false)
        .settings(settings.clone().assistant_id(ASSISTANT));
    create("twilio_token", import).await;

    let import = CreateTwilioNumber::new(number("+14155551234"), account())
        .twilio_api_key(api_key())
        .twilio_api_secret("planted-api-secret")
        .settings(settings);
    create("twilio_api_key", import).await;
}

#[tokio::test]
async fn numbers_of_stored_carriers_are_imported() {
    let made = create("vonage", CreateVonageNumber::new(CREDENTIAL, number("+14155550100"))).await;
    assert_eq!((made.provider, made.credential_id.as_deref()), (Some(Provider::Vonage), Some(CREDENTIAL)));
    let made = create("telnyx", CreateTelnyxNumber::new(CREDENTIAL, number("+14155550199"))).await;
    assert_eq!((made.provider, made.credential_id.as_deref()), (Some(Provider::Telnyx), Some(CREDENTIAL)));
}

#[tokio::test]
async fn vapi_creates_numbers_and_sip_addresses() {
    let answered = Settings::new().assistant_id(ASSISTANT);
    let wish = CreateVapiNumber::new().number_desired_area_code("415").settings(answered.clone());
    let made = create("vapi_area_code", wish).await;
    assert_eq!(made.number, None);
    assert_eq!(made.status, Some(NumberStatus::Activating));

    let address = CreateVapiNumber::new().sip_uri("sip:your_unique_user_name@sip.vapi.ai").settings(answered.clone());
    create("vapi_sip", address).await;
    let address = CreateVapiNumber::new()
        .sip_uri("sip:your_unique_user_name@sip.eu.vapi.ai")
        .settings(answered.name("EU SIP Assistant"));
    create("vapi_sip_eu", address).await;

    let address = CreateVapiNumber::new()
        .sip_uri("sip:my_unique_user@sip.vapi.ai")
        .authentication(sip_authentication())
        .settings(Settings::new().name("SIP line"));
    let made = create("vapi_sip_authentication", address).await;
    assert_eq!(made.provider, Some(Provider::Vapi));
    assert_eq!(made.authentication.unwrap().password.unwrap().expose(), "a-word-of-20-letters");
}

#[tokio::test]
async fn numbers_are_listed() {
    let list = |client: Vapi| async move { client.list_numbers(&ListFilter::new()).await };
    let numbers: Vec<PhoneNumber> = exchange("vapi/list_numbers/all_providers", client, list).await;
    let providers: Vec<&str> = numbers.iter().map(|number| number.provider.as_ref().unwrap().as_str()).collect();
    assert_eq!(providers, ["byo-phone-number", "twilio", "vonage", "vapi", "vapi", "telnyx"]);
    let list = |client: Vapi| async move { client.list_numbers(&every_filter(1000)).await };
    exchange("vapi/list_numbers/every_filter", client, list).await;
}

#[tokio::test]
async fn numbers_are_searched() {
    let search = |client: Vapi| async move { client.search_numbers(&SearchNumbers::new()).await };
    let page = exchange("vapi/search_numbers/one_page", client, search).await;
    assert_eq!(page.results.len(), 6);
    let metadata = page.metadata.unwrap();
    assert_eq!(metadata.has_next_page, Some(false));
    assert_eq!(metadata.total_items, Some(6.into()));

    let wanted = SearchNumbers::new()
        .search("front desk & +1")
        .filter(every_filter(1))
        .page(2)
        .sort_order(SortOrder::Ascending)
        .sort_by(SortBy::CreatedAt);
    let search = |client: Vapi| async move { client.search_numbers(&wanted).await };
    let page = exchange("vapi/search_numbers/every_parameter", client, search).await;
    let metadata = page.metadata.unwrap();
    assert_eq!(metadata.sort_order, Some(SortOrder::Ascending));
    assert!(metadata.extra.is_empty() && page.extra.is_empty(), "{metadata:?}");
}

#[tokio::test]
async fn a_number_of_every_carrier_is_read() {
    for (name, provider) in [
        ("byo", "byo-phone-number"),
        ("twilio", "twilio"),
        ("vonage", "vonage"),
        ("vapi", "vapi"),
        ("vapi_sip", "vapi"),
        ("telnyx", "telnyx"),
    ] {
        let read = get(name).await;
        let known = read.provider.as_ref().unwrap();
        assert_eq!(known.as_str(), provider);
        assert!(!matches!(known, Provider::Unknown(_)), "{name}");
        assert!(read.extra.get("credentialId").is_none(), "{name}: {read:?}");
    }
    let read = get("twilio_with_secrets").await;
    assert_eq!(read.provider, Some(Provider::Twilio));
    assert_eq!(read.twilio_auth_token.unwrap().expose(), "planted-auth-token");
    assert_eq!(read.twilio_api_secret.unwrap().expose(), "planted-api-secret");
    let bought = get("twilio_bought").await;
    assert_eq!((&bought.provider, &bought.twilio_account_sid), (&Some(Provider::Twilio), &None), "{bought:?}");
}

#[tokio::test]
async fn a_number_from_before_2025_is_read() {
    let read = get("before_2025").await;
    assert_eq!(read.server_url.as_ref().map(CallbackUrl::as_str), Some("https://example.com/vapi"));
    assert_eq!(read.server_url_secret.unwrap().expose(), "planted-webhook-secret");
    assert!(read.extra.is_empty(), "{:?}", read.extra);
    assert!(read.fallback_destination.is_some());
}

#[tokio::test]
async fn a_number_of_an_unknown_carrier_is_kept() {
    let read = get("unknown_provider").await;
    assert!(matches!(&read.provider, Some(Provider::Unknown(name)) if name.as_str() == "carrier-pigeon"), "{read:?}");
    assert_eq!(read.extra.get("coop"), Some(&json!({"birds": 3})));
    assert_eq!(read.credential_id.as_deref(), Some(CREDENTIAL));
    assert!(matches!(&read.status, Some(NumberStatus::Unknown(_))), "{read:?}");
}

/// A webhook contains the whole stored row: every column of every carrier, unset ones as `null`.
#[test]
fn a_stored_row_is_read() {
    let mut row = json!({
        "id": BYO, "orgId": "00000000-0000-4000-8000-0000000000aa", "provider": "vapi", "status": "active",
        "number": "+14155550126", "smsEnabled": true, "useClusterSip": false,
    });
    for column in [
        "assistantId",
        "createdAt",
        "updatedAt",
        "stripeSubscriptionId",
        "twilioAccountSid",
        "twilioAuthToken",
        "stripeSubscriptionStatus",
        "stripeSubscriptionCurrentPeriodStart",
        "name",
        "credentialId",
        "serverUrl",
        "serverUrlSecret",
        "twilioOutgoingCallerId",
        "sipUri",
        "fallbackForwardingPhoneNumber",
        "fallbackDestination",
        "squadId",
        "credentialIds",
        "numberE164CheckEnabled",
        "authentication",
        "server",
        "providerResourceId",
        "hooks",
        "twilioApiKey",
        "twilioApiSecret",
        "workflowId",
    ] {
        row[column] = Value::Null;
    }
    let providers = ["byo-phone-number", "twilio", "vonage", "vapi", "telnyx", "carrier-pigeon"];
    for provider in providers {
        row["provider"] = provider.into();
        let read: PhoneNumber =
            serde_json::from_value(row.clone()).unwrap_or_else(|error| panic!("{provider}: {error}"));
        assert_eq!(read.provider.as_ref().unwrap().as_str(), provider);
        assert_eq!((read.name, read.server, read.hooks), (None, None, None));
        assert_eq!(read.extra.get("stripeSubscriptionId"), Some(&Value::Null));
    }
}

#[tokio::test]
async fn a_removed_number_is_returned() {
    let delete = |client: Vapi| async move { client.delete_number(BYO).await };
    let removed: PhoneNumber = exchange("vapi/delete_number/byo", client, delete).await;
    assert_eq!(removed.id, BYO);
}

#[tokio::test]
async fn the_key_is_sent_as_a_bearer_token() {
    let server = server(ResponseTemplate::new(200).set_body_json(json!([]))).await;
    client(server.uri()).list_numbers(&ListFilter::new()).await.unwrap();
    assert_eq!(authorization(&server).await, format!("Bearer {KEY}"));
}

#[test]
fn the_european_region_builds() {
    assert_eq!(Vapi::EU_BASE_URL, "https://api.eu.vapi.ai");
    Vapi::builder(KEY).base_url(Vapi::EU_BASE_URL).build().unwrap();
}
