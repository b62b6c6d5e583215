use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use super::{CallbackUrl, HostWarning, NoTakeover, PlatformKind, Shown, SourcePart, quoted, word};
use crate::e164::UnassignedReason;

/// The severity of a [`Finding`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Information only.
    Note,
    /// The import continues, and it may not have the desired effect.
    Warning,
    /// The import is not made.
    Error,
}

/// A finding about a number. `Display` is a clause that begins with a verb; [`advice`](Self::advice) says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Finding {
    /// The carrier does not hold the number. An error.
    NotHeld,
    /// Another account that the given credentials can see holds the number. An error.
    HeldBySubaccount {
        /// The other account.
        account: String,
    },
    /// Several of the given carriers hold or declare the number. An error.
    HeldByTwo {
        /// The carriers that hold or declare it.
        carriers: Vec<String>,
    },
    /// No carrier that can be asked holds the number, and several other carriers may hold it. An error.
    HolderUnknown {
        /// The carriers that do not tell their numbers.
        carriers: Vec<String>,
    },
    /// The lookup at a carrier that may hold the number failed, and no other carrier is known to hold it. An error.
    HolderNotAsked {
        /// The call that failed.
        reason: String,
    },
    /// The lookup at one of the given carriers failed, so that carrier may hold the number as well. A warning.
    CarrierNotAsked {
        /// The carrier whose lookup failed.
        carrier: String,
        /// The reason.
        reason: String,
    },
    /// The number cannot take voice calls. An error.
    NoVoice,
    /// The number's calls go to a trunk, which takes precedence over the address that the platform sets. An error.
    OnTrunk {
        /// The trunk's id.
        trunk: String,
    },
    /// The number's calls go to an application of the carrier, which takes precedence over the address that the
    /// platform sets. An error.
    OnApplication {
        /// The application's id.
        application: String,
    },
    /// The carrier forwards the number's calls, which takes precedence over what the platform sets. An error.
    Forwarded {
        /// The telephone number or the SIP address that gets them.
        to: String,
    },
    /// Another platform answers the number's calls now. It will not answer them after the import. A warning.
    AnsweredBy {
        /// The other platform.
        platform: PlatformKind,
    },
    /// No numbering plan assigns the number; see [`E164::plan`](crate::E164::plan). A warning.
    Unassigned {
        /// The reason.
        reason: UnassignedReason,
    },
    /// Another carrier holds the number, and this carrier hosts only a part of it, usually messages. A warning.
    Hosted,
    /// The carrier reports a status other than ordinary use. A warning.
    Status {
        /// The carrier's own word for the status.
        status: String,
    },
    /// The trunk's host cannot be reached from the internet. A warning.
    Unreachable {
        /// The host.
        host: String,
        /// The reason.
        warning: HostWarning,
    },
    /// After the import the number's calls do not go to the platform, although the platform is documented to take them
    /// over. A warning.
    NotTakenOver {
        /// The address where they go, if they go to one. serde writes it as it is displayed.
        #[serde(serialize_with = "displayed")]
        url: Option<CallbackUrl>,
    },
    /// The number's calls are not known to go to the platform, and the platform does not take them over. A warning.
    CallsStay {
        /// Where the calls go, as [`Calls`](crate::model::Calls) displays it.
        calls: String,
        /// The reason why there is no takeover.
        reason: NoTakeover,
    },
    /// The carrier should send the number's calls to the platform, and the platform's address is unknown. A warning.
    NoAddress,
    /// Pointing the number's calls at the platform failed. A warning.
    NotPointed {
        /// The reason.
        reason: String,
    },
    /// The lookup at the carrier after the import failed. A warning.
    NotReadAgain {
        /// The reason.
        reason: String,
    },
    /// The platform's record shows another source than the given one. A warning.
    OtherSource {
        /// The part of the source that differs.
        part: SourcePart,
        /// The value in the record, as an id or a name.
        uses: String,
        /// The value in the given source.
        given: String,
    },
    /// The number's calls still go to the platform whose record is to be removed, and would reach nobody. An error.
    StillAnswered,
    /// The number's calls may go to the platform whose record is to be removed, through an address, a trunk or an
    /// application. An error.
    MayBeAnswered {
        /// Where the calls go, as [`Calls`](crate::model::Calls) displays it; `None` if unknown.
        calls: Option<String>,
    },
    /// The record is to be removed, and none of the given carriers is known to hold the number. An error.
    CarrierUnknown,
    /// The record is to be removed as a second record of its number, and it may be the one that answers. An error.
    MayBeTheOne,
    /// Before the removal, the calls are to be sent to an address that is not a URL, or back to the routing of another
    /// number. An error.
    BadReroute,
    /// The platform cannot remove records. An error.
    CannotRemove,
    /// Removing the record would release the number for good, without consent. An error.
    WouldRelease,
    /// The carrier does not tell where the number's calls go, as with a SIP trunk. A note.
    RoutingUnknown,
    /// The carrier cannot tell whether it holds the number. A note.
    NotVerifiable,
}

