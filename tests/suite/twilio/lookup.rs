//! Who holds a number: one request if the account does, and the subaccounts otherwise.

use numport::provider::Ownership;
use numport::provider::twilio::{ErrorCode, IncomingPhoneNumber, Origin};
use numport::sandbox::Sandbox;
use numport::{E164, NumberProvider, Result, Twilio};
use serde_json::{Value, json};
use wiremock::matchers::{path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{NUMBER, SID, client, documented, numbers_of, page, refusal};
use crate::support::case;

const HELD: &str = "+18089255327";
const ACCOUNTS: &str = "/2010-04-01/Accounts.json";

fn subaccount(nth: usize) -> String {
    format!("AC{nth:032x}")
}

/// A Twilio in which each account has its own response to lists of numbers; the others hold nothing.
#[derive(Default)]
struct Carrier {
    numbers: Vec<(String, ResponseTemplate)>,
    accounts: Option<ResponseTemplate>,
}

impl Carrier {
    fn holding(self, account: impl Into<String>, numbers: Value) -> Self {
        self.answering(account, ResponseTemplate::new(200).set_body_json(page(numbers, Value::Null)))
    }

    fn answering(mut self, account: impl Into<String>, answer: ResponseTemplate) -> Self {
        self.numbers.push((account.into(), answer));
        self
    }

    /// The account, then this many subaccounts, then the account again.
    fn subaccounts(mut self, number: usize) -> Self {
        let mut page = case("twilio/list_accounts/full").response.body;
        let of = |sid: String| json!({"sid": sid, "status": "active", "auth_token": "secret"});
        let own = [SID.to_owned()];
        let all = own.clone().into_iter().chain((1..=number).map(subaccount)).chain(own);
        page["accounts"] = all.map(of).collect();
        self.accounts = Some(ResponseTemplate::new(200).set_body_json(page));
        self
    }

    /// Looks up the number. Returns the result, and the requested paths and queries.
    async fn lookup(self, number: &str) -> (Result<Ownership>, Vec<String>) {
        let server = MockServer::start().await;
        for (account, answer) in self.numbers {
            Mock::given(path(numbers_of(&account))).respond_with(answer).mount(&server).await;
        }
        let accounts = self.accounts.unwrap_or_else(|| refusal(401, 20003));
        Mock::given(path(ACCOUNTS)).respond_with(accounts).mount(&server).await;
        let nothing = ResponseTemplate::new(200).set_body_json(page(json!([]), Value::Null));
        let list = path_regex("^/2010-04-01/Accounts/AC[0-9a-f]{32}/IncomingPhoneNumbers.json$");
        Mock::given(list).respond_with(nothing).mount(&server).await;
        let found = client(server.uri()).lookup(&number.parse().unwrap()).await;
        let requests = server.received_requests().await.unwrap();
        let asked = |url: &reqwest::Url| format!("{}?{}", url.path(), url.query().unwrap_or_default());
        (found, requests.iter().map(|request| asked(&request.url)).collect())
    }
}

fn asks(account: &str) -> String {
    format!("{}?PhoneNumber=%2B18089255327", numbers_of(account))
}

fn asks_accounts() -> String {
    format!("{ACCOUNTS}?Status=active&PageSize=1000")
}

#[tokio::test]
async fn a_held_number_takes_one_request() {
    let (found, asked) = Carrier::default().holding(SID, json!([documented(json!({}))])).lookup(HELD).await;
    let Ownership::Held(held) = found.unwrap() else { panic!("it is held") };
    assert_eq!(asked, [asks(SID)]);
    assert_eq!((held.number.as_str(), held.id.as_deref(), held.account.as_deref()), (HELD, Some(NUMBER), Some(SID)));
    assert_eq!((held.label.as_deref(), held.voice, held.hosted), (Some("(808) 925-5327"), Some(true), false));
    assert_eq!((held.unusual_status.as_deref(), held.routing.unwrap().id.as_str()), (None, NUMBER));
    assert_eq!(held.details.get::<IncomingPhoneNumber>().unwrap().sid.as_deref(), Some(NUMBER));
}

#[tokio::test]
async fn unusual_properties_of_a_number_are_reported() {
    let changes = json!({"origin": "hosted", "status": "suspended", "friendly_name": "", "account_sid": null,
        "capabilities": {"voice": false}});
    let (found, _) = Carrier::default().holding(SID, json!([documented(changes)])).lookup(HELD).await;
    let Ownership::Held(held) = found.unwrap() else { panic!("it is held") };
    assert_eq!((held.voice, held.hosted, held.unusual_status.as_deref()), (Some(false), true, Some("suspended")));
    assert_eq!((held.label, held.account), (None, None));
    assert_eq!(held.details.get::<IncomingPhoneNumber>().unwrap().origin, Some(Origin::Hosted));

    let changes = json!({"origin": null, "status": null, "capabilities": null});
    let (found, _) = Carrier::default().holding(SID, json!([documented(changes)])).lookup(HELD).await;
    let Ownership::Held(held) = found.unwrap() else { panic!("it is held") };
    assert_eq!((held.voice, held.hosted, held.unusual_status), (None, false, None));
}

#[tokio::test]
async fn a_partial_match_is_not_a_match() {
    let longer = ["+180892553271", "+118089255327", "18089255327"];
    let longer: Value = longer.iter().map(|number| documented(json!({"phone_number": number}))).collect();
    let (found, asked) = Carrier::default().holding(SID, longer.clone()).subaccounts(0).lookup(HELD).await;
    assert!(matches!(found.unwrap(), Ownership::NotHeld));
    assert_eq!(asked, [asks(SID), asks_accounts()]);

    // The match may be on a later page.
    let next = format!("{}?PhoneNumber=%2B18089255327&Page=1", numbers_of(SID));
    let server = MockServer::start().await;
    let of = |body: Value| ResponseTemplate::new(200).set_body_json(body);
    let first = of(page(longer, next));
    Mock::given(path(numbers_of(SID))).respond_with(first).up_to_n_times(1).mount(&server).await;
    let second = of(page(json!([documented(json!({}))]), Value::Null));
    Mock::given(path(numbers_of(SID))).respond_with(second).mount(&server).await;
    let found = client(server.uri()).lookup(&HELD.parse().unwrap()).await.unwrap();
    assert!(matches!(found, Ownership::Held(_)), "{found:?}");
}

#[tokio::test]
async fn the_sandbox_also_matches_parts_of_numbers() {
    let numbers: Vec<E164> = ["+14155552671", "+141555526711"].iter().map(|text| text.parse().unwrap()).collect();
    let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    for number in &numbers {
        let found = twilio.lookup(number).await.unwrap();
        assert!(matches!(found, Ownership::Held(held) if held.number == *number));
    }
    let part: E164 = "+1415555267".parse().unwrap();
    assert!(matches!(twilio.lookup(&part).await.unwrap(), Ownership::NotHeld));
}

#[tokio::test]
async fn a_subaccounts_number_is_found_there() {
    let number = documented(json!({"account_sid": subaccount(2)}));
    let carrier = Carrier::default().holding(subaccount(2), json!([number])).subaccounts(3);
    let (found, asked) = carrier.lookup(HELD).await;
    let Ownership::HeldBySubaccount(held) = found.unwrap() else { panic!("a subaccount holds it") };
    assert_eq!(held.account, Some(subaccount(2)));
    // The account itself is not queried twice, and no account after the one that holds it.
    assert_eq!(asked, [asks(SID), asks_accounts(), asks(&subaccount(1)), asks(&subaccount(2))]);
}

#[tokio::test]
async fn a_key_that_may_not_list_accounts_is_no_error() {
    let (found, asked) = Carrier::default().lookup(HELD).await;
    assert!(matches!(found.unwrap(), Ownership::NotHeld));
    assert_eq!(asked, [asks(SID), asks_accounts()]);
}

#[tokio::test]
async fn at_most_20_subaccounts_are_queried() {
    let number = json!([documented(json!({}))]);
    let (found, asked) = Carrier::default().holding(subaccount(21), number.clone()).subaccounts(21).lookup(HELD).await;
    assert!(matches!(found.unwrap(), Ownership::NotHeld));
    let first: Vec<String> = (1..=20).map(|nth| asks(&subaccount(nth))).collect();
    assert_eq!(asked[2..], first);
    let (found, _) = Carrier::default().holding(subaccount(20), number).subaccounts(21).lookup(HELD).await;
    assert!(matches!(found.unwrap(), Ownership::HeldBySubaccount(_)));
}

#[tokio::test]
async fn a_subaccount_that_refuses_is_skipped() {
    let carrier = Carrier::default().answering(subaccount(1), refusal(401, 20003)).subaccounts(2);
    let (found, asked) = carrier.holding(subaccount(2), json!([documented(json!({}))])).lookup(HELD).await;
    assert!(matches!(found.unwrap(), Ownership::HeldBySubaccount(_)));
    assert_eq!(asked.len(), 4);
}

#[tokio::test]
async fn any_other_failure_is_an_error() {
    // The credentials are wrong: no further request is sent.
    let (found, asked) = Carrier::default().answering(SID, refusal(401, 20003)).subaccounts(1).lookup(HELD).await;
    assert_eq!((ErrorCode::of(&found.unwrap_err()), asked.len()), (Some(ErrorCode::Unauthorized), 1));

    let carrier = Carrier { accounts: Some(refusal(500, 20500)), ..Carrier::default() };
    let (found, asked) = carrier.lookup(HELD).await;
    assert_eq!(found.unwrap_err().status().unwrap().as_u16(), 500);
    assert_eq!(asked.len(), 5, "a read is tried four times");

    let carrier = Carrier::default().answering(subaccount(1), refusal(500, 20500)).subaccounts(2);
    let (found, asked) = carrier.holding(subaccount(2), json!([documented(json!({}))])).lookup(HELD).await;
    assert_eq!(found.unwrap_err().status().unwrap().as_u16(), 500);
    assert_eq!(asked.len(), 6, "who knows whether the first one holds it");
}
