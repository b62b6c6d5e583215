//! What others do to a journal in a directory, and what the machine does.
//!
//! A process is this same binary, run for [`the_child`] alone.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::future::join_all;
use numport::Timestamp;
use numport::journal::{DirectoryJournal, Journal, JournalError, JournalFault, Key, Lease, Settled, UnresolvedImport};
use numport::model::{AccountId, PlatformKind};
use tempfile::TempDir;

const WHAT: &str = "NUMPORT_ATTACK";
const FOLDER: &str = "NUMPORT_ATTACKED";

const PROCESSES: usize = 4;
const TASKS: usize = 2;
const LOCKS: usize = 400;

fn key(account: &str) -> Key {
    Key::new(PlatformKind::VAPI, AccountId::new(account), "+14155552671".parse().unwrap())
}

fn import(key: &Key) -> UnresolvedImport {
    UnresolvedImport::new(key, None, None)
}

async fn lock(journal: &DirectoryJournal, key: &Key) -> Box<dyn Lease> {
    journal.lock(key, Duration::from_secs(60)).await.unwrap().expect("it is given up again")
}

/// The only file of a folder of a journal.
fn only_file(path: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(path).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

/// Runs this binary after a shell has set something.
fn child(what: &str, folder: &Path, shell: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("{shell}; exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "attacks::the_child", "--ignored", "--nocapture"])
        .env(WHAT, what)
        .env(FOLDER, folder)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the other tests of this file start it"]
async fn the_child() {
    let Ok(what) = std::env::var(WHAT) else { return };
    let folder = PathBuf::from(std::env::var(FOLDER).unwrap());
    match what.as_str() {
        "count" => count(&folder).await,
        "few files" => few_files(&folder).await,
        "write" => {
            let journal = DirectoryJournal::open(folder.join("journal")).unwrap();
            lock(&journal, &key("one")).await.sending(&import(&key("one"))).await.unwrap();
        }
        _ => panic!("{what}"),
    }
}

/// Counts in a file that only a lock protects.
async fn count(folder: &Path) {
    let counter = folder.join("counter");
    let tasks = (0..TASKS).map(|_| async {
        let journal = DirectoryJournal::open(folder.join("journal")).unwrap();
        for _ in 0..LOCKS {
            let lease = lock(&journal, &key("one")).await;
            let so_far: usize = fs::read_to_string(&counter).unwrap().parse().unwrap();
            tokio::task::yield_now().await;
            fs::write(&counter, (so_far + 1).to_string()).unwrap();
            drop(lease);
        }
    });
    join_all(tasks).await;
}

#[test]
fn a_lock_is_held_by_one_however_many_want_it() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("counter"), "0").unwrap();
    let children: Vec<Child> = (0..PROCESSES).map(|_| child("count", folder.path(), ":")).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let counted = fs::read_to_string(folder.path().join("counter")).unwrap();
    assert_eq!(counted, (PROCESSES * TASKS * LOCKS).to_string());
}

/// With ever more files that it may open.
async fn few_files(folder: &Path) {
    let journal = DirectoryJournal::open(folder.join("journal")).unwrap();
    let mut lease = lock(&journal, &key("one")).await;
    let mut open = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        open.push(file);
    }
    loop {
        let written = lease.sending(&import(&key("one"))).await;
        let other = journal.lock(&key("two"), Duration::ZERO).await;
        if let (Ok(()), Ok(Some(_))) = (&written, &other) {
            break;
        }
        for error in [written.err(), other.err()].into_iter().flatten() {
            assert!(error.fault == JournalFault::Unreachable && error.cause.contains("open files"), "{error}");
        }
        drop(open.pop().expect("it works with all files"));
    }
    lease.settle(&Settled::default()).await.unwrap();
}

#[test]
fn a_process_without_a_file_left_goes_on_once_it_has_some() {
    let folder = TempDir::new().unwrap();
    assert!(child("few files", folder.path(), "ulimit -n 64").wait().unwrap().success());
}

#[test]
fn what_a_process_of_any_umask_writes_is_private() {
    let folder = TempDir::new().unwrap();
    assert!(child("write", folder.path(), "umask 000").wait().unwrap().success());
    let path = folder.path().join("journal");
    let mode = |of: &Path| fs::metadata(of).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode(&path), mode(&path.join("numbers"))], [0o700; 2]);
    assert_eq!([mode(&path.join("journal.json")), mode(&only_file(&path.join("numbers")))], [0o600; 2]);
    DirectoryJournal::open(path).unwrap();
}

#[tokio::test]
async fn nothing_is_written_under_a_lock_that_was_removed() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = DirectoryJournal::open(&path).unwrap();
    let mut first = lock(&journal, &key("one")).await;
    let is_told = |error: JournalError| {
        assert!(error.fault == JournalFault::Unsuitable && error.cause.contains("removed"), "{error}");
    };
    // As one does who tidies up. The locks of others are in the next one of this name.
    fs::remove_file(path.join("journal.json")).unwrap();
    is_told(first.sending(&import(&key("one"))).await.unwrap_err());
    is_told(journal.lock(&key("two"), Duration::ZERO).await.unwrap_err());
    let second = DirectoryJournal::open(&path).unwrap();
    let mut third = lock(&second, &key("one")).await;
    is_told(first.sending(&import(&key("one"))).await.unwrap_err());
    drop(first);
    assert!(second.lock(&key("one"), Duration::ZERO).await.unwrap().is_none(), "the third has it");
    fs::remove_dir_all(&path).unwrap();
    is_told(third.sending(&import(&key("one"))).await.unwrap_err());
    is_told(journal.lock(&key("one"), Duration::ZERO).await.unwrap_err());
    drop(third);
    // Begun anew, it is another one.
    let anew = DirectoryJournal::open(&path).unwrap();
    assert_eq!(journal.lock(&key("one"), Duration::ZERO).await.unwrap_err().fault, JournalFault::Unsuitable);
    lock(&anew, &key("one")).await.sending(&import(&key("one"))).await.unwrap();
}

