//! A plan as people read it.

use std::fmt;

use super::{Plan, PlanStep};
use crate::import::change::{Field, agent, label, switch};
use crate::model::{Finding, ImportRequest, word};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut counts = [0; 6];
        for step in &self.steps {
            counts[match step {
                PlanStep::Import { .. } => 0,
                PlanStep::Update { .. } => 1,
                PlanStep::Extra { remove: Some(_), .. } => 2,
                PlanStep::Blocked { .. } => 3,
                PlanStep::Unchanged { .. } => 4,
                PlanStep::Extra { remove: None, .. } => 5,
            }] += 1;
            if !matches!(step, PlanStep::Unchanged { unsupported_fields, .. } if unsupported_fields.is_empty()) {
                writeln!(f, "{step}")?;
            }
        }
        let [import, update, remove, blocked, unchanged, extra] = counts;
        write!(
            f,
            "{} from {}: {import} to import, {update} to update, {remove} to remove, {blocked} blocked, {unchanged} \
             unchanged, {extra} not desired",
            self.platform, self.provider
        )
    }
}

impl fmt::Display for PlanStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number();
        match self {
            Self::Import { request, calls, findings } => {
                write!(f, "+ {number} import")?;
                wanted(f, request)?;
                if let Some(calls) = calls.as_deref().filter(|calls| *calls != "nowhere") {
                    write!(f, ", calls go to {} now", word(calls))?;
                }
                for finding in findings {
                    write!(f, "\n    {}: it {finding}", finding.severity())?;
                }
                Ok(())
            }
            Self::Update { changes, unsupported_fields, .. } => {
                write!(f, "~ {number} ")?;
                listed(f, changes)?;
                cannot(f, unsupported_fields)
            }
            Self::Unchanged { unsupported_fields, .. } => {
                write!(f, "= {number} unchanged")?;
                cannot(f, unsupported_fields)
            }
            Self::Blocked { problems, findings, .. } => {
                write!(f, "! {number} ")?;
                listed(f, problems)?;
                listed(f, findings.iter().map(It))
            }
            Self::Extra { id, label: name, agent: answers, second, remove, .. } => {
                let (sign, word) = match (remove, second) {
                    (Some(_), _) => ('-', "remove"),
                    (None, true) => ('?', "a second record"),
                    (None, false) => ('?', "not desired"),
                };
                write!(f, "{sign} {number} {word}, id {id}, label {}", label(name.as_deref()))?;
                write!(f, ", agent {}", agent(answers.as_ref()))
            }
        }
    }
}

struct It<'a>(&'a Finding);

impl fmt::Display for It<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it {}", self.0)
    }
}

fn listed(f: &mut fmt::Formatter<'_>, parts: impl IntoIterator<Item = impl fmt::Display>) -> fmt::Result {
    for (at, part) in parts.into_iter().enumerate() {
        write!(f, "{}{part}", if at == 0 { "" } else { "; " })?;
    }
    Ok(())
}

fn wanted(f: &mut fmt::Formatter<'_>, request: &ImportRequest) -> fmt::Result {
    if request.label_text().is_some() {
        write!(f, ", label {}", label(request.label_text()))?;
    }
    if request.agent_id().is_some() {
        write!(f, ", agent {}", agent(request.agent_id()))?;
    }
    for (name, enabled) in [("inbound", request.inbound_enabled()), ("outbound", request.outbound_enabled())] {
        if enabled.is_some() {
            write!(f, ", {name} {}", switch(enabled))?;
        }
    }
    Ok(())
}

fn cannot(f: &mut fmt::Formatter<'_>, unsupported_fields: &[Field]) -> fmt::Result {
    if unsupported_fields.is_empty() {
        return Ok(());
    }
    f.write_str(" (cannot be changed there: ")?;
    listed(f, unsupported_fields)?;
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Calls, NumberId, RecordNumber};

    const FORGED: &str = "a\r\n- +14155552671 remove\u{1b}[31m\u{202e}";

    fn assert_one_line(text: &impl ToString) {
        let text = text.to_string();
        assert!(
            text.contains(r"a\r\n- +14155552671 remove") && !text.contains(['\r', '\n', '\u{1b}', '\u{202e}']),
            "{text}"
        );
    }

    #[test]
    fn what_a_platform_or_a_carrier_wrote_adds_no_line() {
        let (id, label) = (NumberId::new(FORGED), Some(FORGED.to_owned()));
        for agent in [Some(FORGED.into()), None] {
            let number = RecordNumber::Other(FORGED.to_owned());
            let (id, label) = (id.clone(), label.clone());
            assert_one_line(&PlanStep::Extra { number, id, label, agent, second: false, remove: None });
        }
        let request = ImportRequest::new("+14155552671".parse().unwrap());
        assert_one_line(&PlanStep::Import { request, calls: Some(FORGED.to_owned()), findings: Vec::new() });
        assert_one_line(&id);
        assert_one_line(&Calls::Trunk(FORGED.to_owned()));
        assert_one_line(&Calls::Application(FORGED.to_owned()));
        for finding in [
            Finding::HeldBySubaccount { account: FORGED.to_owned() },
            Finding::OnTrunk { trunk: FORGED.to_owned() },
            Finding::OnApplication { application: FORGED.to_owned() },
            Finding::Status { status: FORGED.to_owned() },
            Finding::NotReadAgain { reason: FORGED.to_owned() },
        ] {
            assert_one_line(&finding);
        }
        assert!(NumberId::new("x".repeat(9000)).to_string().len() < 300);
        assert_eq!(NumberId::new(FORGED).as_str(), FORGED);
    }
}
