use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Finding, PlatformKind, ProviderKind, Routing, Severity, reported};
use crate::E164;

/// What was found about a number at its provider before an import, by
/// [`Importer::preflight`](crate::Importer::preflight).
///
/// `Display` is a line that names the number, and below it one for each finding.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// The number.
    pub number: E164,
    /// Where it was looked for.
    pub provider: ProviderKind,
    /// Where it is to be imported to.
    pub platform: PlatformKind,
    /// The index of the carrier that the number is imported from, if that is clear.
    pub(crate) carrier: Option<usize>,
    /// Where its calls go now, where the provider tells.
    pub routing: Option<Routing>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

impl Preflight {
    /// How bad the worst finding is; `None` when nothing was found.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// The findings that keep the number from being imported.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity() == Severity::Error)
    }
}

impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, provider, platform, findings, .. } = self;
        write!(f, "{number} from {provider} to {platform}:")?;
        if findings.is_empty() {
            return f.write_str(" nothing stands against it");
        }
        for finding in findings {
            write!(f, "\n  {}: it {finding}. {}", finding.severity(), finding.advice())?;
        }
        Ok(())
    }
}

/// For reports: where the calls go as it is displayed, without the rest of the routing.
impl Serialize for Preflight {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Preflight", 6)?;
        object.serialize_field("number", &self.number)?;
        object.serialize_field("provider", &self.provider)?;
        object.serialize_field("platform", &self.platform)?;
        object.serialize_field("calls", &self.routing.as_ref().map(|routing| routing.calls.to_string()))?;
        object.serialize_field("severity", &self.severity())?;
        object.serialize_field("findings", &reported(&self.findings))?;
        object.end()
    }
}