#[tokio::test]
async fn a_link_is_followed_once() {
    let folder = TempDir::new().unwrap();
    let [target, other, link] = ["target", "other", "link"].map(|name| folder.path().join(name));
    DirectoryJournal::open(&target).unwrap();
    symlink(&target, &link).unwrap();
    let journal = DirectoryJournal::open(&link).unwrap();
    DirectoryJournal::open(&other).unwrap();
    fs::remove_file(&link).unwrap();
    symlink(&other, &link).unwrap();
    lock(&journal, &key("one")).await.sending(&import(&key("one"))).await.unwrap();
    only_file(&target.join("numbers"));
    assert_eq!(fs::read_dir(other.join("numbers")).unwrap().count(), 0);
}

/// Changes the times in a file.
fn change_times(file: &Path, fields: &[&str], to: Timestamp) {
    let mut text: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    // What is said of the number, which has its name.
    let path = match text.get(fields[0]) {
        Some(_) => String::new(),
        None => format!("/{}", text.as_object().unwrap().keys().next().unwrap()),
    };
    let object = text.pointer_mut(&path).unwrap();
    for field in fields {
        assert!(object.get(field).is_some(), "{object}");
        object[field] = to.to_string().into();
    }
    fs::write(file, text.to_string()).unwrap();
}

#[tokio::test]
async fn what_was_written_under_a_clock_that_was_fast_grows_old() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = DirectoryJournal::open(&path).unwrap();
    let mut lease = lock(&journal, &key("one")).await;
    let mut settled = Settled::default();
    settled.created = Some("r1".into());
    lease.settle(&settled).await.unwrap();
    lease.sending(&import(&key("one"))).await.unwrap();
    drop(lease);
    let next_year: Timestamp = "2199-01-01T00:00:00Z".parse().unwrap();
    change_times(&only_file(&path.join("numbers")), &["sent_at", "first_sent_at"], next_year);
    change_times(&only_file(&path.join("changed")), &["at"], next_year);
    let kept = lock(&journal, &key("one")).await.kept().clone();
    let ages = (kept.unresolved.unwrap().1, kept.created.unwrap().age, kept.changed.unwrap());
    assert_eq!(ages, (Duration::ZERO, Duration::ZERO, Duration::ZERO));
    assert!(journal.unresolved().await.unwrap()[0].sent_at <= Timestamp::now());
    tokio::time::sleep(Duration::from_millis(2)).await;
    let kept = lock(&journal, &key("one")).await.kept().clone();
    assert!(!kept.unresolved.unwrap().1.is_zero() && !kept.changed.unwrap().is_zero());
}

#[tokio::test]
async fn a_move_that_was_killed_can_be_repeated() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal");
    let journal = DirectoryJournal::open(&path).unwrap();
    lock(&journal, &key("old")).await.sending(&import(&key("old"))).await.unwrap();
    let file = only_file(&path.join("numbers"));
    let text = fs::read(&file).unwrap();
    let [from, to] = ["old", "new"].map(AccountId::new);
    assert_eq!(journal.move_account(PlatformKind::VAPI, &from, &to).await.unwrap(), 1);
    // It was killed before it removed the old one.
    fs::write(&file, text).unwrap();
    assert_eq!(journal.move_account(PlatformKind::VAPI, &from, &to).await.unwrap(), 1);
    only_file(&path.join("numbers"));
    // One that is not the same stays.
    lock(&journal, &key("old")).await.sending(&import(&key("old"))).await.unwrap();
    let error = journal.move_account(PlatformKind::VAPI, &from, &to).await.unwrap_err();
    assert_eq!(error.fault, JournalFault::Unsuitable, "{error}");
}

/// A file system of its own, for root alone.
struct Mounted(PathBuf);

impl Mounted {
    fn new(path: PathBuf, options: &str) -> Option<Self> {
        fs::create_dir(&path).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&path).output();
        let is_mounted = mount.is_ok_and(|ended| ended.status.success());
        if !is_mounted {
            println!("skipped: nothing can be mounted here");
        }
        is_mounted.then_some(Self(path))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.0).status().unwrap().success());
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.0).status());
    }
}

#[tokio::test]
async fn a_disk_that_is_full_or_cannot_be_written_is_told_and_mended() {
    let folder = TempDir::new().unwrap();
    let Some(disk) = Mounted::new(folder.path().join("disk"), "size=64k,mode=700") else { return };
    let path = disk.0.join("journal");
    let journal = DirectoryJournal::open(&path).unwrap();
    let mut lease = lock(&journal, &key("one")).await;
    let filling = disk.0.join("filling");
    fs::write(&filling, vec![0; 1 << 20]).unwrap_err();
    let error = lease.sending(&import(&key("one"))).await.unwrap_err();
    assert!(error.fault == JournalFault::Full && error.is_retryable(), "{error}");
    assert!(journal.unresolved().await.unwrap().is_empty());
    fs::remove_file(&filling).unwrap();
    lease.sending(&import(&key("one"))).await.unwrap();
    // A file system with a journal that is open is not made read-only.
    drop((lease, journal));

    disk.remount("ro");
    for path in [&path, &disk.0.join("new")] {
        let error = DirectoryJournal::open(path).unwrap_err();
        assert_eq!(error.fault, JournalFault::ReadOnly, "{error}");
    }
    disk.remount("rw");
    let journal = DirectoryJournal::open(&path).unwrap();
    assert!(lock(&journal, &key("one")).await.kept().unresolved.is_some());
}
