//! Random faults, kept requests, and stored records without a request.

use std::time::Duration;

use numport::model::Service;
use numport::sandbox::{Chaos, Fault, Sandbox};
use reqwest::{Client, Method};

use super::plain_requests::{
    BUTTER, INTERACTLY, NUMBER, SIGNALWIRE, TWILIO, VAPI, base, json_of, refuse, request, write,
};

/// Sends this many requests, one after the other, over one connection if it is kept.
async fn send(sandbox: &Sandbox, service: Service, requests: usize) {
    let client = Client::new();
    for _ in 0..requests {
        // The tests read each response from the sandbox.
        let _ = client.get(base(sandbox, service)).send().await;
    }
}

async fn met(sandbox: Sandbox, service: Service, requests: usize) -> Vec<Option<Fault>> {
    send(&sandbox, service, requests).await;
    sandbox.requests().into_iter().map(|entry| entry.fault).collect()
}

fn lost() -> [Fault; 3] {
    [refuse(503, None), Fault::DropBeforeCommit, Fault::CommitThenDrop]
}

#[tokio::test]
async fn the_same_seed_brings_the_same_faults() {
    let chaos = |seed: u64| Chaos::new(seed).chance(0.3).faults(lost());
    let mut runs = Vec::new();
    for seed in [11, 11, 12] {
        let sandbox = Sandbox::builder().chaos(chaos(seed)).start().await.unwrap();
        runs.push(met(sandbox, VAPI, 300).await);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    let struck: Vec<&Fault> = runs[0].iter().flatten().collect();
    assert_eq!(struck.len(), 90, "3 of 10, and for this seed just so many");
    for fault in lost() {
        let times = struck.iter().filter(|struck| ***struck == fault).count();
        assert!((20..=45).contains(&times), "{fault:?}: {times}");
    }

    // Requests to another service in between change nothing.
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.chaos(chaos(11));
    for _ in 0..20 {
        send(&sandbox, BUTTER, 1).await;
        send(&sandbox, VAPI, 1).await;
    }
    let of = |service: &str| -> Vec<Option<Fault>> {
        sandbox
            .requests()
            .into_iter()
            .filter(|entry| entry.service.as_str() == service)
            .map(|entry| entry.fault)
            .collect()
    };
    assert_eq!(of("vapi"), runs[0][..20]);
    assert_ne!(of("butter"), runs[0][..20], "each has a generator of its own");
}

#[tokio::test]
async fn a_chance_of_0_is_never_and_1_is_always() {
    for (chance, struck) in [(0.0, 0), (1.0, 50)] {
        let sandbox = Sandbox::builder().chaos(Chaos::new(1).chance(chance).faults(lost())).start().await.unwrap();
        assert_eq!(met(sandbox, TWILIO, 50).await.iter().flatten().count(), struck);
    }
}

#[tokio::test]
async fn chaos_strikes_the_given_services_until_it_is_stopped() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.chaos(Chaos::new(3).chance(1.0).services([VAPI, BUTTER]).faults([refuse(599, None)]));
    sandbox.fault(VAPI, refuse(418, None));
    for service in [INTERACTLY, VAPI, TWILIO, SIGNALWIRE, BUTTER] {
        send(&sandbox, service, 2).await;
    }
    let statuses =
        |sandbox: &Sandbox| -> Vec<u16> { sandbox.requests().iter().map(|entry| entry.status.unwrap()).collect() };
    let unauthorized = [401, 401];
    assert_eq!(statuses(&sandbox), [unauthorized, [418, 599], unauthorized, unauthorized, [599, 599]].concat());
    sandbox.fault(VAPI, refuse(418, None));
    sandbox.calm();
    send(&sandbox, VAPI, 2).await;
    assert_eq!(statuses(&sandbox)[10..], [418, 401], "what is in the queue stays");
}

