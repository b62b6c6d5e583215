//! The deadline of a restore and of a renewal: each says whether something may be changed.

use std::time::Duration;

use futures_util::StreamExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::error::{Delivery, WithheldReason};
use numport::model::{Calls, ProviderKind, Routing};
use numport::platform::{Capabilities, Find, OnRemoval, Renewal, Renews, Sources, Way};
use numport::{Error, Importer};
use tokio::time::{Instant, timeout};

use crate::support::carrier::{Asked, Carrier, End};
use crate::support::in_memory::{Exchange, KIND, NATIVE, importer, number, platform};

const DEADLINE: Duration = Duration::from_secs(5);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const BEFORE: &str = "https://app.example.com/voice";
const HERE: &str = "https://api.vapi.ai/twilio/inbound_call";

static RENEWS: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_renewal(Renewal::Of(&[(ProviderKind::SIP_TRUNK, Way::Stored, Renews::Record)]));

/// The error of what ends at the deadline.
async fn late<T: std::fmt::Debug>(operation: impl Future<Output = Result<T, Error>>) -> Error {
    let begun = Instant::now();
    let error = timeout(DAY, operation).await.expect("it ends").unwrap_err();
    assert_eq!(begun.elapsed(), DEADLINE);
    error
}

fn is_withheld(error: &Error, operation: &str) {
    assert!(
        matches!(error, Error::Withheld(withheld) if withheld.reason == WithheldReason::Deadline { after: DEADLINE }),
        "{error:?}"
    );
    assert_eq!(
        error.to_string(),
        format!("vapi: {} was not {operation}: looking up the number took longer than the deadline of 5 s", number(1))
    );
}

fn is_unknown(error: &Error, operation: &str) {
    let call = error.call().unwrap();
    assert_eq!((call.operation, call.delivery), (operation, Delivery::Unknown), "{error:?}");
    assert!(error.is_retryable() && !error.surely_not_done());
}

fn before() -> Routing {
    let settings = [("voice_url".to_owned(), BEFORE.to_owned())].into();
    let mut before = Routing::new(number(1), "held".to_owned(), Calls::Url(BEFORE.into()), settings);
    before.replaced_by = Some([("voice_url".to_owned(), HERE.to_owned())].into());
    before
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_is_late_before_it_changed_anything_is_withheld() {
    let carrier = Carrier::new("carrier");
    carrier.hold(number(1), HERE);
    carrier.always(Asked::Snapshot, End::Never);
    let importer = Importer::new(carrier.clone(), platform(&NATIVE, 0)).deadline(DEADLINE);
    is_withheld(&late(importer.restore(&before())).await, "restored");
    is_withheld(&late(importer.restore_unverified(&before())).await, "restored");
    let many = timeout(DAY, importer.restore_many([before()]).collect::<Vec<_>>()).await.expect("it ends");
    is_withheld(many[0].1.as_ref().unwrap_err(), "restored");

    carrier.always(Asked::Snapshot, End::Usual);
    assert_eq!(importer.restore(&before()).await.unwrap().code(), "put_back");
}

#[tokio::test(start_paused = true)]
async fn a_restore_that_is_late_after_it_was_sent_does_not_know_whether_it_was_done() {
    let exchange = Exchange::default();
    exchange.point(number(1), HERE);
    let importer = Importer::new(exchange.clone(), platform(&NATIVE, 0)).deadline(DEADLINE);
    let mut before = before();
    before.id = importer.preflight(&number(1)).await.unwrap().routing.unwrap().id;
    exchange.set_hanging(true);
    is_unknown(&late(importer.restore(&before)).await, "restore routing");
    exchange.set_hanging(false);
    assert_eq!(importer.restore(&before).await.unwrap().code(), "as_before");
}

/// A platform with number 1, whose calls of this kind never end.
fn hanging(call: Call) -> (InMemoryPlatform, Importer) {
    let platform = InMemoryPlatform::new(KIND, &RENEWS);
    platform.insert(number(1));
    platform.script(call, vec![Answer::Never { done: true }; 2]);
    let importer = importer(&platform).skip_preflight().deadline(DEADLINE);
    (platform, importer)
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_late_says_whether_it_was_sent() {
    for (call, check) in [(Call::Find, is_withheld as fn(&Error, &str)), (Call::Renew, is_unknown)] {
        let (platform, importer) = hanging(call);
        let operation = if call == Call::Find { "renewed" } else { "renew credentials" };
        check(&late(importer.renew(&number(1))).await, operation);
        let items = timeout(DAY, importer.renew_many([number(1)]).collect::<Vec<_>>()).await.expect("it ends");
        let numport::import::RenewalOutcome::Failed(error) = &items[0].outcome else { panic!("{:?}", items[0]) };
        check(error, operation);
        assert!(importer.renew(&number(1)).await.unwrap().credentials.record);
        assert_eq!(platform.calls(Call::Renew), if call == Call::Find { 1 } else { 3 });
    }
}
