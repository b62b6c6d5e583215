//! How long a run over many numbers trusts the carriers' lists, and for what.

use std::time::Duration;

use futures_util::future::join;
use futures_util::{StreamExt, stream};
use numport::conformance::{Call, InMemoryPlatform};
use numport::import::{BulkItem, BulkOutcome};
use numport::model::PlatformKind;
use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support, Takeover};
use numport::provider::{Carriers, Ownership};
use numport::{ImportRequest, Importer, NumberProvider, Outcome};

use crate::import::batches::{BEFORE, HERE, TAKES_OVER, imported, number, request, taking_over, world};
use crate::support::carrier::{Asked, Carrier, End};

const ELSEWHERE: &str = "https://api.elevenlabs.io/twilio/inbound_call";

static WITH_AGENT: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    .with_label(Support::FULL, None)
    .with_agent(Support::FULL)
    .with_takeover(Takeover::WithAgent);

/// The routing before the import, as it is kept for a rollback.
fn before(item: &BulkItem) -> &str {
    &imported(item).routing_before.as_ref().unwrap().settings["voice_url"]
}

/// Yields numbers 0 and 1, and then number 2 after this is done.
fn then<'a>(done: impl Future<Output = ()> + Send + 'a) -> impl stream::Stream<Item = ImportRequest> + Send + 'a {
    let late = stream::once(async move {
        done.await;
        request(2)
    });
    stream::iter([request(0), request(1)]).chain(late)
}

#[tokio::test(start_paused = true)]
async fn an_import_into_another_platform_after_the_list_is_seen() {
    let (carrier, platform, importer) = world(3);
    let other = InMemoryPlatform::new(PlatformKind::from_static("elsewhere"), &TAKES_OVER);
    let takes = carrier.clone();
    other.on_call(move |call, number| {
        if let (Call::Create, Some(number)) = (call, number) {
            takes.reroute(number, ELSEWHERE);
        }
    });
    let other = Importer::new(carrier.clone(), other);
    let input = then(async move {
        other.import(request(2)).await.unwrap();
    });
    let items: Vec<_> = importer.concurrency(1).import_many(input).collect().await;
    assert_eq!((before(&items[0]), before(&items[2])), (BEFORE, ELSEWHERE));
    assert_eq!(platform.calls(Call::Create), 3);
}

#[tokio::test(start_paused = true)]
async fn an_import_into_another_platform_while_the_list_is_read_is_seen() {
    let (carrier, _, importer) = world(3);
    let other = InMemoryPlatform::new(PlatformKind::from_static("elsewhere"), &TAKES_OVER);
    let takes = carrier.clone();
    other.on_call(move |call, number| {
        if let (Call::Create, Some(number)) = (call, number) {
            takes.reroute(number, ELSEWHERE);
        }
    });
    let other = Importer::new(carrier.clone(), other);
    carrier.always(Asked::List, End::AsAsked(Duration::from_secs(5)));
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        other.import(request(2)).await.unwrap();
    };
    let items = importer.concurrency(1).import_many((0..3).map(request)).collect::<Vec<_>>();
    let (items, ()) = join(items, meanwhile).await;
    assert_eq!((before(&items[0]), before(&items[2])), (BEFORE, ELSEWHERE));
}

#[tokio::test(start_paused = true)]
async fn a_takeover_by_an_update_after_the_list_is_seen() {
    let (carrier, _, importer) = world(3);
    let other = InMemoryPlatform::new(PlatformKind::from_static("elsewhere"), &WITH_AGENT);
    other.insert(number(2));
    let takes = carrier.clone();
    other.on_call(move |call, number| {
        if let (Call::Update, Some(number)) = (call, number) {
            takes.reroute(number, ELSEWHERE);
        }
    });
    let other = Importer::new(carrier.clone(), other);
    let input = then(async move {
        let updated = other.import(request(2).agent("a-1")).await.unwrap();
        assert_eq!(updated.outcome, Outcome::Updated);
    });
    let items: Vec<_> = importer.concurrency(1).import_many(input).collect().await;
    assert_eq!(before(&items[2]), ELSEWHERE);
}

#[tokio::test(start_paused = true)]
async fn a_restored_routing_after_the_list_is_seen() {
    let (carrier, platform, importer) = world(3);
    carrier.hold(number(2), HERE);
    let again = importer.clone();
    let elsewhere = carrier.clone();
    let input = then(async move {
        let mut routing = again.preflight(&number(2)).await.unwrap().routing.unwrap();
        routing.settings.insert("voice_url".to_owned(), BEFORE.to_owned());
        routing.calls = numport::model::Calls::Url(BEFORE.into());
        let _ = again.restore(&routing).await.unwrap();
        drop(elsewhere);
    });
    let items: Vec<_> = importer.concurrency(1).import_many(input).collect().await;
    assert_eq!(before(&items[2]), BEFORE);
    assert_eq!(platform.calls(Call::Create), 3);
}

