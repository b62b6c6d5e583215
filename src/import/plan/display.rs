//! A plan as people read it.

use std::fmt;

use super::calls::PlannedCalls;
use super::extra::{Extra, Holder, Reroute};
use super::{Plan, PlanStep};
use crate::import::change::{Field, agent, label, switch};
use crate::model::{self, Finding, ImportRequest, word};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in &self.steps {
            let quiet = matches!(step, PlanStep::Unchanged { unsupported_fields, findings, .. }
                if unsupported_fields.is_empty() && findings.is_empty() && !step.does_something());
            if !quiet {
                writeln!(f, "{step}")?;
            }
        }
        for carrier in &self.not_asked {
            writeln!(f, "not queried: {}", word(carrier))?;
        }
        self.summary().fmt(f)
    }
}

impl PlanStep {
    /// Where the number's calls go.
    pub(super) const fn calls(&self) -> Option<&PlannedCalls> {
        match self {
            Self::Import { calls, .. } | Self::Update { calls, .. } | Self::Unchanged { calls, .. } => Some(calls),
            Self::Blocked { .. } | Self::Extra(_) => None,
        }
    }

    /// The same, to be changed.
    pub(super) const fn calls_mut(&mut self) -> Option<&mut PlannedCalls> {
        match self {
            Self::Import { calls, .. } | Self::Update { calls, .. } | Self::Unchanged { calls, .. } => Some(calls),
            Self::Blocked { .. } | Self::Extra(_) => None,
        }
    }
}

impl fmt::Display for PlanStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.number();
        match self {
            Self::Import { request, calls, findings } => {
                write!(f, "+ {number} import")?;
                wanted(f, request)?;
                if let Some(to) = calls.to.as_deref().filter(|to| *to != "nowhere") {
                    write!(f, ", calls now go to {}", word(to))?;
                }
                pointed(f, calls)?;
                found(f, findings)
            }
            Self::Update { changes, unsupported_fields, calls, findings, renew, .. } => {
                write!(f, "~ {number} ")?;
                listed(f, changes)?;
                cannot(f, unsupported_fields)?;
                pointed(f, calls)?;
                renewed(f, *renew)?;
                found(f, findings)
            }
            Self::Unchanged { unsupported_fields, calls, findings, renew, .. } => {
                match (&calls.point_to, renew) {
                    (Some(address), _) => write!(f, "> {number} calls are pointed at {address}")?,
                    (None, true) => write!(f, "> {number} credentials are renewed")?,
                    (None, false) => write!(f, "= {number} unchanged")?,
                }
                renewed(f, *renew && calls.point_to.is_some())?;
                cannot(f, unsupported_fields)?;
                found(f, findings)
            }
            Self::Blocked { problems, findings, .. } => {
                // A problem and its remedy are separated by a semicolon.
                let reasons = problems.iter().map(ToString::to_string).chain(findings.iter().map(ToString::to_string));
                write!(f, "! {number} {}", reasons.collect::<Vec<_>>().join(". "))
            }
            Self::Extra(extra) => extra.fmt(f),
        }
    }
}

impl fmt::Display for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, id, second, remove, calls, kept, .. } = self;
        let (sign, word) = match remove {
            Some(removal) if removal.releases && removal.unverified => ('x', "release permanently, unverified"),
            Some(removal) if removal.releases => ('x', "release permanently"),
            Some(removal) if removal.unverified => ('-', "remove, unverified"),
            Some(_) => ('-', "remove"),
            None if *second => ('?', "second record kept"),
            None => ('?', "kept"),
        };
        write!(f, "{sign} {number} {word}, id {id}, label {}", label(self.label.as_deref()))?;
        write!(f, ", agent {}", agent(self.agent.as_ref()))?;
        match (self.holder, &calls.carrier) {
            (Holder::Given, Some(carrier)) => write!(f, ", held by {}", model::word(carrier))?,
            (Holder::None, _) => f.write_str(", held by none of the carriers")?,
            _ => f.write_str(", carrier unknown")?,
        }
        if let Some(to) = &calls.to {
            write!(f, ", calls go to {}", model::word(to))?;
        }
        match remove.as_ref().and_then(|removal| removal.reroute.as_ref()) {
            Some(Reroute::To(address)) => write!(f, ", after calls are sent to {address}")?,
            Some(Reroute::Back(before)) => write!(f, ", after the routing is restored to {}", before.calls)?,
            None => {}
        }
        found(f, kept)
    }
}

