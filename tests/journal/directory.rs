//! What a journal in a directory keeps, and what it refuses.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use numport::error::{ErrorKind, WithheldReason};
use numport::journal::{DirectoryJournal, Journal, JournalFault, Key, Lease, Settled, UnresolvedImport};
use numport::model::{AccountId, Calls, PlatformKind, Routing};
use numport::sandbox::Sandbox;
use numport::{Error, ImportRequest, Importer, Outcome, Twilio, Vapi};
use tempfile::TempDir;

fn key(account: &str) -> Key {
    Key::new(PlatformKind::VAPI, AccountId::new(account), "+14155552671".parse().unwrap())
}

fn import(key: &Key) -> UnresolvedImport {
    let calls = Calls::Url("https://app.example.com/voice?token=planted".into());
    UnresolvedImport::new(key, None, Some(Routing::new(key.number, "PN1".to_owned(), calls, BTreeMap::new())))
}

async fn lock(journal: &DirectoryJournal, key: &Key) -> Box<dyn Lease> {
    journal.lock(key, Duration::from_secs(30)).await.unwrap().expect("nobody has it")
}

fn files(of: &Path, folder: &str) -> Vec<String> {
    let names = fs::read_dir(of.join(folder)).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn fault(of: Result<DirectoryJournal, numport::journal::JournalError>) -> JournalFault {
    of.unwrap_err().fault
}

#[tokio::test]
async fn an_import_is_kept_until_it_is_settled_and_its_record_for_a_while() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let (journal, key) = (DirectoryJournal::open(&path).unwrap(), key("one"));
    let mut lease = lock(&journal, &key).await;
    lease.sending(&import(&key)).await.unwrap();
    drop(lease);

    // Another process.
    let journal = DirectoryJournal::open(&path).unwrap();
    let kept = journal.unresolved().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].key(), kept[0].routing_before.clone()), (key.clone(), import(&key).routing_before));
    assert!(!format!("{kept:?}").contains("planted"), "an address may hold a secret");
    let mut lease = lock(&journal, &key).await;
    let (unresolved, age) = lease.kept().unresolved.clone().unwrap();
    assert_eq!(unresolved, kept[0]);
    assert!(age < Duration::from_secs(60));
    let mut settled = Settled::default();
    settled.created = Some("record".into());
    lease.settle(&settled).await.unwrap();
    drop(lease);

    assert!(journal.unresolved().await.unwrap().is_empty());
    let mut lease = lock(&journal, &key).await;
    assert!(lease.kept().unresolved.is_none());
    assert_eq!(lease.kept().created.as_ref().unwrap().id, "record".into());
    lease.forget_created().await.unwrap();
    drop(lease);
    assert!(lock(&journal, &key).await.kept().created.is_none());
    assert!(journal.history(&key.number).await.unwrap().is_empty(), "it is off");
}

#[tokio::test]
async fn a_number_is_locked_for_one_at_a_time_in_each_account() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let [one, other] = [(); 2].map(|()| DirectoryJournal::open(&path).unwrap());
    let held = lock(&one, &key("one")).await;
    assert!(other.lock(&key("one"), Duration::ZERO).await.unwrap().is_none());
    let elsewhere = lock(&other, &key("two")).await;
    let waiting = tokio::spawn(async move { lock(&other, &key("one")).await });
    drop((held, elsewhere));
    waiting.await.unwrap();
}

#[tokio::test]
async fn an_import_dropped_while_it_waits_for_the_lock_leaves_none() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = DirectoryJournal::open(&path).unwrap();
    let held = lock(&journal, &key("one")).await;
    let given_up = journal.lock(&key("one"), Duration::from_millis(20)).await.unwrap();
    assert!(given_up.is_none());
    drop(held);
    lock(&journal, &key("one")).await;
}

