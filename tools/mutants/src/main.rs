//! Mutation testing of the parts that every platform and carrier needs.
//!
//! `scripts/release-check mutants` draws 500 mutants, runs for each the tests that reach it, and fails if fewer than 95 %
//! of them are caught. `cargo mutants` names the mutants. A build for each would take days, so one build has them all,
//! and `NUMPORT_MUTANT` names the one that a process runs with.
//!
//! An interrupted run goes on where it was, and begins anew if the code or a test has changed. With `--survivors` it then
//! runs only what was not caught before. `target/mutants/results` has a line for each mutant, and
//! `NUMPORT_MUTANT=17 target/mutants/build/debug/deps/suite-… a_test` runs a test with one, in `target/mutants/tree`.

mod judge;
mod list;
mod process;
mod schema;
mod tests;
mod text;
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use list::Mutant;
use tree::Tree;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SEED: u64 = 20_240_601;
const SAMPLE: usize = 500;
/// Are drawn as well, for those that do not compile.
const SPARES: usize = 350;
/// In percent of the mutants that compile and are not equivalent.
const LIMIT: f64 = 95.0;

/// Mutants that change nothing that a test should notice, and why.
const EQUIVALENT: &str = include_str!("../equivalent.txt");

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let work = root.join("target/mutants");
    fs::create_dir_all(&work)?;
    let mutants = list::list(&root)?;
    start_over_if_changed(&root, &work, std::env::args().any(|argument| argument == "--survivors"))?;

    let tree = Tree::new(&root, &work, &mutants)?;
    let sample = sample(&tree, &mutants, &work)?;
    println!("building the tests with {} mutants", sample.len());
    let programs = tree.build()?;
    let tests = tests::trace(&programs, &tree.copy, &work)?;

    let results = work.join("results");
    let written = Mutex::new(fs::OpenOptions::new().create(true).append(true).open(&results)?);
    let equivalent: Vec<&str> = EQUIVALENT.lines().filter(|line| line.starts_with("src/")).collect();
    for rest in [false, true] {
        let known = read(&results);
        let is_due = |number: &&usize| match known.get(&mutants[**number].name) {
            None => true,
            Some(result) => rest && result == "open",
        };
        let due: Vec<usize> = sample.iter().filter(is_due).copied().collect();
        println!("{} mutants to run", due.len());
        process::for_each(&due, |number| {
            let mutant @ Mutant { name, place, .. } = &mutants[*number];
            let result = match equivalent.contains(&name.as_str()) {
                true => "equivalent",
                false => judge::judge((*number, mutant), rest, &tests, &programs, &tree.copy)?,
            };
            let line = format!("{result}\t{name}\t{number}\t{place}\n");
            std::io::Write::write_all(&mut *written.lock().map_err(|_| "a worker panicked")?, line.as_bytes())?;
            Ok(())
        })?;
    }
    summary(&sample, &mutants, &read(&results))
}

/// Results are those of one state of the repository.
fn start_over_if_changed(root: &Path, work: &Path, keep_caught: bool) -> Result<()> {
    let git = |arguments: &[&str]| std::process::Command::new("git").args(arguments).current_dir(root).output();
    let mut state = git(&["ls-files", "--stage", "src", "tests", "Cargo.toml"])?.stdout;
    state.extend(git(&["diff", "--", "src", "tests", "Cargo.toml"])?.stdout);
    let file = work.join("state");
    if fs::read(&file).ok().as_ref() != Some(&state) {
        for old in ["sample", "trace"] {
            let _ = fs::remove_file(work.join(old));
        }
        let results = fs::read_to_string(work.join("results")).unwrap_or_default();
        let caught = |line: &&str| keep_caught && (line.starts_with("caught") || line.starts_with("timeout"));
        fs::write(
            work.join("results"),
            results.lines().filter(caught).map(|line| format!("{line}\n")).collect::<String>(),
        )?;
        fs::write(file, state)?;
    }
    Ok(())
}

/// Draws mutants, and drops those that do not compile. Writes the others into the tree.
fn sample(tree: &Tree, mutants: &[Mutant], work: &Path) -> Result<BTreeSet<usize>> {
    let file = work.join("sample");
    if let Ok(known) = fs::read_to_string(&file) {
        let sample = known.split_whitespace().map(str::parse).collect::<std::result::Result<_, _>>()?;
        tree.write(mutants, &sample)?;
        return Ok(sample);
    }
    let placed = tree.write(mutants, &(0..mutants.len()).collect())?;
    println!("{} mutants, of which {} can be chosen by a process", mutants.len(), placed.len());
    let mut drawn: Vec<usize> = placed.into_iter().collect();
    drawn.sort_by_key(|number| mutants[*number].lot(SEED));
    drawn.truncate(SAMPLE + SPARES);
    loop {
        tree.write(mutants, &drawn.iter().copied().collect())?;
        let refused = tree.refused()?;
        println!("{} of {} do not compile", refused.len(), drawn.len());
        if refused.is_empty() {
            break;
        }
        drawn.retain(|number| !refused.contains(number));
    }
    drawn.truncate(SAMPLE);
    let sample = drawn.iter().copied().collect();
    tree.write(mutants, &sample)?;
    fs::write(file, drawn.iter().map(|number| format!("{number}\n")).collect::<String>())?;
    Ok(sample)
}

/// The results by the mutants' names.
fn read(results: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(results).unwrap_or_default();
    let result = |line: &str| {
        let mut parts = line.split('\t').map(str::to_owned);
        let result = parts.next()?;
        Some((parts.next()?, result))
    };
    text.lines().filter_map(result).collect()
}

fn summary(sample: &BTreeSet<usize>, mutants: &[Mutant], results: &BTreeMap<String, String>) -> Result<()> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for number in sample {
        let result = results.get(&mutants[*number].name).map_or("not run", String::as_str);
        *counts.entry(result).or_default() += 1;
        if !matches!(result, "caught" | "timeout" | "equivalent") {
            println!("{result} {number}: {}", mutants[*number].place);
        }
    }
    let of = |result| counts.get(result).copied().unwrap_or_default();
    let (caught, equivalent) = (of("caught") + of("timeout"), of("equivalent"));
    println!(
        "{} mutants: {caught} caught, {} of them by a timeout; {} missed, {} reached by no test, {equivalent} equivalent",
        sample.len(),
        of("timeout"),
        of("missed"),
        of("unreached")
    );
    let percent = |of: usize| caught as f64 * 100.0 / of as f64;
    println!(
        "{:.1} % of all, {:.1} % without the equivalent ones",
        percent(sample.len()),
        percent(sample.len() - equivalent)
    );
    if percent(sample.len() - equivalent) < LIMIT {
        return Err(format!("fewer than {LIMIT} % are caught").into());
    }
    Ok(())
}
