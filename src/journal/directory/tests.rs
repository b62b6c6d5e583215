//! What is known once the power has failed.

use std::collections::BTreeMap;

use super::disk::{Disk, Local};
use super::simulated::Simulated;
use super::store::{CHANGED, HISTORY, HistoryLimits, NUMBERS, Store};
use crate::import::Undo;
use crate::journal::{JournalError, Key, Settled, UnresolvedImport};
use crate::model::{AccountId, Calls, NumberRecord, PlatformKind, Routing};

fn key() -> Key {
    let number = "+14155550100".parse().expect("a number");
    Key::new(PlatformKind::from_static("parrot"), AccountId::new("one"), number)
}

fn routing(id: &str) -> Routing {
    Routing::new(key().number, id.to_owned(), Calls::Nowhere, BTreeMap::new())
}

fn undo() -> Undo {
    let record = NumberRecord::new(key().platform, "r1", key().number.into(), crate::model::Details::new(()));
    Undo {
        number: key().number,
        platform: key().platform,
        account: key().account,
        id: "r1".into(),
        created: true,
        left: (&record).into(),
        changes: Vec::new(),
        credential: None,
        credential_stays: false,
        routing: Some(routing("before")),
    }
}

fn sending(store: &Store<Simulated>, import: &UnresolvedImport) -> Result<(), JournalError> {
    store.sending(vec![import.clone()]).remove(0)
}

fn settle(store: &Store<Simulated>, key: &Key, settled: &Settled) -> Result<(), JournalError> {
    store.settle(&[(key, settled)]).remove(0)
}

fn store(disk: &Simulated, with_history: bool) -> Store<Simulated> {
    let mut store = Store::new(disk.clone(), "journal".to_owned());
    store.history = with_history.then_some(HistoryLimits { imports: 3, age: std::time::Duration::MAX });
    store
}

/// What the process came to know before the power failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Nothing,
    /// The first create was sent.
    Sent,
    /// Its answer was lost, and it was sent again.
    SentAgain,
    Settled,
    /// A later import of the number was sent.
    SentLater,
}

/// Several are written down at the same moment, of which the first ones were before.
#[test]
fn whenever_the_power_fails_those_that_share_a_file_are_known() {
    const NUMBERS: usize = 3;
    let keys: Vec<Key> = (0..NUMBERS)
        .map(|nth| Key { number: format!("+1415555010{nth}").parse().expect("a number"), ..key() })
        .collect();
    let names: Vec<String> = keys.iter().map(super::store::name).collect();
    let import = |key: &Key, id| UnresolvedImport::new(key, None, Some(routing(id)));
    for (lacks_links, before) in [(false, 0), (false, 1), (false, 2), (true, 0), (true, 3)] {
        let mut ended = 0;
        for calls in 0.. {
            let disk = Simulated::default();
            disk.state.lock().unwrap().lacks_links = lacks_links;
            let store = store(&disk, false);
            keys[..before].iter().for_each(|key| sending(&store, &import(key, "first")).unwrap());
            // What an interrupted write has left.
            disk.write(&format!("numbers/{}.new", names[1]), b"{").unwrap();
            let so_far = disk.state.lock().unwrap().calls;
            disk.state.lock().unwrap().fails_after = Some(so_far + calls);
            let second: Vec<_> = keys.iter().map(|key| import(key, "second")).collect();
            let written = store.sending(second);
            for after in disk.after_the_failure() {
                let store = self::store(&after, false);
                let case = format!("{before} before, after {calls} calls: {:?}", after.state.lock().unwrap().now);
                for (nth, (key, written)) in keys.iter().zip(&written).enumerate() {
                    let kept = store.load(key).unwrap_or_else(|error| panic!("{case}: {error}"));
                    let found = kept.unresolved.and_then(|(import, _)| import.routing_before).map(|routing| routing.id);
                    let known: &[Option<&str>] = match (written, nth < before) {
                        (Ok(()), _) => &[Some("second")],
                        (Err(_), true) => &[Some("first"), Some("second")],
                        (Err(_), false) => &[None, Some("second")],
                    };
                    assert!(known.contains(&found.as_deref()), "{case}: {nth} is {found:?}");
                }
                // One is settled and written again, and the others stay.
                settle(&store, &keys[0], &Settled::default()).unwrap();
                sending(&store, &import(&keys[0], "third")).unwrap();
                sending(&store, &import(&keys[1], "third")).unwrap();
                let left = store.load(&keys[2]).unwrap().unresolved.and_then(|(import, _)| import.routing_before);
                assert!(written[2].is_err() || left == Some(routing("second")), "{case}: {left:?}");
                assert_eq!(store.unresolved().unwrap().len(), 2 + usize::from(left.is_some()), "{case}");
            }
            if written.iter().all(Result::is_ok) {
                ended = calls;
                break;
            }
        }
        assert!(ended > 5, "the power failed everywhere");
    }
}

