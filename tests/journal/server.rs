//! A PostgreSQL server that a test starts with the installed programs. It listens on a socket in a directory of its own:
//! another server could take a port.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

pub(crate) struct Postgres {
    programs: PathBuf,
    /// For its socket, whose path must be short.
    directory: TempDir,
    data: TempDir,
}

impl Postgres {
    /// `None`, and a line, if the programs are not installed. If they are and the server does not start, the test fails.
    pub(crate) fn start(test: &str) -> Option<Self> {
        Self::start_in(&std::env::temp_dir(), "-c fsync=off", test)
    }

    /// Starts a server with its data in this folder and with these options.
    pub(crate) fn start_in(folder: &Path, options: &str, test: &str) -> Option<Self> {
        let Some(programs) = programs() else {
            // Directly, because the test harness hides the output of successful tests.
            let _ = writeln!(std::io::stderr(), "SKIPPED {test}: PostgreSQL is not installed");
            return None;
        };
        let directory = tempfile::tempdir().expect("a directory");
        let server = Self { programs, directory, data: TempDir::new_in(folder).expect("a directory") };
        give(server.directory.path());
        give(server.data.path());
        let arguments = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync"];
        succeed(server.run("initdb").arg("--pgdata").arg(server.data.path()).args(arguments));
        let socket = server.directory.path().display();
        let options = format!("-c listen_addresses='' -c unix_socket_directories='{socket}' {options}");
        succeed(server.control("start").arg("--log").arg(server.log_path()).args(["--options", &options]));
        Some(server)
    }

    /// As a crash and the start after it.
    pub(crate) fn restart(&self) {
        succeed(self.control("restart").arg("--mode=immediate"));
    }

    /// As a server that follows another one, which is not there.
    pub(crate) fn restart_as_standby(&self) {
        let signal = self.data.path().join("standby.signal");
        std::fs::write(&signal, "").expect("a file");
        give(&signal);
        succeed(self.control("restart").arg("--mode=fast"));
    }

    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.directory.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.socket_of(5432)
    }

    /// That of a server that has another port.
    pub(crate) fn socket_of(&self, port: u16) -> PathBuf {
        self.directory.path().join(format!(".s.PGSQL.{port}"))
    }

    /// What the server has logged so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).expect("a log")
    }

    fn log_path(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    fn control(&self, what: &str) -> Command {
        let mut command = self.run("pg_ctl");
        command.args([what, "--wait", "--pgdata"]).arg(self.data.path());
        command
    }

    /// The server refuses to run as root.
    fn run(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.directory.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A test that failed to start it has said so.
        let _ = quiet(self.control("stop").arg("--mode=immediate")).status();
    }
}

/// The folder of `initdb` and `pg_ctl`. Debian does not put it into the path.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut all = debian.map(|version| version.path().join("bin")).chain(std::env::split_paths(&path));
    all.find(|place: &PathBuf| Path::is_file(&place.join("initdb")) && Path::is_file(&place.join("pg_ctl")))
}

/// Gives a file to the user of the server, which refuses to run as root.
pub(crate) fn give(path: &Path) {
    if is_root() {
        succeed(Command::new("chown").arg("postgres").arg(path));
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

/// The server keeps its output pipes open, so nothing here may wait for their end.
fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null())
}

fn succeed(command: &mut Command) {
    let status = quiet(command).status();
    assert!(status.as_ref().is_ok_and(|status| status.success()), "{command:?}: {status:?}");
}
