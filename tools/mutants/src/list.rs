//! The mutants, as `cargo mutants --list` names them.

use std::collections::HashMap;
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
    pub place: String,
    /// The same without the position, and with a number that tells several of the same text apart.
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
    let mut mutants: Vec<_> = listed.iter().map(mutant).collect();
    name_all(&mut mutants);
    Ok(mutants)
}

/// Gives each mutant a name that stays the same when the code around it changes.
fn name_all(mutants: &mut [Mutant]) {
    let mut seen: HashMap<String, u32> = HashMap::new();
    for mutant in mutants {
        let (_, what) = mutant.place.split_once(": ").unwrap_or_default();
        let name = format!("{}: {what}", mutant.file);
        let nth = seen.entry(name.clone()).or_default();
        *nth += 1;
        mutant.name = format!("{name} {nth}");
    }
}

impl Mutant {
    /// Draws a lot. It depends on the name alone, so that a change somewhere leaves the rest of the sample as it is.
    pub fn lot(&self, seed: u64) -> u64 {
        // FNV-1a, mixed by the generator.
        let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        fastrand::Rng::with_seed(self.name.bytes().fold(0xcbf2_9ce4_8422_2325 ^ seed, hash)).u64(..)
    }
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
        place: text(&value["name"]),
        name: String::new(),
        returns: text(&value["function"]["return_type"]),
    }
}
