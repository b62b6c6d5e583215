//! The README's table of carriers and platforms matches the capabilities.

use std::collections::BTreeMap;

use numport::model::ProviderKind;
use numport::platform::{Capabilities, Sources, Way};
use numport::sandbox::Sandbox;

use crate::services::subject::Pace;
use crate::services::{CARRIERS, PLATFORMS};

const BEGIN: &str = "<!-- carriers and platforms -->\n";
const END: &str = "<!-- end -->";

/// How a platform accepts the numbers of a carrier.
fn ways(can: &Capabilities, carrier: ProviderKind) -> String {
    if can.sources == Sources::Any {
        return "the bare number".to_owned();
    }
    let takes = |way| can.sources.takes(carrier, way);
    let ways = [
        (takes(Way::Token), "its account"),
        (takes(Way::Key) && !takes(Way::Token), "its account's API key"),
        (takes(Way::StoredDefault), "the stored default"),
        (takes(Way::Stored), "a stored credential"),
        (can.sources.takes(ProviderKind::SIP_TRUNK, Way::Trunk), "a trunk"),
    ];
    let taken: Vec<&str> = ways.into_iter().filter(|(taken, _)| *taken).map(|(_, name)| name).collect();
    if taken.is_empty() { "refused".to_owned() } else { taken.join(", ") }
}

#[tokio::test]
async fn the_readme_has_each_platform_with_each_carrier() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = CARRIERS.iter().map(|carrier| carrier.api.title.to_owned());
    let mut table = row(std::iter::once("numbers of".to_owned()).chain(heads).collect());
    table.push_str(&row(vec!["---".to_owned(); CARRIERS.len() + 1]));
    for platform in PLATFORMS {
        let can = (platform.connect)(&vars, Pace::at_once()).capabilities();
        let cells = CARRIERS.iter().map(|carrier| ways(can, carrier.api.name().parse().unwrap()));
        table.push_str(&row(std::iter::once(platform.api.title.to_owned()).chain(cells).collect()));
    }

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the table's beginning");
    let (written, after) = rest.split_once(END).expect("the table's end");
    if std::env::var_os("NUMPORT_WRITE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    // Of the carriers and platforms that are built.
    let (built, written) = (cells(&table), cells(written));
    for (place, cell) in &built {
        assert_eq!(written.get(place), Some(cell), "{place:?}: NUMPORT_WRITE_README=1 with `full` writes it");
    }
}

/// A table's cells by the titles of their row and column.
fn cells(table: &str) -> BTreeMap<(String, String), String> {
    let rows: Vec<Vec<&str>> =
        table.lines().map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect();
    let heads = &rows[0];
    rows[2..]
        .iter()
        .flat_map(|row| row.iter().zip(heads).skip(1).map(|(cell, head)| ((row[0], *head), *cell)))
        .map(|((row, head), cell)| ((row.to_owned(), head.to_owned()), cell.to_owned()))
        .collect()
}
