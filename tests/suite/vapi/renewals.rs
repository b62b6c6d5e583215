//! The requests to Vapi that renew credentials, and the fields that they keep.

use numport::model::{CredentialId, Details, PlatformKind, ProviderKind, RecordNumber, SourcePart};
use numport::platform::vapi::PhoneNumber;
use numport::platform::{RenewalRun, RenewedCredentials, SourceMatch};
use numport::{AccountKey, Error, NumberRecord, NumberSource, SipTrunk, Vapi, VoicePlatform};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::{KEY, at_once};

const SID: &str = "AC00000000000000000000000000000001";
const KEY_SID: &str = "SK00000000000000000000000000000001";
const USED: &str = "00000000-0000-4000-8000-0000000000c1";
const OTHER: &str = "00000000-0000-4000-8000-0000000000c2";

fn record(number: &Value) -> NumberRecord {
    let number: PhoneNumber = serde_json::from_value(number.clone()).unwrap();
    let dialled = RecordNumber::E164("+14155552671".parse().unwrap());
    NumberRecord::new(PlatformKind::VAPI, number.id.clone(), dialled, Details::new(number))
}

fn on_twilio() -> Value {
    json!({"id": "n1", "provider": "twilio", "number": "+14155552671", "twilioAccountSid": SID})
}

fn by_credential(provider: &str) -> Value {
    json!({"id": "n1", "provider": provider, "number": "+14155552671", "credentialId": USED})
}

fn account(carrier: ProviderKind, key: AccountKey) -> NumberSource {
    NumberSource::account(carrier, key)
}

/// Gives each of these requests its response, and renews.
async fn renew(
    number: &Value,
    source: &NumberSource,
    answers: &[(&str, &str, Value)],
) -> (Result<RenewedCredentials, Error>, Vec<(String, Value)>) {
    let server = MockServer::start().await;
    for (verb, route, body) in answers {
        let answer = ResponseTemplate::new(200).set_body_json(body);
        Mock::given(method(*verb)).and(path(*route)).respond_with(answer).mount(&server).await;
    }
    let vapi = Vapi::builder(KEY).base_url(server.uri()).retry(at_once()).build().unwrap();
    let renewed = vapi.renew(&record(number), source, &RenewalRun::new()).await;
    let requests = server.received_requests().await.unwrap();
    let sent = requests.iter().map(|request| {
        let body = serde_json::from_slice(&request.body).unwrap_or_default();
        (format!("{} {}", request.method, request.url.path()), body)
    });
    (renewed, sent.collect())
}

#[tokio::test]
async fn a_twilio_number_gets_the_account_and_its_token_or_key() {
    let keys = [
        (AccountKey::token(SID, "t"), json!({"provider": "twilio", "twilioAccountSid": SID, "twilioAuthToken": "t"})),
        (
            // A token takes precedence over a key, so it is cleared.
            AccountKey::pair(SID, KEY_SID, "s"),
            json!({"provider": "twilio", "twilioAccountSid": SID, "twilioAuthToken": null, "twilioApiKey": KEY_SID,
                "twilioApiSecret": "s"}),
        ),
    ];
    for (key, body) in keys {
        let source = account(ProviderKind::TWILIO, key);
        let (renewed, sent) = renew(&on_twilio(), &source, &[("PATCH", "/phone-number/n1", on_twilio())]).await;
        assert_eq!(renewed.unwrap(), RenewedCredentials::record());
        assert_eq!(sent, [("PATCH /phone-number/n1".to_owned(), body)]);
    }
}

#[tokio::test]
async fn a_response_with_another_account_is_an_error() {
    let source = account(ProviderKind::TWILIO, AccountKey::token(SID, "t"));
    let mut stale = on_twilio();
    stale["twilioAccountSid"] = "AC2".into();
    let (renewed, _) = renew(&on_twilio(), &source, &[("PATCH", "/phone-number/n1", stale)]).await;
    let error = renewed.unwrap_err();
    assert!(error.report().contains("the response is about AC2"), "{}", error.report());
    assert!(!error.surely_not_done());
}

#[tokio::test]
async fn a_stored_credential_is_set_on_the_record() {
    for (carrier, provider) in [
        (ProviderKind::TELNYX, "telnyx"),
        (ProviderKind::VONAGE, "vonage"),
        (ProviderKind::SIP_TRUNK, "byo-phone-number"),
    ] {
        let mut renewed = by_credential(provider);
        renewed["credentialId"] = OTHER.into();
        let answers = [("PATCH", "/phone-number/n1", renewed)];
        let (result, sent) = renew(&by_credential(provider), &NumberSource::stored(carrier, OTHER), &answers).await;
        assert_eq!(result.unwrap(), RenewedCredentials::record());
        let body = json!({"provider": provider, "credentialId": OTHER});
        assert_eq!(sent, [("PATCH /phone-number/n1".to_owned(), body)]);
        // The record already names it.
        let (result, sent) = renew(&by_credential(provider), &NumberSource::stored(carrier, USED), &[]).await;
        assert_eq!((result.unwrap(), sent), (RenewedCredentials::unchanged(), vec![]));
    }
}