#[tokio::test]
async fn an_account_with_another_id_takes_over_what_is_kept() {
    let folder = TempDir::new().unwrap();
    let journal = DirectoryJournal::open(folder.path().join("journal")).unwrap();
    let mut lease = lock(&journal, &key("old")).await;
    lease.sending(&import(&key("old"))).await.unwrap();
    let moved = |from: &str, to: &str| {
        let (journal, from, to) = (journal.clone(), AccountId::new(from), AccountId::new(to));
        async move { journal.move_account(PlatformKind::VAPI, &from, &to).await }
    };
    assert_eq!(moved("old", "new").await.unwrap_err().fault, JournalFault::Locked, "somebody imports it");
    drop(lease);
    assert_eq!(moved("old", "new").await.unwrap(), 1);
    assert_eq!(moved("old", "new").await.unwrap(), 0, "it can be repeated");
    assert_eq!(moved("new", "new").await.unwrap(), 0);
    let kept = journal.unresolved().await.unwrap();
    assert_eq!(kept.iter().map(UnresolvedImport::key).collect::<Vec<_>>(), [key("new")]);
    assert!(lock(&journal, &key("new")).await.kept().unresolved.is_some());
    assert!(lock(&journal, &key("old")).await.kept().unresolved.is_none());
}

#[test]
fn a_directory_that_is_open_to_others_or_somebody_elses_is_refused() {
    let folder = TempDir::new().unwrap();
    let open = folder.path().join("open");
    fs::create_dir(&open).unwrap();
    for mode in [0o755, 0o710, 0o707] {
        fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
        let error = DirectoryJournal::open(&open).unwrap_err();
        assert_eq!(error.fault, JournalFault::NotPrivate, "{mode:o}");
        assert!(error.to_string().contains("chmod 700"), "{error}");
    }
    fs::set_permissions(&open, fs::Permissions::from_mode(0o700)).unwrap();
    DirectoryJournal::open(&open).unwrap();
    fs::set_permissions(open.join("numbers"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fault(DirectoryJournal::open(&open)), JournalFault::NotPrivate);
}

#[test]
fn what_is_no_journal_of_this_version_is_refused_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    fs::write(&path, "a file").unwrap();
    assert!(matches!(
        fault(DirectoryJournal::open(&path)),
        JournalFault::Foreign | JournalFault::NotPrivate | JournalFault::Unreachable
    ));
    assert_eq!(fs::read_to_string(&path).unwrap(), "a file");

    let others = folder.path().join("others");
    fs::create_dir(&others).unwrap();
    fs::set_permissions(&others, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(others.join("thesis.txt"), "").unwrap();
    let error = DirectoryJournal::open(&others).unwrap_err();
    assert_eq!((error.fault, error.cause.contains("thesis.txt")), (JournalFault::Foreign, true), "{error}");
    assert_eq!(fs::read_dir(&others).unwrap().count(), 1);

    let newer = folder.path().join("newer");
    DirectoryJournal::open(&newer).unwrap();
    let header = fs::read_to_string(newer.join("journal.json")).unwrap();
    // Another version, and one whose locks this one would not see.
    for (from, to, expected) in [
        ("\"numport-journal\":1", "\"numport-journal\":2", JournalFault::Foreign),
        ("\"locks\":\"", "\"locks\":\"other ", JournalFault::Unsuitable),
    ] {
        assert!(header.contains(from), "{header}");
        fs::write(newer.join("journal.json"), header.replace(from, to)).unwrap();
        assert_eq!(fault(DirectoryJournal::open(&newer)), expected);
    }
}

#[tokio::test]
async fn all_that_it_writes_is_private() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = DirectoryJournal::open(&path).unwrap();
    let mut lease = lock(&journal, &key("one")).await;
    lease.sending(&import(&key("one"))).await.unwrap();
    let mode = |of: &Path| fs::metadata(of).unwrap().permissions().mode() & 0o777;
    let mut written = 0;
    for folder in [path.clone(), path.join("numbers")] {
        assert_eq!(mode(&folder), 0o700, "{folder:?}");
        for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()).filter(|file| file.is_file()) {
            assert_eq!(mode(&file), 0o600, "{file:?}");
            written += 1;
        }
    }
    assert_eq!(written, 2, "the header and the import");
}

/// An importer with this journal, on a sandbox.
async fn importer(journal: DirectoryJournal) -> (Sandbox, Importer) {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap()).journal(journal);
    (sandbox, importer)
}

fn creates(sandbox: &Sandbox) -> usize {
    sandbox.requests().iter().filter(|request| request.method == "POST" && request.path == "/phone-number").count()
}

