//! Whether a plan is that of an importer.

use super::extra::PlannedRemoval;
use super::{Plan, PlanStep};
use crate::error::{Error, Result};
use crate::import::Importer;
use crate::model::{AccountId, Problem, ProblemCode, Service};

impl Importer {
    pub(super) fn check_plan(&self, plan: &Plan, not_done: &str) -> Result<()> {
        let mut problems = Vec::new();
        let kinds: [(_, Service, Service); 2] = [
            ("platform", plan.platform.into(), self.platform.kind().into()),
            ("provider", plan.provider.into(), self.provider.kind().into()),
        ];
        for (field, planned, own) in kinds {
            if planned != own {
                let fault = format!("is {:?}, but the importer's is {own}", planned.as_str());
                problems.push(Problem::new(
                    ProblemCode::Mismatch,
                    field,
                    fault,
                    "use the importer that the plan was made for",
                ));
            }
        }
        let remedy = "use the account that the plan was made for; if its key was renewed, set its former name with \
                      `ClientBuilder::account_name`";
        if !self.platform.account().is(&plan.account) {
            let fault = format!("is {}, and the importer has another account", plan.account);
            problems.push(Problem::new(ProblemCode::Mismatch, "account", fault, remedy));
        }
        let own: Vec<AccountId> = self.provider.carriers().iter().map(|carrier| carrier.account()).collect();
        let same = own.len() == plan.carriers.len()
            && plan.carriers.iter().all(|kept| own.iter().any(|own| own.is(kept)))
            && own.iter().all(|own| plan.carriers.iter().any(|kept| own.is(kept)));
        if !same {
            let kept: Vec<String> = plan.carriers.iter().map(ToString::to_string).collect();
            let fault = format!("are {}, and the importer has other carriers", kept.join(", "));
            problems.push(Problem::new(ProblemCode::Mismatch, "carriers", fault, remedy));
        }
        let removal = |step: &PlanStep| match step {
            PlanStep::Extra(extra) => extra.remove.as_ref().map(|removal| removal.consent),
            _ => None,
        };
        let on_removal = self.platform.capabilities().removal;
        let untrue = |step: &PlanStep| match step {
            PlanStep::Extra(extra) => {
                let is_so = |removal: &PlannedRemoval| removal.releases != extra.is_released(on_removal);
                extra.remove.as_ref().is_some_and(is_so)
            }
            _ => false,
        };
        let is_own = plan.platform == self.platform.kind();
        if is_own && (plan.on_removal != on_removal || plan.steps.iter().any(untrue)) {
            let fault = "contradict the platform on whether a removal releases the number";
            problems.push(Problem::new(ProblemCode::Mismatch, "steps", fault, "make a new plan"));
        }
        let mut consents: Vec<_> = plan.steps.iter().filter_map(removal).collect();
        consents.dedup();
        for consent in consents {
            if let Err(Error::Invalid(invalid)) =
                self.platform.capabilities().check_removal(self.platform.kind(), consent)
            {
                problems.extend(invalid.problems);
            }
        }
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(Error::invalid(not_done, problems)) }
    }
}
