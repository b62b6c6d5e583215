//! The preflight at the carrier: each finding is reported before anything is sent to a platform.

use std::sync::Arc;

use futures_util::TryStreamExt;
use numport::model::{Calls, Finding, NoTakeover, PlatformKind, Preflight, ProviderKind, Reached, Service, Severity};
use numport::provider::Ownership;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{
    AccountKey, Butter, Byo, E164, Error, ImportRequest, Importer, NumberProvider, Outcome, SignalWire, SipTrunk,
    Twilio, Vapi,
};

fn number() -> E164 {
    "+14155550123".parse().unwrap()
}

async fn holding(number: TwilioNumber) -> Sandbox {
    Sandbox::builder().hold(number).start().await.unwrap()
}

fn twilio(sandbox: &Sandbox) -> Twilio {
    Twilio::from_vars(|name| sandbox.var(name)).unwrap()
}

fn vapi(sandbox: &Sandbox) -> Vapi {
    Vapi::from_vars(|name| sandbox.var(name)).unwrap()
}

fn into_vapi(sandbox: &Sandbox) -> Importer {
    Importer::new(twilio(sandbox), vapi(sandbox))
}

/// How many requests a service received.
fn sent(sandbox: &Sandbox, service: impl Into<Service>) -> usize {
    let service = service.into();
    sandbox.requests().iter().filter(|entry| entry.service == service).count()
}

/// The findings that block an import. Checks that the platform was only queried.
async fn refused(number: TwilioNumber, carrier_calls: usize) -> (Vec<Finding>, Error) {
    let sandbox = holding(number).await;
    let error = into_vapi(&sandbox).import(ImportRequest::new(self::number())).await.unwrap_err();
    assert_eq!((sent(&sandbox, PlatformKind::VAPI), sent(&sandbox, ProviderKind::TWILIO)), (1, carrier_calls));
    assert!(sandbox.requests().iter().all(|entry| entry.method == "GET"));
    assert!(error.surely_not_done() && error.call().is_none());
    let Error::Preflight(preflight) = &error else { panic!("{error:?}") };
    assert_eq!((preflight.provider, preflight.platform), (ProviderKind::TWILIO, PlatformKind::VAPI));
    (preflight.findings.clone(), error)
}

#[tokio::test]
async fn a_number_on_a_trunk_is_not_imported() {
    let (findings, error) = refused(TwilioNumber::new(number()).on_trunk(), 2).await;
    let trunk = holding(TwilioNumber::new(number())).await.twilio().trunk_sid().to_owned();
    assert_eq!(findings, [Finding::OnTrunk { trunk: trunk.clone() }]);
    assert_eq!(
        error.report(),
        format!(
            "vapi: import number was not sent for +14155550123: the number is attached to trunk {trunk}, which takes precedence over the \
             platform's address. Detach the number from the trunk, or import it with the trunk as the source."
        )
    );
}

#[tokio::test]
async fn a_number_on_an_application_is_not_imported() {
    let (findings, _) = refused(TwilioNumber::new(number()).with_application(), 1).await;
    let [Finding::OnApplication { application }] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(application.starts_with("AP"));
}

#[tokio::test]
async fn a_number_without_voice_is_not_imported() {
    let (findings, _) = refused(TwilioNumber::new(number()).without_voice(), 1).await;
    assert_eq!(findings, [Finding::NoVoice]);
}

#[tokio::test]
async fn a_hosted_number_is_not_imported() {
    let (findings, error) = refused(TwilioNumber::new(number()).hosted(), 1).await;
    assert_eq!(findings, [Finding::NoVoice, Finding::Hosted], "the worst first");
    let Error::Preflight(preflight) = &error else { panic!("{error:?}") };
    assert_eq!(
        preflight.to_string(),
        "+14155550123 from twilio to vapi:\n  \
         error: the number cannot receive voice calls. Enable voice for the number at the carrier, or choose another number.\n  \
         warning: another carrier holds the number, and this carrier only hosts it. Make sure that the number's voice \
         calls arrive through this carrier."
    );
    assert!(!error.to_string().contains("hosted"), "only what keeps it from being imported: {error}");
}

#[tokio::test]
async fn the_most_severe_finding_comes_first() {
    let (findings, error) = refused(TwilioNumber::new(number()).hosted().on_trunk(), 2).await;
    assert!(
        matches!(findings.as_slice(), [Finding::NoVoice, Finding::OnTrunk { .. }, Finding::Hosted]),
        "{findings:?}"
    );
    assert!(error.to_string().contains("cannot receive voice calls; the number is attached to trunk"), "{error}");
}

