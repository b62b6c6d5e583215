//! Which mutants each test reaches, and how long it takes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::Result;
use crate::process::{Ended, Run, for_each};
use crate::tree::Program;

/// A test that takes longer is left out.
const LONGEST: Duration = Duration::from_secs(120);

pub struct Test {
    pub program: usize,
    pub name: String,
    pub time: Duration,
    pub reaches: BTreeSet<usize>,
}

/// Runs each test alone, without a mutant. `known` keeps the results for the next time.
pub fn trace(programs: &[Program], folder: &Path, work: &Path) -> Result<Vec<Test>> {
    let known = work.join("trace");
    let mut tests = read(programs, &fs::read_to_string(&known).unwrap_or_default());
    let mut missing = Vec::new();
    for (program, Program { path, .. }) in programs.iter().enumerate() {
        let output = Command::new(path).args(["--list", "--format", "terse"]).current_dir(folder).output()?;
        let names = String::from_utf8(output.stdout)?;
        let names = names.lines().filter_map(|line| line.strip_suffix(": test"));
        let known = |name: &str| tests.iter().any(|test| test.program == program && test.name == name);
        missing.extend(names.filter(|name| !known(name)).map(|name| (program, name.to_owned())));
    }
    println!("{} tests to trace", missing.len());
    let written = Mutex::new(fs::OpenOptions::new().create(true).append(true).open(&known)?);
    let numbered: Vec<_> = missing.into_iter().enumerate().collect();
    for_each(&numbered, |(number, (program, name))| {
        let file = work.join(format!("reached-{number}"));
        let run = Run {
            program: &programs[*program].path,
            tests: &[name],
            folder,
            mutant: None,
            trace: Some(file.clone()),
            timeout: LONGEST,
        };
        let begun = Instant::now();
        let ended = run.run()?;
        let time = begun.elapsed();
        let reached = fs::read_to_string(&file).unwrap_or_default();
        let _ = fs::remove_file(&file);
        let reached: Vec<&str> = if ended == Ended::Passed { reached.lines().collect() } else { Vec::new() };
        if ended != Ended::Passed {
            println!("left out, as it does not pass without a mutant: {} {name}", programs[*program].name);
        }
        let mut written = written.lock().map_err(|_| "a worker panicked")?;
        let line = format!("{}\t{name}\t{}\t{}\n", programs[*program].name, time.as_millis(), reached.join(" "));
        std::io::Write::write_all(&mut *written, line.as_bytes())?;
        Ok(())
    })?;
    tests = read(programs, &fs::read_to_string(&known)?);
    Ok(tests)
}

fn read(programs: &[Program], text: &str) -> Vec<Test> {
    let test = |line: &str| {
        let mut parts = line.split('\t');
        let program = parts.next()?;
        let program = programs.iter().position(|known| known.name == program)?;
        let name = parts.next()?.to_owned();
        let time = Duration::from_millis(parts.next()?.parse().ok()?);
        let reaches = parts.next()?.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        Some(Test { program, name, time, reaches })
    };
    text.lines().filter_map(test).collect()
}
