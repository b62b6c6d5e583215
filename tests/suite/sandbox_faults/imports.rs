//! Every fault, at the step that makes the record, of an import into every platform.

use std::sync::Arc;
use std::time::Duration;

use numport::sandbox::{Fault, Sandbox, Service};
use numport::{
    Butter, E164, ImportRequest, Importer, Interactly, Outcome, ReadBack, SignalWire, Twilio, Vapi, VoicePlatform,
};
use serde_json::Value;

use super::support::base;
use crate::support::at_once;

/// The platforms, and how the request begins that makes a record there.
const STEPS: [(Service, &str); 4] = [
    (Service::Interactly, "POST /assistants/v1/numbers/twilio"),
    (Service::Vapi, "POST /phone-number"),
    (Service::SignalWire, "POST /api/relay/rest/imported_phone_numbers"),
    (Service::Butter, "POST /api/phone-numbers"),
];

const SECRETS: [&str; 5] =
    ["TWILIO_AUTH_TOKEN", "INTERACTLY_API_KEY", "VAPI_API_KEY", "SIGNALWIRE_API_TOKEN", "BUTTER_API_KEY"];

fn platform(sandbox: &Sandbox, service: Service) -> Arc<dyn VoicePlatform> {
    let (var, url) = (|name: &str| sandbox.var(name).unwrap(), base(sandbox, service));
    match service {
        Service::Interactly => {
            let client = Interactly::builder(var("INTERACTLY_API_KEY"));
            Arc::new(client.base_url(url).retry(at_once()).build().unwrap())
        }
        Service::Vapi => Arc::new(Vapi::builder(var("VAPI_API_KEY")).base_url(url).retry(at_once()).build().unwrap()),
        Service::SignalWire => {
            let client = SignalWire::builder(var("SIGNALWIRE_PROJECT_ID"), var("SIGNALWIRE_API_TOKEN"), "sandbox");
            Arc::new(client.base_url(url).retry(at_once()).build().unwrap())
        }
        _ => {
            let client = Butter::builder(var("BUTTER_API_KEY"), var("BUTTER_ORGANIZATION_ID"));
            Arc::new(client.base_url(url).retry(at_once()).build().unwrap())
        }
    }
}

#[tokio::test]
async fn no_fault_makes_an_import_make_two_records_or_tell_a_secret() {
    let faults = Fault::every(Duration::from_millis(1));
    let numbers: Vec<E164> = (0..faults.len()).map(|nth| format!("+1415555{nth:04}").parse().unwrap()).collect();
    for (service, step) in STEPS {
        let sandbox = Sandbox::builder().held_numbers(numbers.clone()).start().await.unwrap();
        let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
        let importer = Importer::new(twilio, platform(&sandbox, service))
            .read_back(ReadBack::default().first_wait(Duration::ZERO));
        for (number, fault) in numbers.iter().zip(&faults) {
            sandbox.fault_on(service, step, fault.clone());
            let result = importer.import(ImportRequest::new(*number)).await;
            assert!(sandbox.journal().iter().any(|entry| entry.fault.as_ref() == Some(fault)), "{service} {fault:?}");
            let is_its =
                |record: &&Value| record["number"] == number.as_str() || record["phone_number"] == number.as_str();
            let records = sandbox.records(service).iter().filter(is_its).count();
            let committed =
                matches!(fault, Fault::CommitThenDrop | Fault::CommitThenRefuse { .. } | Fault::TruncatedBody);
            let told = format!("{result:?} {}", result.as_ref().map_or_else(ToString::to_string, |_| String::new()));
            match result {
                Ok(imported) => {
                    assert_eq!(records, 1, "{service} {fault:?}");
                    assert!(!committed || imported.outcome == Outcome::Recovered, "{service} {fault:?}: {imported:?}");
                }
                Err(error) => assert!(!committed && records == 0, "{service} {fault:?}: {error}"),
            }
            for secret in SECRETS {
                assert!(!told.contains(&sandbox.var(secret).unwrap()), "{service} {fault:?}: {told}");
            }
        }
    }
}