impl Finding {
    /// Returns its stable code, such as `not_held`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotHeld => "not_held",
            Self::HeldBySubaccount { .. } => "held_by_subaccount",
            Self::HeldByTwo { .. } => "held_by_two",
            Self::HolderUnknown { .. } => "holder_unknown",
            Self::HolderNotAsked { .. } => "holder_not_asked",
            Self::CarrierNotAsked { .. } => "carrier_not_asked",
            Self::NoVoice => "no_voice",
            Self::OnTrunk { .. } => "on_trunk",
            Self::OnApplication { .. } => "on_application",
            Self::Forwarded { .. } => "forwarded",
            Self::AnsweredBy { .. } => "answered_by",
            Self::Unassigned { .. } => "unassigned",
            Self::Hosted => "hosted",
            Self::Status { .. } => "status",
            Self::Unreachable { .. } => "unreachable",
            Self::NotTakenOver { .. } => "not_taken_over",
            Self::CallsStay { .. } => "calls_stay",
            Self::NoAddress => "no_address",
            Self::NotPointed { .. } => "not_pointed",
            Self::NotReadAgain { .. } => "not_read_again",
            Self::OtherSource { .. } => "other_source",
            Self::StillAnswered => "still_answered",
            Self::MayBeAnswered { .. } => "may_be_answered",
            Self::CarrierUnknown => "carrier_unknown",
            Self::MayBeTheOne => "may_be_the_one",
            Self::BadReroute => "bad_reroute",
            Self::CannotRemove => "cannot_remove",
            Self::WouldRelease => "would_release",
            Self::RoutingUnknown => "routing_unknown",
            Self::NotVerifiable => "not_verifiable",
        }
    }

    /// Whether calls go elsewhere for all that a platform sets at the carrier.
    pub(crate) const fn beats_takeover(&self) -> bool {
        matches!(self, Self::OnTrunk { .. } | Self::OnApplication { .. } | Self::Forwarded { .. })
    }

    /// Returns the finding's severity.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        match self {
            Self::NotHeld
            | Self::HeldBySubaccount { .. }
            | Self::HeldByTwo { .. }
            | Self::HolderUnknown { .. }
            | Self::HolderNotAsked { .. }
            | Self::NoVoice
            | Self::OnTrunk { .. }
            | Self::OnApplication { .. }
            | Self::Forwarded { .. }
            | Self::StillAnswered
            | Self::MayBeAnswered { .. }
            | Self::CarrierUnknown
            | Self::MayBeTheOne
            | Self::BadReroute
            | Self::CannotRemove
            | Self::WouldRelease => Severity::Error,
            Self::AnsweredBy { .. }
            | Self::CarrierNotAsked { .. }
            | Self::Unassigned { .. }
            | Self::Hosted
            | Self::Status { .. }
            | Self::Unreachable { .. }
            | Self::NotTakenOver { .. }
            | Self::CallsStay { .. }
            | Self::NoAddress
            | Self::NotPointed { .. }
            | Self::NotReadAgain { .. }
            | Self::OtherSource { .. } => Severity::Warning,
            Self::RoutingUnknown | Self::NotVerifiable => Severity::Note,
        }
    }

    /// Returns one sentence that says what a user can do about the finding.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NotHeld => "Check the number, and whose account it is in; a trunk's must be among those declared.",
            Self::HeldBySubaccount { .. } => {
                "Give the credentials of that account itself, or move the number to yours."
            }
            Self::HeldByTwo { .. } => "Leave it with one of them: give the other one's numbers without it.",
            Self::HolderUnknown { .. } => "Declare the numbers of each of them.",
            Self::HolderNotAsked { .. } => "Make sure that every carrier can be asked, then try again.",
            Self::CarrierNotAsked { .. } => "Look whether that carrier holds the number as well, once it can be asked.",
            Self::NoVoice => "Give the number voice at the provider, or choose another one.",
            Self::OnTrunk { .. } => "Take it off the trunk, or import it with the trunk as the source.",
            Self::OnApplication { .. } => "Clear the number's application at the provider.",
            Self::Forwarded { .. } => "End the forwarding at the provider.",
            Self::AnsweredBy { .. } => "If it should stay there, do not import it; `Importer::restore` puts it back.",
            Self::Unassigned { .. } => "Check it for a typing error; a range that was opened lately is no fault.",
            Self::Hosted => "Make sure that its voice calls come in through this provider.",
            Self::Status { .. } => "Look at the number in the provider's console.",
            Self::Unreachable { .. } => "Give a host that can be reached from the public internet.",
            Self::NotTakenOver { .. } => {
                "Point its calls at the platform: `Plan::point_calls` does it, where the platform's address is known."
            }
            Self::CallsStay { reason, .. } => reason.advice(),
            Self::NoAddress => "Give the platform's address by `Importer::inbound_address`, or set it at the carrier.",
            Self::NotPointed { .. } => "Make a new plan that points calls.",
            Self::NotReadAgain { .. } => "Look at the provider whether the number's calls go to the platform.",
            Self::OtherSource { .. } => {
                "Bring it to this source by `Importer::renew`, or give the source that it uses."
            }
            Self::StillAnswered => {
                "Point its calls elsewhere first: import it where it is to be answered, or let `Plan::retire_extra` send them \
                 to another address or back to a backup's."
            }
            Self::MayBeAnswered { .. } => {
                "Make sure that they do not lead to the platform: `Plan::retire_extra` with the address where they go says so. \
                 `Plan::remove_unverified_if` removes it unverified."
            }
            Self::CarrierUnknown => {
                "Add the carrier that holds it; `Plan::remove_unverified_if` removes it without that."
            }
            Self::MayBeTheOne => "Give the agent to the record that is to stay, and make a new plan.",
            Self::BadReroute => "Give a whole URL, or this number's own routing of a backup.",
            Self::CannotRemove => "Remove it in the platform's dashboard.",
            Self::WouldRelease => "Keep it, or consent to it by `Removal::RecordAndNumber`: it cannot be undone.",
            Self::RoutingUnknown => "Make sure at the carrier that the calls go to the platform: call the number.",
            Self::NotVerifiable => "Declare the provider's numbers to have them checked.",
        }
    }
}

