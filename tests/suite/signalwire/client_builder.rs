//! Building a client of SignalWire: every problem is reported.

use numport::{Error, SignalWire};

use crate::signalwire::endpoints::PROJECT;
use crate::support::KEY;
use crate::support::validation::problem_fields;

#[test]
fn a_space_is_given_by_its_name_or_its_host() {
    for (space, host) in [
        ("example", "example.signalwire.com"),
        ("my-space-2", "my-space-2.signalwire.com"),
        ("example.signalwire.com", "example.signalwire.com"),
        ("voice.example.org", "voice.example.org"),
    ] {
        let client = SignalWire::builder(PROJECT, KEY, space).build().unwrap();
        assert!(format!("{client:?}").contains(&format!("https://{host}/")), "{space}: {client:?}");
    }
    for space in ["", "https://example.signalwire.com", "example/x", "example.signalwire.com:8443", "a?b", "user@host"]
    {
        let error = SignalWire::builder(PROJECT, KEY, space).base_url("http://127.0.0.1:1").build().unwrap_err();
        assert_eq!(problem_fields(&error), ["space"], "{space}: {error}");
    }
}

#[test]
fn all_settings_of_a_client_are_checked_together() {
    let error = SignalWire::builder("project", "key\n", "a b").base_url("http://example.com").build().unwrap_err();
    assert_eq!(problem_fields(&error), ["project_id", "api_token", "space", "base_url"], "{error}");
    assert!(!error.to_string().contains("key\n"), "{error}");
    let client = SignalWire::builder(PROJECT, KEY, "example").build().unwrap();
    assert!(!format!("{client:?}").contains(KEY), "{client:?}");
}

#[test]
fn every_missing_variable_is_named() {
    let names = ["SIGNALWIRE_PROJECT_ID", "SIGNALWIRE_API_TOKEN", "SIGNALWIRE_SPACE"];
    assert_eq!(problem_fields(&SignalWire::from_vars(|_| None).unwrap_err()), names);
    assert_eq!(problem_fields(&SignalWire::from_vars(|_| Some(String::new())).unwrap_err()), names);
    let value = |name: &str| match name {
        "SIGNALWIRE_PROJECT_ID" => Some(PROJECT.to_owned()),
        "SIGNALWIRE_API_TOKEN" => Some(KEY.to_owned()),
        "SIGNALWIRE_SPACE" => Some("example".to_owned()),
        _ => None,
    };
    let client = SignalWire::from_vars(value).unwrap();
    assert!(format!("{client:?}").contains("https://example.signalwire.com/"), "{client:?}");
    for missing in names {
        let error = SignalWire::from_vars(|name| value(name).filter(|_| name != missing)).unwrap_err();
        assert_eq!(problem_fields(&error), [missing], "{error}");
    }
    let elsewhere = |name: &str| match name {
        "SIGNALWIRE_BASE_URL" => Some("http://127.0.0.1:7".to_owned()),
        name => value(name),
    };
    let client = SignalWire::from_vars(elsewhere).unwrap();
    assert!(format!("{client:?}").contains("127.0.0.1:7/"), "{client:?}");
    let wrong = SignalWire::from_vars(|name| value(name).map(|_| "x y".to_owned())).unwrap_err();
    assert!(matches!(wrong, Error::Invalid(_)), "{wrong:?}");
}
