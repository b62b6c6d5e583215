//! Checks that the page "What can go wrong and what numport does" matches the observed outcomes, word for word.

use std::fmt::Write;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use numport::platform::Duplicates;
use numport::sandbox::{Fault, Sandbox};

use crate::faults::{Became, meet};
use crate::scenario::{DELAY, Scenario};
use crate::services::PLATFORMS;
use crate::services::subject::{Pace, Platform};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/import/what_can_go_wrong.md");

/// The columns of the table. The outcome of an import depends on nothing else of a platform.
const COLUMNS: [(Duplicates, &str); 2] = [
    (Duplicates::Unknown, "the platform may accept duplicates"),
    (Duplicates::Refused, "the platform refuses duplicates"),
];

/// A fault as its user sees it; `None` if another row covers it.
fn words(fault: &Fault) -> Option<String> {
    Some(match fault {
        Fault::Refuse { status: 429, retry_after: None } => "429, not processed".to_owned(),
        Fault::Refuse { status: 429, .. } => return None,
        Fault::Refuse { status, .. } => format!("{status}, not processed"),
        Fault::DropBeforeCommit => "the connection breaks, not processed".to_owned(),
        Fault::CommitThenDrop => "done, and the connection breaks".to_owned(),
        Fault::CommitThenRefuse { status } => format!("done, and answered {status}"),
        Fault::DelayBeforeCommit(_) => "done only after the client timed out".to_owned(),
        Fault::CommitThenDelay(_) => "done, and answered after the client timed out".to_owned(),
        Fault::TruncatedBody => "done, and the response is truncated".to_owned(),
        Fault::SlowBody { .. } => "done, and the response arrives too slowly".to_owned(),
        Fault::HtmlBody { status, commit: true } => format!("done, and a gateway returns {status} with an HTML page"),
        Fault::HtmlBody { status, .. } => format!("a gateway returns {status} with an HTML page, not processed"),
        Fault::UnknownEnumValues => "done, and the response has unknown enum values".to_owned(),
        Fault::ExtraFields => "done, and the response has unknown fields".to_owned(),
        Fault::EchoedSecret => "refused, and the refusal repeats the credentials".to_owned(),
        _ => return None,
    })
}

/// The result of an import, as a type of this crate.
fn said(word: &str) -> &'static str {
    match word {
        "created" => "[`Created`]",
        "recovered" => "[`Recovered`]",
        "already_there" => "[`AlreadyThere`]",
        "nobody knows" => "[`Indeterminate`]",
        "refused" => "[`Call`], surely not done",
        _ => "[`Incomplete`]",
    }
}

/// The result of an import, and that of the next one if the first was an error.
fn cell(became: &Became) -> String {
    match (became.first, became.second) {
        (first @ ("nobody knows" | "refused"), second) => format!("{}, then {}", said(first), said(second)),
        (first, _) => said(first).to_owned(),
    }
}

/// The table of the page.
fn table(rows: &[[String; 3]]) -> String {
    let [(_, unknown), (_, refused)] = COLUMNS;
    let mut table = format!("| what happens to the create | {unknown} | {refused} |\n| --- | --- | --- |\n");
    for row in rows {
        writeln!(table, "| {} |", row.join(" | ")).unwrap();
    }
    table
}

/// Each fault with the results of imports into each platform.
async fn seen(platform: &'static Platform) -> Vec<(String, String)> {
    let scenario = Scenario::of(platform).find(|scenario| scenario.import.carrier.is_some()).unwrap();
    let rows = Fault::every(DELAY).into_iter().filter_map(|fault| words(&fault).map(|words| (fault, words)));
    let rows = rows.map(|(fault, words)| async move {
        (words, cell(&meet(scenario, (scenario.service(), scenario.import.create), &fault).await))
    });
    // Runs some cases concurrently, because most of each is waiting. Too many would be late for other reasons.
    stream::iter(rows).buffered(4).collect().await
}

#[tokio::test]
async fn the_page_matches_the_observed_outcomes() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let start = page.find("| what happens to the create |").unwrap();
    let length = page[start..].find("\n\n").map_or(page.len() - start, |end| end + 1);
    let written = &page[start..start + length];

    let sandbox = Sandbox::start().await.unwrap();
    let seen = join_all(PLATFORMS.iter().map(|&platform| seen(platform))).await;
    let of =
        |platform: &Platform| (platform.connect)(&|name| sandbox.var(name), Pace::at_once()).capabilities().duplicates;
    let [unknown, refused] = COLUMNS.map(|(duplicates, _)| {
        let mut alike = PLATFORMS.iter().zip(&seen).filter(|(platform, _)| of(platform) == duplicates);
        let (first, rows) = alike.next().expect("a platform of each kind");
        alike.for_each(|(other, others)| assert_eq!(rows, others, "{first:?} and {other:?} differ"));
        rows
    });
    let rows = unknown
        .iter()
        .zip(refused)
        .map(|((words, unknown), (_, refused))| [words, unknown, refused].map(String::clone));
    let table = table(&rows.collect::<Vec<_>>());
    if std::env::var_os("NUMPORT_WRITE_PAGE").is_some() {
        std::fs::write(PAGE, page.replace(written, &table)).unwrap();
        return;
    }
    assert_eq!(written, table, "run it with NUMPORT_WRITE_PAGE=1 to write the page anew");
}
