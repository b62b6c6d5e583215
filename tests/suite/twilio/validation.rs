//! Invalid calls are refused before anything is sent.

use futures_util::TryStreamExt;
use numport::Twilio;
use numport::provider::twilio::{ListAccounts, ListCallerIds, ListNumbers, UpdateNumber};
use serde_json::json;

use super::endpoints::{ADDRESS, APPLICATION, NUMBER, SID, TRUNK, client, documented};
use crate::support::validation::Edges;

async fn edges() -> Edges<Twilio> {
    // A response that is valid for a number, an account and an empty page of each list.
    let lists = json!({"incoming_phone_numbers": [], "accounts": [], "outgoing_caller_ids": [], "phone_numbers": []});
    Edges::new(documented(lists), client).await
}

/// Texts that are no SID of this kind.
fn odd(good: &str) -> Vec<String> {
    let other = if good.starts_with("AC") { "PN" } else { "AC" };
    let rest = &good[2..];
    vec![
        String::new(),
        rest.to_owned(),
        good[..33].to_owned(),
        format!("{good}a"),
        format!("{other}{rest}"),
        good.to_lowercase(),
        format!("{}g", &good[..33]),
        format!("{}é", &good[..32]),
        format!(" {}", &good[..33]),
        format!("{}/", &good[..33]),
        format!("{good}.json"),
    ]
}

#[tokio::test]
async fn a_number_requires_a_valid_sid() {
    let mut rules = edges().await;
    let update = UpdateNumber::new().friendly_name("Desk");
    for good in [NUMBER.to_owned(), format!("PN{}", "0123456789abcdefABCDEF9876543210")] {
        rules.takes("get", async |client| client.get_number(&good).await).await;
        rules.takes("update", async |client| client.update_number(&good, &update).await).await;
    }
    for bad in odd(NUMBER) {
        rules.refuses(&["sid"], async |client| client.get_number(&bad).await).await;
        rules.refuses(&["sid"], async |client| client.update_number(&bad, &update).await).await;
        rules.refuses(&["sid", "update"], async |client| client.update_number(&bad, &UpdateNumber::new()).await).await;
    }
}

