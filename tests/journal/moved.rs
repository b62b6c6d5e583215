//! An account with a new id, in a journal that knows it by an earlier one.

use std::time::Duration;

use numport::error::WithheldReason;
use numport::journal::{DirectoryJournal, Journal, Key, UnresolvedImport};
use numport::model::{AccountId, PlatformKind};
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, Error, ImportRequest, Importer, Outcome, Twilio, Vapi, VoicePlatform};
use tempfile::TempDir;
use tokio::time::sleep;

/// Longer than the test.
const LONG: Duration = Duration::from_secs(600);

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

struct World {
    sandbox: Sandbox,
    journal: DirectoryJournal,
    /// A process of before, and one that was told the account's new id.
    old: Importer,
    new: Importer,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let folder = TempDir::new().unwrap();
        let journal = DirectoryJournal::open(folder.path().join("journal")).unwrap();
        let vars = |name: &str| sandbox.var(name);
        let importer = |vapi: Vapi| {
            let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi).journal(journal.clone());
            importer.lock_timeout(Duration::from_millis(50))
        };
        let old = Vapi::from_vars(vars).unwrap();
        let earlier = old.account().as_str().to_owned();
        let new = Vapi::builder_from_vars(vars).unwrap().account_name(format!("team-{earlier}"), [earlier]);
        let (old, new) = (importer(old), importer(new.build().unwrap()));
        Self { sandbox, journal, old, new, _folder: folder }
    }

    fn ids(&self) -> [AccountId; 2] {
        [&self.old, &self.new].map(|importer| AccountId::new(importer.platform().account().as_str()))
    }

    /// Ends the process of an import whose create hangs after this.
    async fn killed(&self, importer: &Importer, meanwhile: impl AsyncFnOnce()) {
        self.sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::CommitThenDelay(LONG));
        let importer = importer.clone();
        let importing = tokio::spawn(async move { importer.import(ImportRequest::new(number())).await });
        while self.sandbox.requests().iter().all(|request| request.fault.is_none()) {
            assert!(!importing.is_finished());
            sleep(Duration::from_millis(2)).await;
        }
        meanwhile().await;
        importing.abort();
        drop(importing.await);
    }

    async fn unresolved(&self) -> Vec<AccountId> {
        self.journal.unresolved().await.unwrap().into_iter().map(|import| import.account).collect()
    }

    async fn is_recovered_once(&self) {
        let imported = self.new.import(ImportRequest::new(number())).await.unwrap();
        assert_eq!((imported.outcome, imported.undo().created), (Outcome::Recovered, true));
        let before = imported.routing_before.expect("it was written down");
        assert!(before.replaced_by.is_some_and(|after| after != before.settings));
        assert_eq!(self.sandbox.records(PlatformKind::VAPI).len(), 1);
        assert!(self.unresolved().await.is_empty());
    }
}

fn is_locked(imported: Result<numport::Imported, Error>) -> bool {
    matches!(imported, Err(Error::Withheld(withheld)) if matches!(withheld.reason, WithheldReason::Locked { .. }))
}

#[tokio::test]
async fn what_was_sent_under_an_earlier_id_is_found_under_both() {
    for is_moved in [false, true] {
        let world = World::new().await;
        let [old, new] = world.ids();
        // Neither imports while the other one does.
        let locked = async || assert!(is_locked(world.new.import(ImportRequest::new(number())).await));
        world.killed(&world.old, locked).await;
        assert_eq!(world.unresolved().await, std::slice::from_ref(&old));
        if is_moved {
            assert_eq!(world.journal.move_account(PlatformKind::VAPI, &old, &new).await.unwrap(), 1);
            assert_eq!(world.unresolved().await, [new]);
        }
        world.is_recovered_once().await;
    }
}

#[tokio::test]
async fn a_process_with_the_earlier_id_waits_for_one_with_the_new_id() {
    let world = World::new().await;
    let locked = async || assert!(is_locked(world.old.import(ImportRequest::new(number())).await));
    world.killed(&world.new, locked).await;
    world.is_recovered_once().await;
}

#[tokio::test]
async fn what_is_unresolved_under_both_ids_is_resolved_under_both() {
    let world = World::new().await;
    world.killed(&world.old, async || ()).await;
    let routing = world.journal.unresolved().await.unwrap()[0].routing_before.clone();
    let [_, new] = world.ids();
    let key = Key::new(PlatformKind::VAPI, new, number());
    let mut lease = world.journal.lock(&key, Duration::ZERO).await.unwrap().unwrap();
    lease.sending(&UnresolvedImport::new(&key, None, routing)).await.unwrap();
    drop(lease);
    assert_eq!(world.unresolved().await.len(), 2);
    world.is_recovered_once().await;
}
