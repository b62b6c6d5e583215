//! Every fault at every request of a renewal: the platform has either the old or the new credentials, and a second call
//! renews them.

use futures_util::stream::{self, StreamExt};
use numport::model::{PlatformKind, ProviderKind, Service};
use numport::sandbox::{Chaos, Fault, Sandbox};
use numport::{
    AccountKey, Butter, E164, ImportRequest, Importer, NumberProvider, SipTrunk, Twilio, Vapi, VoicePlatform,
};

use crate::scenario::{DELAY, PATIENT, TIMEOUT};
use crate::services::subject::Pace;

const OLD: &str = "the-old-secret";
const NEW: &str = "the-renewed-secret";

/// Which credentials are renewed.
#[derive(Clone, Copy, Debug)]
enum Renewed {
    VapiTwilio,
    VapiTrunk,
    /// The record uses another user's credential, and gets a different one.
    VapiOtherTrunk,
    Butter,
    #[cfg(feature = "cartesia")]
    Cartesia,
}

const ALL: &[(Renewed, &[&str])] = &[
    (Renewed::VapiTwilio, &["GET /v2/phone-number", "PATCH /phone-number"]),
    (Renewed::VapiTrunk, &["GET /v2/phone-number", "GET /credential", "PATCH /credential"]),
    (
        Renewed::VapiOtherTrunk,
        &["GET /v2/phone-number", "GET /credential/", "GET /credential?", "POST /credential", "PATCH /phone-number"],
    ),
    (Renewed::Butter, &["GET /api/phone-numbers", "PUT /api/integrations"]),
    #[cfg(feature = "cartesia")]
    (
        Renewed::Cartesia,
        &["GET /agents/phone-numbers?", "GET /agents/phone-numbers/prov", "PATCH /agents/phone-numbers/prov"],
    ),
];

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

impl Renewed {
    fn kind(self) -> PlatformKind {
        match self {
            Self::Butter => PlatformKind::BUTTER,
            #[cfg(feature = "cartesia")]
            Self::Cartesia => PlatformKind::CARTESIA,
            _ => PlatformKind::VAPI,
        }
    }

    /// The old and the new secret.
    #[cfg_attr(not(feature = "cartesia"), allow(unused_variables))]
    fn secrets(self, sandbox: &Sandbox) -> [&'static str; 2] {
        match self {
            #[cfg(feature = "cartesia")]
            Self::Cartesia => [sandbox.twilio().api_key().1, sandbox.twilio().second_api_key().1],
            _ => [OLD, NEW],
        }
    }

    fn provider(self, sandbox: &Sandbox, is_new: bool) -> Box<dyn NumberProvider> {
        let secret = if is_new { NEW } else { OLD };
        let trunk = |user: &str| SipTrunk::new("203.0.113.10").credentials(user, secret).number(number());
        match self {
            Self::VapiTrunk => Box::new(trunk("user")),
            Self::VapiOtherTrunk => Box::new(trunk(if is_new { "new-user" } else { "user" })),
            #[cfg(feature = "cartesia")]
            Self::Cartesia => {
                let twilio = sandbox.twilio();
                let (id, secret) = if is_new { twilio.second_api_key() } else { twilio.api_key() };
                let key = AccountKey::pair(twilio.account_sid(), id, secret);
                let builder = Twilio::builder(key).base_url(sandbox.var("TWILIO_BASE_URL").unwrap());
                Box::new(Pace::at_once().rootless().client(Ok(builder)))
            }
            Self::VapiTwilio | Self::Butter => {
                sandbox.twilio().rotate_auth_token(secret);
                let key = AccountKey::token(sandbox.twilio().account_sid(), secret);
                Box::new(
                    Pace::at_once()
                        .rootless()
                        .client(Ok(Twilio::builder(key).base_url(sandbox.var("TWILIO_BASE_URL").unwrap()))),
                )
            }
        }
    }

    fn platform(self, sandbox: &Sandbox, slow: bool) -> Box<dyn VoicePlatform> {
        let pace = Pace::at_once().rootless().timeout(if slow { TIMEOUT } else { PATIENT });
        let vars = |name: &str| sandbox.var(name);
        match self {
            Self::Butter => {
                let butter = pace.client(Butter::builder_from_vars(vars));
                let records = sandbox.records(PlatformKind::BUTTER);
                if let Some(integration) = records.first().and_then(|record| record["integration_id"].as_str()) {
                    butter.use_integration(sandbox.twilio().account_sid(), integration);
                }
                Box::new(butter)
            }
            #[cfg(feature = "cartesia")]
            Self::Cartesia => Box::new(pace.client(numport::Cartesia::builder_from_vars(vars))),
            _ => Box::new(pace.client(Vapi::builder_from_vars(vars))),
        }
    }
}

