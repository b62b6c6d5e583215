//! A progress bar, or an occasional line if there is no terminal.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use numport::import::{BulkItem, Progress};

/// The progress.
pub struct Watch {
    pub progress: Progress,
    total: usize,
    bar: ProgressBar,
    begun: Instant,
    said: Instant,
}

/// The time between two lines without a terminal.
const SILENCE: Duration = Duration::from_secs(10);

impl Watch {
    /// The bar goes to standard error. Without a terminal there is none.
    pub fn new(total: usize) -> Self {
        let style =
            ProgressStyle::with_template("{bar:24} {pos} of {len}, {per_sec}, {elapsed} passed, {eta} left, {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total as u64).with_style(style);
        let begun = Instant::now();
        Self { progress: Progress::default(), total, bar, begun, said: begun }
    }

    pub fn add(&mut self, item: &BulkItem) {
        self.progress.add(item);
        self.bar.set_message(words(&self.progress));
        self.bar.inc(1);
        if self.bar.is_hidden() && self.said.elapsed() >= SILENCE {
            self.said = Instant::now();
            eprintln!("{}", plain(&self.progress, self.total, self.begun.elapsed()));
        }
    }

    /// Prints a line next to the bar.
    pub fn say(&self, out: &mut (dyn Write + Send), line: &str) -> io::Result<()> {
        self.bar.suspend(|| writeln!(out, "{line}"))
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The progress as a line.
pub fn plain(progress: &Progress, total: usize, elapsed: Duration) -> String {
    let left = progress.time_left(total, elapsed).map_or_else(|| "?".to_owned(), |left| left.as_secs().to_string());
    let rate = progress.done() as f64 / elapsed.as_secs_f64().max(0.001);
    let (done, words) = (progress.done(), words(progress));
    format!("{done} of {total} ({words}), {rate:.1} a second, {left} s left")
}

/// Counts such as `41 created, 1 failed`.
fn words(progress: &Progress) -> String {
    let words: Vec<_> =
        progress.outcomes().map(|(outcome, count)| format!("{count} {}", outcome.replace('_', " "))).collect();
    words.join(", ")
}
