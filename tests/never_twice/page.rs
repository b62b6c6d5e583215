//! The page "What can go wrong and what numport does" says what was seen here, word for word.

use std::fmt::Write;

use futures_util::future::join_all;
use futures_util::stream::{self, StreamExt};
use numport::sandbox::Fault;

use crate::faults::meet;
use crate::scenario::{DELAY, Scenario};
use crate::services::PLATFORMS;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/import/what_can_go_wrong.md");

/// The heading of the table: a column for each platform.
fn head() -> String {
    let titles: String = PLATFORMS.iter().map(|platform| format!(" {} |", platform.api.title)).collect();
    format!("| what happens to the import's request |{titles}\n| --- |{}\n", " --- |".repeat(PLATFORMS.len()))
}

/// A fault in the words of somebody who meets it; `None` for those that another row speaks for.
fn words(fault: &Fault) -> Option<String> {
    Some(match fault {
        Fault::Refuse { status: 429, retry_after: None } => "429, not processed".to_owned(),
        Fault::Refuse { status: 429, .. } => return None,
        Fault::Refuse { status, .. } => format!("{status}, not processed"),
        Fault::DropBeforeCommit => "the connection breaks, not processed".to_owned(),
        Fault::CommitThenDrop => "done, and the connection breaks".to_owned(),
        Fault::CommitThenRefuse { status } => format!("done, and answered {status}"),
        Fault::DelayBeforeCommit(_) => "done only after the client's time was up".to_owned(),
        Fault::CommitThenDelay(_) => "done, and answered after the client's time was up".to_owned(),
        Fault::TruncatedBody => "done, and half of the answer comes".to_owned(),
        Fault::SlowBody { .. } => "done, and the answer comes bit by bit, too slowly".to_owned(),
        Fault::HtmlBody { status, commit: true } => format!("done, and a gateway answers {status} in HTML"),
        Fault::HtmlBody { status, .. } => format!("a gateway answers {status} in HTML, not processed"),
        Fault::UnknownEnumValues => "done, and answered in words that nobody knows".to_owned(),
        Fault::ExtraFields => "done, and answered with fields that nobody knows".to_owned(),
        Fault::EchoedSecret => "refused, and the refusal repeats the credentials".to_owned(),
        _ => return None,
    })
}

/// What an import says, as a type of this crate.
fn said(word: &str) -> &'static str {
    match word {
        "created" => "[`Created`]",
        "recovered" => "[`Recovered`]",
        "already there" => "[`AlreadyThere`]",
        "nobody knows" => "[`Indeterminate`]",
        "refused" => "[`Call`], surely not done",
        _ => "[`Incomplete`]",
    }
}

#[tokio::test]
async fn the_page_says_what_was_seen() {
    let from_a_carrier = |scenario: &Scenario| scenario.import.carrier.is_some();
    let scenarios: Vec<_> = PLATFORMS.iter().filter_map(|&one| Scenario::of(one).find(from_a_carrier)).collect();
    // Some at a time: most of each is waiting, but too many would be late for other reasons than the fault.
    let rows = Fault::every(DELAY).into_iter().filter_map(|fault| words(&fault).map(|words| (fault, words)));
    let rows = rows.map(|(fault, words)| {
        let met = scenarios.iter().map(|&scenario| {
            let fault = fault.clone();
            async move { meet(scenario, (scenario.service(), scenario.import.create), &fault).await }
        });
        let met = join_all(met);
        async move { (words, met.await) }
    });
    let rows: Vec<_> = stream::iter(rows).buffered(4).collect().await;
    let mut table = head();
    for (words, met) in rows {
        write!(table, "| {words} |").unwrap();
        for became in met {
            let then = match (became.first, became.second) {
                ("nobody knows" | "refused", second) => format!(", then {}", said(second)),
                _ => String::new(),
            };
            write!(table, " {}{then} |", said(became.first)).unwrap();
        }
        table.push('\n');
    }
    let page = std::fs::read_to_string(PAGE).unwrap();
    let start = page.find("| what happens to the import's request |").unwrap();
    let length = page[start..].find("\n\n").map_or(page.len() - start, |end| end + 1);
    let written = &page[start..start + length];
    if std::env::var_os("NUMPORT_WRITE_PAGE").is_some() {
        std::fs::write(PAGE, page.replace(written, &table)).unwrap();
        return;
    }
    assert_eq!(written, table, "run it with NUMPORT_WRITE_PAGE=1 to write the page anew");
}
