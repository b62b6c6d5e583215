//! Concurrency: one number from many tasks, and many numbers while the platform is down.

use std::time::Duration;

use futures_util::future::join_all;
use numport::model::Service;
use numport::sandbox::{Chaos, Fault, Sandbox};
use numport::{ImportRequest, Importer, Outcome, RetryPolicy, SipTrunk, Vapi};

use crate::scenario::{PATIENT, Scenario};

/// How many requests of this method and path a platform received.
fn received(sandbox: &Sandbox, service: Service, start: &str) -> usize {
    let is_it = |entry: &&numport::sandbox::ReceivedRequest| {
        entry.service == service && format!("{} {} ", entry.method, entry.path).starts_with(start)
    };
    sandbox.requests().iter().filter(is_it).count()
}

#[tokio::test]
async fn two_hundred_tasks_that_import_one_number_send_one_create() {
    for scenario in Scenario::all() {
        let (name, number) = (scenario.name(), scenario.number());
        let sandbox = Sandbox::start().await.unwrap();
        // Clients that were built separately, for one account.
        let importers = [(); 4].map(|()| scenario.importer(&sandbox, PATIENT));
        let tasks = (0..200).map(|nth| {
            let (importer, request) = (importers[nth % importers.len()].clone(), scenario.request(number));
            tokio::spawn(async move { importer.import(&request).await.unwrap() })
        });
        let imported = join_all(tasks).await;
        let outcomes = imported.into_iter().map(|imported| imported.unwrap()).inspect(|imported| {
            assert!(scenario.is_finished(&imported.record, number), "{name}");
        });
        let created = outcomes.filter(|imported| imported.outcome == Outcome::Created).count();
        let sent = received(&sandbox, scenario.service(), scenario.import.create);
        assert_eq!((created, sent, scenario.records(&sandbox, &number)), (1, 1, 1), "{name}");
    }
}

const BUDGET: u32 = 50;

fn vapi(base_url: &str, key: &str) -> Vapi {
    let hasty = RetryPolicy::default().initial_backoff(Duration::from_millis(1)).max_attempts(10).budget(BUDGET);
    Vapi::builder(key).base_url(base_url).retry(hasty).build().unwrap()
}

async fn import_a_thousand(vapi: Vapi) -> Vec<numport::Error> {
    let importer = Importer::new(SipTrunk::new("203.0.113.10"), vapi).skip_preflight();
    let imports = (0..1000).map(|nth| {
        let (importer, number) = (importer.clone(), format!("+1415555{nth:04}").parse().unwrap());
        async move { importer.import(ImportRequest::new(number)).await.unwrap_err() }
    });
    join_all(imports).await
}

#[tokio::test]
async fn a_platform_that_is_down_gets_first_attempts_and_the_retry_budget() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.chaos(Chaos::new(1).chance(1.0).faults([Fault::Refuse { status: 503, retry_after: None }]));
    let errors = import_a_thousand(vapi(&sandbox.var("VAPI_BASE_URL").unwrap(), "key")).await;
    assert!(errors.iter().all(numport::Error::surely_not_done));
    assert_eq!(sandbox.requests().len(), 1000 + BUDGET as usize);
}

#[tokio::test]
async fn an_unreachable_platform_gets_no_more_attempts() {
    // A port on which nobody listens any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let errors = import_a_thousand(vapi(&format!("http://{gone}"), "key")).await;
    let attempts: u32 = errors.iter().map(|error| error.call().unwrap().attempts).sum();
    assert_eq!(attempts, 1000 + BUDGET);
    assert!(errors.iter().all(numport::Error::surely_not_done));
}