#[tokio::test]
async fn an_account_requires_a_valid_sid() {
    let mut rules = edges().await;
    rules.takes("get", async |client| client.get_account(SID).await).await;
    for bad in odd(SID).into_iter().chain(["x".to_owned()]) {
        rules.refuses(&["sid"], async |client| client.get_account(&bad).await).await;
        let told = rules.refuses(&["account_sid"], async |client| client.for_subaccount(&bad)).await;
        assert!(
            told.starts_with("twilio: use of a subaccount was not sent: `account_sid` is not a Twilio SID"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_trunk_and_its_number_require_valid_sids() {
    let mut rules = edges().await;
    let all = async |client: Twilio, trunk: &str| client.trunk_numbers(trunk).try_collect::<Vec<_>>().await;
    rules.takes("list", async |client| all(client, TRUNK).await).await;
    rules.takes("get", async |client| client.get_trunk_number(TRUNK, NUMBER).await).await;
    rules.takes("attach", async |client| client.attach_to_trunk(TRUNK, NUMBER).await).await;
    rules.takes("detach", async |client| client.detach_from_trunk(TRUNK, NUMBER).await).await;
    for bad in odd(TRUNK) {
        rules.refuses(&["trunk"], async |client| all(client, &bad).await).await;
    }
    let one = |fields: &'static [&'static str], bad: Vec<String>| bad.into_iter().map(move |bad| (fields, bad));
    for (fields, bad) in
        one(&["trunk"], odd(TRUNK)).chain(one(&["sid"], odd(NUMBER))).chain(one(&["trunk", "sid"], odd(APPLICATION)))
    {
        let trunk = if fields.contains(&"trunk") { &bad } else { TRUNK };
        let sid = if fields.contains(&"sid") { &bad } else { NUMBER };
        rules.refuses(fields, async |client| client.get_trunk_number(trunk, sid).await).await;
        rules.refuses(fields, async |client| client.attach_to_trunk(trunk, sid).await).await;
        rules.refuses(fields, async |client| client.detach_from_trunk(trunk, sid).await).await;
    }
}

#[tokio::test]
async fn a_page_has_1_to_1000_entries() {
    let mut rules = edges().await;
    let (numbers, ids, accounts) = (ListNumbers::new, ListCallerIds::new, ListAccounts::new);
    for size in [1, 1000] {
        rules.takes("numbers", async |client| client.list_numbers(&numbers().page_size(size)).await).await;
        rules.takes("ids", async |client| client.list_caller_ids(&ids().page_size(size)).await).await;
        rules.takes("accounts", async |client| client.list_accounts(&accounts().page_size(size)).await).await;
    }
    let field = &["page_size"];
    for size in [0, 1001, u16::MAX] {
        let told = rules.refuses(field, async |client| client.list_numbers(&numbers().page_size(size)).await).await;
        let wanted = format!("twilio: list held numbers was not sent: `page_size` is {size}; use 1 to 1000");
        assert_eq!(told, wanted);
        rules.refuses(field, async |client| client.list_caller_ids(&ids().page_size(size)).await).await;
        rules.refuses(field, async |client| client.list_accounts(&accounts().page_size(size)).await).await;
        rules.refuses(field, async |client| client.numbers(numbers().page_size(size)).try_next().await).await;
        rules.refuses(field, async |client| client.caller_ids(ids().page_size(size)).try_next().await).await;
        rules.refuses(field, async |client| client.accounts(accounts().page_size(size)).try_next().await).await;
    }
}

#[tokio::test]
async fn an_update_requires_a_change_and_valid_sids() {
    type Make = fn(UpdateNumber, String) -> UpdateNumber;

    let mut rules = edges().await;
    let new = UpdateNumber::new;
    let told = rules.refuses(&["update"], async |client| client.update_number(NUMBER, &new()).await).await;
    assert_eq!(told, "twilio: update held number was not sent: `update` changes nothing; set a field");

    let fields: [(&str, &str, Make); 8] = [
        ("VoiceApplicationSid", "AP", UpdateNumber::voice_application_sid),
        ("SmsApplicationSid", "AP", UpdateNumber::sms_application_sid),
        ("TrunkSid", "TK", UpdateNumber::trunk_sid),
        ("AddressSid", "AD", UpdateNumber::address_sid),
        ("EmergencyAddressSid", "AD", UpdateNumber::emergency_address_sid),
        ("IdentitySid", "RI", UpdateNumber::identity_sid),
        ("BundleSid", "BU", UpdateNumber::bundle_sid),
        ("AccountSid", "AC", UpdateNumber::account_sid),
    ];
    for (field, prefix, set) in fields {
        let good = SID.replace("AC", prefix);
        let update = set(new(), good.clone());
        rules.takes(field, async |client| client.update_number(NUMBER, &update).await).await;
        // An empty text clears any of them, except the account: a number needs one.
        for bad in odd(&good).iter().filter(|bad| !bad.is_empty() || field == "AccountSid") {
            let update = set(new(), bad.clone());
            rules.refuses(&[field], async |client| client.update_number(NUMBER, &update).await).await;
        }
    }
    let all = new().trunk_sid(APPLICATION).friendly_name("x".repeat(65)).address_sid(ADDRESS).bundle_sid("x");
    let wrong = ["sid", "TrunkSid", "FriendlyName", "BundleSid"];
    rules.refuses(&wrong, async |client| client.update_number("x", &all).await).await;
}

#[tokio::test]
async fn a_friendly_name_has_at_most_64_characters() {
    let mut rules = edges().await;
    for good in ["x".repeat(64), "é".repeat(64)] {
        let update = UpdateNumber::new().friendly_name(good);
        rules.takes("64", async |client| client.update_number(NUMBER, &update).await).await;
    }
    let update = UpdateNumber::new().friendly_name("x".repeat(65));
    let told = rules.refuses(&["FriendlyName"], async |client| client.update_number(NUMBER, &update).await).await;
    assert!(told.ends_with("`FriendlyName` has 65 characters; use at most 64"), "{told}");
}
