//! Many imports at once through faults by chance, given up at random moments; the same storm over a plain client
//! shows that it is one.

#[path = "../../examples/support/storm/mod.rs"]
pub(crate) mod weather;

use numport::model::PlatformKind;
use weather::platform::PLATFORMS;
use weather::{Storm, Tally, Who};

fn storm(service: PlatformKind, imports: usize, seed: u64) -> Storm {
    Storm { service, imports, tasks: (imports / 20).clamp(30, 100), seed, chance: 0.3 }
}

/// Nothing twice, nothing lost, all as was asked, nothing said that is not so.
async fn kept_through(storm: Storm) -> Tally {
    let tally = storm.over(Who::Numport).await;
    let Tally { twice, lost, unfinished, lies, failed, .. } = tally;
    assert_eq!([twice, lost, unfinished, lies, failed], [0; 5], "{storm:?}: {:#?}", tally.notes);
    assert_eq!(tally.records, storm.imports);
    tally
}

async fn met_by_both(service: PlatformKind) {
    let storm = storm(service, 60, 1);
    let (tally, plain) = tokio::join!(kept_through(storm), storm.over(Who::Plain));
    let Tally { created, recovered, indeterminate, given_up, .. } = tally;
    assert!([created, recovered + indeterminate, given_up].iter().all(|&count| count > 0), "it is no storm: {tally}");
    // A platform that refuses a second import leaves the plain client without the first one's id.
    let refuses = matches!(service, PlatformKind::SIGNALWIRE | PlatformKind::BUTTER);
    let harm = if refuses { plain.unfinished.min(plain.lies) } else { plain.twice };
    assert!(harm > 0, "it is no storm: {plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_over_interactly_makes_nothing_twice() {
    met_by_both(PlatformKind::INTERACTLY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_over_vapi_makes_nothing_twice() {
    met_by_both(PlatformKind::VAPI).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_over_signalwire_makes_nothing_twice() {
    met_by_both(PlatformKind::SIGNALWIRE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_over_butter_makes_nothing_twice() {
    met_by_both(PlatformKind::BUTTER).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; run by hand"]
async fn ten_long_storms_over_each_platform_make_nothing_twice() {
    for service in PLATFORMS {
        // Where a number is found through the list, each look reads them all.
        let listed = matches!(service, PlatformKind::INTERACTLY | PlatformKind::BUTTER);
        for seed in 1..=10 {
            kept_through(storm(service, if listed { 1_000 } else { 10_000 }, seed)).await;
        }
    }
}
