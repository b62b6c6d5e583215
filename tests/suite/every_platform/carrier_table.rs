//! The README's table of carriers and platforms matches the capabilities.

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
        (takes(Way::Account) || takes(Way::Token), "its account"),
        (takes(Way::StoredDefault), "the stored default"),
        (takes(Way::Stored), "a stored credential"),
        (can.sources.takes(ProviderKind::SIP_TRUNK, Way::Trunk), "a trunk"),
    ];
    let taken: Vec<&str> = ways.into_iter().filter(|(taken, _)| *taken).map(|(_, name)| name).collect();
    if taken.is_empty() { "refused".to_owned() } else { taken.join(", ") }
}

#[tokio::test]
async fn the_readme_has_each_carrier_with_each_platform() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let platforms: Vec<_> = PLATFORMS
        .iter()
        .map(|platform| (platform.api.title, (platform.connect)(&vars, Pace::at_once()).capabilities()))
        .collect();
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let heads = platforms.iter().map(|(title, _)| (*title).to_owned());
    let mut table = row(std::iter::once("numbers of".to_owned()).chain(heads).collect());
    table.push_str(&row(vec!["---".to_owned(); platforms.len() + 1]));
    for carrier in CARRIERS {
        let kind: ProviderKind = carrier.api.name().parse().unwrap();
        let cells = platforms.iter().map(|(_, can)| ways(can, kind));
        table.push_str(&row(std::iter::once(carrier.api.title.to_owned()).chain(cells).collect()));
    }

    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
    let readme = std::fs::read_to_string(path).unwrap();
    let (before, rest) = readme.split_once(BEGIN).expect("the table's beginning");
    let (written, after) = rest.split_once(END).expect("the table's end");
    if std::env::var_os("NUMPORT_WRITE_README").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
    } else if cfg!(all(
        feature = "telnyx",
        feature = "plivo",
        feature = "vonage",
        feature = "interactly",
        feature = "signalwire",
        feature = "butter",
        feature = "vapi"
    )) {
        assert_eq!(written, table, "write it with NUMPORT_WRITE_README=1");
    }
}