#[tokio::test]
async fn what_cannot_be_written_down_is_not_sent() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let (sandbox, importer) = importer(DirectoryJournal::open(&path).unwrap()).await;
    let number = "+14155552671".parse().unwrap();
    // The folder of the imports is gone, and a file is in its place.
    fs::remove_dir(path.join("numbers")).unwrap();
    let error = importer.import(ImportRequest::new(number)).await.unwrap_err();
    let Error::Withheld(withheld) = &error else { panic!("{error:?}") };
    assert!(matches!(withheld.reason, WithheldReason::Journal(_)), "{error}");
    assert_eq!((error.kind(), creates(&sandbox)), (ErrorKind::Journal, 0));
    // Mended, it goes on.
    DirectoryJournal::open(&path).unwrap();
    assert_eq!(importer.import(ImportRequest::new(number)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(creates(&sandbox), 1);
}

#[tokio::test]
async fn a_torn_or_foreign_file_stops_its_number_alone_and_is_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let (sandbox, importer) = importer(DirectoryJournal::open(&path).unwrap()).await;
    let [torn, other] = ["+14155552671", "+12125550123"].map(|number| number.parse().unwrap());
    let account = numport::VoicePlatform::account(&Vapi::from_vars(|name: &str| sandbox.var(name)).unwrap());
    let journal = DirectoryJournal::open(&path).unwrap();
    let key = Key::new(PlatformKind::VAPI, account, torn);
    lock(&journal, &key).await.sending(&import(&key)).await.unwrap();
    let file = path.join("numbers").join(&files(&path, "numbers")[0]);
    let whole = fs::read_to_string(&file).unwrap();
    for text in [&whole[..whole.len() / 2], "", "[]", &whole.replace("4155552671", "4155552672")] {
        fs::write(&file, text).unwrap();
        let error = importer.import(ImportRequest::new(torn)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Journal, "{error}");
        assert!(error.to_string().contains(file.file_name().unwrap().to_str().unwrap()), "{error}");
        assert!(!error.report().contains("planted"), "an address may hold a secret");
    }
    assert_eq!(creates(&sandbox), 0);
    assert_eq!(importer.import(ImportRequest::new(other)).await.unwrap().outcome, Outcome::Created);
}

#[tokio::test]
async fn a_history_rolls_back_imports_days_later() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = || DirectoryJournal::open(&path).unwrap().keep_history(2, Duration::from_secs(30 * 24 * 3600));
    let (sandbox, importer) = importer(journal()).await;
    let number = "+14155552671".parse().unwrap();
    let labels = ["one", "two", "three"];
    for label in labels {
        importer.import(ImportRequest::new(number).label(label)).await.unwrap();
    }
    importer.import(ImportRequest::new(number)).await.unwrap();
    let past = importer.history(&number).await.unwrap();
    let left: Vec<_> = past.iter().map(|past| past.undo.left.label.as_deref().unwrap()).collect();
    assert_eq!(left, ["three", "two"], "the newest first, two at most, and only what changed something");
    let undone = importer.undo(&past[0].undo, numport::Removal::Record).await.unwrap();
    assert!(undone.is_complete(), "{undone}");
    let label = importer.platform().find(&number).await.unwrap().unwrap().label;
    assert_eq!(label.as_deref(), Some("two"));
    drop(sandbox);
}

/// Its clock was a century ahead.
#[tokio::test]
async fn the_newest_import_is_first_in_the_history_though_the_clock_was_set_back() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = DirectoryJournal::open(&path).unwrap().keep_history(9, Duration::from_secs(30 * 24 * 3600));
    let (_sandbox, importer) = importer(journal).await;
    let number = "+14155552671".parse().unwrap();
    importer.import(ImportRequest::new(number).label("one")).await.unwrap();
    let file = path.join("history").join(&files(&path, "history")[0]);
    let text = fs::read_to_string(&file).unwrap();
    let now = importer.history(&number).await.unwrap()[0].settled_at.to_string();
    assert_eq!(text.matches(&now).count(), 1, "{text}");
    fs::write(&file, text.replace(&now, &now.replacen("20", "21", 1))).unwrap();
    importer.import(ImportRequest::new(number).label("two")).await.unwrap();
    let past = importer.history(&number).await.unwrap();
    let left: Vec<_> = past.iter().map(|past| past.undo.left.label.as_deref().unwrap()).collect();
    assert_eq!(left, ["two", "one"]);
}