#[tokio::test]
async fn a_vonage_credential_of_the_same_account_gets_the_secret() {
    let source = account(ProviderKind::VONAGE, AccountKey::token("abcd1234", "s"));
    let of = |key: &str| json!({"id": USED, "provider": "vonage", "apiKey": key});
    let route = format!("/credential/{USED}");
    let answers = [("GET", route.as_str(), of("abcd1234")), ("PATCH", &route, of("abcd1234"))];
    let (renewed, sent) = renew(&by_credential("vonage"), &source, &answers).await;
    assert_eq!(renewed.unwrap(), RenewedCredentials::credential(CredentialId::new(USED)));
    assert_eq!(sent[1].1, json!({"provider": "vonage", "apiKey": "abcd1234", "apiSecret": "s"}));

    let (renewed, sent) = renew(&by_credential("vonage"), &source, &[("GET", &route, of("another"))]).await;
    let error = renewed.unwrap_err();
    assert!(
        error.to_string().contains("`source.account` belongs to another account than the number's credential"),
        "{error}"
    );
    assert_eq!(sent.len(), 1, "only a look");
    let nameless = json!({"id": "n1", "provider": "vonage"});
    let (renewed, sent) = renew(&nameless, &source, &[]).await;
    assert!(renewed.unwrap_err().surely_not_done() && sent.is_empty());
}

#[tokio::test]
async fn a_trunk_is_sent_completely_and_keeps_unset_settings() {
    let trunk = SipTrunk::new("203.0.113.10").credentials("user", "new").allow_inbound([203, 0, 113, 11]).port(5070);
    let there = json!({
        "id": USED, "provider": "byo-sip-trunk", "name": "By hand", "techPrefix": "9",
        "gateways": [{"ip": "203.0.113.10", "inboundEnabled": true, "optionsPingEnabled": true}],
        "outboundAuthenticationPlan": {"authUsername": "user", "sipRegisterPlan": {"domain": "d"}},
    });
    let route = format!("/credential/{USED}");
    let answers = [("GET", route.as_str(), there.clone()), ("PATCH", &route, there)];
    let (renewed, sent) = renew(&by_credential("byo-phone-number"), &trunk.into(), &answers).await;
    assert_eq!(renewed.unwrap(), RenewedCredentials::credential(CredentialId::new(USED)));
    assert_eq!(
        sent[1].1,
        json!({
            "provider": "byo-sip-trunk",
            "gateways": [
                {"ip": "203.0.113.10", "port": 5070, "inboundEnabled": false, "outboundEnabled": true,
                    "optionsPingEnabled": true},
                {"ip": "203.0.113.11", "inboundEnabled": true, "outboundEnabled": false},
            ],
            "outboundAuthenticationPlan":
                {"authUsername": "user", "authPassword": "new", "sipRegisterPlan": {"domain": "d"}},
            "outboundLeadingPlusEnabled": false,
        })
    );
}

#[tokio::test]
async fn unknown_settings_of_a_record_are_not_guessed() {
    let source = account(ProviderKind::TWILIO, AccountKey::token(SID, "t"));
    for number in
        [json!({"id": "n1"}), json!({"id": "n1", "provider": "later"}), json!({"id": "n1", "provider": "vapi"})]
    {
        let (renewed, sent) = renew(&number, &source, &[]).await;
        let Error::Invalid(invalid) = renewed.unwrap_err() else { panic!("it is refused") };
        assert_eq!((invalid.problems[0].field.as_str(), sent.len()), ("source", 0));
    }
}

#[test]
fn a_record_shows_the_carrier_the_account_the_key_and_the_credential() {
    let vapi = Vapi::builder(KEY).build().unwrap();
    let compare = |number: &Value, source: &NumberSource| vapi.compare_source(&record(number), source);
    let differs = |part, uses: &str, given: &str| SourceMatch::Differs { part, uses: uses.into(), given: given.into() };
    let twilio = |key| account(ProviderKind::TWILIO, key);
    let by_key = |id: &str| {
        let mut number = on_twilio();
        number["twilioApiKey"] = id.into();
        number
    };
    let trunk = NumberSource::from(SipTrunk::new("203.0.113.10"));
    for (number, source, expected) in [
        (on_twilio(), twilio(AccountKey::token(SID, "t")), SourceMatch::Same),
        (on_twilio(), twilio(AccountKey::token("AC2", "t")), differs(SourcePart::Account, SID, "AC2")),
        (by_key(KEY_SID), twilio(AccountKey::pair(SID, KEY_SID, "s")), SourceMatch::Same),
        (by_key("SK2"), twilio(AccountKey::pair(SID, KEY_SID, "s")), differs(SourcePart::Key, "SK2", KEY_SID)),
        (json!({"id": "n1", "provider": "twilio"}), twilio(AccountKey::token(SID, "t")), SourceMatch::Unknown),
        (json!({"id": "n1"}), twilio(AccountKey::token(SID, "t")), SourceMatch::Unknown),
        (json!({"id": "n1", "provider": "later"}), trunk.clone(), SourceMatch::Unknown),
        (json!({"id": "n1", "provider": "vapi"}), trunk.clone(), differs(SourcePart::Carrier, "vapi", "sip-trunk")),
        (on_twilio(), trunk.clone(), differs(SourcePart::Carrier, "twilio", "sip-trunk")),
        (by_credential("byo-phone-number"), trunk, SourceMatch::Unknown),
        (by_credential("telnyx"), NumberSource::stored(ProviderKind::TELNYX, USED), SourceMatch::Same),
        (
            by_credential("telnyx"),
            NumberSource::stored(ProviderKind::TELNYX, OTHER),
            differs(SourcePart::Credential, USED, OTHER),
        ),
    ] {
        assert_eq!(compare(&number, &source), expected, "{number} {source:?}");
    }
}
