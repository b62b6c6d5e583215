//! A run that is stopped finishes what is under way, and begins nothing else.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use numport::conformance::{Call, InMemoryPlatform};
use numport::{Desired, Importer};
use tokio::sync::oneshot;

use crate::support::in_memory::{Exchange, NATIVE, number, platform, request};
use crate::support::unresolved;

const NUMBERS: usize = 40;

/// Creates take a while, so that some are under way at any time.
fn world() -> (InMemoryPlatform, Importer) {
    let (exchange, platform) = (Exchange::default(), platform(&NATIVE, 0));
    (0..NUMBERS).for_each(|last| exchange.point(number(last), "https://app.example.com/voice"));
    platform.create_takes(Duration::from_secs(1));
    (platform.clone(), Importer::new(exchange, platform).concurrency(4))
}

/// What was begun is done: nothing is unresolved, and each record was told of.
async fn assert_nothing_lost(platform: &InMemoryPlatform, importer: &Importer, told: &[usize]) {
    assert!(unresolved(importer).await.is_empty());
    assert!(told.len() > 1 && told.len() < NUMBERS, "{told:?}");
    let mut told: Vec<_> = told.to_vec();
    told.sort_unstable();
    assert_eq!(told, (0..told.len()).collect::<Vec<_>>(), "the first were begun");
    assert_eq!((platform.records().len(), platform.calls(Call::Create)), (told.len(), told.len()));
}

#[tokio::test(start_paused = true)]
async fn imports_whose_input_ends_are_finished() {
    let (platform, importer) = world();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut stop = Some(stop);
    let requests = stream::iter((0..NUMBERS).map(request)).take_until(stopped);
    let mut items = importer.import_many(requests);
    let mut told = Vec::new();
    while let Some(item) = items.next().await {
        assert_eq!(item.outcome.code(), "created");
        told.push(item.index);
        drop(stop.take());
    }
    assert_nothing_lost(&platform, &importer, &told).await;
    // Another run does the rest.
    let again: Vec<_> = importer.import_many((0..NUMBERS).map(request)).collect().await;
    let there = again.iter().filter(|item| item.outcome.code() == "already_there").count();
    assert_eq!((there, platform.records().len()), (told.len(), NUMBERS));
}

#[tokio::test(start_paused = true)]
async fn steps_that_have_begun_are_finished_when_a_plan_is_stopped() {
    let (platform, importer) = world();
    let desired: Desired = (0..NUMBERS).map(request).collect();
    let plan = importer.plan(&desired).await.unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut stop = Some(stop);
    let mut steps = importer.apply_until(plan, async { drop(stopped.await) }).unwrap();
    let mut told = Vec::new();
    while let Some(step) = steps.next().await {
        assert_eq!(step.outcome.code(), "created");
        told.push(step.index);
        drop(stop.take());
    }
    assert_nothing_lost(&platform, &importer, &told).await;
    let left = importer.plan(&desired).await.unwrap().summary();
    assert_eq!((left.import, left.unchanged), (NUMBERS - told.len(), told.len()));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_of_a_run_that_is_stopped_before() {
    let (platform, importer) = world();
    let requests = stream::iter((0..NUMBERS).map(request)).take_until(std::future::ready(()));
    assert_eq!(importer.import_many(requests).count().await, 0);
    let plan = importer.plan(&(0..NUMBERS).map(request).collect()).await.unwrap();
    assert_eq!(importer.apply_until(plan, std::future::ready(())).unwrap().count().await, 0);
    assert_eq!(platform.calls(Call::Create), 0);
}