/// Somebody moves the directory away while a process works on a number, and another process begins a new one.
#[tokio::test]
async fn a_lock_in_a_directory_that_was_replaced_sends_nothing_any_more() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let (journal, key) = (DirectoryJournal::open(&path).unwrap(), key("one"));
    let mut old = lock(&journal, &key).await;
    fs::rename(&path, folder.path().join("moved")).unwrap();
    let error = old.sending(&import(&key)).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::Unsuitable, "{error}");
    assert!(journal.lock(&self::key("two"), Duration::ZERO).await.is_err(), "nothing is made in its place");

    let other = DirectoryJournal::open(&path).unwrap();
    let mut new = lock(&other, &key).await;
    let error = old.sending(&import(&key)).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::Unsuitable, "{error}");
    new.sending(&import(&key)).await.unwrap();
    // Nor does it settle what is the other one's.
    assert!(old.settle(&Settled::default()).await.is_err() && old.forget_created().await.is_err());
    assert_eq!((other.unresolved().await.unwrap().len(), files(&path, "changed").len()), (1, 0));
    drop((old, new));
    // The new journal knows nothing of what the old one has kept, and its silence settles nothing.
    let error = journal.lock(&key, Duration::ZERO).await.unwrap_err();
    assert!(error.fault == JournalFault::Unsuitable && error.cause.contains("open it again"), "{error}");
    let [opened, anew] = [(); 2].map(|()| DirectoryJournal::open(&path).unwrap());
    assert!(opened.id() == anew.id() && opened.id() == other.id() && opened.id() != journal.id());
    lock(&opened, &key).await;
    assert_eq!(files(&folder.path().join("moved"), "numbers"), Vec::<String>::new());
}

#[test]
fn a_journal_whose_beginning_was_interrupted_is_begun() {
    let folder = TempDir::new().unwrap();
    for left in [&["journal.json.4711"][..], &["numbers", "journal.json.4711"]] {
        let path = folder.path().join(left.len().to_string());
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
        for name in left {
            if *name == "numbers" {
                fs::create_dir(path.join(name)).unwrap();
                fs::set_permissions(path.join(name), fs::Permissions::from_mode(0o700)).unwrap();
            } else {
                fs::write(path.join(name), "").unwrap();
            }
        }
        DirectoryJournal::open(&path).unwrap();
        DirectoryJournal::open(&path).unwrap();
    }
}

/// All of them get the one that was begun first.
#[test]
fn a_journal_that_several_begin_at_once_is_one() {
    let folder = TempDir::new().unwrap();
    for round in 0..20 {
        let path = folder.path().join(round.to_string());
        let (start, path) = (&Barrier::new(4), path.as_path());
        let opened = thread::scope(|scope| {
            let open = || {
                start.wait();
                DirectoryJournal::open(path).unwrap()
            };
            let all = [(); 4].map(|()| scope.spawn(open));
            all.map(|one| one.join().unwrap())
        });
        let header = fs::read_to_string(path.join("journal.json")).unwrap();
        assert!(opened.iter().all(|journal| header.contains(journal.id())), "{header} {opened:?}");
        assert_eq!(fs::read_dir(path).unwrap().count(), 4, "nothing else is left");
    }
}

#[tokio::test]
async fn what_is_old_of_all_numbers_is_removed_by_the_first_import_of_a_process_and_then_now_and_then() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let settle = async |journal: &DirectoryJournal, account: &str| {
        lock(journal, &key(account)).await.settle(&Settled::default()).await.unwrap();
    };
    settle(&DirectoryJournal::open(&path).unwrap(), "old").await;
    let old = &files(&path, "changed")[0];
    let number = old.strip_suffix(".json").unwrap();
    let text = format!(r#"{{"{number}":{{"at":"2001-01-01T00:00:00Z","created":null}}}}"#);
    let age = || fs::write(path.join("changed").join(old), &text).unwrap();
    age();
    let journal = DirectoryJournal::open(&path).unwrap();
    settle(&journal, "new").await;
    assert!(!files(&path, "changed").contains(old));
    age();
    settle(&journal, "new").await;
    assert!(files(&path, "changed").contains(old), "it is not done at every import");
}