#[tokio::test]
async fn a_number_of_a_subaccount_is_not_imported() {
    let (findings, error) = refused(TwilioNumber::new(number()).in_subaccount(), 3).await;
    let [Finding::HeldBySubaccount { account }] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(error.to_string().ends_with(&format!("another account holds the number: {account}")), "{error}");
    assert!(error.advice().starts_with("Use the credentials of that account"));
}

#[tokio::test]
async fn a_number_that_is_not_held_is_not_imported() {
    let other = TwilioNumber::new("+14155550124".parse().unwrap());
    let (findings, _) = refused(other, 3).await;
    assert_eq!(findings, [Finding::NotHeld]);
}

#[tokio::test]
async fn the_subaccounts_own_credentials_import_its_number() {
    let sandbox = holding(TwilioNumber::new(number()).in_subaccount()).await;
    let sub = AccountKey::token(sandbox.twilio().subaccount_sid(), sandbox.twilio().subaccount_auth_token());
    let base = sandbox.var("TWILIO_BASE_URL").unwrap();
    let importer = Importer::new(Twilio::builder(sub).base_url(base).build().unwrap(), vapi(&sandbox));
    let imported = importer.import(ImportRequest::new(number())).await.unwrap();
    assert_eq!((imported.outcome, imported.findings.len()), (Outcome::Created, 0));
}

#[tokio::test]
async fn a_good_number_takes_one_lookup_and_one_verification() {
    let sandbox = Sandbox::start().await.unwrap();
    let held = sandbox.twilio().held_numbers()[0];
    let looked = into_vapi(&sandbox).preflight(&held).await.unwrap();
    assert_eq!((looked.findings.len(), looked.severity()), (0, None));
    assert_eq!(looked.to_string(), format!("{held} from twilio to vapi: no findings"));
    assert!(matches!(looked.routing.unwrap().calls, Calls::Url(_)));
    assert_eq!(sandbox.requests().len(), 1);

    into_vapi(&sandbox).import(ImportRequest::new(held)).await.unwrap();
    assert_eq!(sent(&sandbox, ProviderKind::TWILIO), 3);
    into_vapi(&sandbox).import(ImportRequest::new(held)).await.unwrap();
    assert_eq!(sent(&sandbox, ProviderKind::TWILIO), 4, "one that is there is not read again");
    let skipped = into_vapi(&sandbox).skip_preflight();
    skipped.import(ImportRequest::new(sandbox.twilio().held_numbers()[1])).await.unwrap();
    assert_eq!(sent(&sandbox, ProviderKind::TWILIO), 4);
}

#[tokio::test]
async fn skipping_the_preflight_imports_anyway() {
    let sandbox = holding(TwilioNumber::new(number()).on_trunk()).await;
    let imported = into_vapi(&sandbox).skip_preflight().import(ImportRequest::new(number())).await.unwrap();
    assert_eq!(imported.outcome, Outcome::Created);
    assert!(imported.routing_before.is_none() && imported.findings.is_empty());
    assert_eq!(
        sandbox.twilio().calls_go_to(&number()).as_deref(),
        Some(sandbox.twilio().trunk_sid()),
        "and loses its calls"
    );
}

#[tokio::test]
async fn a_platform_without_takeover_is_reached_by_a_trunk() {
    let sandbox = holding(TwilioNumber::new(number()).on_trunk()).await;
    let signalwire = SignalWire::from_vars(|name| sandbox.var(name)).unwrap();
    let imported = Importer::new(twilio(&sandbox), signalwire).import(ImportRequest::new(number())).await.unwrap();
    assert_eq!((imported.outcome, imported.reached), (Outcome::Created, Reached::Unknown));
    let calls = format!("trunk {}", sandbox.twilio().trunk_sid());
    assert_eq!(imported.findings, [Finding::CallsStay { calls, reason: NoTakeover::LeavesCarrier }]);
    assert_eq!(sent(&sandbox, ProviderKind::TWILIO), 2, "nothing there can have changed after the trunk was read");
}

#[tokio::test]
async fn butter_takes_over_the_calls_only_with_an_agent() {
    let sandbox = Sandbox::start().await.unwrap();
    let butter = Butter::from_vars(|name| sandbox.var(name)).unwrap();
    let request = ImportRequest::new(sandbox.twilio().held_numbers()[0]);
    let importer = Importer::new(twilio(&sandbox), butter);
    let imported = importer.import(&request).await.unwrap();
    let calls = "https://demo.twilio.com/…".to_owned();
    assert_eq!(
        imported.findings,
        [Finding::CallsStay { calls, reason: NoTakeover::NoAgent }],
        "Butter does not touch it"
    );
    let assigned = importer.import(request.agent("agent_a1b2c3d4e5f6")).await.unwrap();
    assert_eq!((assigned.findings, assigned.reached), (vec![], Reached::Platform));
    assert!(sandbox.twilio().voice_url(&sandbox.twilio().held_numbers()[0]).unwrap().contains("getbutter.ai"));
}

