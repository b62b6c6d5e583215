//! Applies a plan and shows each step.

use std::io::{self, Write};

use futures_util::StreamExt;
use numport::import::plan::{Applied, AppliedStep, PlanStep};
use numport::import::{Plan, Progress};
use numport::model::Finding;
use numport::{Importer, Result};

/// Applies a plan, and shows each step that changed something or failed. Fails if the plan does not match.
pub async fn apply(
    importer: &Importer,
    plan: Plan,
    out: &mut (dyn Write + Send),
) -> Result<io::Result<(Vec<AppliedStep>, Progress)>> {
    apply_keeping(importer, plan, out, &mut |_| Ok(())).await
}

/// Applies a plan likewise, and saves each step as soon as it is done. It stops if saving fails.
pub async fn apply_keeping(
    importer: &Importer,
    plan: Plan,
    out: &mut (dyn Write + Send),
    keep: &mut (dyn FnMut(&AppliedStep) -> io::Result<()> + Send),
) -> Result<io::Result<(Vec<AppliedStep>, Progress)>> {
    let mut steps = importer.apply(plan)?;
    let (mut done, mut progress) = (Vec::new(), Progress::default());
    while let Some(step) = steps.next().await {
        progress.add(&step);
        if let Err(error) = keep(&step).and_then(|()| show(&step, out)) {
            return Ok(Err(error));
        }
        done.push(step);
    }
    Ok(writeln!(out, "{progress}").map(|()| (done, progress)))
}

fn show(step: &AppliedStep, out: &mut (dyn Write + Send)) -> io::Result<()> {
    if matches!(&step.outcome, Applied::Kept { findings } if findings.is_empty()) {
        return Ok(());
    }
    let (number, word) = (step.step.number(), step.outcome.code());
    match &step.outcome {
        Applied::Unchanged => return Ok(()),
        Applied::Failed(error) => return writeln!(out, "  {number} {word}: {}", error.report()),
        Applied::Changed(_) => return writeln!(out, "  {}", step.report()),
        _ => writeln!(out, "  {number} {word}")?,
    }
    match &step.outcome {
        // Steps that the plan already showed are not shown again.
        Applied::Imported(imported) => {
            let shown = |finding: &Finding| matches!(&step.step, PlanStep::Import { findings, .. } if findings.contains(finding));
            let mut new = imported.findings.iter().filter(|finding| !shown(finding));
            new.try_for_each(|finding| writeln!(out, "    {}: {finding}. {}", finding.severity(), finding.advice()))
        }
        Applied::Kept { findings } | Applied::Blocked { findings } | Applied::Removed { findings } => {
            findings.iter().try_for_each(|finding| writeln!(out, "    {finding}. {}", finding.advice()))
        }
        Applied::Moved(differences) => differences.iter().try_for_each(|difference| writeln!(out, "    {difference}")),
        _ => Ok(()),
    }
}
