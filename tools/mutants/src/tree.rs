//! A copy of the repository with mutants in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Result;
use crate::list::Mutant;
use crate::schema::{self, Numbered};
use crate::text::{apply, mutant_at};

/// Everything but native TLS.
const FEATURES: &str = "full,phonenumber,sip-probe,conformance,directory,postgres,sandbox";

pub struct Tree {
    root: PathBuf,
    pub copy: PathBuf,
    target: PathBuf,
}

/// A program of tests.
pub struct Program {
    pub name: String,
    pub path: PathBuf,
}

impl Tree {
    /// Copies all files but those that [`write`](Self::write) writes.
    pub fn new(root: &Path, work: &Path, mutants: &[Mutant]) -> Result<Self> {
        let this = Self { root: root.into(), copy: work.join("tree"), target: work.join("build") };
        let mutated: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.file.as_str()).collect();
        let files = this.tracked()?;
        let others = files.iter().map(String::as_str).filter(|file| !mutated.contains(file));
        for file in others.chain(["Cargo.lock"]) {
            let mut content = fs::read(root.join(file))?;
            if file == "src/lib.rs" {
                content.splice(..0, *b"#![allow(warnings)]\n");
                content.extend(include_bytes!("runtime.rs"));
            }
            this.put(file, &content)?;
        }
        Ok(this)
    }

    /// Cargo builds again what is written again.
    fn put(&self, file: &str, content: &[u8]) -> Result<()> {
        let path = self.copy.join(file);
        if !fs::read(&path).is_ok_and(|old| old == content) {
            fs::create_dir_all(path.parent().ok_or("a file without a folder")?)?;
            fs::copy(self.root.join(file), &path)?;
            fs::write(path, content)?;
        }
        Ok(())
    }

    fn tracked(&self) -> Result<Vec<String>> {
        let output = Command::new("git").args(["ls-files"]).current_dir(&self.root).output()?;
        // A file that is deleted and not yet committed is no part of the tree.
        let files = String::from_utf8(output.stdout)?;
        Ok(files.lines().filter(|file| self.root.join(file).is_file()).map(str::to_owned).collect())
    }

    /// Writes these mutants into the copy, and returns which of them have a place.
    pub fn write(&self, mutants: &[Mutant], numbers: &BTreeSet<usize>) -> Result<BTreeSet<usize>> {
        let mut by_file: BTreeMap<&str, Vec<Numbered<'_>>> = BTreeMap::new();
        for (number, mutant) in mutants.iter().enumerate() {
            let mutants = by_file.entry(&mutant.file).or_default();
            if numbers.contains(&number) {
                mutants.push((number, mutant));
            }
        }
        let mut placed = BTreeSet::new();
        for (file, mutants) in by_file {
            let source = fs::read_to_string(self.root.join(file))?;
            let (edits, numbers) = schema::edits(&source, &mutants)?;
            placed.extend(numbers);
            self.put(file, apply(&source, edits).as_bytes())?;
        }
        Ok(placed)
    }

    /// Returns the mutants that the compiler's errors lead to: none if the library compiles.
    pub fn refused(&self) -> Result<BTreeSet<usize>> {
        let (success, messages) = self.cargo(&["check", "--lib", "--features", FEATURES])?;
        let mut refused = BTreeSet::new();
        for message in messages.iter().filter(|message| message["message"]["level"] == "error") {
            let spans = message["message"]["spans"].as_array().into_iter().flatten();
            let mut spans: Vec<_> = spans.collect();
            spans.sort_by_key(|span| span["is_primary"] != true);
            if spans.is_empty() {
                continue;
            }
            let found = spans.iter().find_map(|span| {
                let written = fs::read_to_string(self.copy.join(span["file_name"].as_str()?)).ok()?;
                mutant_at(&written, usize::try_from(span["byte_start"].as_u64()?).ok()?)
            });
            let rendered = message["message"]["rendered"].as_str().unwrap_or_default();
            refused.insert(found.ok_or_else(|| format!("no mutant is near the error:\n{rendered}"))?);
        }
        if !success && refused.is_empty() {
            return Err("cargo check failed without an error".into());
        }
        Ok(refused)
    }

    /// Builds the tests.
    pub fn build(&self) -> Result<Vec<Program>> {
        let (success, messages) = self.cargo(&["test", "--no-run", "--lib", "--tests", "--features", FEATURES])?;
        if !success {
            let errors = messages.iter().filter(|message| message["message"]["level"] == "error");
            let errors: Vec<_> = errors.filter_map(|message| message["message"]["rendered"].as_str()).collect();
            return Err(format!("the tests do not compile\n{}", errors.join("\n")).into());
        }
        let programs = messages.iter().filter_map(|message| {
            let path = message["executable"].as_str()?.into();
            Some(Program { name: message["target"]["name"].as_str()?.into(), path })
        });
        Ok(programs.collect())
    }

    fn cargo(&self, arguments: &[&str]) -> Result<(bool, Vec<Value>)> {
        let mut command = Command::new("cargo");
        command.args(arguments).args(["--message-format", "json"]).current_dir(&self.copy);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "0").stderr(Stdio::null());
        let output = command.output()?;
        let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{"));
        let messages = lines.map(serde_json::from_slice).collect::<std::result::Result<_, _>>()?;
        Ok((output.status.success(), messages))
    }
}
