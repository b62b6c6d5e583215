//! Shows what an import would do.

use std::io::Write;

use numport::import::Progress;
use numport::import::plan::PlanStep;
use numport::{Desired, Importer};

use super::report::Report;
use super::rows::Row;
use super::support::Failure;
use super::{ALL_IN, SOME_NOT};

pub async fn dry_run(
    importer: &Importer,
    rows: &[Row],
    out: &mut (dyn Write + Send),
    report: &mut Report,
) -> Result<u8, Failure> {
    let desired: Desired = rows.iter().map(|row| row.request.clone()).collect();
    let plan = importer.plan(&desired).await?;
    let mut progress = Progress::default();
    // The plan has a step for each row, in order, before the platform's other records.
    for (row, step) in rows.iter().zip(&plan.steps) {
        progress.count(step.code(), matches!(step, PlanStep::Blocked { .. }));
        writeln!(out, "line {}: {step}", row.line)?;
        report.write(row.line, step.report())?;
    }
    writeln!(out, "\n{progress}. This was a dry run: nothing was changed.")?;
    Ok(if progress.failed() == 0 { ALL_IN } else { SOME_NOT })
}
