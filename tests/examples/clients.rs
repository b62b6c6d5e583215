//! The clients that the examples make by name.

use std::num::NonZeroU32;

use futures_util::TryStreamExt;
use numport::sandbox::Sandbox;
use numport::{NumberProvider, NumberRecord};

use crate::import_csv::support::{accounts, code};

#[tokio::test]
async fn each_platform_is_reached_with_and_without_a_limit() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    for limit in [None, NonZeroU32::new(100)] {
        for name in ["interactly", "vapi", "signalwire", "butter"] {
            let platform = accounts::platform(name, &vars, limit).unwrap();
            let records: Vec<NumberRecord> = platform.list().try_collect().await.unwrap();
            assert_eq!((platform.kind().as_str(), records.len()), (name, 0));
        }
        let held: Vec<_> = accounts::twilio(&vars, limit).unwrap().list().try_collect().await.unwrap();
        assert_eq!(held.len(), 5);
    }
}

#[test]
fn what_is_missing_is_named_and_ends_with_two() {
    let limit = NonZeroU32::new(1);
    for name in ["interactly", "vapi", "signalwire", "butter"] {
        let error = accounts::platform(name, &|_| None, limit).unwrap_err();
        assert!(error.to_string().contains("_API_"), "{error}");
        assert_eq!(code(&error), 2);
    }
    let error = accounts::platform("parrot", &|_| None, None).unwrap_err();
    assert_eq!(error.to_string(), "\"parrot\" is no platform; give interactly, vapi, signalwire or butter");
    assert_eq!(code(&error), 2);
}
