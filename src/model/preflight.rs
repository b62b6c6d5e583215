use std::fmt;

use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

use super::{CallbackUrl, HostWarning, PlatformKind, ProviderKind, Routing, Shown, quoted, word};
use crate::E164;
use crate::e164::UnassignedReason;

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

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Note,
    /// The import is made, and may not do what is wanted.
    Warning,
    /// The import is not made.
    Error,
}

/// One thing that was found about a number. `Display` says it in a clause that begins with a verb;
/// [`advice`](Self::advice) says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The provider does not hold the number. An error.
    NotHeld,
    /// It is held by another account, which the given credentials can see. An error.
    HeldBySubaccount {
        /// That account.
        account: String,
    },
    /// Several of the given carriers hold or declare it. An error.
    HeldByTwo {
        /// These carriers.
        carriers: Vec<String>,
    },
    /// No carrier that can be asked holds it, and each of several others may. An error.
    HolderUnknown {
        /// The carriers that do not tell their numbers.
        carriers: Vec<String>,
    },
    /// One of the given carriers could not be asked, so it is not verified that no other one holds it. A warning.
    CarrierNotAsked {
        /// That carrier.
        carrier: String,
        /// Why.
        reason: String,
    },
    /// It cannot take voice calls. An error.
    NoVoice,
    /// Its calls go to a trunk, which beats the address that the platform sets. An error.
    OnTrunk {
        /// The trunk's id.
        trunk: String,
    },
    /// Its calls go to an application of the carrier, which beats the address that the platform sets. An
    /// error.
    OnApplication {
        /// The application's id.
        application: String,
    },
    /// Another platform answers its calls now, and will no longer. A warning.
    AnsweredBy {
        /// That platform.
        platform: PlatformKind,
    },
    /// No numbering plan assigns it; see [`E164::plan`]. A warning.
    Unassigned {
        /// Why.
        reason: UnassignedReason,
    },
    /// It is another carrier's number, of which the provider carries a part, messages as a rule. A warning.
    Hosted,
    /// The provider does not say that it is in ordinary use. A warning.
    Status {
        /// The provider's word for its state.
        status: String,
    },
    /// The trunk's host cannot be reached from outside. A warning.
    Unreachable {
        /// The host.
        host: String,
        /// Why.
        warning: HostWarning,
    },
    /// After the import its calls do not go to the platform, though the platform is documented to see to
    /// that. A warning.
    NotTakenOver {
        /// Where they go, if to an address; written by serde as it is displayed.
        #[serde(serialize_with = "displayed")]
        url: Option<CallbackUrl>,
    },
    /// After the import the provider could not be read again. A warning.
    NotReadAgain {
        /// Why.
        reason: String,
    },
    /// Its calls still go to the platform that is to forget it, and would reach nobody. An error.
    StillAnswered,
    /// The provider cannot tell whether it holds the number. A note.
    NotVerifiable,
}

impl Finding {
    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::NotHeld
            | Self::HeldBySubaccount { .. }
            | Self::HeldByTwo { .. }
            | Self::HolderUnknown { .. }
            | Self::NoVoice
            | Self::OnTrunk { .. }
            | Self::OnApplication { .. }
            | Self::StillAnswered => Severity::Error,
            Self::AnsweredBy { .. }
            | Self::CarrierNotAsked { .. }
            | Self::Unassigned { .. }
            | Self::Hosted
            | Self::Status { .. }
            | Self::Unreachable { .. }
            | Self::NotTakenOver { .. }
            | Self::NotReadAgain { .. } => Severity::Warning,
            Self::NotVerifiable => Severity::Note,
        }
    }

    /// What a user can do about it, in a sentence.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NotHeld => "Check the number, and whose account it is in; a trunk's must be among those declared.",
            Self::HeldBySubaccount { .. } => {
                "Give the credentials of that account itself, or move the number to yours."
            }
            Self::HeldByTwo { .. } => "Leave it with one of them: give the other one's numbers without it.",
            Self::HolderUnknown { .. } => "Declare the numbers of each of them.",
            Self::CarrierNotAsked { .. } => "Look whether that carrier holds the number as well, once it can be asked.",
            Self::NoVoice => "Give the number voice at the provider, or choose another one.",
            Self::OnTrunk { .. } => "Take it off the trunk, or import it with the trunk as the source.",
            Self::OnApplication { .. } => "Clear the number's application at the provider.",
            Self::AnsweredBy { .. } => "If it should stay there, do not import it; `Importer::restore` puts it back.",
            Self::Unassigned { .. } => "Check it for a typing error; a range that was opened lately is no fault.",
            Self::Hosted => "Make sure that its voice calls come in through this provider.",
            Self::Status { .. } => "Look at the number in the provider's console.",
            Self::Unreachable { .. } => "Give a host that can be reached from the public internet.",
            Self::NotTakenOver { .. } => {
                "Point the number's calls at the platform yourself, or remove it and import again."
            }
            Self::NotReadAgain { .. } => "Look at the provider whether the number's calls go to the platform.",
            Self::StillAnswered => {
                "Point its calls elsewhere first: import it where it is to be answered, or set them at the provider."
            }
            Self::NotVerifiable => "Declare the provider's numbers to have them checked.",
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHeld => f.write_str("is not held by the provider"),
            Self::HeldBySubaccount { account } => write!(f, "is held by another account, {}", word(account)),
            Self::HeldByTwo { carriers } => write!(f, "is held by several carriers: {}", words(carriers)),
            Self::HolderUnknown { carriers } => {
                write!(f, "may be held by any of several carriers that do not tell: {}", words(carriers))
            }
            Self::CarrierNotAsked { carrier, reason } => {
                let reason = Shown { text: reason, max: 1000 };
                write!(f, "may be held by {} as well, which could not be asked ({reason})", word(carrier))
            }
            Self::NoVoice => f.write_str("cannot take voice calls"),
            Self::OnTrunk { trunk } => write!(f, "is on trunk {}, which would get its calls all the same", word(trunk)),
            Self::OnApplication { application } => {
                write!(f, "is on application {}, which would get its calls all the same", word(application))
            }
            Self::AnsweredBy { platform } => write!(f, "is answered by {platform} now"),
            Self::Unassigned { reason } => reason.fmt(f),
            Self::Hosted => f.write_str("is another carrier's number, hosted at the provider"),
            Self::Status { status } => write!(f, "is {} at the provider", quoted(status)),
            Self::Unreachable { host, warning } => write!(f, "is behind {}, which {warning}", word(host)),
            Self::NotTakenOver { url: Some(url) } => write!(f, "does not reach the platform: its calls go to {url}"),
            Self::NotTakenOver { url: None } => f.write_str("does not reach the platform"),
            Self::NotReadAgain { reason } => {
                write!(f, "could not be read again at the provider ({})", Shown { text: reason, max: 1000 })
            }
            Self::StillAnswered => f.write_str("still sends its calls to the platform, which would answer no more"),
            Self::NotVerifiable => f.write_str("may or may not be held: the provider does not tell"),
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
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

fn words(names: &[String]) -> String {
    names.iter().map(|name| word(name).to_string()).collect::<Vec<_>>().join(", ")
}

fn displayed<S: Serializer>(url: &Option<CallbackUrl>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(ToString::to_string).serialize(serializer)
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
        object.serialize_field("findings", &self.findings)?;
        object.end()
    }
}
