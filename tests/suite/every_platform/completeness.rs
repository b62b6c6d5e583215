//! Every platform and carrier of the list is complete. The compiler checks its client, its subject and its folder in
//! `tests/suite/`.

use std::path::Path;

use numport::sandbox::Sandbox;

use crate::services::apis;

const README: &str = include_str!("../../../README.md");
const MANIFEST: &str = include_str!("../../../Cargo.toml");

/// A service of the list, even if its feature is disabled.
struct Listed {
    name: &'static str,
    client: &'static str,
    is_platform: bool,
}

macro_rules! listed {
    (
        platforms { $($kind:ident $name:tt $platform:ident::$client:ident $domains:tt;)* }
        carriers { $($carrier_kind:ident $carrier_name:tt $carrier:ident::$carrier_client:ident;)* }
        $($rest:tt)*
    ) => {
        const LISTED: &[Listed] = &[
            $(Listed { name: $name, client: stringify!($client), is_platform: true },)*
            $(Listed { name: $carrier_name, client: stringify!($carrier_client), is_platform: false },)*
        ];
    };
}
numport::__services!(listed);

/// Fails with a line for each check that a service does not pass.
fn check_all<const N: usize>(checks: impl Fn(&Listed) -> [(bool, &'static str); N]) {
    let missing = LISTED.iter().flat_map(|service| {
        let failed = checks(service).into_iter().filter(|(is_there, _)| !is_there);
        failed.map(|(_, what)| format!("{} has no {what}", service.name))
    });
    assert_eq!(missing.collect::<Vec<_>>(), [""; 0]);
}

fn rows_in_guide(client: &str) -> usize {
    let row = format!("| {client} |");
    include_str!("../../../src/guide/platforms.md").lines().filter(|line| line.starts_with(&row)).count()
}

/// Whether a table of the README has a cell that contains this text, alone or in a list.
fn readme_has(text: &str) -> bool {
    let rows = README.lines().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('|')).any(|cell| cell.trim().split(", ").any(|item| item == text))
}

#[test]
fn every_service_has_a_feature() {
    let names_of = |feature: &str| -> Option<Vec<&str>> {
        let (_, list) = MANIFEST.split_once(&format!("\n{feature} = ["))?;
        Some(list.split(']').next()?.split(',').map(|name| name.trim().trim_matches('"')).collect())
    };
    let full = names_of("full").expect("a feature `full`");
    check_all(|service| {
        let is_full = full.contains(&service.name);
        [(names_of(service.name).is_some(), "feature in Cargo.toml"), (is_full, "place in the feature `full`")]
    });
}

#[test]
fn every_service_is_in_the_readme() {
    check_all(|service| {
        let (name, client) = (service.name, service.client);
        let is_told = if service.is_platform { readme_has(&format!("[{client}]")) } else { readme_has(client) };
        let is_a_feature = readme_has(&format!("`{name}`"));
        [
            (is_told, "row (a carrier: column) in the README's tables of platforms"),
            (is_a_feature, "row in the README's table of features"),
            (!service.is_platform || rows_in_guide(client) == 3, "row in each table of src/guide/platforms.md"),
        ]
    });
}

#[test]
fn every_service_has_fixtures() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    check_all(|service| {
        let has_some = fixtures.join(service.name).read_dir().is_ok_and(|mut cases| cases.next().is_some());
        [(has_some, "folder with cases in tests/fixtures")]
    });
}

#[test]
fn every_service_has_an_openapi_document() {
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openapi");
    check_all(|service| [(documents.join(format!("{}.json", service.name)).exists(), "document in tests/openapi")]);
}

#[test]
fn every_service_is_fuzzed() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/src");
    check_all(|service| [(fuzz.join(format!("{}.rs", service.name)).exists(), "file in fuzz/src")]);
}

#[tokio::test]
async fn every_subject_is_of_its_service_and_the_sandbox_serves_it() {
    let names: Vec<_> = apis().map(|api| (api.name(), api.title)).collect();
    let enabled = LISTED.iter().filter(|service| names.iter().any(|(name, _)| *name == service.name));
    assert_eq!(names, enabled.map(|service| (service.name, service.client)).collect::<Vec<_>>());
    let served = Sandbox::start().await.unwrap().services();
    apis().for_each(|api| assert!(served.contains(&api.service), "the sandbox does not serve {}", api.service));
}
