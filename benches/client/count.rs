//! Counting: instructions and allocations by callgrind, CPU time by the kernel.

use std::collections::HashMap;
use std::process::{Command, Stdio};

/// The cost of a run, for the whole process.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub instructions: f64,
    pub allocations: f64,
}

/// The allocation functions of the C library.
const ALLOCATORS: [&str; 5] = ["malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc"];

/// The cost of one request: the difference between a long and a short run, so that start-up and warm-up cancel out.
pub fn per_request(arguments: &[&str], short: u32, long: u32) -> Cost {
    let [short_cost, long_cost] = [short, long].map(|requests| callgrind(arguments, requests));
    let each = |of: fn(&Cost) -> f64| (of(&long_cost) - of(&short_cost)) / f64::from(long - short);
    Cost { instructions: each(|cost| cost.instructions), allocations: each(|cost| cost.allocations) }
}

/// Runs this program under callgrind. Counts user instructions, not the kernel's.
fn callgrind(arguments: &[&str], requests: u32) -> Cost {
    let file = std::env::temp_dir().join(format!("numport-cost-{}", std::process::id()));
    let mut command = Command::new("valgrind");
    command.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", file.display()));
    command.arg(std::env::current_exe().expect("this program")).arg("run").args(arguments).arg(requests.to_string());
    let output = command.stdin(Stdio::null()).output().expect("valgrind is installed");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let profile = std::fs::read_to_string(&file).expect("callgrind has written");
    let _ = std::fs::remove_file(&file);
    read(&profile)
}

/// Parses a profile: its total, and how often the allocation functions were called. A profile has each name once, after
/// its number, and only the number from then on.
fn read(profile: &str) -> Cost {
    let (mut names, mut callee) = (HashMap::new(), "");
    let mut cost = Cost { instructions: 0.0, allocations: 0.0 };
    for line in profile.lines() {
        if let Some(total) = line.strip_prefix("totals: ") {
            cost.instructions = total.parse().expect("a number");
        } else if let Some(calls) = line.strip_prefix("calls=") {
            let count = calls.split(' ').next().and_then(|count| count.parse::<f64>().ok()).expect("a number");
            cost.allocations += if ALLOCATORS.contains(&callee) { count } else { 0.0 };
        } else if let Some((key, function)) = line.split_once("fn=") {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if !name.is_empty() {
                names.insert(number, name);
            }
            if key == "c" {
                callee = names.get(number).copied().unwrap_or_default();
            }
        }
    }
    cost
}

/// The CPU time of this thread so far, user and system, in microseconds. All client work runs on this thread.
pub fn cpu_time() -> f64 {
    let line = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux tells");
    let nanoseconds = line.split(' ').next().and_then(|number| number.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1000.0
}

pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
