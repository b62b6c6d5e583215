//! A plan in numbers, and its steps as a report shows them.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Applied, AppliedStep, Difference, Extra, Plan, PlanStep};
use crate::model::{Finding, NumberId, PlatformKind, Problem, ProviderKind, Reached, reported};

/// The number of steps of each kind in a [`Plan`]. `Display` shows it as the last line of the plan.
///
/// ```
/// /// Whether somebody should read the plan before it is applied.
/// fn needs_a_look(plan: &numport::Plan) -> bool {
///     let summary = plan.summary();
///     summary.release > 0 || summary.blocked > 0 || summary.remove > 10
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlanSummary {
    /// The platform.
    pub platform: PlatformKind,
    /// The carrier.
    pub provider: ProviderKind,
    /// The number of telephone numbers to import.
    pub import: usize,
    /// The number of records to update.
    pub update: usize,
    /// The number of records to remove. Their numbers stay with the carrier.
    pub remove: usize,
    /// The number of records whose removal also releases the number for good.
    pub release: usize,
    /// The number of telephone numbers that cannot be imported or updated.
    pub blocked: usize,
    /// The number of telephone numbers for which the plan does nothing.
    pub unchanged: usize,
    /// The number of records that are not desired and are kept.
    pub kept: usize,
    /// The number of telephone numbers whose calls are pointed at the platform, including imports.
    pub point: usize,
    /// The number of records whose credentials are renewed.
    pub renew: usize,
    /// The number of telephone numbers that the platform has and whose calls are not known to reach it, as far as their
    /// carrier tells.
    pub not_reached: usize,
    /// About how many requests it takes to apply the plan ([`Plan::requests`]).
    pub requests: u64,
}

impl Plan {
    /// Returns how many steps of each kind the plan has.
    ///
    /// ```
    /// # fn show(plan: numport::Plan) {
    /// let summary = plan.summary();
    /// if summary.blocked > 0 {
    ///     eprintln!("{summary}");
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn summary(&self) -> PlanSummary {
        let count = |is: fn(&PlanStep) -> bool| self.steps.iter().filter(|step| is(step)).count();
        let removal = |step: &PlanStep| match step {
            PlanStep::Extra(Extra { remove: Some(removal), .. }) => Some(removal.releases),
            _ => None,
        };
        PlanSummary {
            platform: self.platform,
            provider: self.provider,
            import: count(|step| matches!(step, PlanStep::Import { .. })),
            update: count(|step| matches!(step, PlanStep::Update { .. })),
            remove: self.steps.iter().filter(|step| removal(step) == Some(false)).count(),
            release: self.steps.iter().filter(|step| removal(step) == Some(true)).count(),
            blocked: count(|step| matches!(step, PlanStep::Blocked { .. })),
            unchanged: count(|step| matches!(step, PlanStep::Unchanged { .. }) && !step.does_something()),
            kept: count(|step| matches!(step, PlanStep::Extra(Extra { remove: None, .. }))),
            point: count(|step| step.calls().is_some_and(|calls| calls.point_to.is_some())),
            renew: count(|step| {
                matches!(step, PlanStep::Update { renew: true, .. } | PlanStep::Unchanged { renew: true, .. })
            }),
            not_reached: count(|step| {
                let drift = |finding: &Finding| {
                    matches!(finding, Finding::NotTakenOver { .. } | Finding::CallsStay { .. })
                        || finding.beats_takeover()
                };
                let is_elsewhere = step.calls().is_some_and(|calls| calls.reached == Reached::Elsewhere);
                let is_there = matches!(step, PlanStep::Update { .. } | PlanStep::Unchanged { .. });
                is_there && (is_elsewhere || step.findings().iter().any(drift))
            }),
            requests: self.requests(),
        }
    }
}

impl fmt::Display for PlanSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { platform, provider, import, update, remove, blocked, unchanged, kept, .. } = self;
        write!(
            f,
            "{platform} from {provider}: {import} to import, {update} to update, {remove} to remove, {blocked} blocked, \
             {unchanged} unchanged, {kept} kept"
        )?;
        for (count, what) in [
            (self.release, "to release permanently"),
            (self.point, "to point at the platform"),
            (self.renew, "to renew"),
            (self.not_reached, "not known to reach the platform"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        match self.requests {
            0 => Ok(()),
            requests => write!(f, "; about {requests} requests"),
        }
    }
}

