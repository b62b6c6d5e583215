//! A client without a limit of its own, and a service that allows 5 requests a second.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use numport::sandbox::Sandbox;
use numport::{E164, ImportRequest, Importer, Twilio, Vapi};
use tokio::time::{Instant, advance};

const PER_SECOND: usize = 5;
/// More than fit into the time.
const NUMBERS: usize = 1_000;

/// How many requests were sent, and how many of them answered 429.
fn counted(sandbox: &Sandbox) -> (usize, usize) {
    let requests = sandbox.requests();
    (requests.len(), requests.iter().filter(|request| request.status == Some(429)).count())
}

/// Time goes on only here, after all that is on its way has arrived: client and server share this thread, and what one
/// writes to a loopback socket is there for the other at once. Paused time alone goes on while sockets are waited for.
async fn pass(until: Instant) {
    while Instant::now() < until {
        for _ in 0..12 {
            tokio::task::yield_now().await;
        }
        advance(Duration::from_millis(10)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn imports_use_a_limit_that_they_do_not_know_and_hardly_exceed_it() {
    let start = Instant::now();
    let number = |nth: usize| format!("+1415{nth:07}").parse::<E164>().unwrap();
    let builder = Sandbox::builder().held_numbers((0..NUMBERS).map(number));
    let sandbox = builder.requests_per_second(PER_SECOND).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap()).skip_preflight();
    let numbers = (0..NUMBERS).map(|nth| ImportRequest::new(number(nth)));
    let mut unknown = 0;
    let imports = importer.import_many(stream::iter(numbers)).for_each(|item| {
        // Its create was refused, and it has looked the number up six times.
        if item.outcome.code() == "unknown" {
            unknown += 1;
        } else {
            assert!(!item.outcome.is_failure(), "{}", item.report());
        }
        std::future::ready(())
    });
    let measure = async {
        pass(start + Duration::from_secs(10)).await;
        let (sent, refused) = counted(&sandbox);
        pass(start + Duration::from_secs(130)).await;
        let (sent_then, refused_then) = counted(&sandbox);
        (sent_then - sent, refused_then - refused)
    };
    let (sent, refused) = tokio::select! {
        () = imports => panic!("there are more numbers"),
        counted = measure => counted,
    };
    let (used, share) = ((sent - refused) as f64 / (120 * PER_SECOND) as f64, refused as f64 / sent as f64);
    assert!(used >= 0.9 && share < 0.03, "{used:.3} of the limit used, {share:.3} refused");
    assert!(unknown > 0);
}
