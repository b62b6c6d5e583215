//! The cost of parsing a number and of looking it up in the numbering plans, in comparison with two other crates.
//!
//! `cargo run --release --manifest-path benches/e164/Cargo.toml` prints the table in the docs of `numport::e164`. A
//! seeded generator makes the inputs. In every round, all crates run over the same inputs in turn, and the medians of
//! the rounds are compared: absolute wall times on a busy machine mean little, and ratios within one run mean more.
//! First calls are timed in processes of their own.
#![allow(missing_docs, clippy::print_stdout)]

use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

use allocation_counter::measure;
use numport::E164;
use numport::e164::Assignment;
use rlibphonenumber::PHONE_NUMBER_UTIL;

const ROUNDS: usize = 5;
/// The number of processes for each first call.
const PROCESSES: usize = 9;

type Run = fn(&str) -> bool;

/// Whether the text is a number and assigned. `SYNTAX` checks only the first; `PLAN` also returns region and kind.
const SUBJECTS: [(&str, Run); 5] = [SYNTAX, ASSIGNED, PLAN, RLIBPHONENUMBER, PHONENUMBER];
const SYNTAX: (&str, Run) = ("`parse`", |text| text.parse::<E164>().is_ok());
const ASSIGNED: (&str, Run) = ("`parse` and `is_assigned`", |text| text.parse::<E164>().is_ok_and(E164::is_assigned));
const PLAN: (&str, Run) = ("`parse` and `plan`", |text| {
    text.parse::<E164>().is_ok_and(|number| matches!(black_box(number.plan()), Assignment::Assigned { .. }))
});
const RLIBPHONENUMBER: (&str, Run) = ("rlibphonenumber", |text| {
    let number = PHONE_NUMBER_UTIL.parse(text, None);
    number.is_ok_and(|number| PHONE_NUMBER_UTIL.is_valid_number(&number))
});
const PHONENUMBER: (&str, Run) =
    ("phonenumber", |text| phonenumber::parse(None, text).is_ok_and(|number| number.is_valid()));

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, first, subject] = arguments.as_slice() {
        if first == "--first" {
            return first_calls(SUBJECTS[subject.parse::<usize>().expect("a place in SUBJECTS")].1);
        }
    }
    let corpus = Corpus::new(1000);
    println!("| per number | mixed | assigned | one country | allocations | first call | thousandth |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let columns = [corpus.mixed(), corpus.assigned.clone(), corpus.one_country.clone()].map(|texts| medians(&texts));
    let first = first_and_thousandth();
    for (at, (name, run)) in SUBJECTS.into_iter().enumerate() {
        let mixed = corpus.mixed();
        let counted = measure(|| mixed.iter().for_each(|text| _ = black_box(run(black_box(text))))).count_total;
        let times = columns.each_ref().map(|column| nanoseconds(column[at]));
        let calls = first[at].map(nanoseconds);
        println!(
            "| {name} | {} | {} | {} | {:.1} | {} | {} |",
            times[0],
            times[1],
            times[2],
            counted as f64 / mixed.len() as f64,
            calls[0],
            calls[1]
        );
    }
    let ratio = |a: usize, b: usize| columns[0][a] / columns[0][b];
    println!("\nMixed: with is_assigned {:.1}, with plan {:.1} × parse alone;", ratio(1, 0), ratio(2, 0));
    println!("rlibphonenumber {:.0}, phonenumber {:.0} × is_assigned.", ratio(3, 1), ratio(4, 1));

    let junk = "7".repeat(1 << 20);
    let times = medians_of(&[&format!("+{}", &junk[..16]), &format!("+{junk}")], PLAN.1);
    println!("Refusing 16 digits: {}; 1 MB of digits: {}.", nanoseconds(times[0]), nanoseconds(times[1]));
}

/// Inputs of three kinds. The mixed ones resemble a file of numbers: half are assigned, most others are close to
/// assigned numbers, and some are junk.
struct Corpus {
    assigned: Vec<String>,
    unassigned: Vec<String>,
    junk: Vec<String>,
    one_country: Vec<String>,
}

