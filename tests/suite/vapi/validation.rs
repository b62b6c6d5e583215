//! Every documented rule for Vapi's requests: values at the limits are sent, and values beyond them are refused before
//! anything is sent. The rules for the settings of all numbers are in `settings_validation`.

use numport::Patch;
use numport::platform::vapi::{
    CreateByoNumber, CreateSipTrunkCredential, CreateTelnyxNumber, CreateTwilioCredential, CreateTwilioNumber,
    CreateVapiNumber, CreateVonageCredential, CreateVonageNumber, Gateway, ListFilter, SearchNumbers, Server, Settings,
    SipAuthentication, UpdateByoNumber, UpdateSipTrunkCredential, UpdateTelnyxNumber, UpdateTwilioCredential,
    UpdateVapiNumber, UpdateVonageCredential, UpdateVonageNumber,
};

use super::numbers::{ASSISTANT, CREDENTIAL, account, api_key, number};
use super::validation_support::{Ask, Rules, change, create, make, update};

const ODD_IDS: [&str; 9] = [
    "",
    "00000000-0000-4000-8000-0000000000c",
    "00000000-0000-4000-8000-0000000000ccc",
    "00000000-0000-4000-8000-0000000000cg",
    "0000000000-00-4000-8000-0000000000cc",
    "0000000000004000800000000000000000cc",
    "00000000000040008000000000cc",
    "{00000000-0000-4000-8000-0000000000}",
    "00000000-0000-4000-8000-0000000000é",
];
const IDS: [&str; 2] = ["00000000-0000-4000-8000-0000000000cc", "ABCDEF01-2345-6789-abcd-ef0123456789"];

#[tokio::test]
async fn a_credential_requires_a_uuid() {
    let mut rules = Rules::new().await;
    let phone = number("+14155550100");
    let byo = |id: &str| create(CreateByoNumber::new(id, "+14155550100"));
    rules.row("credentialId", IDS, ODD_IDS, byo).await;
    rules.row("credentialId", IDS, ODD_IDS, |id| create(CreateVonageNumber::new(id, phone))).await;
    rules.row("credentialId", IDS, ODD_IDS, |id| create(CreateTelnyxNumber::new(id, phone))).await;
    let set = |id: &str| Patch::Set(id.to_owned());
    rules.row("credentialId", IDS, ODD_IDS, |id| update(UpdateByoNumber::new().credential_id(set(id)))).await;
    rules.row("credentialId", IDS, ODD_IDS, |id| update(UpdateVonageNumber::new().credential_id(set(id)))).await;
    rules.row("credentialId", IDS, ODD_IDS, |id| update(UpdateTelnyxNumber::new().credential_id(set(id)))).await;
}

#[tokio::test]
async fn an_unchecked_number_is_letters_and_digits() {
    let mut rules = Rules::new().await;
    let long = |length: usize| "a".repeat(length);
    let plus = |length: usize| format!("+{}", "7".repeat(length));
    let good = ["abc".into(), "+12".into(), long(40), plus(39), "+001234567890".into(), "1833684XXXX".into()];
    let bad =
        [long(2), long(41), plus(40), "1 23".into(), "1+23".into(), "++123".into(), "1-23".into(), "é".repeat(40)];
    let import = |number: String| create(CreateByoNumber::new(CREDENTIAL, number).number_e164_check_enabled(false));
    rules.row("number", good.clone(), bad.clone(), import).await;
    for short in ["", "+"] {
        let (fields, told) = rules.problems("number", import(short.to_owned())).await;
        assert_eq!(fields, ["number", "number"], "both its length and its form: {told}");
    }
    let set = |number: String| UpdateByoNumber::new().number(Patch::Set(number));
    rules.row("number", good.clone(), bad.clone(), |number| update(set(number).number_e164_check_enabled(false))).await;
    // Without a setting for the check, only Vapi knows whether it checks the number.
    rules.row("number", good, bad, |number| update(set(number))).await;
}

