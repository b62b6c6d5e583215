use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Finding, PlatformKind, ProviderKind, Routing, Severity, reported};
use crate::E164;

/// The findings about a number at its carrier before an import. [`Importer::preflight`](crate::Importer::preflight)
/// returns it.
///
/// `Display` shows one line with the number, and one line below it for each finding.
///
/// ```
/// use numport::model::Preflight;
///
/// fn print(preflight: &Preflight) {
///     for finding in preflight.errors() {
///         println!("{}: {finding}. {}", preflight.number, finding.advice());
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// The number.
    pub number: E164,
    /// The carrier at which the number was looked up.
    pub provider: ProviderKind,
    /// The platform into which the number will be imported.
    pub platform: PlatformKind,
    /// The index of the carrier that the number is imported from, if that is clear.
    pub(crate) carrier: Option<usize>,
    /// The number's routing now, if the carrier tells.
    pub routing: Option<Routing>,
    /// The findings, most severe first.
    pub findings: Vec<Finding>,
}

impl Preflight {
    /// Returns the severity of the most severe finding; `None` if there are no findings.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.findings.iter().map(Finding::severity).max()
    }

    /// Returns the findings that prevent the import.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity() == Severity::Error)
    }
}

impl fmt::Display for Preflight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, provider, platform, findings, .. } = self;
        write!(f, "{number} from {provider} to {platform}:")?;
        if findings.is_empty() {
            return f.write_str(" no findings");
        }
        for finding in findings {
            write!(f, "\n  {}: {finding}. {}", finding.severity(), finding.advice())?;
        }
        Ok(())
    }
}

/// Serializes for reports: it shows where the calls go as it is displayed, without the rest of the routing.
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
