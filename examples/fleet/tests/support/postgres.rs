//! A PostgreSQL server: the one in `DATABASE_URL`, or one that the test starts with the installed programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub enum Postgres {
    Given(String),
    Own { url: String, programs: PathBuf, directory: TempDir },
}

impl Postgres {
    /// The reason if there is no server. If the programs are installed and the server does not start, the test fails.
    pub fn find() -> Result<Self, String> {
        if let Ok(url) = std::env::var("DATABASE_URL")
            && url.starts_with("postgres")
        {
            return Ok(Self::Given(url));
        }
        let programs = programs().ok_or("no PostgreSQL server: set DATABASE_URL to one, or install postgresql")?;
        Ok(Self::start(programs))
    }

    /// It has no port, because another server could take it.
    fn start(programs: PathBuf) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let socket = directory.path().display().to_string();
        if is_root() {
            succeed(Command::new("chown").args(["postgres", &socket]));
        }
        let data = directory.path().join("data").display().to_string();
        let log = directory.path().join("log").display().to_string();
        succeed(run(&programs.join("initdb"), directory.path()).args([
            "--pgdata",
            &data,
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--no-sync",
        ]));
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{socket}' -c fsync=off");
        succeed(run(&programs.join("pg_ctl"), directory.path()).args([
            "start",
            "--wait",
            "--pgdata",
            &data,
            "--log",
            &log,
            "--options",
            &options,
        ]));
        let url = format!("postgres://postgres@{}/postgres", socket.replace('/', "%2F"));
        Self::Own { url, programs, directory }
    }

    pub fn url(&self) -> &str {
        match self {
            Self::Given(url) | Self::Own { url, .. } => url,
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Self::Own { programs, directory, .. } = self {
            let data = directory.path().join("data").display().to_string();
            succeed(run(&programs.join("pg_ctl"), directory.path()).args([
                "stop",
                "--wait",
                "--mode=immediate",
                "--pgdata",
                &data,
            ]));
        }
    }
}

/// The folder of `initdb` and `pg_ctl`. Debian does not put it into the path.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    std::env::split_paths(&path)
        .chain(debian.map(|version| version.path().join("bin")))
        .find(|place| place.join("initdb").is_file() && place.join("pg_ctl").is_file())
}

/// The server refuses to run as root.
fn run(program: &Path, directory: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(directory);
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// The server keeps its output pipes open, so nothing here may wait for their end.
fn succeed(command: &mut Command) {
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
    assert!(status.as_ref().is_ok_and(|status| status.success()), "{command:?}: {status:?}");
}
