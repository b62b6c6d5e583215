//! The guide's statement about renewing credentials matches the capabilities.

use numport::model::ProviderKind;
use numport::platform::{Renewal, Renews, Way};
use numport::sandbox::Sandbox;

use crate::services::PLATFORMS;
use crate::services::subject::Pace;

const GUIDE: &str = include_str!("../../../src/guide/platforms.md");

fn told(renewal: Renewal) -> String {
    let table = match renewal {
        Renewal::Of(table) => table,
        Renewal::NoCredentials => return "nothing to renew".to_owned(),
        _ => return "–".to_owned(),
    };
    let carriers = |fits: &dyn Fn(Way, Renews) -> bool| {
        let of = table.iter().filter(|(_, way, renews)| fits(*way, *renews)).map(|(carrier, ..)| carrier);
        of.map(ProviderKind::as_str).collect::<Vec<_>>().join(", ")
    };
    let parts = [
        ("", carriers(&|way, renews| renews == Renews::Record && way != Way::Stored), ": the record"),
        ("", carriers(&|_, renews| renews == Renews::Credential), ": the stored credential"),
        ("stored ", carriers(&|way, renews| renews == Renews::Record && way == Way::Stored), ": another id"),
    ];
    let parts = parts.into_iter().filter(|(_, carriers, _)| !carriers.is_empty());
    parts.map(|(before, carriers, after)| format!("{before}{carriers}{after}")).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn the_guide_lists_renewable_credentials() {
    let sandbox = Sandbox::start().await.unwrap();
    let (_, table) = GUIDE.split_once("credentials that can be renewed |\n").expect("the table");
    for platform in PLATFORMS {
        let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
        let row = table.lines().find(|line| line.starts_with(&format!("| {} |", platform.api.title))).expect("its row");
        let cell = row.trim_matches('|').rsplit('|').next().map(str::trim);
        assert_eq!(cell, Some(told(client.capabilities().renewal).as_str()), "{platform:?}");
    }
}
