//! What is kept for a roll-back, over imports that are interrupted more than once.

use std::time::Duration;

use futures_util::StreamExt;
use numport::import::plan::{Applied, AppliedStep};
use numport::journal::{DirectoryJournal, Journal};
use numport::model::{Calls, PlatformKind, ProviderKind, Removal};
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{
    Butter, Desired, E164, ImportRequest, Importer, Interactly, LookupPolicy, Plan, Twilio, Vapi, VoicePlatform,
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::killed::routings;

/// Longer than the test.
const LONG: Duration = Duration::from_secs(600);
const URL: &str = "https://app.example.com/voice?line=1";

fn number() -> E164 {
    "+14155560008".parse().unwrap()
}

/// A number that is held, and an importer whose journal keeps a history.
struct World {
    sandbox: Sandbox,
    journal: DirectoryJournal,
    importer: Importer,
    _folder: TempDir,
}

impl World {
    async fn new<P: VoicePlatform + 'static>(platform: impl FnOnce(&Sandbox) -> P) -> Self {
        let sandbox = Sandbox::builder().hold(TwilioNumber::new(number()).voice_url(URL)).start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let journal = DirectoryJournal::open(folder.path().join("journal")).unwrap().keep_history(10, LONG);
        let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
        let importer = Importer::new(twilio, platform(&sandbox)).journal(journal.clone()).resend_after(Duration::ZERO);
        let importer = importer.lookup_policy(LookupPolicy::default().max_lookups(1));
        // The sandbox may have the port of an earlier one, and so count as the same account.
        importer.forget_created(&number()).await.unwrap();
        Self { sandbox, journal, importer, _folder: folder }
    }

    fn routings(&self) -> Vec<(String, Value)> {
        routings(&self.sandbox.records(ProviderKind::TWILIO))
    }

    /// Ends the process of an import while a request of it hangs.
    async fn ends(&self, request: ImportRequest, hangs: &Fault) {
        let importer = self.importer.clone();
        let importing = tokio::spawn(async move { importer.import(request).await });
        while self.sandbox.waiting() == 0
            && !self.sandbox.requests().iter().any(|request| request.fault.as_ref() == Some(hangs))
        {
            assert!(!importing.is_finished(), "{:?}", importing.await);
            sleep(Duration::from_millis(2)).await;
        }
        importing.abort();
        drop(importing.await);
    }
}

/// The create is resolved without the agent, and the update that sets the agent is interrupted.
#[tokio::test]
async fn an_interrupted_update_is_rolled_back_before_the_create() {
    let world = World::new(|sandbox| Interactly::from_vars(|name| sandbox.var(name)).unwrap()).await;
    let World { sandbox, importer, .. } = &world;
    let before = world.routings();
    let request = ImportRequest::new(number()).agent("assistant-night");
    sandbox.fault_on(PlatformKind::INTERACTLY, "PUT", Fault::Refuse { status: 400, retry_after: None });
    importer.import(&request).await.unwrap_err();
    assert_eq!(importer.resolve_all().await.unwrap().len(), 1);
    sandbox.fault_on(PlatformKind::INTERACTLY, "PUT", Fault::CommitThenDelay(LONG));
    world.ends(request, &Fault::CommitThenDelay(LONG)).await;
    assert_eq!(importer.resolve_all().await.unwrap().len(), 1);
    assert!(importer.unresolved().await.unwrap().is_empty());
    assert_ne!(world.routings(), before);

    let mut undone = Vec::new();
    for past in importer.history(&number()).await.unwrap() {
        undone.push((importer.undo_unverified(&past.undo, Removal::Record).await.unwrap(), past.undo));
    }
    assert_eq!(world.routings(), before, "{undone:#?}");
    let record = &sandbox.records(PlatformKind::INTERACTLY)[0];
    assert_eq!(record.get("assistantId"), None, "{undone:#?}");
}

/// The first create is lost, and the platform refuses duplicates, so that another one is sent.
#[tokio::test]
async fn a_second_create_does_not_forget_the_routing_before_the_first() {
    let world = World::new(|sandbox| Butter::from_vars(|name| sandbox.var(name)).unwrap()).await;
    let hangs = Fault::DelayBeforeCommit(LONG);
    for fault in [Fault::DropBeforeCommit, hangs.clone()] {
        world.sandbox.fault_on(PlatformKind::BUTTER, "POST /api/phone-numbers", fault);
    }
    world.ends(ImportRequest::new(number()), &hangs).await;
    let unresolved = world.journal.unresolved().await.unwrap();
    let calls = unresolved[0].routing_before.as_ref().map(|routing| &routing.calls);
    assert_eq!(calls, Some(&Calls::Url(URL.into())), "{unresolved:?}");
}

impl World {
    /// Undoes the latest change of the history.
    async fn undo_latest(&self) {
        let past = self.importer.history(&number()).await.unwrap();
        let undone = self.importer.undo_unverified(&past[0].undo, Removal::Record).await.unwrap();
        assert_eq!(undone.advice(), None, "{undone:#?}");
    }

    async fn apply(&self, plan: Plan) {
        let steps: Vec<_> = self.importer.apply(plan).unwrap().collect().await;
        assert!(matches!(steps[..], [AppliedStep { outcome: Applied::Changed(_), .. }]), "{steps:#?}");
    }
}

#[tokio::test]
async fn calls_that_a_plan_pointed_go_back_with_what_it_changed() {
    let mut world = World::new(|sandbox| Vapi::from_vars(|name| sandbox.var(name)).unwrap()).await;
    world.importer = world.importer.inbound_address("https://answer.example.net/calls");
    world.importer.import(ImportRequest::new(number()).label("One")).await.unwrap();
    let twilio = Twilio::from_vars(|name| world.sandbox.var(name)).unwrap();
    let sid = world.sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
    twilio.update_number(&sid, &UpdateNumber::new().voice_url(URL)).await.unwrap();
    let before = world.routings();
    let desired = Desired::from_iter([ImportRequest::new(number()).label("Two")]);
    world.apply(world.importer.plan(&desired).await.unwrap().point_calls()).await;
    assert_ne!(world.routings(), before);

    world.undo_latest().await;
    assert_eq!(world.routings(), before);
    assert_eq!(world.sandbox.records(PlatformKind::VAPI)[0]["name"], "One");
}

/// The platform takes the calls over when the number gets an agent.
#[tokio::test]
async fn calls_that_an_update_of_a_plan_took_over_go_back() {
    let world = World::new(|sandbox| Butter::from_vars(|name| sandbox.var(name)).unwrap()).await;
    world.importer.import(ImportRequest::new(number())).await.unwrap();
    let before = world.routings();
    let desired = Desired::from_iter([ImportRequest::new(number()).agent("agent_a1b2c3d4e5f6")]);
    world.apply(world.importer.plan(&desired).await.unwrap()).await;
    assert_ne!(world.routings(), before);

    world.undo_latest().await;
    assert_eq!(world.routings(), before);
    assert_eq!(world.importer.platform().find(&number()).await.unwrap().unwrap().agent, None);
}
