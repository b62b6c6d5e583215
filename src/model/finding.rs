use serde::{Deserialize, Serialize, Serializer};

#[cfg(feature = "sip-probe")]
use super::ProbeFinding;
use super::{CallbackUrl, HostWarning, NoTakeover, PlatformKind, Severity, SourcePart};
use crate::e164::UnassignedReason;

/// A finding about a number. `Display` is one sentence; [`advice`](Self::advice) says what to do.
///
/// ```
/// use numport::model::{Finding, Severity};
///
/// let finding = Finding::OnTrunk { trunk: "TK1".to_owned() };
/// match &finding {
///     Finding::NotHeld => println!("look for the account that holds it"),
///     Finding::OnTrunk { trunk } => println!("detach it from {trunk}"),
///     other => println!("{other}. {}", other.advice()),
/// }
/// assert_eq!((finding.code(), finding.severity()), ("on_trunk", Severity::Error));
/// ```
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
    HolderLookupFailed {
        /// The call that failed.
        reason: String,
    },
    /// The lookup at one of the given carriers failed, so that carrier may hold the number as well. A warning.
    CarrierLookupFailed {
        /// The carrier whose lookup failed.
        carrier: String,
        /// The reason.
        reason: String,
    },
    /// The platform cannot import from the carrier that holds the number, in the way that was given. An error.
    SourceRefused {
        /// The reason, and what to do.
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
    /// A probe of the trunk found something; see [`Importer::probe_trunk`](crate::Importer::probe_trunk). Its code and
    /// its severity, a warning or a note, are those of the result.
    #[cfg(feature = "sip-probe")]
    TrunkProbe {
        /// The trunk's address.
        trunk: String,
        /// What the probe found.
        probe: ProbeFinding,
    },
    /// The networks from which the platform calls out through the trunk; see
    /// [`Importer::probe_trunk`](crate::Importer::probe_trunk). A note.
    #[cfg(feature = "sip-probe")]
    AllowNetworks {
        /// The networks, such as `203.0.113.0/24`.
        networks: Vec<String>,
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
    /// The carrier cannot send the number's calls to the platform's address, or a trunk or an application gets them that
    /// may still be needed, so a plan does not point them. A warning.
    CannotPoint {
        /// The reason, and what to do at the carrier.
        reason: String,
    },
    /// Pointing the number's calls at the platform failed. A warning.
    NotPointed {
        /// The reason.
        reason: String,
    },
    /// The change was made, and verifying the number's routing at the carrier failed. A warning.
    VerificationFailed {
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
    /// Something else at the platform may take the number's calls, such as a second record of it. A warning.
    Conflicts {
        /// Each kind of object and its id, as [`NumberRecord::conflicts`](crate::NumberRecord::conflicts) has them.
        with: Vec<String>,
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
    /// The number has several records, and the one to be removed may be the one that answers its calls. An error.
    SecondMayAnswer,
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
            Self::HolderLookupFailed { .. } => "holder_lookup_failed",
            Self::CarrierLookupFailed { .. } => "carrier_lookup_failed",
            Self::SourceRefused { .. } => "source_refused",
            Self::NoVoice => "no_voice",
            Self::OnTrunk { .. } => "on_trunk",
            Self::OnApplication { .. } => "on_application",
            Self::Forwarded { .. } => "forwarded",
            Self::AnsweredBy { .. } => "answered_by",
            Self::Unassigned { .. } => "unassigned",
            Self::Hosted => "hosted",
            Self::Status { .. } => "status",
            Self::Unreachable { .. } => "unreachable",
            #[cfg(feature = "sip-probe")]
            Self::TrunkProbe { probe, .. } => probe.code(),
            #[cfg(feature = "sip-probe")]
            Self::AllowNetworks { .. } => "allow_networks",
            Self::NotTakenOver { .. } => "not_taken_over",
            Self::CallsStay { .. } => "calls_stay",
            Self::NoAddress => "no_address",
            Self::CannotPoint { .. } => "cannot_point",
            Self::NotPointed { .. } => "not_pointed",
            Self::VerificationFailed { .. } => "verification_failed",
            Self::OtherSource { .. } => "other_source",
            Self::Conflicts { .. } => "conflicts",
            Self::StillAnswered => "still_answered",
            Self::MayBeAnswered { .. } => "may_be_answered",
            Self::CarrierUnknown => "carrier_unknown",
            Self::SecondMayAnswer => "second_may_answer",
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
            | Self::HolderLookupFailed { .. }
            | Self::SourceRefused { .. }
            | Self::NoVoice
            | Self::OnTrunk { .. }
            | Self::OnApplication { .. }
            | Self::Forwarded { .. }
            | Self::StillAnswered
            | Self::MayBeAnswered { .. }
            | Self::CarrierUnknown
            | Self::SecondMayAnswer
            | Self::BadReroute
            | Self::CannotRemove
            | Self::WouldRelease => Severity::Error,
            Self::AnsweredBy { .. }
            | Self::CarrierLookupFailed { .. }
            | Self::Unassigned { .. }
            | Self::Hosted
            | Self::Status { .. }
            | Self::Unreachable { .. }
            | Self::NotTakenOver { .. }
            | Self::CallsStay { .. }
            | Self::NoAddress
            | Self::CannotPoint { .. }
            | Self::NotPointed { .. }
            | Self::VerificationFailed { .. }
            | Self::OtherSource { .. }
            | Self::Conflicts { .. } => Severity::Warning,
            #[cfg(feature = "sip-probe")]
            Self::TrunkProbe { probe, .. } => match probe.severity() {
                Some(severity) => severity,
                None => Severity::Note,
            },
            #[cfg(feature = "sip-probe")]
            Self::AllowNetworks { .. } => Severity::Note,
            Self::RoutingUnknown | Self::NotVerifiable => Severity::Note,
        }
    }

    /// Returns one sentence that says what a user can do about the finding.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self {
            Self::NotHeld => "Check the number and the account. If the source is a trunk, declare the number.",
            Self::HeldBySubaccount { .. } => "Use the credentials of that account, or move the number to yours.",
            Self::HeldByTwo { .. } => {
                "Keep the number at one carrier: remove it from the numbers that the others hold or declare. If one account \
                 is given twice, give it once."
            }
            Self::HolderUnknown { .. } => "Declare the numbers of each carrier.",
            Self::HolderLookupFailed { .. } => "Make sure that every carrier can be queried, then try again.",
            Self::CarrierLookupFailed { .. } => "Look up the number at that carrier when it is available again.",
            Self::SourceRefused { .. } => "Give the carrier the source that the reason names, or use another platform.",
            Self::NoVoice => "Enable voice for the number at the carrier, or choose another number.",
            Self::OnTrunk { .. } => "Detach the number from the trunk, or import it with the trunk as the source.",
            Self::OnApplication { .. } => "Clear the number's application at the carrier.",
            Self::Forwarded { .. } => "End the forwarding at the carrier.",
            Self::AnsweredBy { .. } => {
                "If that platform must keep the calls, do not import the number. `Importer::restore` restores its routing."
            }
            Self::Unassigned { .. } => {
                "Check the number for a typing error. Ignore this warning if the range was opened recently."
            }
            Self::Hosted => "Make sure that the number's voice calls arrive through this carrier.",
            Self::Status { .. } => "Check the number in the carrier's console.",
            Self::Unreachable { .. } => "Give a host that is reachable from the public internet.",
            #[cfg(feature = "sip-probe")]
            Self::TrunkProbe { probe, .. } => probe.advice(),
            #[cfg(feature = "sip-probe")]
            Self::AllowNetworks { .. } => {
                "Allow them if the trunk checks addresses; the platform's page may list more by now."
            }
            Self::NotTakenOver { .. } => {
                "Point the calls at the platform: `Plan::point_calls` does it if the platform's address is known."
            }
            Self::CallsStay { reason, .. } => reason.advice(),
            Self::NoAddress => {
                "Set the platform's address with `Importer::inbound_address`, or set the routing at the carrier."
            }
            Self::CannotPoint { .. } => {
                "Remove the cause at the carrier, or set another address with `Importer::inbound_address`, then make a new plan."
            }
            Self::NotPointed { .. } => "Make a new plan that points the calls.",
            Self::VerificationFailed { .. } => "Check at the carrier where the number's calls go.",
            Self::OtherSource { .. } => {
                "Move the record to the given source with `Importer::renew`, or give the source that it uses."
            }
            Self::Conflicts { .. } => {
                "Keep only what is to take the number's calls, and remove or change the rest at the platform."
            }
            Self::StillAnswered => {
                "First send the calls elsewhere: import the number into the platform that will answer it, or let \
                 `Plan::retire_extra` send the calls to another address or restore the routing of a backup."
            }
            Self::MayBeAnswered { .. } => {
                "Make sure that the calls do not go to the platform, and confirm it by passing their address to \
                 `Plan::retire_extra`. `Plan::remove_unverified_if` removes the record without verification."
            }
            Self::CarrierUnknown => {
                "Add the carrier that holds the number. `Plan::remove_unverified_if` removes the record without verification."
            }
            Self::SecondMayAnswer => "Set the agent on the record to keep, then make a new plan.",
            Self::BadReroute => "Give a complete URL, or this number's own routing from a backup.",
            Self::CannotRemove => "Remove the record in the platform's dashboard.",
            Self::WouldRelease => {
                "Keep the record, or consent with `Removal::RecordAndNumber`. The release cannot be undone."
            }
            Self::RoutingUnknown => "Call the number to check that the platform answers.",
            Self::NotVerifiable => "Declare the carrier's numbers to have them checked.",
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

fn displayed<S: Serializer>(url: &Option<CallbackUrl>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref().map(ToString::to_string).serialize(serializer)
}