#[tokio::test]
async fn a_failed_carrier_lookup_is_an_error_and_nothing_is_created() {
    let sandbox = Sandbox::start().await.unwrap();
    let wrong = AccountKey::token(sandbox.twilio().account_sid(), "wrong");
    let base = sandbox.var("TWILIO_BASE_URL").unwrap();
    let importer = Importer::new(Twilio::builder(wrong).base_url(base).build().unwrap(), vapi(&sandbox));
    let error = importer.import(ImportRequest::new(sandbox.twilio().held_numbers()[0])).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert_eq!(error.call().unwrap().service.as_str(), "twilio");
    assert!(sandbox.requests().iter().all(|entry| entry.method == "GET"));
}

#[tokio::test]
async fn a_whole_account_is_assessed_with_one_list() {
    let sandbox = Sandbox::builder()
        .hold(TwilioNumber::new(number()).on_trunk())
        .hold(TwilioNumber::new("+14155550124".parse().unwrap()).without_voice())
        .start()
        .await
        .unwrap();
    let importer = into_vapi(&sandbox);
    let held: Vec<_> = twilio(&sandbox).list().try_collect().await.unwrap();
    let assess = |held: numport::provider::HeldNumber| importer.assess(&held.number.clone(), &Ownership::Held(held));
    let assessed: Vec<Preflight> = held.into_iter().map(assess).collect();
    let bad = |preflight: &&Preflight| preflight.severity() == Some(Severity::Error);
    assert_eq!((assessed.len(), assessed.iter().filter(bad).count()), (7, 2));
    assert_eq!(sandbox.requests().len(), 1);
}

#[tokio::test]
async fn an_unreachable_trunk_is_a_warning() {
    let sandbox = Sandbox::start().await.unwrap();
    let trunk = SipTrunk::new("10.0.0.5").number(number());
    let imported = Importer::new(trunk, vapi(&sandbox)).import(ImportRequest::new(number())).await.unwrap();
    let [finding, Finding::RoutingUnknown] = imported.findings.as_slice() else { panic!("{:?}", imported.findings) };
    assert_eq!(finding.severity(), Severity::Warning);
    let expected =
        "the trunk's host 10.0.0.5 is an address of a private network, which a platform in the cloud cannot reach";
    assert_eq!(finding.to_string(), expected);
    assert!(imported.routing_before.is_none(), "a trunk keeps no routing");
}

#[tokio::test]
async fn an_unassigned_number_is_a_warning_and_imported() {
    let unassigned: E164 = "+11155550123".parse().unwrap();
    let sandbox = holding(TwilioNumber::new(unassigned)).await;
    let imported = into_vapi(&sandbox).import(ImportRequest::new(unassigned)).await.unwrap();
    let [finding @ Finding::Unassigned { .. }] = imported.findings.as_slice() else {
        panic!("{:?}", imported.findings)
    };
    assert_eq!(finding.severity(), Severity::Warning);
    assert_eq!(finding.to_string(), "the number is not in a range that its numbering plan assigns");
    assert!(finding.advice().starts_with("Check the number for a typing error"));
}

#[tokio::test]
async fn declared_numbers_replace_a_lookup() {
    let sandbox = Sandbox::start().await.unwrap();
    let other = "+14155550199".parse().unwrap();
    let providers: [(Arc<dyn NumberProvider>, Finding, bool); 4] = [
        (Arc::new(SipTrunk::new("203.0.113.10")), Finding::NotVerifiable, true),
        (Arc::new(SipTrunk::new("203.0.113.10").number(other)), Finding::NotHeld, false),
        (Arc::new(Byo::stored_default(ProviderKind::TWILIO)), Finding::NotVerifiable, true),
        (Arc::new(Byo::stored_default(ProviderKind::TWILIO).number(other)), Finding::NotHeld, false),
    ];
    for (provider, finding, goes_on) in providers {
        let kind = provider.kind();
        let signalwire = SignalWire::from_vars(|name| sandbox.var(name)).unwrap();
        let created = || sandbox.requests().iter().filter(|entry| entry.method == "POST").count();
        let before = created();
        let result = Importer::new(provider, signalwire).import(ImportRequest::new(number())).await;
        let findings = match &result {
            Ok(imported) => &imported.findings,
            Err(Error::Preflight(preflight)) => &preflight.findings,
            Err(other) => panic!("{other:?}"),
        };
        let expected = if goes_on { vec![finding, Finding::RoutingUnknown] } else { vec![finding] };
        assert_eq!((findings, result.is_ok()), (&expected, goes_on), "{kind}");
        assert!(goes_on || created() == before, "{kind}");
    }
}
