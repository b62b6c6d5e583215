//! A process ends while a step of a plan is under way that moves calls. The journal still knows where they went before.

use std::time::Duration;

use futures_util::StreamExt;
use numport::import::plan::{Applied, Reroute};
use numport::journal::{DirectoryJournal, Journal};
use numport::model::{CallbackUrl, PlatformKind, ProviderKind, Removal, Service};
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, E164, ImportRequest, Importer, Plan, Twilio, Vapi};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::killed::routings;

/// Longer than the test.
const LONG: Duration = Duration::from_secs(600);
const ADDRESS: &str = "https://answer.example.net/calls";
const ELSEWHERE: &str = "https://app.example.com/closed";

fn number() -> E164 {
    "+14155560007".parse().unwrap()
}

fn importer(sandbox: &Sandbox) -> Importer {
    let vars = |name: &str| sandbox.var(name);
    Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap()).inbound_address(ADDRESS)
}

/// A number that is imported and answered at [`ADDRESS`] or by the platform, and its journal.
struct World {
    sandbox: Sandbox,
    journal: DirectoryJournal,
    importer: Importer,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let held = TwilioNumber::new(number()).voice_url("https://app.example.com/voice?line=1");
        let sandbox = Sandbox::builder().hold(held).start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let journal = DirectoryJournal::open(folder.path().join("journal")).unwrap();
        let importer = importer(&sandbox).journal(journal.clone());
        // The sandbox may have the port of an earlier one, and so count as the same account.
        importer.forget_created(&number()).await.unwrap();
        importer.import(ImportRequest::new(number())).await.unwrap();
        assert!(journal.unresolved().await.unwrap().is_empty());
        Self { sandbox, journal, importer, _folder: folder }
    }

    fn routings(&self) -> Vec<(String, Value)> {
        routings(&self.sandbox.records(ProviderKind::TWILIO))
    }

    /// Ends the process of a step while this request is on its way.
    async fn ends_during(&self, service: Service, request: &str, fault: Fault, plan: Plan) {
        self.sandbox.fault_on(service, request, fault);
        let importer = self.importer.clone();
        let applying = tokio::spawn(async move { importer.apply(plan).unwrap().next().await });
        while self.sandbox.waiting() == 0 && self.sandbox.requests().iter().all(|request| request.fault.is_none()) {
            if applying.is_finished() {
                panic!("{request}: {:?}", applying.await);
            }
            sleep(Duration::from_millis(2)).await;
        }
        applying.abort();
        drop(applying.await);
    }

    /// Another process goes back to what the journal says.
    async fn all_comes_back(&self, before: &[(String, Value)], case: &str) {
        let unresolved = self.journal.unresolved().await.unwrap();
        let known: Vec<_> = unresolved.iter().map(|entry| (entry.number, entry.creates)).collect();
        assert_eq!(known, [(number(), false)], "{case}");
        let routing = unresolved[0].routing_before.as_ref().expect("it was written down");
        drop(self.importer.provider().routing().unwrap().restore(routing).await.unwrap());
        assert_eq!(self.routings(), before, "{case}");
    }
}

fn reroute(plan: Plan, to: Reroute) -> Plan {
    plan.retire_extra(Removal::Record, move |_| Some(to.clone()))
}

#[tokio::test]
async fn a_change_that_moves_calls_is_written_down_before_it_is_sent() {
    let after = || Fault::CommitThenDelay(LONG);
    for (service, request, fault) in [
        (Service::from(ProviderKind::TWILIO), "POST", after()),
        (PlatformKind::VAPI.into(), "PATCH", after()),
        (PlatformKind::VAPI.into(), "PATCH", Fault::DelayBeforeCommit(LONG)),
    ] {
        let world = World::new().await;
        let (desired, elsewhere) = (ImportRequest::new(number()), request == "POST");
        if elsewhere {
            let sid = world.sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
            let twilio = Twilio::from_vars(|name| world.sandbox.var(name)).unwrap();
            twilio.update_number(&sid, &UpdateNumber::new().voice_url(ELSEWHERE)).await.unwrap();
        }
        let desired = if elsewhere { desired } else { desired.label("Another") };
        let before = world.routings();
        let plan = world.importer.plan(&Desired::from_iter([desired])).await.unwrap();
        world.ends_during(service, request, fault, if elsewhere { plan.point_calls() } else { plan }).await;
        assert_eq!(world.routings() != before, elsewhere, "{request}");
        world.all_comes_back(&before, request).await;
    }
}

#[tokio::test]
async fn calls_that_are_rerouted_before_a_removal_are_written_down() {
    let there = CallbackUrl::new(ELSEWHERE);
    for is_removed in [false, true] {
        let world = World::new().await;
        let before = world.routings();
        let plan = world.importer.plan(&Desired::default()).await.unwrap();
        let plan = reroute(plan, Reroute::To(there.clone()));
        let fault = if is_removed { Fault::CommitThenDelay(LONG) } else { Fault::DelayBeforeCommit(LONG) };
        world.ends_during(PlatformKind::VAPI.into(), "DELETE", fault, plan).await;
        assert_eq!(world.sandbox.twilio().calls_go_to(&number()).as_deref(), Some(ELSEWHERE));
        world.all_comes_back(&before, &format!("removed: {is_removed}")).await;
    }
}

#[tokio::test]
async fn a_removal_that_is_done_or_that_sends_no_calls_elsewhere_leaves_nothing_unresolved() {
    let there = CallbackUrl::new(ELSEWHERE);
    for (is_refused, is_interrupted, comes_back) in
        [(true, false, false), (false, true, true), (false, true, false), (false, false, false)]
    {
        let world = World::new().await;
        let before = world.routings();
        let plan = world.importer.plan(&Desired::default()).await.unwrap();
        let plan = reroute(plan, Reroute::To(there.clone()));
        if is_refused {
            world.sandbox.fault_on(ProviderKind::TWILIO, "POST", Fault::Refuse { status: 400, retry_after: None });
        }
        if is_interrupted {
            let fault = Fault::DelayBeforeCommit(LONG);
            let (service, plan) = (PlatformKind::VAPI.into(), plan.clone());
            world.ends_during(service, "DELETE", fault, plan).await;
            if comes_back {
                world.all_comes_back(&before, "interrupted").await;
            }
        }
        // A plan of before the interruption does not fit any more.
        let plan = if is_interrupted && !comes_back {
            reroute(world.importer.plan(&Desired::default()).await.unwrap(), Reroute::To(there.clone()))
        } else {
            plan
        };
        let applied = world.importer.apply(plan).unwrap().next().await.unwrap().outcome;
        assert_eq!(matches!(applied, Applied::Removed { .. }), !is_refused, "{applied:?}");
        assert_eq!(world.routings() == before, is_refused);
        assert!(world.journal.unresolved().await.unwrap().is_empty(), "interrupted: {is_interrupted}");
    }
}
