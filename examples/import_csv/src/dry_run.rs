//! What would be done.

use std::io::Write;

use numport::import::Progress;
use numport::import::plan::PlanStep;
use numport::{Desired, Importer};

use super::report::{Line, Report, Trouble};
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
    // A step for each row, in order, comes before what else the platform has.
    for (row, step) in rows.iter().zip(&plan.steps) {
        let mut line = Line::of(row, word(step));
        progress.count(line.outcome, matches!(step, PlanStep::Blocked { .. }));
        match step {
            PlanStep::Blocked { findings, .. } => {
                let advice = findings.iter().map(|finding| finding.advice()).collect::<Vec<_>>().join(" ");
                line.error = Some(Trouble { report: step.to_string(), advice });
                line = line.found(findings);
            }
            PlanStep::Import { findings, .. } => line = line.found(findings),
            PlanStep::Update { id, unsupported_fields, .. } | PlanStep::Unchanged { id, unsupported_fields, .. } => {
                line.id = Some(id.to_string());
                line.unsupported_fields = unsupported_fields.iter().map(|field| field.as_str()).collect();
            }
            PlanStep::Extra { .. } | _ => {}
        }
        writeln!(out, "line {}: {step}", row.line)?;
        report.write(&line)?;
    }
    writeln!(out, "\n{progress}. It was a dry run: nothing was changed.")?;
    Ok(if progress.failed() == 0 { ALL_IN } else { SOME_NOT })
}

const fn word(step: &PlanStep) -> &'static str {
    match step {
        PlanStep::Import { .. } => "to import",
        PlanStep::Update { .. } => "to update",
        PlanStep::Unchanged { .. } => "unchanged",
        _ => "blocked",
    }
}