impl Corpus {
    fn new(count: usize) -> Self {
        let mut random = fastrand::Rng::with_seed(164);
        let mut corpus = Self { assigned: vec![], unassigned: vec![], junk: vec![], one_country: vec![] };
        while corpus.assigned.len() < count
            || corpus.unassigned.len() < count * 3 / 4
            || corpus.one_country.len() < count
        {
            let text = number("", 3..=15, &mut random);
            let Ok(number) = text.parse::<E164>() else { continue };
            if number.is_assigned() && corpus.assigned.len() < count {
                corpus.assigned.push(text);
            } else if !number.is_assigned() && corpus.unassigned.len() < count * 3 / 4 {
                corpus.unassigned.push(text);
            }
            let british = self::number("44", 10..=10, &mut random);
            if corpus.one_country.len() < count && british.parse::<E164>().is_ok_and(E164::is_assigned) {
                corpus.one_country.push(british);
            }
        }
        for at in 0..count / 4 {
            let text = number("", 2..=15, &mut random);
            corpus.junk.push(match at % 5 {
                0 => text.replace('+', ""),
                1 => format!("{text}x"),
                2 => format!("{text}{text}"),
                3 => text.replace('5', " "),
                _ => std::iter::repeat_with(|| random.char('\u{20}'..'\u{7e}')).take(12).collect(),
            });
        }
        corpus
    }

    fn mixed(&self) -> Vec<String> {
        let mut all = [self.assigned.clone(), self.unassigned.clone(), self.junk.clone()].concat();
        fastrand::Rng::with_seed(7).shuffle(&mut all);
        all
    }
}

fn number(code: &str, length: std::ops::RangeInclusive<usize>, random: &mut fastrand::Rng) -> String {
    let length = random.usize(length);
    let digits: String = std::iter::repeat_with(|| random.digit(10)).take(length).collect();
    format!("+{code}{digits}")
}

/// Nanoseconds per number for each subject: the median of rounds in which the subjects run in turn.
fn medians(texts: &[String]) -> Vec<f64> {
    let mut rounds = vec![vec![]; SUBJECTS.len()];
    for _ in 0..ROUNDS {
        for (rounds, (_, run)) in rounds.iter_mut().zip(SUBJECTS) {
            rounds.push(time(texts, run));
        }
    }
    rounds.into_iter().map(median).collect()
}

/// Nanoseconds of one subject for each text.
fn medians_of(texts: &[&str], run: Run) -> Vec<f64> {
    let mut rounds = vec![vec![]; texts.len()];
    for _ in 0..ROUNDS {
        for (rounds, text) in rounds.iter_mut().zip(texts) {
            rounds.push(time(&vec![*text; 1000], run));
        }
    }
    rounds.into_iter().map(median).collect()
}

/// Nanoseconds per text: the median of as many passes over all texts as take 2 ms in total. The median leaves out
/// passes that another program interrupted.
fn time(texts: &[impl AsRef<str>], run: Run) -> f64 {
    let (begin, mut passes) = (Instant::now(), vec![]);
    while passes.is_empty() || begin.elapsed().as_millis() < 2 {
        let pass = Instant::now();
        for text in texts {
            black_box(run(black_box(text.as_ref())));
        }
        passes.push(pass.elapsed().as_nanos() as f64 / texts.len() as f64);
    }
    median(passes)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Runs in a process of its own: the time of the first call, and of the thousandth.
fn first_calls(run: Run) {
    // Warms up the clock.
    black_box(Instant::now().elapsed());
    let mut times = [0; 1000];
    for time in &mut times {
        let begin = Instant::now();
        black_box(run(black_box("+442071838750")));
        *time = begin.elapsed().as_nanos();
    }
    println!("{} {}", times[0], times[999]);
}

fn first_and_thousandth() -> Vec<[f64; 2]> {
    let program = std::env::current_exe().expect("the path of this program");
    let mut calls = vec![[vec![], vec![]]; SUBJECTS.len()];
    for _ in 0..PROCESSES {
        for (at, calls) in calls.iter_mut().enumerate() {
            let output = Command::new(&program).args(["--first", &at.to_string()]).output().expect("a child process");
            let line = String::from_utf8(output.stdout).expect("text");
            for (calls, time) in calls.iter_mut().zip(line.split_whitespace()) {
                calls.push(time.parse().expect("nanoseconds"));
            }
        }
    }
    calls.into_iter().map(|calls| calls.map(median)).collect()
}

fn nanoseconds(time: f64) -> String {
    match time {
        0.0..1e3 => format!("{time:.1} ns"),
        1e3..1e6 => format!("{:.1} µs", time / 1e3),
        _ => format!("{:.1} ms", time / 1e6),
    }
}