/// A step in the form that reports show: an object with `action`, `number`, `id`, `message`, `problems` and `findings`.
/// It holds no confidential part of the plan. [`PlanStep::report`] returns it.
#[derive(Clone, Copy, Debug)]
pub struct StepReport<'a>(&'a PlanStep);

impl PlanStep {
    /// Returns its stable code: `import`, `update`, `unchanged`, `blocked` or `extra`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Import { .. } => "import",
            Self::Update { .. } => "update",
            Self::Unchanged { .. } => "unchanged",
            Self::Blocked { .. } => "blocked",
            Self::Extra(_) => "extra",
        }
    }

    /// Returns the id of the step's record.
    #[must_use]
    pub const fn id(&self) -> Option<&NumberId> {
        match self {
            Self::Update { id, .. } | Self::Unchanged { id, .. } | Self::Extra(Extra { id, .. }) => Some(id),
            Self::Import { .. } | Self::Blocked { .. } => None,
        }
    }

    /// Returns the findings about the number, or the reasons why the record is kept.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Import { findings, .. }
            | Self::Update { findings, .. }
            | Self::Unchanged { findings, .. }
            | Self::Blocked { findings, .. } => findings,
            Self::Extra(extra) => &extra.kept,
        }
    }

    /// Returns the problems of a blocked step.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Blocked { problems, .. } => problems,
            _ => &[],
        }
    }

    /// Returns the step in the form that serde writes for reports. The step itself serializes completely, so that it
    /// can be applied later.
    #[must_use]
    pub const fn report(&self) -> StepReport<'_> {
        StepReport(self)
    }
}

impl Serialize for StepReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        self.write::<S>(&mut object)?;
        object.end()
    }
}

impl StepReport<'_> {
    fn write<S: Serializer>(&self, object: &mut S::SerializeMap) -> Result<(), S::Error> {
        let Self(step) = self;
        object.serialize_entry("action", step.code())?;
        object.serialize_entry("number", &step.number())?;
        if let Some(id) = step.id() {
            object.serialize_entry("id", id)?;
        }
        object.serialize_entry("message", &step.to_string())?;
        if !step.problems().is_empty() {
            object.serialize_entry("problems", step.problems())?;
        }
        if !step.findings().is_empty() {
            object.serialize_entry("findings", &reported(step.findings()))?;
        }
        Ok(())
    }
}

/// Serializes as an object with `index`, the same fields as [`PlanStep::report`], `outcome` (the
/// [code](Applied::code)), and the fields of that outcome: `imported`, `record`, `calls`, `renewed`, `findings_now`,
/// `differences` or `error`.
impl Serialize for AppliedStep {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("index", &self.index)?;
        self.step.report().write::<S>(&mut object)?;
        object.serialize_entry("outcome", self.outcome.code())?;
        match &self.outcome {
            Applied::Imported(imported) => object.serialize_entry("imported", imported)?,
            Applied::Changed(changed) => {
                if let Some(record) = &changed.record {
                    object.serialize_entry("record", record)?;
                }
                if let Some(routing) = &changed.routing {
                    object.serialize_entry("calls", &routing.calls.to_string())?;
                }
                if let Some(renewed) = &changed.renewed {
                    object.serialize_entry("renewed", renewed)?;
                }
            }
            Applied::Removed { findings } | Applied::Blocked { findings } | Applied::Kept { findings }
                if !findings.is_empty() =>
            {
                object.serialize_entry("findings_now", &reported(findings))?;
            }
            Applied::Moved(differences) => object.serialize_entry("differences", differences)?,
            Applied::Failed(error) => object.serialize_entry("error", error)?,
            _ => {}
        }
        object.end()
    }
}

impl Serialize for Difference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        object.serialize_entry("what", self.what)?;
        object.serialize_entry("planned", &self.planned)?;
        object.serialize_entry("found", &self.found)?;
        object.end()
    }
}
