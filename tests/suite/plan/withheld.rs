//! Steps of a plan that another import of their number keeps from being applied.

use std::time::Duration;

use numport::Desired;
use numport::conformance::{Answer, Call};
use numport::import::plan::AppliedStep;
use numport::model::Removal;

use super::apply::{apply, elsewhere, world};
use crate::support::in_memory::{NATIVE, number, request};

#[tokio::test(start_paused = true)]
async fn a_step_that_waits_too_long_for_another_import_says_what_was_not_done() {
    let (platform, exchange, importer) = world(&NATIVE);
    elsewhere(&exchange);
    // Number 1 is to be changed, and number 2 is to be removed.
    let desired: Desired = [0, 1, 3, 4].map(request).map(|request| request.label("Desk")).into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap().remove_extra(Removal::Record);
    platform.always(Call::Find, Answer::Never { done: false });
    let held: Vec<_> = [1, 2].map(|last| Box::pin(importer.import(request(last)))).into_iter().collect();
    let held = futures_util::future::join_all(held);
    let apply = async {
        tokio::task::yield_now().await;
        apply(&importer.clone().lock_timeout(Duration::from_secs(3)), plan).await
    };
    let steps = tokio::select! { _ = held => unreachable!("they hang"), steps = apply => steps };
    let withheld: Vec<_> = steps.iter().filter_map(AppliedStep::reason).collect();
    let because = "another import of the number has been in progress for 3 s";
    assert_eq!(
        withheld,
        [
            format!("vapi: {} was not changed: {because}", number(1)),
            format!("vapi: {} was not removed: {because}", number(2))
        ]
    );
}
