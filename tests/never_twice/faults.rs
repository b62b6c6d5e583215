//! Every fault at every step of every import.

use numport::Error;
use numport::sandbox::{Fault, ReceivedRequest, Sandbox};

use crate::scenario::{DELAY, PATIENT, Scenario, TIMEOUT};
use crate::services::subject::Platform;
use crate::services::{apis, each_platform};

/// The outcome of an import that met a fault, and of a second call after it.
pub(crate) struct Became {
    pub(crate) first: &'static str,
    pub(crate) second: &'static str,
}

/// Imports a number while a fault waits for one request, and once more without faults.
pub(crate) async fn meet(scenario: Scenario, step: (numport::model::Service, &str), fault: &Fault) -> Became {
    let number = scenario.number();
    let sandbox = Sandbox::start().await.unwrap();
    let request = scenario.request(number);
    // The sandbox may have the port of an earlier one, and so count as the same account.
    scenario.importer(&sandbox, PATIENT).forget_created(&number).await.expect("no journal");
    sandbox.fault_on(step.0, step.1, fault.clone());
    // Only requests that are slow on purpose may time out, however busy the machine is.
    let slow = matches!(fault, Fault::DelayBeforeCommit(_) | Fault::CommitThenDelay(_) | Fault::SlowBody { .. });
    let timeout = if slow { TIMEOUT } else { PATIENT };
    let result = scenario.importer(&sandbox, timeout).import(&request).await;
    // Waits until delayed requests have been carried out, before it reports that there is no record.
    while sandbox.waiting() > 0 {
        tokio::time::sleep(DELAY / 10).await;
    }
    let struck = sandbox.requests().iter().any(|entry| entry.fault.as_ref() == Some(fault));
    assert!(struck, "{step:?} with {fault:?} is no step of {}", scenario.name());
    let first =
        scenario.judged(&result, number, scenario.records(&sandbox, &number), *fault != Fault::UnknownEnumValues);
    let told = format!("{result:?} {}", result.as_ref().err().map(Error::report).unwrap_or_default());
    for secret in apis().map(|api| api.secret) {
        assert!(!told.contains(&sandbox.var(secret).unwrap()), "{secret} is told: {told}");
    }

    let again = scenario.importer(&sandbox, PATIENT).import(&request).await;
    assert!(again.is_ok(), "one more call must end in a finished record: {}", again.unwrap_err().report());
    let second = scenario.judged(&again, number, scenario.records(&sandbox, &number), true);
    let done = |method: &str, status: u16| {
        let is_it = |entry: &&ReceivedRequest| entry.path.starts_with("/credential") && entry.method == method;
        sandbox.requests().iter().filter(is_it).filter(|entry| entry.own_status == Some(status)).count()
    };
    assert!(done("POST", 201) - done("DELETE", 200) <= 1, "a trunk has one credential");
    Became { first, second }
}

async fn every_fault(platform: &'static Platform) {
    for scenario in Scenario::of(platform) {
        for step in scenario.steps() {
            // Runs the cases concurrently, because the slow ones only wait.
            let faults = Fault::every(DELAY);
            let met = faults.iter().map(|fault| async move {
                let case = format!("{}: {step:?} {fault:?}", scenario.name());
                let met = tokio::spawn({
                    let fault = fault.clone();
                    async move { meet(scenario, step, &fault).await }
                });
                met.await.unwrap_or_else(|error| panic!("{case}: {error}"))
            });
            futures_util::future::join_all(met).await;
        }
    }
}

each_platform! {
    #[tokio::test]
    every_fault_is_met_at_every_step, every_fault
}