fn renewed(f: &mut fmt::Formatter<'_>, renew: bool) -> fmt::Result {
    if renew { f.write_str(", credentials are renewed") } else { Ok(()) }
}

fn pointed(f: &mut fmt::Formatter<'_>, calls: &PlannedCalls) -> fmt::Result {
    match &calls.point_to {
        Some(address) => write!(f, ", calls are pointed at {address}"),
        None => Ok(()),
    }
}

fn found(f: &mut fmt::Formatter<'_>, findings: &[Finding]) -> fmt::Result {
    findings.iter().try_for_each(|finding| write!(f, "\n    {}: {finding}", finding.severity()))
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
    f.write_str(" (the platform cannot change: ")?;
    listed(f, unsupported_fields)?;
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Calls, Details, NumberId, NumberRecord, PlatformKind, RecordNumber};

    const FORGED: &str = "a\r\n- +14155552671 remove\u{1b}[31m\u{202e}";

    fn assert_one_line(text: &impl ToString) {
        let text = text.to_string();
        assert!(
            text.contains(r"a\r\n- +14155552671 remove") && !text.contains(['\r', '\n', '\u{1b}', '\u{202e}']),
            "{text}"
        );
    }

    #[test]
    fn a_removal_says_whether_it_releases_the_number_and_is_unverified() {
        let number = RecordNumber::E164("+14155552671".parse().unwrap());
        let record = NumberRecord::new(PlatformKind::VAPI, "r1", number, Details::new(()));
        for (releases, unverified, begins) in [
            (false, false, "- +14155552671 remove, id r1,"),
            (false, true, "- +14155552671 remove, unverified, id r1,"),
            (true, false, "x +14155552671 release permanently, id r1,"),
            (true, true, "x +14155552671 release permanently, unverified, id r1,"),
        ] {
            let mut extra = Extra::new(record.clone(), false, Holder::Unknown, PlannedCalls::default());
            let consent = crate::Removal::Record;
            extra.remove = Some(super::super::PlannedRemoval { consent, releases, unverified, reroute: None });
            assert!(extra.to_string().starts_with(begins), "{extra}");
        }
    }

    #[test]
    fn what_a_platform_or_a_carrier_wrote_adds_no_line() {
        let (id, label) = (NumberId::new(FORGED), Some(FORGED.to_owned()));
        for agent in [Some(FORGED.into()), None] {
            let number = RecordNumber::Other(FORGED.to_owned());
            let (id, label) = (id.clone(), label.clone());
            let mut record = NumberRecord::new(PlatformKind::VAPI, id, number, Details::new(()));
            (record.label, record.agent) = (label, agent);
            let carrier = Some(FORGED.to_owned());
            let mut calls = PlannedCalls::default();
            (calls.carrier, calls.to) = (carrier, Some(FORGED.to_owned()));
            for holder in [Holder::Given, Holder::Unknown] {
                assert_one_line(&PlanStep::Extra(Extra::new(record.clone(), false, holder, calls.clone())));
            }
        }
        let request = ImportRequest::new("+14155552671".parse().unwrap());
        let mut calls = PlannedCalls::default();
        calls.to = Some(FORGED.to_owned());
        assert_one_line(&PlanStep::Import { request, calls, findings: Vec::new() });
        assert_one_line(&id);
        assert_one_line(&Calls::Trunk(FORGED.to_owned()));
        assert_one_line(&Calls::Application(FORGED.to_owned()));
        assert_one_line(&Calls::Forwarded(FORGED.to_owned()));
        for finding in [
            Finding::HeldBySubaccount { account: FORGED.to_owned() },
            Finding::OnTrunk { trunk: FORGED.to_owned() },
            Finding::OnApplication { application: FORGED.to_owned() },
            Finding::Forwarded { to: FORGED.to_owned() },
            Finding::Status { status: FORGED.to_owned() },
            Finding::VerificationFailed { reason: FORGED.to_owned() },
        ] {
            assert_one_line(&finding);
        }
        assert!(NumberId::new("x".repeat(9000)).to_string().len() < 300);
        assert_eq!(NumberId::new(FORGED).as_str(), FORGED);
    }
}
