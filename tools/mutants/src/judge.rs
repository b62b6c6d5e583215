//! Runs the tests that reach a mutant, until one of them fails.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::Result;
use crate::list::Mutant;
use crate::process::{Ended, Run};
use crate::tests::Test;
use crate::tree::Program;

/// Most mutants are caught by the first tests, which take this long in all.
const FIRST: Duration = Duration::from_secs(20);

/// Slower tests, which meet every fault at every step, are left to mutants that they are meant for, or that few tests
/// reach.
const SLOW: Duration = Duration::from_secs(8);
const FEW: usize = 50;

/// Returns `caught`, `timeout`, `missed` or `unreached`, or `open` if more than the first tests reach it. `rest` runs
/// those.
pub fn judge(
    (number, mutant): (usize, &Mutant),
    rest: bool,
    tests: &[Test],
    programs: &[Program],
    folder: &Path,
) -> Result<&'static str> {
    let mut left: Vec<&Test> = tests.iter().filter(|test| test.reaches.contains(&number)).collect();
    if left.is_empty() {
        return Ok("unreached");
    }
    let few = left.len() < FEW;
    // A quick test that reaches little else is about this mutant, and even more so one that is called like its file.
    let file = Path::new(&mutant.file).with_extension("");
    let file = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let is_of_file = |test: &Test| test.name.split("::").any(|part| part == file);
    let rank =
        |test: &Test| test.time.as_millis() * test.reaches.len() as u128 / if is_of_file(test) { 100 } else { 1 };
    left.sort_by_key(|test| rank(test));
    left.retain(|test| test.time < SLOW || is_of_file(test) || few);
    let mut sum = Duration::ZERO;
    let is_first = |test: &&&Test| {
        sum += test.time;
        sum < FIRST
    };
    let later = left.split_off(left.iter().take_while(is_first).count());
    let missed = if rest || later.is_empty() { "missed" } else { "open" };
    let mut at_once = 4;
    if rest {
        (left, at_once) = (later, 100);
    }
    while !left.is_empty() {
        let rest = left.split_off(at_once.min(left.len()));
        let mut by_program: BTreeMap<usize, Vec<&Test>> = BTreeMap::new();
        left.iter().for_each(|test| by_program.entry(test.program).or_default().push(test));
        for (program, tests) in by_program {
            let names: Vec<&str> = tests.iter().map(|test| test.name.as_str()).collect();
            let time: Duration = tests.iter().map(|test| test.time).sum();
            let run = Run {
                program: &programs[program].path,
                tests: &names,
                folder,
                mutant: Some(number),
                trace: None,
                timeout: (time * 5 + Duration::from_secs(20)).min(time + Duration::from_secs(180)),
            };
            match run.run()? {
                Ended::Passed => {}
                // A failure that does not repeat is none of this mutant.
                Ended::Failed if run.run()? == Ended::Passed => {}
                Ended::Failed => return Ok("caught"),
                Ended::TimedOut => return Ok("timeout"),
            }
        }
        left = rest;
        at_once *= 3;
    }
    Ok(missed)
}
