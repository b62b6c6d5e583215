//! The number of requests for an import from Twilio, on every platform.

use futures_util::StreamExt;
use numport::http::Call;
use numport::import::plan::Reroute;
use numport::import::{Desired, Progress};
use numport::model::{ProviderKind, Removal};
use numport::platform::OnRemoval;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, ImportRequest, Importer, Outcome, Plan, Twilio};
use serde_json::Value;

use crate::services::PLATFORMS;
use crate::services::subject::{Counts, Pace, Platform, Requests};

const MANY: usize = 1_000;

fn number(nth: usize) -> E164 {
    format!("+1628556{nth:04}").parse().unwrap()
}

struct Counted<'a> {
    sandbox: &'a Sandbox,
    platform: &'a Platform,
    importer: Importer,
    before: Requests,
}

impl<'a> Counted<'a> {
    fn new(sandbox: &'a Sandbox, platform: &'a Platform) -> Self {
        let vars = |name: &str| sandbox.var(name);
        let importer = Importer::new(
            platform.carrier("twilio", &vars, Pace::at_once().rootless()),
            (platform.connect)(&vars, Pace::at_once().rootless()),
        );
        Self { sandbox, platform, importer, before: (0, 0) }
    }

    fn request(&self, nth: usize) -> ImportRequest {
        (self.platform.ask)(ImportRequest::new(number(nth)))
    }

    fn changed(&self, nth: usize) -> ImportRequest {
        let other = self.platform.agents[1];
        self.request(nth).agent(other)
    }

    /// The requests since the last call of this.
    fn sent(&mut self) -> Requests {
        let requests = self.sandbox.requests();
        let of =
            |carrier: bool| requests.iter().filter(|sent| (sent.service == ProviderKind::TWILIO) == carrier).count();
        let now = (of(false), of(true));
        let before = std::mem::replace(&mut self.before, now);
        (now.0 - before.0, now.1 - before.1)
    }

    async fn many(&mut self, outcome: Outcome) -> Requests {
        let requests: Vec<_> = (0..MANY).map(|nth| self.request(nth)).collect();
        let mut progress = Progress::default();
        let mut items = self.importer.import_many(requests);
        while let Some(item) = items.next().await {
            assert!(!item.outcome.is_failure(), "{}", item.report());
            progress.add(&item);
        }
        drop(items);
        assert_eq!(progress.of(outcome.as_str()), MANY, "{progress}");
        let sent = self.sent();
        assert_eq!(progress.requests(), (sent.0 + sent.1) as u64, "{progress}");
        sent
    }
}

impl Counted<'_> {
    async fn apply(&mut self, plan: Plan) {
        self.sent();
        let expected = plan.requests();
        let steps: Vec<_> = self.importer.apply(plan).unwrap().collect().await;
        if let Some(failed) = steps.iter().find(|step| step.outcome.is_failure()) {
            panic!("{failed:?}");
        }
        assert_about(expected, self.sent());
    }
}

async fn count(platform: &Platform) -> Counts {
    let sandbox = Sandbox::builder().held_numbers((0..MANY + 2).map(number)).keep_bodies(false).start().await.unwrap();
    let mut counted = Counted::new(&sandbox, platform);
    let importer = counted.importer.clone();
    let import = |request: ImportRequest| {
        let importer = importer.clone();
        async move { importer.import(request).await.unwrap().outcome }
    };
    assert_eq!(import(counted.request(MANY)).await, Outcome::Created);
    let new = counted.sent();
    assert_eq!(import(counted.request(MANY)).await, Outcome::AlreadyThere);
    let there = counted.sent();
    assert_eq!(import(counted.changed(MANY)).await, Outcome::Updated);
    let changed = counted.sent();
    let create = platform.imports[0].create;
    sandbox.fault_on(platform.api.service, create, Fault::CommitThenDrop);
    assert_eq!(import(counted.request(MANY + 1)).await, Outcome::Recovered);
    let lost_response = counted.sent();

    // The carrier has two pages. It is listed once before, and once for every hundred numbers or every two seconds.
    let (many_new, of_carrier) = counted.many(Outcome::Created).await;
    assert!((2..MANY / 20).contains(&of_carrier), "{of_carrier}");
    let many_again = counted.many(Outcome::AlreadyThere).await;
    let desired: Desired = (0..MANY).map(|nth| counted.request(nth)).collect();
    let plan = importer.plan(&desired).await.unwrap();
    assert!(!plan.does_something(), "{plan}");
    let plan_unchanged = counted.sent();
    let with_changes: Desired =
        (0..MANY).map(|nth| if nth < 10 { counted.changed(nth) } else { counted.request(nth) }).collect();
    let plan = importer.plan(&with_changes).await.unwrap();
    let plan_of_ten_changes = counted.sent();
    let expected = plan.requests();
    let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!(steps.iter().filter(|step| step.outcome.code() == "updated").count(), 10);
    let apply_ten_changes = counted.sent();
    assert_eq!(steps.iter().map(|step| step.requests).sum::<u64>() as usize, apply_ten_changes.0 + apply_ten_changes.1);
    assert_about(expected, apply_ten_changes);
    Counts {
        new,
        there,
        changed,
        lost_response,
        many_new,
        many_again,
        plan_unchanged,
        plan_of_ten_changes,
        apply_ten_changes,
    }
}

