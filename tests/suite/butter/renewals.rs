//! Butter returns the integration of a number only once, so a renewal changes only a known one.

use futures_util::{StreamExt, stream};
use numport::model::{Details, PlatformKind, ProviderKind, SourcePart};
use numport::platform::{RenewalRun, SourceMatch};
use numport::sandbox::Sandbox;
use numport::{
    AccountKey, Butter, E164, Error, ImportRequest, Importer, NumberRecord, NumberSource, Twilio, VoicePlatform,
};

const BUTTER: PlatformKind = PlatformKind::BUTTER;
const NEW: &str = "a-renewed-secret";

fn number(last: u8) -> E164 {
    format!("+1415555267{last}").parse().unwrap()
}

fn butter(sandbox: &Sandbox) -> Butter {
    Butter::from_vars(|name| sandbox.var(name)).unwrap()
}

fn twilio(sandbox: &Sandbox, token: &str) -> Twilio {
    let vars = |name: &str| if name == "TWILIO_AUTH_TOKEN" { Some(token.to_owned()) } else { sandbox.var(name) };
    Twilio::from_vars(vars).unwrap()
}

/// A sandbox, an importer that imported two numbers with the old token, and their integration.
async fn imported() -> (Sandbox, Butter, String) {
    let sandbox = Sandbox::builder().held_numbers([1, 2].map(number)).start().await.unwrap();
    let client = butter(&sandbox);
    let importer = Importer::new(twilio(&sandbox, &sandbox.twilio().auth_token()), client.clone());
    for last in [1, 2] {
        importer.import(ImportRequest::new(number(last))).await.unwrap();
    }
    let integration = sandbox.records(BUTTER)[0]["integration_id"].as_str().unwrap().to_owned();
    sandbox.twilio().rotate_auth_token(NEW);
    (sandbox, client, integration)
}

fn sent(sandbox: &Sandbox, method: &str) -> usize {
    sandbox.requests().iter().filter(|entry| entry.service == BUTTER && entry.method == method).count()
}

#[tokio::test]
async fn the_client_that_imported_the_numbers_renews_their_integration_once() {
    let (sandbox, client, integration) = imported().await;
    let importer = Importer::new(twilio(&sandbox, NEW), client);
    let items: Vec<_> = importer.renew_many(stream::iter([1, 2].map(number))).collect().await;
    assert!(items.iter().all(|item| !item.outcome.is_failure()), "{items:?}");
    assert_eq!(sent(&sandbox, "PUT"), 1);
    assert!(sandbox.uses_secret(BUTTER, &integration, NEW));
    // Imports with the new token use it too.
    let made = sent(&sandbox, "POST");
    let renewed = importer.renew(&number(1)).await.unwrap();
    let told = format!("credentials renewed in credential {integration}, which other records may use");
    assert!(renewed.to_string().contains(&told), "{renewed}");
    assert_eq!(sent(&sandbox, "POST"), made);
}

#[tokio::test]
async fn another_process_needs_the_id_of_the_integration() {
    let (sandbox, _, integration) = imported().await;
    let client = butter(&sandbox);
    let importer = Importer::new(twilio(&sandbox, NEW), client.clone());
    let error = importer.renew(&number(1)).await.unwrap_err();
    let why = "`source.integration` is unknown for this number: Butter does not show it; set the account's integration";
    assert!(error.to_string().contains(why), "{error}");
    assert!(error.surely_not_done());
    assert_eq!(sent(&sandbox, "PUT"), 0);
    client.use_integration(sandbox.twilio().account_sid(), integration.as_str());
    let renewed = importer.renew(&number(1)).await.unwrap();
    assert_eq!(renewed.credentials.credential, Some(integration.as_str().into()));
    assert!(sandbox.uses_secret(BUTTER, &integration, NEW));
}

#[tokio::test]
async fn imports_use_a_given_integration() {
    let sandbox = Sandbox::builder().held_numbers([1, 2].map(number)).start().await.unwrap();
    let old = sandbox.twilio().auth_token();
    let first = Importer::new(twilio(&sandbox, &old), butter(&sandbox));
    first.import(ImportRequest::new(number(1))).await.unwrap();
    let integration = sandbox.records(BUTTER)[0]["integration_id"].clone();
    let client = butter(&sandbox);
    client.use_integration(sandbox.twilio().account_sid(), integration.as_str().unwrap());
    Importer::new(twilio(&sandbox, &old), client).import(ImportRequest::new(number(2))).await.unwrap();
    assert_eq!(sandbox.records(BUTTER)[1]["integration_id"], integration);
}

#[tokio::test]
async fn the_integration_of_another_account_is_not_changed() {
    let (sandbox, client, integration) = imported().await;
    let sub = sandbox.twilio().subaccount_sid();
    let source = NumberSource::account(ProviderKind::TWILIO, AccountKey::token(sub, "t"));
    let record = client.find(&number(1)).await.unwrap().unwrap();
    let account = sandbox.twilio().account_sid().to_owned();
    let differs = SourceMatch::Differs { part: SourcePart::Account, uses: account.clone(), given: sub.to_owned() };
    assert_eq!(client.compare_source(&record, &source), differs);
    let error = client.renew(&record, &source, &RenewalRun::new()).await.unwrap_err();
    let why = format!(
        "`source.integration` is {integration}, which belongs to account {account}, and other numbers may use it"
    );
    assert!(error.to_string().contains(&why), "{error}");
    assert_eq!(sent(&sandbox, "PUT"), 0);

    // A client that did not create the integration does not know its account.
    let fresh = butter(&sandbox);
    assert_eq!(fresh.compare_source(&record, &source), SourceMatch::Unknown);
    let other = NumberSource::stored(ProviderKind::TWILIO, "intg_000000000000");
    assert!(matches!(
        client.compare_source(&record, &other),
        SourceMatch::Differs { part: SourcePart::Credential, .. }
    ));
}

#[tokio::test]
async fn a_number_of_another_carrier_is_refused() {
    let butter = Butter::builder("key", "org_1").base_url("http://127.0.0.1:1").build().unwrap();
    let source = NumberSource::account(ProviderKind::TWILIO, AccountKey::token(format!("AC{:032}", 0), "t"));
    for carrier in [Some("sip"), None] {
        let mut record = NumberRecord::new(BUTTER, "phon_1", number(1).into(), Details::new(()));
        record.carrier = carrier.map(str::to_owned);
        let Error::Invalid(invalid) = butter.renew(&record, &source, &RenewalRun::new()).await.unwrap_err() else {
            panic!("it is refused")
        };
        assert_eq!(invalid.problems[0].field, "source");
    }
}
