//! Many imports at once through faults by chance, by two tasks a number and a second process, given up at random moments;
//! the same storm over a plain client shows that it is one.
//!
//! The second process is this same binary, run for [`the_second_process`] alone. It has the same numbers where the
//! platform refuses to have one twice. Elsewhere nothing but a memory that both share could keep two processes from
//! creating a number at the same moment, so there it has others.

#[path = "../../examples/support/storm/mod.rs"]
pub(crate) mod weather;

use std::process::Command;

use numport::platform::{Duplicates, Find};
use numport::sandbox::Sandbox;
use weather::{Storm, Tally, Who, process};

use crate::services::subject::{Pace, Platform};
use crate::services::{PLATFORMS, each_platform};

/// The first lines of what went wrong are enough.
const NOTES: usize = 5;

fn storm(platform: &'static Platform, imports: usize, seed: u64) -> Storm {
    Storm { platform, imports, tasks: (imports / 20).clamp(20, 100), seed, chance: 0.3 }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the storms start it"]
async fn the_second_process() {
    process::is_second().await;
}

fn second_process() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "storm::the_second_process", "--ignored", "--nocapture"]);
    command
}

/// Nothing twice, nothing lost, all as was asked, nothing said that is not so, calls pointed, credentials renewed where
/// records have their own, and all undone in the end.
async fn kept_through(storm: Storm) -> Tally {
    let tally = storm.over(Who::Numport, Some(second_process())).await;
    let Tally { twice, lost, unfinished, lies, failed, not_undone, .. } = tally;
    assert_eq!(
        [twice, lost, unfinished, lies, failed, not_undone],
        [0; 6],
        "{storm:?}: {:#?}",
        &tally.notes[..tally.notes.len().min(NOTES)]
    );
    assert_eq!([tally.records, tally.undone], [tally.imports; 2]);
    let renewed = if storm.platform.api.name() == "vapi" { tally.imports } else { 0 };
    assert!(tally.renewed == renewed && tally.pointed >= tally.imports / 2, "{tally}");
    tally
}

async fn met_by_both(platform: &'static Platform) {
    let storm = storm(platform, 40, 1);
    let (tally, plain) = tokio::join!(kept_through(storm), storm.over(Who::Plain, None));
    let Tally { created, recovered, indeterminate, given_up, .. } = tally;
    assert!([created, recovered + indeterminate, given_up].iter().all(|&count| count > 0), "it is no storm: {tally}");
    // Where a second import is refused, a plain client whose first response was lost has no id: it says that nothing was
    // made, which is a lie, and cannot take the steps that would finish the record.
    let sandbox = Sandbox::start().await.unwrap();
    let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
    let harm = match (client.capabilities().duplicates, platform.plain.then) {
        (Duplicates::Refused, Some(_)) => plain.unfinished,
        (Duplicates::Refused, None) => plain.lies,
        _ => plain.twice,
    };
    assert!(harm > 0, "it is no storm: {plain}");
}

each_platform! {
    #[tokio::test(flavor = "multi_thread")]
    a_storm_makes_nothing_twice, met_by_both
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; run by hand"]
async fn ten_long_storms_over_each_platform_make_nothing_twice() {
    let sandbox = Sandbox::start().await.unwrap();
    for platform in PLATFORMS {
        // Where a number is found through the list, each look reads them all.
        let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
        let listed = client.capabilities().find == Find::ThroughList;
        for seed in 1..=10 {
            kept_through(storm(platform, if listed { 1_000 } else { 10_000 }, seed)).await;
        }
    }
}
