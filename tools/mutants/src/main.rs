//! Mutation testing of the parts that every platform and carrier needs.
//!
//! `scripts/release-check mutants` draws 500 mutants, runs for each the tests that reach it, and fails if fewer than 95 %
//! of them are caught. `cargo mutants` names the mutants. A build for each would take days, so one build has them all,
//! and `NUMPORT_MUTANT` names the one that a process runs with.
//!
//! An interrupted run goes on where it was. `target/mutants/results` has a line for each mutant, and
//! `NUMPORT_MUTANT=17 target/mutants/build/debug/deps/suite-… a_test` runs a test with one.

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
/// In percent of the mutants that compile.
const LIMIT: usize = 95;

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let work = root.join("target/mutants");
    fs::create_dir_all(&work)?;
    let mutants = list::list(&root)?;
    start_over_if_changed(&root, &work)?;

    let tree = Tree::new(&root, &work, &mutants)?;
    let sample = sample(&tree, &mutants, &work)?;
    println!("building the tests with {} mutants", sample.len());
    let programs = tree.build()?;
    let tests = tests::trace(&programs, &tree.copy, &work)?;

    let results = work.join("results");
    let known = read(&results);
    let missing: Vec<usize> = sample.iter().filter(|number| !known.contains_key(number)).copied().collect();
    println!("{} mutants to run", missing.len());
    let written = Mutex::new(fs::OpenOptions::new().create(true).append(true).open(&results)?);
    process::for_each(&missing, |number| {
        let result = judge::judge(*number, &tests, &programs, &tree.copy)?;
        let line = format!("{number}\t{result}\t{}\n", mutants[*number].name);
        std::io::Write::write_all(&mut *written.lock().map_err(|_| "a worker panicked")?, line.as_bytes())?;
        Ok(())
    })?;
    summary(&sample, &mutants, &read(&results))
}

/// Results are those of one state of the repository.
fn start_over_if_changed(root: &Path, work: &Path) -> Result<()> {
    let git = |arguments: &[&str]| std::process::Command::new("git").args(arguments).current_dir(root).output();
    let mut state = git(&["ls-files", "--stage", "src", "tests", "Cargo.toml"])?.stdout;
    state.extend(git(&["diff", "--", "src", "tests", "Cargo.toml"])?.stdout);
    let file = work.join("state");
    if fs::read(&file).ok().as_ref() != Some(&state) {
        for old in ["sample", "trace", "results"] {
            let _ = fs::remove_file(work.join(old));
        }
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
    fastrand::Rng::with_seed(SEED).shuffle(&mut drawn);
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

fn read(results: &Path) -> BTreeMap<usize, String> {
    let text = fs::read_to_string(results).unwrap_or_default();
    let result = |line: &str| {
        let mut parts = line.split('\t');
        Some((parts.next()?.parse().ok()?, parts.next()?.to_owned()))
    };
    text.lines().filter_map(result).collect()
}

fn summary(sample: &BTreeSet<usize>, mutants: &[Mutant], results: &BTreeMap<usize, String>) -> Result<()> {
    let of = |wanted: &str| results.values().filter(|result| *result == wanted).count();
    for (number, result) in results.iter().filter(|(_, result)| matches!(result.as_str(), "missed" | "unreached")) {
        println!("{result} {number}: {}", mutants[*number].name);
    }
    let caught = of("caught") + of("timeout");
    println!(
        "{} mutants: {caught} caught, {} of them by a timeout; {} missed, {} reached by no test",
        sample.len(),
        of("timeout"),
        of("missed"),
        of("unreached")
    );
    if caught * 100 < sample.len() * LIMIT {
        return Err(format!("fewer than {LIMIT} % are caught").into());
    }
    Ok(())
}
