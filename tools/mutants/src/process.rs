//! Test programs in processes of their own.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Passed,
    Failed,
    TimedOut,
}

pub struct Run<'a> {
    pub program: &'a Path,
    pub tests: &'a [&'a str],
    pub folder: &'a Path,
    pub mutant: Option<usize>,
    pub trace: Option<PathBuf>,
    pub timeout: Duration,
}

impl Run<'_> {
    pub fn run(&self) -> Result<Ended> {
        // A mutant may allocate without end.
        let mut command = Command::new("sh");
        command.args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""]).arg(self.program).arg("--exact").args(self.tests);
        command.current_dir(self.folder).env("RUST_TEST_THREADS", "4").env("RUST_BACKTRACE", "0");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        if let Some(number) = self.mutant {
            command.env("NUMPORT_MUTANT", number.to_string());
        }
        if let Some(trace) = &self.trace {
            command.env("NUMPORT_MUTANT_TRACE", trace);
        }
        let begun = Instant::now();
        let mut child = command.spawn()?;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(if status.success() { Ended::Passed } else { Ended::Failed });
            }
            if begun.elapsed() > self.timeout {
                // With its children.
                Command::new("kill").args(["-9", "--", &format!("-{}", child.id())]).status()?;
                child.wait()?;
                return Ok(Ended::TimedOut);
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

/// Does `work` for each item, two at a time.
pub fn for_each<T: Sync>(items: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        let workers = [(); 2].map(|()| {
            scope.spawn(|| -> std::result::Result<(), String> {
                while let Some(item) = items.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    work(item).map_err(|error| error.to_string())?;
                }
                Ok(())
            })
        });
        for worker in workers {
            worker.join().map_err(|_| "a worker panicked")??;
        }
        Ok(())
    })
}
