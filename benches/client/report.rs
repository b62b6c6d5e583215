//! The tables, and the limits that `--gate` checks.

use super::count::{Cost, cpu_time, median, per_request};
use super::server::Server;
use super::{Runs, runtime};

/// Two measurements to compare, and the maximum ratios of instructions and of allocations.
const LIMITS: [(&str, &str, f64, f64); 5] = [
    ("client", "bare", 1.02, 0.93),
    ("importer", "platform", 1.15, 1.07),
    ("importer", "client", 1.22, 1.19),
    ("list client", "list bare", 1.05, 0.90),
    ("read models", "read value", 0.66, 0.65),
];

/// The rows of a table. All others are compared with the first one.
const CREATE: [&str; 6] = ["bare", "value", "prepared", "client", "platform", "importer"];
const LIST: [&str; 3] = ["list bare", "list value", "list client"];
const READ: [&str; 3] = ["read value", "read bare", "read models"];
const READ_BYTES: [&str; 2] = ["read bytes, value", "read bytes, models"];

/// Counts instructions and allocations, and measures CPU times.
pub fn all() {
    let server = Server::start();
    let once = &[1][..];
    let tables = [(&CREATE[..], &[1, 64][..], 2000), (&LIST, once, 20), (&READ, once, 20), (&READ_BYTES, once, 20)];
    for (rows, flights, calls) in tables {
        println!("\n| | in flight | instructions | allocations | CPU | instructions | allocations | CPU µs |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for &in_flight in flights {
            let costs: Vec<Cost> = rows.iter().map(|row| counted(row, in_flight, calls, &server)).collect();
            let times = cpu_times(rows, in_flight, calls, &server);
            for (at, row) in rows.iter().enumerate() {
                let Cost { instructions, allocations } = costs[at];
                let instructions_of = instructions / costs[0].instructions;
                let allocations_of = allocations / costs[0].allocations;
                let (time, time_of) = times[at];
                println!(
                    "| {row} | {in_flight} | {instructions_of:.3} | {allocations_of:.3} | {time_of:.3} | \
                     {instructions:.0} | {allocations:.1} | {time:.1} |"
                );
            }
        }
    }
}

/// Ends the program with an error if a ratio is above its limit.
pub fn gate() {
    let server = Server::start();
    let mut failed = false;
    for (row, other, instructions, allocations) in LIMITS {
        let calls = if row.starts_with("read") || row.starts_with("list") { 20 } else { 500 };
        let [cost, base] = [row, other].map(|row| counted(row, 1, calls, &server));
        let ratios = [cost.instructions / base.instructions, cost.allocations / base.allocations];
        for (what, ratio, limit) in [("instructions", ratios[0], instructions), ("allocations", ratios[1], allocations)]
        {
            let verdict = if ratio > limit { "ABOVE" } else { "within" };
            println!("{row} / {other}, {what}: {ratio:.3}, {verdict} {limit:.3}");
            failed |= ratio > limit;
        }
    }
    if failed {
        std::process::exit(1);
    }
}

fn counted(row: &str, in_flight: u32, calls: u32, server: &Server) -> Cost {
    per_request(&[row, &in_flight.to_string(), &server.address], calls / 5, calls)
}

/// The CPU time of a call in microseconds, and its ratio to that of the first row. Both are medians of rounds that run
/// every row.
fn cpu_times(rows: &[&str], in_flight: u32, calls: u32, server: &Server) -> Vec<(f64, f64)> {
    const ROUNDS: usize = 21;
    let rounds = u32::try_from(ROUNDS).expect("few rounds");
    let (runs, runtime) = (Runs::new(&server.address, (rounds + 1) * calls), runtime());
    let once = |row: &str| {
        let before = cpu_time();
        runtime.block_on(runs.run(row, in_flight, calls));
        (cpu_time() - before) / f64::from(calls)
    };
    rows.iter().for_each(|row| _ = once(row));
    let rounds: Vec<Vec<f64>> = (0..ROUNDS).map(|_| rows.iter().map(|row| once(row)).collect()).collect();
    let of = |at: usize| {
        let times = rounds.iter().map(|round| round[at]).collect();
        let ratios = rounds.iter().map(|round| round[at] / round[0]).collect();
        (median(times), median(ratios))
    };
    (0..rows.len()).map(of).collect()
}
