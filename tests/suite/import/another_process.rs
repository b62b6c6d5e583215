//! Runs over many numbers while another process imports the same numbers, into a platform that refuses duplicates.

use futures_util::StreamExt;
use numport::conformance::{Answer, Call, InMemoryPlatform};
use numport::model::{PlatformKind, Reached};
use numport::platform::{Capabilities, Duplicates};
use numport::{Importer, Outcome};

use crate::import::batches::{BEFORE, HERE, TAKES_OVER, imported, number, request};
use crate::support::carrier::{Asked, Carrier, End};
use crate::support::unresolved;

static REFUSES: Capabilities = TAKES_OVER.with_duplicates(Duplicates::Refused);

const COUNT: usize = 250;

/// What happens after half of the creates.
#[derive(Clone, Copy, Debug)]
enum Midway {
    Nothing,
    /// The carrier's lists show what was held then.
    CarrierLags,
    /// The platform's lists show no record.
    PlatformLags,
    CarrierHangs,
}

/// A platform into which another process imports a number whenever this one creates one: also the same one, just before
/// it. The other process has its own memory, so that this one hears of nothing.
fn world(midway: Midway) -> (Carrier, InMemoryPlatform) {
    let carrier = Carrier::new("carrier");
    (0..COUNT).for_each(|last| carrier.hold(number(last), BEFORE));
    let platform = InMemoryPlatform::new(PlatformKind::VAPI, &REFUSES);
    let (there, takes) = (platform.clone(), carrier.clone());
    let numbers: Vec<_> = (0..COUNT).map(number).collect();
    platform.on_call(move |call, created| {
        let (Call::Create, Some(created)) = (call, created) else { return };
        let nth = there.calls(Call::Create);
        let same = nth % 5 == 0;
        let others = if same { created } else { numbers[nth * 7 % COUNT] };
        if !there.records().iter().any(|record| record.number.is(&others)) && (same || others != created) {
            there.insert(others);
            takes.reroute(others, HERE);
        }
        // What this create does, unless it is refused.
        takes.reroute(created, HERE);
        if nth == COUNT / 4 {
            match midway {
                Midway::Nothing => {}
                Midway::CarrierLags => takes.always(Asked::List, End::Stale),
                Midway::PlatformLags => there.always(Call::List, Answer::Nothing),
                Midway::CarrierHangs => takes.always(Asked::List, End::Never),
            }
        }
    });
    (carrier, platform)
}

#[tokio::test(start_paused = true)]
async fn each_number_has_one_record_and_only_those_created_here_are_told_so() {
    for midway in [Midway::Nothing, Midway::CarrierLags, Midway::PlatformLags, Midway::CarrierHangs] {
        for (concurrency, list_age) in [(1, 60), (16, 60), (16, 0), (64, 60)] {
            let (carrier, platform) = world(midway);
            let importer = Importer::new(carrier.clone(), platform.clone())
                .list_age(std::time::Duration::from_secs(list_age))
                .concurrency(concurrency);
            let items: Vec<_> = importer.import_many((0..COUNT).map(request)).collect().await;
            let told = format!("{midway:?}, {concurrency} at a time, lists of {list_age} s");
            assert_eq!((items.len(), platform.records().len()), (COUNT, COUNT), "{told}");
            let mut created = 0;
            for item in &items {
                let imported = imported(item);
                assert_eq!((imported.reached, imported.findings.as_slice()), (Reached::Platform, &[][..]), "{told}");
                match imported.outcome {
                    Outcome::Created => {
                        created += 1;
                        let before = imported.routing_before.as_ref().unwrap();
                        assert_eq!(before.settings["voice_url"], BEFORE, "{told}");
                    }
                    // A record that is another's is not undone with this run, nor its routing put back.
                    Outcome::AlreadyThere => assert!(imported.routing_before.is_none(), "{told}"),
                    other => panic!("{told}: {other}"),
                }
            }
            assert!((50..200).contains(&created), "{told}: {created}");
            assert!(unresolved(&importer).await.is_empty());
        }
    }
}