#[tokio::test]
async fn a_checked_number_is_e164() {
    let mut rules = Rules::new().await;
    let good = ["+12", "+14155550100", "+123456789012345"];
    let bad = ["14155550100", "+0123456", "+1234567890123456", "+1415555010a", "+1 415", "1833684XXXX"];
    let import = |number: &str| CreateByoNumber::new(CREDENTIAL, number);
    let (_, told) = rules.problems("number", create(import("4155550100"))).await;
    assert!(told.contains("`number` does not begin with `+`"), "{told}");
    rules.row("number", good, bad, |number| create(import(number))).await;
    rules.row("number", good, bad, |number| create(import(number).number_e164_check_enabled(true))).await;
    let change =
        |number: &str| UpdateByoNumber::new().number(Patch::Set(number.into())).number_e164_check_enabled(true);
    rules.row("number", good, bad, |number| update(change(number))).await;
}

#[tokio::test]
async fn a_twilio_number_has_an_account_and_a_key() {
    let mut rules = Rules::new().await;
    let import = || CreateTwilioNumber::new(number("+14155551234"), account());
    let nameless = CreateTwilioNumber::new(number("+14155551234"), "").twilio_auth_token("t");
    rules.refuses("twilioAccountSid", create(nameless)).await;
    rules.refuses("twilioAuthToken", create(import())).await;
    rules.refuses("twilioApiSecret", create(import().twilio_api_key(api_key()))).await;
    rules.refuses("twilioApiKey", create(import().twilio_api_secret("s"))).await;
    rules.takes("token", create(import().twilio_auth_token("t"))).await;
    rules.takes("key", create(import().twilio_api_key(api_key()).twilio_api_secret("s"))).await;
    let both = import().twilio_auth_token("t").twilio_api_key(api_key());
    rules.takes("token and half a key", create(both)).await;
}

#[tokio::test]
async fn a_number_of_vapi_has_maximum_lengths() {
    let mut rules = Rules::new().await;
    let area = |code: String| create(CreateVapiNumber::new().number_desired_area_code(code));
    rules.length("numberDesiredAreaCode", (3, 3), area).await;
    let whole = "a".repeat(20);
    let user = |user: String| SipAuthentication::new(user, whole.clone());
    let password = |password: String| SipAuthentication::new(whole.clone(), password);
    let made = |authentication| create(CreateVapiNumber::new().authentication(authentication));
    let changed = |authentication: SipAuthentication| update(UpdateVapiNumber::new().authentication(authentication));
    rules.length("authentication.username", (20, 40), |text| made(user(text))).await;
    rules.length("authentication.password", (20, 40), |text| made(password(text))).await;
    rules.length("authentication.username", (20, 40), |text| changed(user(text))).await;
    rules.length("authentication.password", (20, 40), |text| changed(password(text))).await;
}

#[tokio::test]
async fn lists_have_limits() {
    let mut rules = Rules::new().await;
    let limit = |limit| ListFilter::new().limit(limit);
    rules.row("limit", [0, 1000], [1001, u32::MAX], |to| Ask::ListNumbers(limit(to))).await;
    rules.row("limit", [0, 1000], [1001, u32::MAX], |to| Ask::ListCredentials(limit(to))).await;
    rules.row("limit", [0, 1000], [1001], |to| Ask::Search(SearchNumbers::new().filter(limit(to)))).await;
    rules.row("page", [1, u32::MAX], [0], |page| Ask::Search(SearchNumbers::new().page(page))).await;
    rules.length("search", (0, 100), |text| Ask::Search(SearchNumbers::new().search(text))).await;
}

#[tokio::test]
async fn a_credential_has_maximum_lengths() {
    let mut rules = Rules::new().await;
    let trunk = || CreateSipTrunkCredential::new(vec![Gateway::new("203.0.113.10")]);
    let edges = (1, 40);
    rules.length("name", edges, |name| make(trunk().name(name))).await;
    rules.length("name", edges, |name| make(CreateTwilioCredential::new(account()).name(name))).await;
    rules.length("name", edges, |name| make(CreateVonageCredential::new("k", "s").name(name))).await;
    rules.length("name", edges, |name| change(UpdateSipTrunkCredential::new().name(name))).await;
    rules.length("name", edges, |name| change(UpdateTwilioCredential::new().name(name))).await;
    rules.length("name", edges, |name| change(UpdateVonageCredential::new().name(name))).await;
    let edges = (0, 10_000);
    rules.length("techPrefix", edges, |text| make(trunk().tech_prefix(text))).await;
    rules.length("techPrefix", edges, |text| change(UpdateSipTrunkCredential::new().tech_prefix(text))).await;
    rules.length("sipDiversionHeader", edges, |text| make(trunk().sip_diversion_header(text))).await;
    let header = |text: String| change(UpdateSipTrunkCredential::new().sip_diversion_header(text));
    rules.length("sipDiversionHeader", edges, header).await;
}