fn import(store: &Store<Simulated>) -> Reached {
    let import = UnresolvedImport::new(&key(), None, Some(routing("before")));
    if sending(store, &import).is_err() {
        return Reached::Nothing;
    }
    if sending(store, &import).is_err() {
        return Reached::Sent;
    }
    let settled = Settled { created: Some("r1".into()), undo: Some(undo()) };
    if settle(store, &key(), &settled).is_err() {
        return Reached::SentAgain;
    }
    let later = UnresolvedImport::new(&key(), None, Some(routing("later")));
    if sending(store, &later).is_err() { Reached::Settled } else { Reached::SentLater }
}

#[test]
fn whenever_the_power_fails_what_was_sent_is_known_and_the_journal_opens() {
    let mut seen = Vec::new();
    for with_history in [false, true] {
        for calls in 0.. {
            let disk = Simulated::default();
            disk.state.lock().unwrap().fails_after = Some(calls);
            let reached = import(&store(&disk, with_history));
            for after in disk.after_the_failure() {
                let store = store(&after, with_history);
                let case = format!("after {calls} calls, {reached:?}: {:?}", after.state.lock().unwrap().now);
                let kept = store.load(&key()).unwrap_or_else(|error| panic!("{case}: {error}"));
                let before = kept.unresolved.as_ref().and_then(|(import, _)| import.routing_before.clone());
                match reached {
                    // It may have been written, or not; it says nothing that is wrong.
                    Reached::Nothing => assert!(before.is_none_or(|before| before == routing("before")), "{case}"),
                    Reached::Sent | Reached::SentAgain => assert_eq!(before, Some(routing("before")), "{case}"),
                    Reached::Settled => {
                        let known = [None, Some(routing("before")), Some(routing("later"))];
                        assert!(known.contains(&before), "{case}");
                        let history = store.history(&key().number).unwrap();
                        assert_eq!(history.len(), usize::from(with_history), "{case}");
                    }
                    Reached::SentLater => assert_eq!(before, Some(routing("later")), "{case}"),
                }
                store.unresolved().unwrap_or_else(|error| panic!("{case}: {error}"));
                // It goes on from there.
                assert_eq!(import(&store), Reached::SentLater, "{case}");
            }
            seen.push(reached);
            if reached == Reached::SentLater {
                break;
            }
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 5, "the power failed everywhere");
}

#[test]
fn a_folder_that_could_not_be_synced_is_not_believed_again() {
    let disk = Simulated::default();
    let store = store(&disk, false);
    let import = UnresolvedImport::new(&key(), None, None);
    // The content is written, synced and renamed, and then the folder cannot be opened.
    disk.state.lock().unwrap().fails_after = Some(3);
    sending(&store, &import).unwrap_err();
    disk.state.lock().unwrap().fails_after = None;
    sending(&store, &import).unwrap();
    // Then it can, and its sync fails.
    let calls = disk.state.lock().unwrap().calls;
    disk.state.lock().unwrap().fails_after = Some(calls + 4);
    sending(&store, &import).unwrap_err();
    disk.state.lock().unwrap().fails_after = None;
    let error = sending(&store, &import).unwrap_err();
    assert!(error.to_string().contains("start it again"), "{error}");
    let folders = [NUMBERS, CHANGED, HISTORY];
    assert!(folders.iter().all(|folder| disk.list(folder).is_ok()));
}

#[test]
fn a_result_is_known_only_once_all_of_it_is_written() {
    for with_history in [false, true] {
        let settled = Settled { created: Some("r1".into()), undo: Some(undo()) };
        for calls in 0.. {
            let disk = Simulated::default();
            let store = store(&disk, with_history);
            sending(&store, &UnresolvedImport::new(&key(), None, None)).unwrap();
            let so_far = disk.state.lock().unwrap().calls;
            disk.state.lock().unwrap().fails_after = Some(so_far + calls);
            let is_settled = settle(&store, &key(), &settled).is_ok();
            let calls = disk.state.lock().unwrap().calls - so_far;
            disk.state.lock().unwrap().fails_after = None;
            assert_eq!(store.load(&key()).unwrap().unresolved.is_none(), is_settled, "after {calls} calls");
            if is_settled {
                assert!(calls >= 3, "it failed at each");
                break;
            }
        }
    }
}

#[test]
fn what_is_old_of_a_number_is_removed_and_the_rest_is_kept() {
    let disk = Simulated::default();
    let mut store = store(&disk, true);
    let settled = Settled { created: Some("r1".into()), undo: Some(undo()) };
    settle(&store, &key(), &settled).unwrap();
    let name = super::store::name(&key());
    let kept = |store: &Store<Simulated>| {
        let is_old = store.is_old(&name).unwrap();
        store.prune(&name).unwrap();
        (is_old, [CHANGED, HISTORY].map(|folder| disk.list(folder).unwrap().len()))
    };
    assert_eq!(kept(&store), (false, [1, 1]));
    let long_ago = format!(r#"{{"{name}":{{"at":"2001-01-01T00:00:00Z","created":"r1"}}}}"#);
    disk.write(&format!("{CHANGED}/{name}.json"), long_ago.as_bytes()).unwrap();
    assert_eq!(kept(&store), (true, [0, 1]));
    store.history = Some(HistoryLimits { imports: 3, age: std::time::Duration::ZERO });
    assert_eq!(kept(&store), (true, [0, 0]));
    assert_eq!(kept(&store), (false, [0, 0]));
}

/// The process was killed after it had named the file of two numbers for one of them.
#[test]
fn what_an_interrupted_write_has_left_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let numbers = folder.path().join(NUMBERS);
    std::fs::create_dir(&numbers).unwrap();
    let store = Store::new(Local { root: folder.path().to_owned() }, "journal".to_owned());
    let [first, second] = ["first", "second"].map(|id| UnresolvedImport::new(&key(), None, Some(routing(id))));
    let of = |name: &str, import: &UnresolvedImport| (name.to_owned(), import.clone());
    let read = |name| store.imports.read(&store.files, name).unwrap();
    for written in [vec![of("one", &second)], vec![of("one", &second), of("three", &second)]] {
        store.imports.write(&store.files, &[of("one", &first), of("two", &first)]);
        for name in ["one", "three"] {
            std::fs::hard_link(numbers.join("two.json"), numbers.join(format!("{name}.new"))).unwrap();
        }
        assert!(store.imports.write(&store.files, &written).iter().all(Result::is_ok));
        assert_eq!([read("one"), read("two")], [Some(second.clone()), Some(first.clone())]);
        drop(std::fs::remove_file(numbers.join("three.new")));
    }
}

#[test]
fn what_one_number_cannot_write_takes_no_other_one_with_it() {
    let all = ["one", "two", "three"].map(|name| (name.to_owned(), UnresolvedImport::new(&key(), None, None)));
    for bad in 0..all.len() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(NUMBERS).join(format!("{}.json/theirs", all[bad].0))).unwrap();
        let store = Store::new(Local { root: folder.path().to_owned() }, "journal".to_owned());
        let written = store.imports.write(&store.files, &all);
        for (nth, (written, (name, import))) in written.iter().zip(&all).enumerate() {
            assert_eq!(written.is_err(), nth == bad, "{written:?}");
            let read = store.imports.read(&store.files, name).ok().flatten();
            assert_eq!(read.as_ref(), (nth != bad).then_some(import));
        }
    }
}