#[tokio::test]
async fn an_import_takes_the_minimum_of_requests() {
    for platform in PLATFORMS {
        let name = platform.api.service.as_str();
        assert_eq!(count(platform).await, platform.counts, "{name}");
    }
}

/// A plan that imports, updates, renews, reroutes and removes takes about as many requests as it estimates.
#[tokio::test]
async fn a_plan_estimates_its_requests() {
    // Other numbers than in the test above: numbers that this process changed are looked up, and not taken from a list.
    let range = |count: usize| 2_000..2_000 + count;
    for platform in PLATFORMS {
        let sandbox = Sandbox::builder().held_numbers(range(120).map(number)).start().await.unwrap();
        let mut counted = Counted::new(&sandbox, platform);
        let importer = counted.importer.clone();
        let desired: Desired = range(100).map(|nth| counted.request(nth)).collect();
        // Twilio sends calls to a SIP address through a trunk.
        if let Some(address) = importer.platform().inbound_address().filter(|address| address.sip_host().is_some()) {
            let path = ["v1", "Trunks", sandbox.twilio().trunk_sid(), "OriginationUrls"];
            let add = Call::post("add address", &path).form(&[("SipUrl", address.as_str())]);
            let _added: Value = Twilio::from_vars(|name| sandbox.var(name)).unwrap().request(add).await.unwrap();
            counted.sent();
        }
        let plan = importer.plan(&desired).await.unwrap().point_calls();
        assert_eq!(plan.summary().requests, plan.requests());
        counted.apply(plan).await;

        let can = importer.platform().capabilities();
        let is_renewed = can.renewal.of(&importer.provider().source()).is_some();
        // Changed, renewed, both, and a single renewal, which is worth no list.
        for (changed, renewed) in [(true, 0), (true, 80), (false, 40), (false, 1)] {
            let desired: Desired =
                range(80).map(|nth| if changed { counted.changed(nth) } else { counted.request(nth) }).collect();
            let renewed: Vec<_> = range(renewed).map(number).collect();
            let plan = importer.plan(&desired).await.unwrap();
            let plan = plan.renew_credentials_if(|step| {
                is_renewed && step.number().telephone().is_some_and(|number| renewed.contains(&number))
            });
            if plan.does_something() {
                counted.apply(plan).await;
            }
        }
        if can.removal != OnRemoval::Unsupported {
            for (kept, consent) in [(90, Removal::Record), (80, Removal::RecordAndNumber)] {
                let desired: Desired = range(kept).map(|nth| counted.request(nth)).collect();
                let away = |_: &_| Some(Reroute::To("https://app.example.com/closed".into()));
                let plan = importer.plan(&desired).await.unwrap().retire_extra(consent, away);
                // A platform that would release the numbers keeps them without the consent.
                if plan.does_something() {
                    counted.apply(plan).await;
                }
            }
        }
    }
}

fn assert_about(expected: u64, (platform, carrier): Requests) {
    let sent = (platform + carrier) as u64;
    assert!(expected.abs_diff(sent) <= (sent * 15 / 100).max(1), "{expected} expected, {sent} sent");
}

/// A list of 20 pages is abandoned if ten lookups cost less.
#[cfg(feature = "signalwire")]
#[tokio::test]
async fn a_list_of_many_small_pages_is_abandoned() {
    let range = 3_000..3_010;
    let sandbox = Sandbox::builder().held_numbers((3_000..3_400).map(number)).max_page_size(20).start().await.unwrap();
    let platform = PLATFORMS.iter().find(|platform| platform.api.service.as_str() == "signalwire").unwrap();
    let mut counted = Counted::new(&sandbox, platform);
    let requests: Vec<_> = range.map(|nth| counted.request(nth)).collect();
    let items: Vec<_> = counted.importer.import_many(requests).collect().await;
    assert!(items.iter().all(|item| !item.outcome.is_failure()));
    assert_eq!(counted.sent().1, 12, "two pages and ten lookups");
}
