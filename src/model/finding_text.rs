//! Findings as sentences.

use std::fmt;

use super::{Finding, Shown, quoted, word};

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHeld => f.write_str("the carrier does not hold the number"),
            Self::HeldBySubaccount { account } => write!(f, "another account holds the number: {}", word(account)),
            Self::HeldByTwo { carriers } if carriers.iter().all(|carrier| Some(carrier) == carriers.first()) => {
                write!(f, "the account that holds the number is given several times: {}", words(&carriers[..1]))
            }
            Self::HeldByTwo { carriers } => write!(f, "several carriers hold the number: {}", words(carriers)),
            Self::HolderUnknown { carriers } => {
                write!(f, "it is unknown which of these carriers holds the number: {}", words(carriers))
            }
            Self::HolderLookupFailed { reason } => {
                let reason = Shown { text: reason, max: 1000 };
                write!(f, "it is unknown which carrier holds the number, because a lookup failed ({reason})")
            }
            Self::CarrierLookupFailed { carrier, reason } => {
                let reason = Shown { text: reason, max: 1000 };
                write!(
                    f,
                    "it is unknown whether {} holds the number too, because the lookup failed ({reason})",
                    word(carrier)
                )
            }
            Self::SourceRefused { reason } => {
                let reason = Shown { text: reason, max: 1000 };
                write!(f, "the platform cannot import from the number's carrier ({reason})")
            }
            Self::NoVoice => f.write_str("the number cannot receive voice calls"),
            Self::OnTrunk { trunk } => write!(
                f,
                "the number is attached to trunk {}, which takes precedence over the platform's address",
                word(trunk)
            ),
            Self::Forwarded { to } => {
                write!(
                    f,
                    "the carrier forwards the number's calls to {}, which takes precedence over the platform's address",
                    word(to)
                )
            }
            Self::OnApplication { application } => {
                write!(
                    f,
                    "the number is attached to application {}, which takes precedence over the platform's address",
                    word(application)
                )
            }
            Self::AnsweredBy { platform } => write!(f, "{platform} answers the number's calls now"),
            Self::Unassigned { reason } => write!(f, "the number {reason}"),
            Self::Hosted => f.write_str("another carrier holds the number, and this carrier only hosts it"),
            Self::Status { status } => write!(f, "the number's status at the carrier is {}", quoted(status)),
            Self::Unreachable { host, warning } => write!(f, "the trunk's host {} {warning}", word(host)),
            #[cfg(feature = "sip-probe")]
            Self::TrunkProbe { trunk, probe } => write!(f, "trunk {}: {probe}", word(trunk)),
            #[cfg(feature = "sip-probe")]
            Self::AllowNetworks { networks } => {
                let networks: Vec<String> = networks.iter().map(|network| word(network).to_string()).collect();
                write!(f, "the platform calls out from {}", networks.join(", "))
            }
            Self::NotTakenOver { url: Some(url) } => {
                write!(f, "the number's calls do not reach the platform: they go to {url}")
            }
            Self::NotTakenOver { url: None } => f.write_str("the number's calls do not reach the platform"),
            Self::CallsStay { calls, reason } => write!(f, "the number's calls go to {}, and {reason}", word(calls)),
            Self::NoAddress => {
                f.write_str("the number's calls cannot be pointed at the platform, because its address is unknown")
            }
            Self::CannotPoint { reason } => {
                let reason = Shown { text: reason, max: 1000 };
                write!(f, "the number's calls cannot be pointed at the platform ({reason})")
            }
            Self::NotPointed { reason } => {
                write!(
                    f,
                    "the number's calls could not be pointed at the platform ({})",
                    Shown { text: reason, max: 1000 }
                )
            }
            Self::VerificationFailed { reason } => {
                write!(
                    f,
                    "verifying the number's routing at the carrier failed ({})",
                    Shown { text: reason, max: 1000 }
                )
            }
            Self::OtherSource { part, uses, given } => {
                write!(f, "the record uses {part} {}, but {} was given", word(uses), word(given))
            }
            Self::Conflicts { with } => {
                let with: Vec<String> = with.iter().map(|what| Shown { text: what, max: 200 }.to_string()).collect();
                write!(f, "the platform has something else that may take the number's calls: {}", with.join(", "))
            }
            Self::StillAnswered => f.write_str("the number's calls still go to the platform, and would reach nobody"),
            Self::MayBeAnswered { calls: Some(calls) } => {
                write!(f, "the number's calls go to {}, which may lead to the platform", word(calls))
            }
            Self::MayBeAnswered { calls: None } => f.write_str("the number's calls may go to the platform"),
            Self::CarrierUnknown => f.write_str("none of the given carriers is known to hold the number"),
            Self::SecondMayAnswer => {
                f.write_str("the number has several records, and this one may be the one that answers its calls")
            }
            Self::BadReroute => f.write_str(
                "the calls cannot be sent to the given target: it is not a URL, or it is the routing of another number",
            ),
            Self::CannotRemove => {
                f.write_str("the record cannot be removed, because the platform documents no removal")
            }
            Self::WouldRelease => f.write_str("removing the record would release the number permanently"),
            Self::RoutingUnknown => f.write_str("it is unknown where the carrier sends the number's calls"),
            Self::NotVerifiable => f.write_str("it is unknown whether the carrier holds the number"),
        }
    }
}

fn words(names: &[String]) -> String {
    names.iter().map(|name| word(name).to_string()).collect::<Vec<_>>().join(", ")
}
