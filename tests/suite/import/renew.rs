//! Credentials that were renewed at the carrier reach the platform by one call, and by no other.

use futures_util::{StreamExt, stream};
use numport::import::plan::PlanStep;
use numport::import::{RenewalOutcome, RenewedItem};
use numport::model::{Finding, PlatformKind, ProviderKind, Severity, SourcePart};
use numport::provider::Carriers;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{
    AccountKey, Butter, Desired, E164, Error, ImportRequest, Importer, Interactly, NumberSource, Outcome, SignalWire,
    SipTrunk, Twilio, Vapi, VoicePlatform,
};

const VAPI: PlatformKind = PlatformKind::VAPI;
const NEW: &str = "a-renewed-secret";

pub(super) fn number(last: u8) -> E164 {
    format!("+1415555267{last}").parse().unwrap()
}

pub(super) fn vapi(sandbox: &Sandbox) -> Vapi {
    Vapi::from_vars(|name| sandbox.var(name)).unwrap()
}

/// Twilio with this token, or with that of the variables.
pub(super) fn twilio(sandbox: &Sandbox, token: Option<&str>) -> Twilio {
    Twilio::from_vars(|name| match (name, token) {
        ("TWILIO_AUTH_TOKEN", Some(token)) => Some(token.to_owned()),
        _ => sandbox.var(name),
    })
    .unwrap()
}

fn trunk(password: &str) -> SipTrunk {
    SipTrunk::new("203.0.113.10").credentials("user", password).numbers(number(1)..=number(3))
}

fn changes(sandbox: &Sandbox, service: PlatformKind) -> Vec<String> {
    let requests = sandbox.requests().into_iter();
    let changes = requests.filter(|entry| entry.service == service && entry.method != "GET");
    changes.map(|entry| format!("{} {}", entry.method, entry.path.split('/').nth(1).unwrap())).collect()
}

pub(super) async fn import(importer: &Importer, last: u8) -> String {
    importer.import(ImportRequest::new(number(last))).await.unwrap().record.id.to_string()
}

#[tokio::test]
async fn a_plan_renews_credentials_on_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (first, second) = (sandbox.twilio().held_numbers()[0], sandbox.twilio().held_numbers()[1]);
    let vapi = Vapi::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi.clone());
    let desired: numport::Desired = [first, second].map(ImportRequest::new).into_iter().collect();
    for number in [first, second] {
        importer.import(ImportRequest::new(number)).await.unwrap();
    }
    sandbox.twilio().rotate_auth_token("another-token");
    let token = |name: &str| if name == "TWILIO_AUTH_TOKEN" { Some("another-token".to_owned()) } else { vars(name) };
    let importer = Importer::new(Twilio::from_vars(token).unwrap(), vapi.clone());
    let plan = importer.plan(&desired).await.unwrap();
    assert!(!plan.does_something());
    let plan = plan.renew_credentials_if(|step| step.number().is(&first));
    assert!(plan.to_string().starts_with(&format!("> {first} credentials are renewed\n")), "{plan}");
    let plan: numport::Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    let mut words = Vec::new();
    let mut steps = importer.apply(plan).unwrap();
    while let Some(step) = futures_util::StreamExt::next(&mut steps).await {
        words.push(format!("{} {}", step.step.number(), step.outcome.code()));
    }
    words.sort();
    let mut expected = [format!("{first} renewed"), format!("{second} unchanged")];
    expected.sort();
    assert_eq!(words, expected);
    // A step that does both reports both.
    let desired: numport::Desired = [ImportRequest::new(first).label("Front desk")].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap().renew_credentials_if(|_| true);
    assert!(plan.to_string().contains("\"Front desk\", credentials are renewed"), "{plan}");
    let both: Vec<_> = importer.apply(plan).unwrap().collect().await;
    let both = both.iter().find(|step| step.index == 0).unwrap();
    assert_eq!((both.outcome.code(), both.report()), ("updated", format!("{first} updated, renewed")));
    for (number, renewed) in [(first, true), (second, false)] {
        let id = vapi.find(&number).await.unwrap().unwrap().id;
        assert_eq!(sandbox.uses_secret(PlatformKind::VAPI, id.as_str(), "another-token"), renewed);
    }
}