#[tokio::test]
async fn a_gateway_has_ranges() {
    let mut rules = Rules::new().await;
    // The second of two gateways, so that its index in the path differs.
    let two = |gateway: Gateway| vec![Gateway::new("203.0.113.10"), gateway];
    let made = |gateway| make(CreateSipTrunkCredential::new(two(gateway)));
    let changed = |gateway| change(UpdateSipTrunkCredential::new().gateways(two(gateway)));
    let host = |host: &str| Gateway::new(host).inbound_enabled(false);
    let asks: [&dyn Fn(Gateway) -> Ask; 2] = [&made, &changed];
    for ask in asks {
        let ip = || Gateway::new("203.0.113.11");
        rules.range("gateways[1].port", (1, 65_535), |port| ask(ip().port(port))).await;
        rules.range("gateways[1].netmask", (24, 32), |netmask| ask(ip().netmask(netmask))).await;
        let bad = ["sip.zadarma.com", "2001:db8::1", "203.0.113", "203.0.113.256", "203.0.113.10:5060", ""];
        let good = ["0.0.0.0", "255.255.255.255"];
        rules.row("gateways[1].ip", good, bad, |ip| ask(Gateway::new(ip))).await;
        rules.row("gateways[1].ip", good, bad, |ip| ask(Gateway::new(ip).inbound_enabled(true))).await;
        rules.takes("gateways[1].ip", ask(host("sip.zadarma.com"))).await;
    }
    rules.refuses("gateways", make(CreateSipTrunkCredential::new(vec![]))).await;
    rules.refuses("gateways", change(UpdateSipTrunkCredential::new().gateways(vec![]))).await;
}

#[tokio::test]
async fn all_problems_of_a_request_are_reported_together() {
    let rules = Rules::new().await;
    let settings = Settings::new()
        .name("n".repeat(41))
        .assistant_id(ASSISTANT)
        .server(Server::new().timeout_seconds(301).header("X-Fine", "text"));
    let import = CreateByoNumber::new("my-api-key", "1").settings(settings);
    let (fields, told) = rules.problems("many", create(import)).await;
    assert_eq!(fields, ["number", "number", "credentialId", "name", "server.timeoutSeconds"]);
    assert!(told.starts_with("vapi: import number was not sent: `number` has 1 characters; use 3 to 40; "), "{told}");
    for part in [
        "`credentialId` is not a UUID; ",
        "`name` has 41 characters; use at most 40",
        "`server.timeoutSeconds` is 301; use 1 to 300",
    ] {
        assert!(told.contains(part), "{told}");
    }

    let authentication = SipAuthentication::new("short", "planted-password");
    let address = CreateVapiNumber::new().number_desired_area_code("41").authentication(authentication);
    let (fields, told) = rules.problems("secret", create(address)).await;
    assert_eq!(fields, ["numberDesiredAreaCode", "authentication.username", "authentication.password"]);
    assert!(!told.contains("planted-password"), "{told}");
}

#[tokio::test]
async fn kept_and_cleared_fields_break_no_rule() {
    let mut rules = Rules::new().await;
    let byo = UpdateByoNumber::new().number(Patch::Clear).credential_id(Patch::Clear);
    rules.takes("cleared", update(byo)).await;
    rules.takes("cleared", update(UpdateVapiNumber::new().authentication(Patch::Clear))).await;
    let trunk = UpdateSipTrunkCredential::new().gateways(Patch::Clear).name(Patch::Clear);
    rules.takes("cleared", change(trunk)).await;
    rules.takes("kept", update(UpdateByoNumber::new())).await;
}
