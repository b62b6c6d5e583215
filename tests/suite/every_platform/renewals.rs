//! The README's statement about renewing credentials matches the capabilities.

use numport::model::ProviderKind;
use numport::platform::{Renewal, Renews, Way};
use numport::sandbox::Sandbox;

use crate::services::PLATFORMS;
use crate::services::subject::Pace;

const README: &str = include_str!("../../../README.md");

fn cells(first: &str) -> Vec<&'static str> {
    let row = README.lines().find(|line| line.starts_with(&format!("| {first} |"))).unwrap();
    row.trim_matches('|').split('|').skip(1).map(str::trim).collect()
}

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
async fn the_readme_lists_renewable_credentials() {
    let sandbox = Sandbox::start().await.unwrap();
    let header = README.lines().find(|line| line.starts_with("| | Interactly")).unwrap();
    let titles: Vec<_> = header.trim_matches('|').split('|').skip(1).map(str::trim).collect();
    for platform in PLATFORMS {
        let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
        let column = titles.iter().position(|title| *title == platform.api.title).unwrap();
        assert_eq!(cells("renew credentials")[column], told(client.capabilities().renewal), "{platform:?}");
    }
}