#[tokio::test(start_paused = true)]
async fn a_list_is_trusted_up_to_its_maximum_age() {
    for (wait, told) in [(30, BEFORE), (61, ELSEWHERE)] {
        let (carrier, _, importer) = world(3);
        let changed = carrier.clone();
        let input = then(async move {
            // In another process.
            changed.reroute(number(2), ELSEWHERE);
            tokio::time::sleep(Duration::from_secs(wait)).await;
        });
        let items: Vec<_> = importer.concurrency(1).import_many(input).collect().await;
        assert_eq!(before(&items[2]), told, "after {wait} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_slower_than_its_maximum_age_is_not_read_for_each_number() {
    for age in [Duration::ZERO, Duration::from_secs(5)] {
        let (carrier, platform, importer) = world(40);
        carrier.always(Asked::List, End::After(Duration::from_secs(6)));
        let items: Vec<_> = importer.list_age(age).concurrency(4).import_many((0..40).map(request)).collect().await;
        assert!(items.iter().all(|item| imported(item).outcome == Outcome::Created));
        // One abandoned list, and the one of the verification.
        let lists = carrier.count(Asked::List);
        assert!(lists <= 2, "{lists} lists");
        assert_eq!((platform.calls(Call::Create), carrier.count(Asked::Lookup)), (40, 40));
        let lists = platform.calls(Call::List);
        assert!(lists <= 40, "{lists} lists of the platform");
    }
}

#[tokio::test]
async fn several_carriers_hold_what_one_of_them_holds() {
    let (one, other) = (Carrier::new("one"), Carrier::new("other"));
    one.hold(number(0), BEFORE);
    for carrier in [&one, &other] {
        carrier.hold(number(1), BEFORE);
    }
    let all = Carriers::new().and(one).and(other);
    assert!(matches!(all.lookup(&number(0)).await.unwrap(), Ownership::Held(_)));
    assert!(matches!(all.lookup(&number(1)).await.unwrap(), Ownership::NotVerifiable), "which one gets the calls?");
    assert!(matches!(all.lookup(&number(2)).await.unwrap(), Ownership::NotHeld));
}

#[tokio::test(start_paused = true)]
async fn an_input_of_unknown_length_is_listed_once_that_takes_no_more_requests() {
    let (carrier, _, importer) = world(40);
    let input = stream::iter((0..40).map(request)).filter(|_| std::future::ready(true));
    let items: Vec<_> = importer.concurrency(1).import_many(input).collect().await;
    assert!(items.iter().all(|item| imported(item).outcome == Outcome::Created));
    assert_eq!(carrier.count(Asked::Lookup), 2, "the third number is worth a list");
}

#[tokio::test(start_paused = true)]
async fn an_endless_list_delays_no_import() {
    let (carrier, platform, importer) = world(40);
    carrier.always(Asked::List, End::Never);
    let items: Vec<_> = importer.concurrency(4).import_many((0..40).map(request)).collect().await;
    let created = items.iter().filter(|item| item.outcome.code() == "created").count();
    assert_eq!((created, platform.calls(Call::Create)), (40, 40));
    assert_eq!(carrier.count(Asked::Lookup), 40);
    assert!(items.iter().all(|item| imported(item).findings.is_empty()), "they are verified one by one");
}

#[tokio::test(start_paused = true)]
async fn a_failed_list_is_replaced_by_lookups() {
    for status in [403, 429, 500] {
        let (carrier, platform, importer) = world(20);
        carrier.always(Asked::List, End::Refused(status));
        let items: Vec<_> = importer.import_many((0..20).map(request)).collect().await;
        assert!(items.iter().all(|item| imported(item).findings.is_empty()));
        assert_eq!((platform.calls(Call::Create), carrier.count(Asked::Lookup)), (20, 20));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_ends_the_run_of_a_single_carrier() {
    let (carrier, platform, importer) = world(20);
    carrier.always(Asked::List, End::Refused(401));
    let items: Vec<_> = importer.concurrency(1).import_many((0..20).map(request)).collect().await;
    assert!(items.iter().all(|item| item.outcome.is_failure()));
    assert_eq!((platform.calls(Call::Create), carrier.count(Asked::Lookup)), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_carrier_that_refuses_its_key_is_not_queried_for_each_number() {
    let carrier = Carrier::new("first");
    (0..100).for_each(|last| carrier.hold(number(last), BEFORE));
    let platform = taking_over(&carrier);
    let refusing = Carrier::new("second");
    // Its list is refused for another reason, so each number is looked up.
    refusing.always(Asked::List, End::Refused(500));
    refusing.always(Asked::Lookup, End::Refused(401));
    let importer = Importer::new(Carriers::new().and(carrier.clone()).and(refusing.clone()), platform.clone());
    let items: Vec<_> = importer.concurrency(4).import_many((0..100).map(request)).collect().await;
    assert!(items.iter().all(|item| matches!(&item.outcome, BulkOutcome::Imported(_))));
    assert_eq!((platform.calls(Call::Create), carrier.count(Asked::Lookup)), (100, 0));
    let lookups = refusing.count(Asked::Lookup);
    assert!(lookups <= 4, "{lookups} refused lookups");
}

#[tokio::test(start_paused = true)]
async fn a_number_missing_from_a_list_is_looked_up() {
    let (carrier, platform, importer) = world(3);
    carrier.always(Asked::List, End::Stale);
    carrier.hold(number(7), BEFORE);
    let items: Vec<_> = importer.import_many([0, 1, 7, 9].map(request)).collect().await;
    let mut codes: Vec<_> = items.iter().map(|item| (item.index, item.outcome.code())).collect();
    codes.sort_unstable();
    assert_eq!(codes, [(0, "created"), (1, "created"), (2, "created"), (3, "refused")]);
    assert_eq!(platform.calls(Call::Create), 3);
}

#[tokio::test(start_paused = true)]
async fn a_number_beyond_the_kept_part_of_a_long_list_is_looked_up() {
    let (carrier, platform, importer) = world(250);
    // These numbers come first in the list.
    (0..19_850).for_each(|nth| carrier.hold(format!("+1205{:07}", 2_000_000 + nth).parse().unwrap(), BEFORE));
    let items: Vec<_> = importer.import_many((0..250).map(request)).collect().await;
    assert!(items.iter().all(|item| before(item) == BEFORE));
    assert_eq!(platform.calls(Call::Create), 250);
    // 20,000 numbers are kept.
    assert_eq!(carrier.count(Asked::Lookup), 100);
}
