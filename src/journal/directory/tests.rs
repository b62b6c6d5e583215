//! The power fails: after each call of the file system, with everything lost that was not synced, or any part of it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::disk::Disk;
use super::store::{CHANGED, HISTORY, HistoryLimits, NUMBERS, Store};
use crate::import::Undo;
use crate::journal::{Key, Settled, UnresolvedImport};
use crate::model::{AccountId, Calls, NumberRecord, PlatformKind, Routing};

/// What became of the content of a file that was not synced.
#[derive(Clone, Copy, Debug)]
enum Loss {
    Nothing,
    Half,
    All,
}

const LOSSES: [Loss; 3] = [Loss::Nothing, Loss::Half, Loss::All];

/// A disk in memory. A content, and the name of a file in its folder, are each lost unless they were synced.
#[derive(Clone, Default)]
struct Simulated {
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
struct State {
    contents: Vec<Content>,
    /// Which content each name has now, and which it has on the disk.
    now: BTreeMap<String, usize>,
    synced: BTreeMap<String, usize>,
    /// The changes of names since then, in their order. Any beginning of them may have reached the disk.
    unsynced: Vec<(String, Option<usize>)>,
    calls: usize,
    /// After how many calls the power fails.
    fails_after: Option<usize>,
}

#[derive(Clone)]
struct Content {
    text: Vec<u8>,
    is_synced: bool,
}

impl Simulated {
    fn with<T>(&self, call: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.fails_after.is_some_and(|after| state.calls >= after) {
            return Err(io::Error::other("the power has failed"));
        }
        state.calls += 1;
        call(&mut state)
    }

    /// The disks that the next start may find: with any beginning of the names that were not synced, and any loss of
    /// contents.
    fn after_the_failure(&self) -> Vec<Self> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut found = Vec::new();
        for names in 0..=state.unsynced.len() {
            for loss in LOSSES {
                let mut now = state.synced.clone();
                for (name, content) in &state.unsynced[..names] {
                    match content {
                        Some(content) => drop(now.insert(name.clone(), *content)),
                        None => drop(now.remove(name)),
                    }
                }
                let lost = |content: &Content| {
                    let text = match loss {
                        _ if content.is_synced => content.text.clone(),
                        Loss::Nothing => content.text.clone(),
                        Loss::Half => content.text[..content.text.len() / 2].to_vec(),
                        Loss::All => Vec::new(),
                    };
                    Content { text, is_synced: true }
                };
                let contents = state.contents.iter().map(lost).collect();
                let state = State { contents, synced: now.clone(), now, ..State::default() };
                found.push(Self { state: Arc::new(Mutex::new(state)) });
            }
        }
        found
    }
}

fn missing() -> io::Error {
    io::ErrorKind::NotFound.into()
}

impl Disk for Simulated {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.with(|state| {
            let content = state.now.get(name).ok_or_else(missing)?;
            Ok(state.contents[*content].text.clone())
        })
    }

    fn write(&self, name: &str, text: &[u8]) -> io::Result<()> {
        self.with(|state| {
            let content = state.contents.len();
            state.contents.push(Content { text: text.to_vec(), is_synced: false });
            state.now.insert(name.to_owned(), content);
            state.unsynced.push((name.to_owned(), Some(content)));
            Ok(())
        })
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.with(|state| {
            let content = *state.now.get(name).ok_or_else(missing)?;
            state.contents[content].is_synced = true;
            Ok(())
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|state| {
            let content = state.now.remove(from).ok_or_else(missing)?;
            state.now.insert(to.to_owned(), content);
            state.unsynced.push((to.to_owned(), Some(content)));
            state.unsynced.push((from.to_owned(), None));
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.with(|state| {
            state.now.remove(name).ok_or_else(missing)?;
            state.unsynced.push((name.to_owned(), None));
            Ok(())
        })
    }

    type Folder = String;

    fn folder(&self, folder: &str) -> io::Result<String> {
        self.with(|_| Ok(folder.to_owned()))
    }

    fn sync_folder(&self, folder: String) -> io::Result<()> {
        self.with(|state| {
            let start = format!("{folder}/");
            let changes = std::mem::take(&mut state.unsynced);
            for (name, content) in changes {
                match content {
                    _ if !name.starts_with(&start) => state.unsynced.push((name, content)),
                    Some(content) => drop(state.synced.insert(name, content)),
                    None => drop(state.synced.remove(&name)),
                }
            }
            Ok(())
        })
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let start = format!("{folder}/");
        self.with(|state| Ok(state.now.keys().filter_map(|name| Some(name.strip_prefix(&start)?.to_owned())).collect()))
    }
}

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

fn import(store: &Store<Simulated>) -> Reached {
    let import = UnresolvedImport::new(&key(), None, Some(routing("before")));
    if store.sending(&import).is_err() {
        return Reached::Nothing;
    }
    if store.sending(&import).is_err() {
        return Reached::Sent;
    }
    let settled = Settled { created: Some("r1".into()), undo: Some(undo()) };
    if store.settle(&key(), &settled).is_err() {
        return Reached::SentAgain;
    }
    let later = UnresolvedImport::new(&key(), None, Some(routing("later")));
    if store.sending(&later).is_err() { Reached::Settled } else { Reached::SentLater }
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
    store.sending(&import).unwrap_err();
    disk.state.lock().unwrap().fails_after = None;
    store.sending(&import).unwrap();
    // Then it can, and its sync fails.
    let calls = disk.state.lock().unwrap().calls;
    disk.state.lock().unwrap().fails_after = Some(calls + 4);
    store.sending(&import).unwrap_err();
    disk.state.lock().unwrap().fails_after = None;
    let error = store.sending(&import).unwrap_err();
    assert!(error.to_string().contains("start it again"), "{error}");
    let folders = [NUMBERS, CHANGED, HISTORY];
    assert!(folders.iter().all(|folder| disk.list(folder).is_ok()));
}

#[test]
fn what_is_old_of_a_number_is_removed_and_the_rest_is_kept() {
    let disk = Simulated::default();
    let mut store = store(&disk, true);
    let settled = Settled { created: Some("r1".into()), undo: Some(undo()) };
    store.settle(&key(), &settled).unwrap();
    let name = super::store::name(&key());
    let kept = |store: &Store<Simulated>| {
        let is_old = store.is_old(&name).unwrap();
        store.prune(&name).unwrap();
        (is_old, [CHANGED, HISTORY].map(|folder| disk.list(folder).unwrap().len()))
    };
    assert_eq!(kept(&store), (false, [1, 1]));
    let long_ago = br#"{"at":"2001-01-01T00:00:00Z","created":"r1"}"#;
    disk.write(&format!("{CHANGED}/{name}.json"), long_ago).unwrap();
    assert_eq!(kept(&store), (true, [0, 1]));
    store.history = Some(HistoryLimits { imports: 3, age: std::time::Duration::ZERO });
    assert_eq!(kept(&store), (true, [0, 0]));
    assert_eq!(kept(&store), (false, [0, 0]));
}
