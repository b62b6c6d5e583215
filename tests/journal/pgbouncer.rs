//! PgBouncer itself, where it is installed.

use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use numport::journal::{JournalFault, NoTls, PostgresJournal};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::postgres;
use crate::processes::Running;
use crate::server::{Postgres, give};

/// Debian does not put it into everybody's path.
fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]).map(|place| place.join("pgbouncer"));
    all.find(|program| program.is_file())
}

/// Starts it in this folder, before this server.
async fn start(program: &Path, mode: &str, folder: &Path, server: &Postgres) -> Running {
    let (here, socket) = (folder.display(), server.socket());
    let host = socket.parent().unwrap().display();
    let config = folder.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host={host} user=postgres\n\
         [pgbouncer]\nlisten_port = 6432\nunix_socket_dir = {here}\nauth_type = any\npool_mode = {mode}\n\
         ignore_startup_parameters = extra_float_digits\n"
    );
    std::fs::write(&config, text).unwrap();
    give(folder);
    give(&config);
    let mut command = Command::new(program);
    command.arg("--quiet").arg(&config).stdout(Stdio::null()).stderr(Stdio::null());
    // It refuses to run as root.
    let child = command.uid(std::fs::metadata(folder).unwrap().uid()).spawn();
    let mut running = Running(child.unwrap());
    // The file is there before anybody listens.
    while UnixStream::connect(folder.join(".s.PGSQL.6432")).is_err() {
        assert!(running.0.try_wait().unwrap().is_none(), "it does not start");
        sleep(Duration::from_millis(5)).await;
    }
    running
}

#[tokio::test]
async fn pgbouncer_is_refused_unless_it_pools_by_session() {
    let Some(program) = program() else {
        // Directly, because the test harness hides the output of successful tests.
        let _ = writeln!(std::io::stderr(), "SKIPPED pgbouncer_is_refused: PgBouncer is not installed");
        return;
    };
    let Some(server) = postgres::server("pgbouncer_is_refused").await else { return };
    for (mode, is_refused) in [("transaction", true), ("statement", true), ("session", false)] {
        let folder = TempDir::new().unwrap();
        let _running = start(&program, mode, folder.path(), &server).await;
        let place = folder.path().display().to_string().replace('/', "%2F");
        match PostgresJournal::connect(&format!("postgres://postgres@{place}:6432/postgres"), NoTls).await {
            Ok(journal) => {
                assert!(!is_refused, "{mode}");
                assert!(postgres::is_free(&journal, &postgres::key("one")).await);
            }
            Err(error) => {
                assert!(is_refused, "{mode}: {error}");
                assert_eq!(error.fault, JournalFault::Unsuitable, "{mode}: {error}");
            }
        }
    }
}
