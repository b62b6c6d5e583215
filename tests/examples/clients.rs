//! The clients that the examples create by name.

use std::num::NonZeroU32;

use futures_util::TryStreamExt;
use numport::model::{PlatformKind, Service};
use numport::sandbox::Sandbox;
use numport::{NumberProvider, NumberRecord};

use crate::plan_apply::support::{accounts, code};

pub(crate) fn platforms(sandbox: &Sandbox) -> impl Iterator<Item = PlatformKind> {
    let platform = |service| if let Service::Platform(kind) = service { Some(kind) } else { None };
    sandbox.services().into_iter().filter_map(platform)
}

#[tokio::test]
async fn each_platform_is_reached_with_and_without_a_limit() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    for limit in [None, NonZeroU32::new(100)] {
        for kind in platforms(&sandbox) {
            let platform = accounts::platform(kind.as_str(), &vars, limit).unwrap();
            let records: Vec<NumberRecord> = platform.list().try_collect().await.unwrap();
            assert_eq!((platform.kind(), records.len()), (kind, 0));
        }
        let held: Vec<_> = accounts::twilio(&vars, limit).unwrap().list().try_collect().await.unwrap();
        assert_eq!(held.len(), 5);
    }
}

#[tokio::test]
async fn missing_variables_are_reported_with_exit_code_2() {
    let sandbox = Sandbox::start().await.unwrap();
    let limit = NonZeroU32::new(1);
    for kind in platforms(&sandbox) {
        let error = accounts::platform(kind.as_str(), &|_| None, limit).unwrap_err();
        assert!(error.to_string().contains("is not set"), "{error}");
        assert_eq!(code(&error), 2);
    }
    for (name, told) in
        [("dodo", "is dodo, for which this crate has no client"), ("Vapi", "\"Vapi\" is not a platform: ")]
    {
        let error = accounts::platform(name, &|_| None, None).unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(code(&error), 2);
    }
}
