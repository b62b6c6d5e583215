//! A second process that imports at the same time. It runs this program, and its environment says what to import.

use std::process::{Command, Stdio};

use tokio::task::JoinHandle;

use super::client::Said;
use super::{Calls, Storm, TASKS_OF_SECOND, TIMEOUT, Vars, Who};
use crate::services::PLATFORMS;

/// The variable that makes a process the second one: the platform, the first import, and the other settings.
const TOLD: &str = "NUMPORT_STORM";
/// The beginning of a line with a result.
const LINE: &str = "said ";

/// A running second process.
pub struct Second(JoinHandle<std::io::Result<std::process::Output>>);

impl Second {
    /// Starts it with imports from `first` on.
    pub fn start(mut command: Command, storm: Storm, first: usize, vars: &Vars) -> Self {
        let Storm { platform, imports, tasks, seed, .. } = storm;
        let tasks = tasks.div_ceil(TASKS_OF_SECOND);
        let told = format!("{} {first} {imports} {tasks} {seed}", platform.api.name());
        let command = command.envs(vars.clone()).env(TOLD, told);
        let child = command.stdout(Stdio::piped()).spawn().expect("this program can be started again");
        Self(tokio::task::spawn_blocking(|| child.wait_with_output()))
    }

    /// Its results for each import.
    pub async fn said(self) -> Vec<(usize, Calls)> {
        let output = self.0.await.expect("it is waited for").expect("it has an output");
        assert!(output.status.success(), "the second process failed");
        let text = String::from_utf8(output.stdout).expect("text");
        let lines = text.lines().filter_map(|line| line.strip_prefix(LINE)?.split_once(' '));
        let read = |(import, said): (&str, &str)| {
            let words = said.split('\t').map(|word| word.parse().expect("a word"));
            (import.parse().expect("an import"), words.collect())
        };
        lines.map(read).collect()
    }
}

/// Runs as the second process, if the environment says so. Returns false otherwise.
pub async fn is_second() -> bool {
    let Ok(told) = std::env::var(TOLD) else { return false };
    let told: Vec<&str> = told.split(' ').collect();
    let [name, first, imports, tasks, seed] = told[..] else { panic!("{told:?}") };
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let platform = PLATFORMS.iter().copied().find(|platform| platform.api.name() == name).expect("a platform");
    let (first, imports, tasks) = (number(first), number(imports), number(tasks));
    let storm = Storm { platform, imports, tasks, seed: number(seed) as u64, chance: 0.0 };
    let vars: Vars = std::env::vars().collect();
    let said = storm.run(Who::Second, &vars, (first..first + imports).collect(), TIMEOUT).await;
    println!();
    for (import, callers) in said {
        for calls in callers {
            let words: Vec<_> = calls.iter().map(Said::to_string).collect();
            println!("{LINE}{import} {}", words.join("\t"));
        }
    }
    true
}
