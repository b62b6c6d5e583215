use std::fmt;

use serde::{Serialize, Serializer};

use super::{ProbeCheck, ProbeFinding};
use crate::model::{Severity, SipAddress};

/// What a probe of a trunk found: six findings, one for each [`ProbeCheck`].
/// [`SipTrunk::probe`](crate::SipTrunk::probe) returns it.
///
/// `Display` shows one line with the address, and one line below it for each finding. serde writes the same as an
/// object for reports.
///
/// ```
/// use numport::model::{ProbeCheck, ProbeFinding, TrunkProbe};
///
/// fn is_up(probe: &TrunkProbe) -> bool {
///     matches!(probe.finding(ProbeCheck::Answers), ProbeFinding::Answered { status, .. } if !matches!(status, 408 | 503))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrunkProbe {
    /// The address that was probed.
    pub address: SipAddress,
    /// How many SIP packets were sent: at most 5.
    pub packets: u8,
    findings: [ProbeFinding; 6],
}

impl TrunkProbe {
    /// With nothing checked.
    pub(crate) fn unchecked(address: SipAddress) -> Self {
        let findings = [
            ProbeCheck::Resolves,
            ProbeCheck::Reachable,
            ProbeCheck::Certificate,
            ProbeCheck::Answers,
            ProbeCheck::Challenges,
            ProbeCheck::Credentials,
        ];
        Self { address, packets: 0, findings: findings.map(|check| ProbeFinding::NotChecked { check }) }
    }

    /// Sets the finding of its check.
    pub(crate) fn set(&mut self, finding: ProbeFinding) {
        let check = finding.check();
        self.findings[check as usize] = finding;
    }

    /// Returns the six findings, in the order of [`ProbeCheck::ALL`].
    #[must_use]
    pub const fn findings(&self) -> &[ProbeFinding; 6] {
        &self.findings
    }

    /// Returns the finding of a check.
    #[must_use]
    pub const fn finding(&self, check: ProbeCheck) -> &ProbeFinding {
        &self.findings[check as usize]
    }

    /// Returns the severity of the most severe finding; `None` if there is nothing to look at.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().filter_map(ProbeFinding::severity).max()
    }
}

impl fmt::Display for TrunkProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.address)?;
        for finding in &self.findings {
            let severity = finding.severity().map_or("ok", Severity::as_str);
            write!(f, "\n  {}: {severity}: {finding}", finding.check().as_str())?;
            if !finding.advice().is_empty() {
                write!(f, ". {}", finding.advice())?;
            }
        }
        Ok(())
    }
}

#[derive(Serialize)]
struct Reported<'a> {
    address: String,
    packets: u8,
    severity: Option<Severity>,
    findings: Vec<ReportedFinding<'a>>,
}

#[derive(Serialize)]
struct ReportedFinding<'a> {
    check: ProbeCheck,
    code: &'a str,
    severity: Option<Severity>,
    message: String,
    advice: &'a str,
}

impl Serialize for TrunkProbe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = self.findings.iter().map(|finding| ReportedFinding {
            check: finding.check(),
            code: finding.code(),
            severity: finding.severity(),
            message: finding.to_string(),
            advice: finding.advice(),
        });
        let Self { address, packets, .. } = self;
        let reported = Reported {
            address: address.to_string(),
            packets: *packets,
            severity: self.severity(),
            findings: findings.collect(),
        };
        reported.serialize(serializer)
    }
}