#[tokio::test]
async fn a_renewed_token_reaches_the_record_by_renew_and_not_by_import() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = sandbox.twilio().auth_token();
    let id = import(&Importer::new(twilio(&sandbox, None), vapi(&sandbox)), 1).await;
    sandbox.twilio().rotate_auth_token(NEW);

    let importer = Importer::new(twilio(&sandbox, Some(NEW)), vapi(&sandbox));
    let again = importer.import(ImportRequest::new(number(1))).await.unwrap();
    assert_eq!((again.outcome, again.findings), (Outcome::AlreadyThere, vec![]), "a secret does not show");
    assert!(sandbox.uses_secret(VAPI, &id, &old));

    for _ in 0..2 {
        let renewed = importer.renew(&number(1)).await.unwrap();
        assert_eq!(
            renewed.to_string(),
            format!("{} on vapi: credentials renewed for this record only, id {id}", number(1))
        );
        let json = serde_json::to_value(&renewed).unwrap();
        assert_eq!(json["credentials"], serde_json::json!({"record": true, "credential": null}));
        assert!(!format!("{renewed:?}{json}").contains(NEW));
        assert!(sandbox.uses_secret(VAPI, &id, NEW));
    }
    assert_eq!(changes(&sandbox, VAPI), ["POST phone-number", "PATCH phone-number", "PATCH phone-number"]);
}

#[tokio::test]
async fn an_old_token_is_refused_by_the_carrier_and_at_an_import() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = Importer::new(twilio(&sandbox, None), vapi(&sandbox));
    sandbox.twilio().rotate_auth_token(NEW);
    let error = old.renew(&number(1)).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    let error = old.skip_preflight().import(ImportRequest::new(number(1))).await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400, "Vapi cannot log in");
    assert_eq!(sandbox.records(VAPI).len(), 0);
    assert!(!error.report().contains(NEW));

    // The subaccount has a token of its own.
    assert_ne!(sandbox.twilio().subaccount_auth_token(), NEW);
    sandbox.twilio().rotate_subaccount_auth_token("another");
    assert_eq!(
        (sandbox.twilio().auth_token(), sandbox.twilio().subaccount_auth_token()),
        (NEW.into(), "another".into())
    );
}

#[tokio::test]
async fn problems_are_reported_before_anything_changes() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = Importer::new(twilio(&sandbox, None), vapi(&sandbox));
    let error = importer.renew(&number(1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "vapi: renew credentials was not sent: `number` +14155552671 has no record; import it first"
    );
    let foreign: E164 = "+12025550143".parse().unwrap();
    let Error::Preflight(preflight) = importer.renew(&foreign).await.unwrap_err() else { panic!("it is not held") };
    assert_eq!(preflight.findings, [Finding::NotHeld]);
    // It does not matter where the calls go.
    let on_trunk = TwilioNumber::new(number(7)).on_trunk();
    let sandbox = Sandbox::builder().hold(on_trunk).start().await.unwrap();
    let importer = Importer::new(twilio(&sandbox, None), vapi(&sandbox));
    import(&importer.clone().skip_preflight(), 7).await;
    importer.renew(&number(7)).await.unwrap();

    // Without a preflight, the carrier is not queried.
    let asked =
        |sandbox: &Sandbox| sandbox.requests().iter().filter(|entry| entry.service == ProviderKind::TWILIO).count();
    let before = asked(&sandbox);
    importer.skip_preflight().renew(&number(7)).await.unwrap();
    assert_eq!(asked(&sandbox), before);
}