async fn meet(renewed: Renewed, step: &str, fault: &Fault) {
    let sandbox = Sandbox::builder().held_numbers([number()]).start().await.unwrap();
    let old = Importer::new(renewed.provider(&sandbox, false), renewed.platform(&sandbox, false));
    let [old_secret, new_secret] = renewed.secrets(&sandbox);
    // The sandbox may have the port of an earlier one, and so count as the same account.
    old.forget_created(&number()).await.expect("no journal");
    let id = old.import(ImportRequest::new(number())).await.unwrap().record.id.to_string();
    let uses = |secret: &str| sandbox.uses_secret(renewed.kind(), &id, secret);
    assert!(uses(old_secret));

    sandbox.fault_on(renewed.kind(), step, fault.clone());
    let slow = matches!(fault, Fault::DelayBeforeCommit(_) | Fault::CommitThenDelay(_) | Fault::SlowBody { .. });
    let importer = Importer::new(renewed.provider(&sandbox, true), renewed.platform(&sandbox, slow));
    let result = importer.renew(&number()).await;
    while sandbox.waiting() > 0 {
        tokio::time::sleep(DELAY / 10).await;
    }
    assert!(sandbox.requests().iter().any(|entry| entry.fault.as_ref() == Some(fault)), "the step is none of this");
    assert!(uses(old_secret) != uses(new_secret), "either the old or the new ones");
    match &result {
        Ok(_) => assert!(uses(new_secret), "said to be renewed"),
        Err(error) if error.surely_not_done() => assert!(uses(old_secret), "said not to be renewed: {error:?}"),
        Err(_) => {}
    }
    let told = format!("{result:?} {}", result.as_ref().err().map(numport::Error::report).unwrap_or_default());
    assert!(!told.contains(old_secret) && !told.contains(new_secret), "a secret is told: {told}");

    // In another process, which knows nothing of the first call.
    let importer = Importer::new(renewed.provider(&sandbox, true), renewed.platform(&sandbox, false));
    importer.renew(&number()).await.unwrap();
    assert!(uses(new_secret), "one more call brings the new ones");
    assert_eq!(sandbox.records(renewed.kind()).len(), 1);
    let made = |method: &str| {
        let is_it = |entry: &&numport::sandbox::ReceivedRequest| {
            entry.path.starts_with("/credential") && entry.method == method
        };
        sandbox.requests().iter().filter(is_it).filter(|entry| entry.own_status == Some(201)).count()
    };
    let most = if matches!(renewed, Renewed::VapiOtherTrunk) { 2 } else { 1 };
    assert!(made("POST") <= most, "no fault makes a second credential of the trunk");
}

#[tokio::test]
async fn every_fault_of_a_renewal_leaves_old_or_new_credentials() {
    for &(renewed, steps) in ALL {
        for step in steps {
            let faults = Fault::every(DELAY);
            let met = faults.iter().map(|fault| async move {
                let case = format!("{renewed:?}: {step:?} {fault:?}");
                let met = tokio::spawn({
                    let fault = fault.clone();
                    async move { meet(renewed, step, &fault).await }
                });
                met.await.unwrap_or_else(|error| panic!("{case}: {error}"));
            });
            futures_util::future::join_all(met).await;
        }
    }
}

/// Renewals of so many numbers that share an integration at Butter, by two callers each, under random faults and given up at
/// random. Whatever one of them is told holds for all. Returns whether the new credentials were there afterwards.
async fn storm_at_butter(seed: u64, count: usize) -> bool {
    let numbers: Vec<E164> = (0..count).map(|nth| format!("+1415556{nth:04}").parse().unwrap()).collect();
    let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
    let renewed = Renewed::Butter;
    let importer = Importer::new(renewed.provider(&sandbox, false), renewed.platform(&sandbox, false));
    let mut ids = Vec::new();
    for number in &numbers {
        importer.forget_created(number).await.expect("no journal");
        ids.push(importer.import(ImportRequest::new(*number)).await.unwrap().record.id.to_string());
    }
    let using = |secret| ids.iter().filter(|id| sandbox.uses_secret(PlatformKind::BUTTER, id, secret)).count();
    assert_eq!((using(OLD), using(NEW)), (count, 0));

    let importer = Importer::new(renewed.provider(&sandbox, true), renewed.platform(&sandbox, true));
    let services: [Service; 2] = [PlatformKind::BUTTER.into(), ProviderKind::TWILIO.into()];
    sandbox.chaos(Chaos::new(seed).chance(0.6).services(services).faults(Fault::every(DELAY)));
    let mut rng = fastrand::Rng::with_seed(seed);
    let calls = numbers.iter().chain(&numbers).map(|number| {
        let patience = if rng.u8(..4) == 0 { TIMEOUT.mul_f64(rng.f64()) } else { 100 * PATIENT };
        tokio::time::timeout(patience, importer.renew(number))
    });
    let calls: Vec<_> = calls.collect();
    let told: Vec<_> = stream::iter(calls).buffer_unordered(16).collect().await;
    while sandbox.waiting() > 0 {
        tokio::time::sleep(DELAY / 10).await;
    }
    sandbox.calm();
    let is_new = match (using(OLD), using(NEW)) {
        (old, 0) if old == count => false,
        (0, new) if new == count => true,
        other => panic!("seed {seed}: {other:?} of {count} use the old and the new credentials"),
    };
    let is_done = told.iter().any(|told| matches!(told, Ok(Ok(_))));
    let is_not_done = told.iter().all(|told| matches!(told, Ok(Err(error)) if error.surely_not_done()));
    assert!(is_new || !is_done, "seed {seed}: said to be renewed: {told:?}");
    assert!(!is_new || !is_not_done, "seed {seed}: said not to be renewed: {told:?}");

    let importer = Importer::new(renewed.provider(&sandbox, true), renewed.platform(&sandbox, false));
    let again: Vec<_> = importer.renew_many(numbers).collect().await;
    assert!(again.iter().all(|item| !item.outcome.is_failure()), "seed {seed}: {again:?}");
    assert_eq!((using(NEW), sandbox.records(PlatformKind::BUTTER).len()), (count, count), "seed {seed}");
    is_new
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_renewals_of_a_shared_integration_tell_what_they_did() {
    let storms = (0..24).map(|seed| storm_at_butter(seed, [1, 2, 12][seed as usize % 3]));
    let ended: Vec<bool> = stream::iter(storms).buffer_unordered(6).collect().await;
    assert!(ended.contains(&true) && ended.contains(&false), "it is no storm: {ended:?}");
}
