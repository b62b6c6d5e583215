//! Runs an import from the file to the report.

use std::io::Write;

use futures_util::{StreamExt, stream};
use numport::import::BulkOutcome;
use numport::model::{Finding, Severity};
use numport::{ImportRequest, Importer};
use serde_json::json;

use super::arguments::Arguments;
use super::dry_run::dry_run;
use super::report::Report;
use super::rows::{self, Row, Rows};
use super::support::Failure;
use super::support::accounts::{self, Vars};
use super::watch::Watch;
use super::{ALL_IN, SOME_NOT, WRONG};

/// The maximum number of failures that are shown. The report contains all.
const SHOWN: usize = 20;

/// Does what the arguments say, and returns the exit code. When `stop` is ready, no further row is started.
///
/// # Errors
///
/// If the settings or the file are invalid, or the platform cannot be queried for a dry run.
pub async fn run(
    arguments: &Arguments,
    vars: Vars<'_>,
    out: &mut (dyn Write + Send),
    stop: impl Future<Output = ()> + Send,
) -> Result<u8, Failure> {
    let twilio = accounts::twilio(vars, arguments.per_second)?;
    let platform = accounts::platform(&arguments.platform, vars, arguments.per_second)?;
    let (format, bytes) = arguments.read()?;
    let importer = Importer::new(twilio, platform).concurrency(arguments.concurrency);
    let check = |request: &ImportRequest| importer.check([request]).requests.into_iter().flat_map(|(_, found)| found);
    let read = rows::read(format, &bytes, &|request| check(request).collect());
    let mut report = Report::open(arguments.report.as_deref())?;
    let Some(Rows { good, bad }) = look(read, arguments, out, &mut report)? else { return Ok(WRONG) };
    if let Some(problem) = importer.check(good.iter().map(|row| &row.request)).source.first() {
        return Err(format!("nothing was sent: {problem}").into());
    }
    let code = if arguments.dry_run {
        dry_run(&importer, &good, out, &mut report).await?
    } else {
        import(&importer, &good, out, &mut report, stop).await?
    };
    Ok(if bad.is_empty() { code } else { code.max(SOME_NOT) })
}

/// Prints all problems. Returns the rows to import, if there are any.
fn look(
    read: Result<Rows, Vec<rows::Fault>>,
    arguments: &Arguments,
    out: &mut (dyn Write + Send),
    report: &mut Report,
) -> Result<Option<Rows>, Failure> {
    let name = arguments.name();
    let rows = match read {
        Ok(rows) => rows,
        Err(faults) => {
            faults.iter().try_for_each(|fault| writeln!(out, "{name}: {fault}"))?;
            writeln!(out, "\nNothing was sent. Correct the file.")?;
            return Ok(None);
        }
    };
    for row in &rows.bad {
        row.faults.iter().try_for_each(|fault| writeln!(out, "{name}: {fault}"))?;
        let problems: Vec<_> = row.faults.iter().map(ToString::to_string).collect();
        report.write(row.line, json!({"number": row.number, "outcome": "bad_row", "problems": problems}))?;
    }
    let (good, bad) = (rows.good.len(), rows.bad.len());
    match (bad, arguments.skip_bad) {
        (0, _) => Ok(Some(rows)),
        (_, true) => {
            writeln!(out, "\n{bad} of {} rows are bad and were skipped.", good + bad)?;
            Ok(Some(rows))
        }
        (_, false) => {
            let go_ahead = if good > 0 { ", or import the good rows with --skip-bad" } else { "" };
            let remedy = format!("Correct them{go_ahead}.");
            writeln!(out, "\n{bad} of {} rows are bad, so nothing was sent. {remedy}", good + bad)?;
            Ok(None)
        }
    }
}

async fn import(
    importer: &Importer,
    rows: &[Row],
    out: &mut (dyn Write + Send),
    report: &mut Report,
    stop: impl Future<Output = ()> + Send,
) -> Result<u8, Failure> {
    let mut watch = Watch::new(rows.len());
    let mut begun = vec![false; rows.len()];
    let requests: Vec<ImportRequest> = rows.iter().map(|row| row.request.clone()).collect();
    let mut items = importer.import_many(stream::iter(requests).take_until(Box::pin(stop)));
    while let Some(item) = items.next().await {
        let (row, outcome) = (&rows[item.index], &item.outcome);
        begun[item.index] = true;
        watch.add(&item);
        report.write(row.line, &item)?;
        match outcome {
            BulkOutcome::Imported(imported) => {
                let is_warning = |finding: &&Finding| finding.severity() == Severity::Warning;
                for warning in imported.findings.iter().filter(is_warning) {
                    let number = row.request.number();
                    watch.say(out, &format!("line {}: {number}: warning: {warning}", row.line))?;
                }
            }
            BulkOutcome::Failed(error) if watch.progress.failed() <= SHOWN => {
                watch.say(out, &format!("line {}: {}", row.line, error.report()))?;
            }
            _ => {}
        }
    }
    watch.end();
    for (row, _) in rows.iter().zip(begun).filter(|(_, begun)| !begun) {
        report.write(row.line, json!({"number": row.request.number(), "outcome": "not_begun"}))?;
    }
    let (progress, total) = (&watch.progress, rows.len());
    let hidden = (progress.failed() - progress.of("not_attempted")).saturating_sub(SHOWN);
    if hidden > 0 {
        writeln!(out, "{hidden} more failed; --report FILE lists all of them.")?;
    }
    writeln!(out, "{total} rows, {progress}.")?;
    if progress.done() < total {
        writeln!(
            out,
            "The import was stopped. Run the same command again to import the rest. No number is imported twice."
        )?;
    } else if progress.failed() > 0 {
        writeln!(out, "Fix the cause, then run the same command again. No number is imported twice.")?;
    }
    Ok(if progress.done() == total && progress.failed() == 0 { ALL_IN } else { SOME_NOT })
}