#[tokio::test]
async fn a_platform_without_a_documented_renewal_refuses_before_anything_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let platforms: [(Box<dyn VoicePlatform>, &str); 2] = [
        (
            Box::new(Interactly::from_vars(vars).unwrap()),
            "interactly documents no way to change the credentials of twilio; change them in the platform's dashboard",
        ),
        (
            Box::new(SignalWire::from_vars(vars).unwrap()),
            "signalwire stores no carrier credentials; no action is needed there",
        ),
    ];
    for (platform, why) in platforms {
        let kind = platform.kind();
        let error = Importer::new(twilio(&sandbox, None), platform).renew(&number(1)).await.unwrap_err();
        let told = format!("{kind}: renew credentials was not sent: `source` cannot be renewed: {why}");
        assert_eq!(error.to_string(), told);
    }
    let trunk = Importer::new(trunk("pass"), Butter::from_vars(vars).unwrap());
    let error = trunk.renew(&number(1)).await.unwrap_err();
    assert!(error.to_string().contains("butter documents no way to change the credentials of a SIP trunk"), "{error}");
    assert_eq!(sandbox.requests(), []);
}

#[tokio::test]
async fn the_password_of_a_trunk_is_sent_once_for_all_its_numbers() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = Importer::new(trunk("old-password"), vapi(&sandbox));
    let mut ids = Vec::new();
    for last in [1, 2, 3] {
        ids.push(import(&old, last).await);
    }
    let before = changes(&sandbox, VAPI).len();
    let importer = Importer::new(trunk(NEW), vapi(&sandbox)).concurrency(3);
    let items: Vec<RenewedItem> = importer.renew_many(stream::iter([1, 2, 3, 2].map(number))).collect().await;
    let mut credentials: Vec<_> = items
        .iter()
        .filter_map(|item| match &item.outcome {
            RenewalOutcome::Renewed(renewed) => {
                Some((renewed.credentials.record, renewed.credentials.credential.clone()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(credentials.len(), 3);
    credentials.dedup();
    assert!(matches!(&credentials[..], [(false, Some(_))]), "{credentials:?}");
    let duplicate = items.iter().find(|item| item.index == 3).unwrap();
    assert_eq!(duplicate.report(), "+14155552672 duplicate: the input already has it");
    assert!(!duplicate.outcome.is_failure());
    assert_eq!((duplicate.reason().as_deref(), duplicate.advice()), (Some("the input already has it"), None));
    let renewed = items.iter().find(|item| item.index == 0).unwrap();
    assert_eq!((renewed.reason(), renewed.advice()), (None, None));
    assert_eq!(changes(&sandbox, VAPI)[before..], ["PATCH credential"]);
    assert!(ids.iter().all(|id| sandbox.uses_secret(VAPI, id, NEW)));
    // A later call sends it again: somebody may have changed it.
    importer.renew(&number(1)).await.unwrap();
    assert_eq!(changes(&sandbox, VAPI)[before..], ["PATCH credential", "PATCH credential"]);
}

#[tokio::test]
async fn a_credential_of_another_user_or_host_is_not_changed() {
    for other in [
        SipTrunk::new("203.0.113.10").credentials("other-user", NEW),
        SipTrunk::new("203.0.113.99").credentials("user", NEW),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let old = Importer::new(trunk("old-password"), vapi(&sandbox));
        let ids = [import(&old, 1).await, import(&old, 2).await, import(&old, 3).await];
        let before = changes(&sandbox, VAPI).len();
        let importer = Importer::new(other.numbers(number(1)..=number(2)), vapi(&sandbox));
        let renewed: Vec<RenewedItem> = importer.renew_many(stream::iter([1, 2].map(number))).collect().await;
        for item in &renewed {
            let RenewalOutcome::Renewed(renewed) = &item.outcome else { panic!("{item:?}") };
            assert!(renewed.credentials.record && renewed.credentials.credential.is_some());
        }
        let sent = &changes(&sandbox, VAPI)[before..];
        let count = |what: &str| sent.iter().filter(|sent| *sent == what).count();
        assert_eq!((count("POST credential"), count("PATCH phone-number")), (1, 2), "{sent:?}");
        let uses = ids.map(|id| sandbox.uses_secret(VAPI, &id, NEW));
        assert_eq!(uses, [true, true, false], "the third number stays as it was");
        // A second call: now the credential is known to be this trunk's.
        let before = changes(&sandbox, VAPI).len();
        importer.renew(&number(1)).await.unwrap();
        assert_eq!(changes(&sandbox, VAPI)[before..], ["PATCH credential"]);
    }
}

#[tokio::test]
async fn a_refused_key_stops_the_rest_and_another_failure_does_not() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = Importer::new(twilio(&sandbox, None), vapi(&sandbox)).skip_preflight().concurrency(1);
    import(&importer, 1).await;
    let items: Vec<_> = importer.renew_many(stream::iter([9, 1].map(number))).collect().await;
    assert_eq!(items.iter().map(|item| item.outcome.code()).collect::<Vec<_>>(), ["refused", "renewed"]);

    sandbox.fault_on(VAPI, "PATCH /phone-number", Fault::Refuse { status: 401, retry_after: None });
    let items: Vec<_> = importer.renew_many(stream::iter([1, 2, 3].map(number))).collect().await;
    let outcomes: Vec<_> = items.iter().map(|item| item.outcome.code()).collect();
    assert_eq!(outcomes, ["refused", "not_attempted", "not_attempted"]);
    assert!(items.iter().all(|item| item.outcome.is_failure()));
    assert_eq!(items[1].report(), "+14155552672 not attempted: the credentials were refused earlier in this run");
    let RenewalOutcome::Failed(error) = &items[0].outcome else { panic!("{items:?}") };
    assert!(items[0].reason().unwrap().contains("401 Unauthorized"), "{:?}", items[0].reason());
    assert_eq!(items[0].advice(), Some(error.advice()));
    assert_eq!(items[1].reason().as_deref(), Some("the credentials were refused earlier in this run"));
    assert_eq!(items[1].advice().as_deref(), Some("Correct the credentials, then run it again."));
}

#[tokio::test]
async fn each_number_of_several_carriers_gets_the_source_of_its_own() {
    let sandbox = Sandbox::builder().held_numbers([number(5)]).start().await.unwrap();
    let carriers =
        |token: Option<&str>, password: &str| Carriers::new().and(twilio(&sandbox, token)).and(trunk(password));
    let old = Importer::new(carriers(None, "old-password"), vapi(&sandbox));
    let ids = [import(&old, 5).await, import(&old, 1).await];
    sandbox.twilio().rotate_auth_token("renewed-token");
    let importer = Importer::new(carriers(Some("renewed-token"), "renewed-password"), vapi(&sandbox));
    let items: Vec<_> = importer.renew_many(stream::iter([5, 1].map(number))).collect().await;
    assert!(items.iter().all(|item| !item.outcome.is_failure()), "{items:?}");
    assert!(sandbox.uses_secret(VAPI, &ids[0], "renewed-token"));
    assert!(sandbox.uses_secret(VAPI, &ids[1], "renewed-password"));

    let Error::Preflight(preflight) = importer.renew(&number(9)).await.unwrap_err() else { panic!("nobody holds it") };
    assert_eq!(preflight.findings, [Finding::NotHeld]);
}

/// The number is now in a subaccount, or the record was created from there.
#[tokio::test]
async fn a_record_with_another_source_is_a_finding() {
    let sandbox = Sandbox::start().await.unwrap();
    let main = Importer::new(twilio(&sandbox, None), vapi(&sandbox));
    import(&main, 1).await;
    let (account, sub) = (sandbox.twilio().account_sid(), sandbox.twilio().subaccount_sid());
    let token = sandbox.twilio().subaccount_auth_token();
    let base_url = sandbox.var("TWILIO_BASE_URL").unwrap();
    let of_sub = Twilio::builder(AccountKey::token(sub, token.as_str())).base_url(base_url).build().unwrap();
    let importer = Importer::new(of_sub, vapi(&sandbox)).skip_preflight();
    let imported = importer.import(ImportRequest::new(number(1))).await.unwrap();
    let other = Finding::OtherSource { part: SourcePart::Account, uses: account.to_owned(), given: sub.to_owned() };
    assert_eq!((imported.outcome, &imported.findings[..]), (Outcome::AlreadyThere, &[other.clone()][..]));
    assert_eq!(other.severity(), Severity::Warning);
    let told = format!("; warning: the record uses account {account}, but {sub} was given");
    assert!(imported.to_string().ends_with(&told), "{imported}");
    let json = serde_json::to_string(&other).unwrap();
    assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), other);

    // A plan reports it too.
    let desired = Desired::from_iter([ImportRequest::new(number(1))]);
    let plan = importer.plan(&desired).await.unwrap();
    let [PlanStep::Unchanged { findings, .. }] = &plan.steps[..] else { panic!("{plan:?}") };
    assert_eq!(findings[..], [other]);
    assert!(plan.to_string().contains(&format!("the record uses account {account}")), "{plan}");

    // One call changes the source, and then nothing differs.
    importer.renew(&number(1)).await.unwrap();
    let imported = importer.import(ImportRequest::new(number(1))).await.unwrap();
    assert_eq!(imported.findings, []);
    let id = imported.record.id.as_str();
    assert!(sandbox.uses_secret(VAPI, id, &token));
}

#[tokio::test]
async fn a_record_of_another_carrier_is_not_renewed() {
    let sandbox = Sandbox::start().await.unwrap();
    import(&Importer::new(trunk("pass"), vapi(&sandbox)), 1).await;
    let importer = Importer::new(twilio(&sandbox, None), vapi(&sandbox));
    let imported = importer.import(ImportRequest::new(number(1))).await.unwrap();
    let other = |finding: &&Finding| matches!(finding, Finding::OtherSource { part: SourcePart::Carrier, .. });
    assert_eq!(imported.findings.iter().filter(other).count(), 1, "{:?}", imported.findings);
    let items: Vec<_> = importer.import_many([ImportRequest::new(number(1))]).collect().await;
    let report = items[0].report();
    let advice = ". Give the carrier that the record uses. If the platform sold the number, keep the record, because removing \
                  it releases the number. Otherwise remove the record, then import the number.";
    assert!(report.contains(advice), "{report}");
    assert!(items[0].reason().is_none() && report.ends_with(&items[0].advice().unwrap()), "{report}");
    let before = changes(&sandbox, VAPI).len();
    let error = importer.renew(&number(1)).await.unwrap_err();
    assert!(error.to_string().contains("`source` is twilio, but the record uses sip-trunk"), "{error}");
    assert_eq!(changes(&sandbox, VAPI).len(), before);
}

#[tokio::test]
async fn a_lost_response_leaves_a_renewal_unknown_and_safe_to_repeat() {
    let sandbox = Sandbox::start().await.unwrap();
    let old = sandbox.twilio().auth_token();
    let id = import(&Importer::new(twilio(&sandbox, None), vapi(&sandbox)), 1).await;
    sandbox.twilio().rotate_auth_token(NEW);
    let once = numport::RetryPolicy::default().max_attempts(1);
    let hasty = Vapi::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(once).build().unwrap();
    let importer = Importer::new(twilio(&sandbox, Some(NEW)), hasty);
    for (fault, is_done) in [(Fault::DropBeforeCommit, false), (Fault::CommitThenDrop, true)] {
        sandbox.fault_on(VAPI, "PATCH /phone-number", fault);
        let error = importer.renew(&number(1)).await.unwrap_err();
        assert!(!error.surely_not_done());
        assert!(!error.report().contains(NEW));
        assert_eq!(sandbox.uses_secret(VAPI, &id, NEW), is_done);
        assert_eq!(sandbox.uses_secret(VAPI, &id, &old), !is_done);
    }
    importer.renew(&number(1)).await.unwrap();
    assert!(sandbox.uses_secret(VAPI, &id, NEW));
}

#[tokio::test]
async fn an_invalid_source_is_refused() {
    let vapi = Vapi::builder("key").base_url("http://127.0.0.1:1").build().unwrap();
    let source = NumberSource::account(ProviderKind::TWILIO, AccountKey::token("AC1", ""));
    let error = vapi.capabilities().check_renewal(VAPI, &source).unwrap_err();
    let Error::Invalid(invalid) = error else { panic!("{error}") };
    let fields: Vec<_> = invalid.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["source.account_sid", "source.auth_token"]);
}
