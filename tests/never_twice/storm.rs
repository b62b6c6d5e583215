//! Many concurrent imports with random faults, by two tasks for each number and a second process, and cancelled at
//! random moments. The same storm with a plain client shows that the faults are strong enough.
//!
//! The second process is this same binary, run with [`the_second_process`] only. It imports the same numbers if the
//! platform refuses duplicates. Otherwise nothing but shared memory could keep two processes from creating a number at
//! the same moment, so it imports other numbers.

#[path = "../../examples/support/storm/mod.rs"]
pub(crate) mod weather;

use std::process::Command;

use numport::platform::Find;
use numport::sandbox::Sandbox;
use weather::{Storm, Tally, Who, process, renewing};

use crate::services::subject::{Pace, Platform};
use crate::services::{PLATFORMS, each_platform};

/// The maximum number of error lines to print.
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

/// Checks that no number is created twice or lost, every record is as requested, every result is true, calls are
/// pointed, credentials are renewed if records have their own, and everything is rolled back in the end.
async fn kept_through(storm: Storm) -> Tally {
    let tally = storm.over(Who::Numport, Some(second_process()), None).await;
    let Tally { twice, lost, unfinished, lies, failed, not_undone, .. } = tally;
    assert_eq!(
        [twice, lost, unfinished, lies, failed, not_undone],
        [0; 6],
        "{storm:?}: {:#?}",
        &tally.notes[..tally.notes.len().min(NOTES)]
    );
    assert_eq!([tally.records, tally.undone], [tally.imports; 2]);
    let sandbox = Sandbox::start().await.unwrap();
    let client = (storm.platform.connect)(&|name| sandbox.var(name), Pace::at_once());
    let renewed = if renewing::is_possible(client.capabilities()) { tally.imports } else { 0 };
    assert!(tally.renewed == renewed && tally.pointed >= tally.imports / 2, "{tally}");
    tally
}

async fn met_by_both(platform: &'static Platform) {
    let storm = storm(platform, 40, 1);
    let (tally, plain) = tokio::join!(kept_through(storm), storm.over(Who::Plain, None, None));
    let Tally { created, recovered, indeterminate, given_up, .. } = tally;
    assert!([created, recovered + indeterminate, given_up].iter().all(|&count| count > 0), "it is no storm: {tally}");
    // If the platform refuses duplicates, a plain client whose first response was lost has no id. It reports falsely
    // that nothing was created, and cannot send the requests that would finish the record.
    let harm = match (platform.plain.is_refused_twice, platform.plain.then) {
        (true, Some(_)) => plain.unfinished,
        (true, None) => plain.lies,
        (false, _) => plain.twice,
    };
    assert!(harm > 0, "it is no storm: {plain}");
}

each_platform! {
    #[tokio::test(flavor = "multi_thread")]
    a_storm_creates_no_duplicates, met_by_both
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; run by hand"]
async fn ten_long_storms_over_each_platform_create_no_duplicates() {
    let sandbox = Sandbox::start().await.unwrap();
    for platform in PLATFORMS {
        // If a number is looked up in the list, each lookup reads the whole list.
        let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
        let listed = client.capabilities().find == Find::ThroughList;
        for seed in 1..=10 {
            kept_through(storm(platform, if listed { 1_000 } else { 10_000 }, seed)).await;
        }
    }
}
