//! `import_csv` is stopped during a run, and run again.

use std::future::{self, pending, ready};
use std::task::Poll;

use numport::model::PlatformKind;
use numport::sandbox::Sandbox;

use crate::import::ran;
use crate::import_csv::{ALL_IN, SOME_NOT};
use crate::support::file;

const ROWS: &str = "number\n+14155552671\n+12125550123\n+442071838750\n+4915223433333\n+18005550199\n";
const AGAIN: &str =
    "The import was stopped. Run the same command again to import the rest. No number is imported twice.\n";

#[tokio::test]
async fn nothing_is_started_if_it_is_stopped_immediately() {
    let sandbox = Sandbox::start().await.unwrap();
    let stopped = ran(&sandbox, file("stopped.csv", ROWS), "", ready(())).await;
    assert_eq!((stopped.code, sandbox.requests().len()), (SOME_NOT, 0));
    assert_eq!(stopped.out, format!("5 rows, 0 done.\n{AGAIN}"));
    assert!(stopped.report.len() == 5 && stopped.report.iter().all(|line| line["outcome"] == "not_begun"));
}

#[tokio::test]
async fn running_imports_are_finished_and_the_same_command_continues() {
    let sandbox = Sandbox::start().await.unwrap();
    let csv = file("stopped.csv", ROWS);
    // Stopped as soon as an import was answered.
    let stop = future::poll_fn(|_| match sandbox.records(PlatformKind::VAPI).is_empty() {
        true => Poll::Pending,
        false => Poll::Ready(()),
    });
    let stopped = ran(&sandbox, csv.clone(), "--concurrency 2", stop).await;
    let of = |outcome: &str| stopped.report.iter().filter(|line| line["outcome"] == outcome).count();
    let (created, left) = (of("created"), of("not_begun"));
    assert_eq!((stopped.code, created + left), (SOME_NOT, 5));
    assert!(created > 0 && left > 0, "{}", stopped.out);
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), created);
    assert!(stopped.out.ends_with(AGAIN));

    let again = ran(&sandbox, csv, "", pending()).await;
    assert_eq!((again.code, sandbox.records(PlatformKind::VAPI).len()), (ALL_IN, 5));
    let there = again.report.iter().filter(|line| line["outcome"] == "already_there").count();
    assert_eq!(there, created);
}
