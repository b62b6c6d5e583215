//! The mutants, as `cargo mutants --list` names them.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::Result;

/// What is mutated: everything that every platform and carrier needs, and no single service.
const FILES: [&str; 5] = ["src/http/**", "src/import/**", "src/journal/**", "src/platform/*.rs", "src/provider/*.rs"];

#[derive(Clone)]
pub struct Mutant {
    pub file: String,
    /// Of the first character; both count from 1.
    pub start: (usize, usize),
    pub genre: String,
    pub replacement: String,
    /// `file:line:column: replace … with … in …`
    pub name: String,
    /// What the function returns, as it is written.
    pub returns: String,
}

pub fn list(root: &Path) -> Result<Vec<Mutant>> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--no-config", "--list", "--json"]).current_dir(root);
    command.args(FILES.iter().flat_map(|files| ["--file", files]));
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("cargo mutants: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let listed: Vec<Value> = serde_json::from_slice(&output.stdout)?;
    Ok(listed.iter().map(mutant).collect())
}

fn mutant(value: &Value) -> Mutant {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let number = |value: &Value| value.as_u64().unwrap_or_default() as usize;
    let start = &value["span"]["start"];
    Mutant {
        file: text(&value["file"]),
        start: (number(&start["line"]), number(&start["column"])),
        genre: text(&value["genre"]),
        replacement: text(&value["replacement"]),
        name: text(&value["name"]),
        returns: text(&value["function"]["return_type"]),
    }
}