#[tokio::test]
async fn default_chaos_has_every_fault_and_short_delays() {
    let kind = |fault: &Fault| format!("{fault:?}").split([' ', '(']).next().unwrap().to_owned();
    let mut kinds: Vec<String> = Fault::every(Duration::ZERO).iter().map(kind).collect();
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), 13, "{kinds:?}");
    let sandbox = Sandbox::builder().chaos(Chaos::new(9)).start().await.unwrap();
    let faults = met(sandbox, INTERACTLY, 300).await;
    let every = Fault::every(Duration::from_millis(20));
    assert!(faults.iter().flatten().all(|fault| every.contains(fault)), "{faults:?}");
    assert_eq!(faults.iter().flatten().count(), 35, "about one in ten, and for this seed these");
}

#[test]
fn an_invalid_chance_and_an_empty_fault_list_are_refused() {
    let words = |act: fn() -> Chaos| {
        let panic = std::panic::catch_unwind(act).unwrap_err();
        panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref().map(|text: &&str| (*text).to_owned()))
    };
    for (act, message) in [
        ((|| Chaos::new(1).chance(1.1)) as fn() -> Chaos, "a chance must be from 0 to 1, not 1.1"),
        (|| Chaos::new(1).chance(-0.1), "a chance must be from 0 to 1, not -0.1"),
        (|| Chaos::new(1).chance(f64::NAN), "a chance must be from 0 to 1, not NaN"),
        (|| Chaos::new(1).faults([]), "chaos needs at least one fault"),
        (|| Chaos::new(1).faults([refuse(200, None)]), "the status of a refusal must be from 400 to 599, not 200"),
    ] {
        assert_eq!(words(act).as_deref(), Some(message));
    }
}

#[tokio::test]
async fn the_newest_requests_are_kept_and_bodies_can_be_omitted() {
    let sandbox = Sandbox::builder().keep_requests(2).keep_bodies(false).start().await.unwrap();
    for service in [VAPI, TWILIO, BUTTER] {
        json_of(write(&sandbox, service)).await;
    }
    let requests = sandbox.requests();
    assert_eq!(requests.iter().map(|entry| entry.service).collect::<Vec<_>>(), [TWILIO, BUTTER]);
    assert!(requests.iter().all(|entry| entry.body.is_none() && entry.form.is_empty()));
    let none = Sandbox::builder().keep_requests(0).start().await.unwrap();
    json_of(write(&none, VAPI)).await;
    assert_eq!(none.requests(), []);
}

#[tokio::test]
async fn debug_of_a_request_names_its_fault() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault(VAPI, Fault::CommitThenDrop);
    sandbox.fault(VAPI, Fault::CommitThenRefuse { status: 502 });
    for _ in 0..2 {
        let _ = write(&sandbox, VAPI).send().await;
    }
    let shown: Vec<String> = sandbox.requests().iter().map(|entry| format!("{entry:?}")).collect();
    let words = ["-> no response by CommitThenDrop", "-> 502 by CommitThenRefuse { status: 502 }"];
    assert_eq!(shown, words.map(|words| format!("vapi: POST /phone-number {words}")));
}

#[tokio::test]
async fn records_are_read_without_a_request() {
    let sandbox = Sandbox::start().await.unwrap();
    assert_eq!(sandbox.records(TWILIO).len(), 5);
    for (service, field) in [(INTERACTLY, "number"), (VAPI, "number"), (SIGNALWIRE, "number"), (BUTTER, "phone_number")]
    {
        assert_eq!(sandbox.records(service).len(), 0);
        json_of(write(&sandbox, service)).await;
        let records = sandbox.records(service);
        assert_eq!((records.len(), &records[0][field]), (1, &NUMBER.into()), "{service}");
    }
    assert_eq!(sandbox.requests().len(), 4);
    let id = sandbox.records(VAPI)[0]["id"].as_str().unwrap().to_owned();
    json_of(request(&sandbox, VAPI, Method::DELETE, &format!("/phone-number/{id}"))).await;
    assert_eq!(sandbox.records(VAPI).len(), 0);
}