/// A finding as reports show it.
#[derive(Serialize)]
pub(crate) struct ReportedFinding {
    code: &'static str,
    severity: Severity,
    message: String,
    advice: &'static str,
}

pub(crate) fn reported(findings: &[Finding]) -> Vec<ReportedFinding> {
    let report = |finding: &Finding| ReportedFinding {
        code: finding.code(),
        severity: finding.severity(),
        message: finding.to_string(),
        advice: finding.advice(),
    };
    findings.iter().map(report).collect()
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
            Self::HolderNotAsked { reason } => {
                let reason = Shown { text: reason, max: 1000 };
                write!(f, "may be held by a carrier that could not be asked ({reason})")
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
            Self::Forwarded { to } => {
                write!(f, "is forwarded to {}, which would get its calls all the same", word(to))
            }
            Self::AnsweredBy { platform } => write!(f, "is answered by {platform} now"),
            Self::Unassigned { reason } => reason.fmt(f),
            Self::Hosted => f.write_str("is another carrier's number, hosted at the provider"),
            Self::Status { status } => write!(f, "is {} at the provider", quoted(status)),
            Self::Unreachable { host, warning } => write!(f, "is behind {}, which {warning}", word(host)),
            Self::NotTakenOver { url: Some(url) } => write!(f, "does not reach the platform: its calls go to {url}"),
            Self::NotTakenOver { url: None } => f.write_str("does not reach the platform"),
            Self::CallsStay { calls, reason } => write!(f, "sends its calls to {}: {reason}", word(calls)),
            Self::NoAddress => f.write_str("cannot be pointed at the platform, whose address is not known"),
            Self::NotPointed { reason } => {
                write!(f, "could not be pointed at the platform ({})", Shown { text: reason, max: 1000 })
            }
            Self::NotReadAgain { reason } => {
                write!(f, "could not be read again at the provider ({})", Shown { text: reason, max: 1000 })
            }
            Self::OtherSource { part, uses, given } => {
                write!(f, "uses {part} {} at the platform, and {} was given", word(uses), word(given))
            }
            Self::StillAnswered => f.write_str("still sends its calls to the platform, which would answer no more"),
            Self::MayBeAnswered { calls: Some(calls) } => {
                write!(f, "sends its calls to {}, which may lead to the platform", word(calls))
            }
            Self::MayBeAnswered { calls: None } => f.write_str("may send its calls to the platform"),
            Self::CarrierUnknown => f.write_str("is not known to be held by any of the given carriers"),
            Self::MayBeTheOne => f.write_str("has several records, and this one may be the one that answers"),
            Self::BadReroute => f.write_str("cannot be sent there: that is no URL, or the routing of another number"),
            Self::CannotRemove => f.write_str("cannot be removed: the platform documents no removal"),
            Self::WouldRelease => f.write_str("would be given away for good with the record"),
            Self::RoutingUnknown => f.write_str("sends its calls where its carrier was told to, which cannot be seen"),
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

fn words(names: &[String]) -> String {
    names.iter().map(|name| word(name).to_string()).collect::<Vec<_>>().join(", ")
}

fn displayed<S: Serializer>(url: &Option<CallbackUrl>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(ToString::to_string).serialize(serializer)
}
