//! A disk in memory whose power can fail after each call, with everything lost that was not synced, or any part of it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::disk::Disk;

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
pub(super) struct Simulated {
    pub(super) state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
pub(super) struct State {
    contents: Vec<Content>,
    /// Which content each name has now, and which it has on the disk.
    pub(super) now: BTreeMap<String, usize>,
    synced: BTreeMap<String, usize>,
    /// The changes of names since then, in their order. Any beginning of them may have reached the disk.
    unsynced: Vec<(String, Option<usize>)>,
    pub(super) calls: usize,
    /// After how many calls the power fails.
    pub(super) fails_after: Option<usize>,
    /// Whether a file can have one name alone.
    pub(super) lacks_links: bool,
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
    pub(super) fn after_the_failure(&self) -> Vec<Self> {
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

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        self.with(|state| {
            if state.lacks_links {
                return Err(io::ErrorKind::Unsupported.into());
            }
            let content = *state.now.get(from).ok_or_else(missing)?;
            if state.now.contains_key(to) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            state.now.insert(to.to_owned(), content);
            state.unsynced.push((to.to_owned(), Some(content)));
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
