//! Whose address a voice URL is.

use crate::model::{CallbackUrl, PlatformKind};

/// The domains of platforms, by which their addresses are known at a carrier. Vapi's has been seen on numbers
/// it took over (`https://api.vapi.ai/twilio/inbound_call`); the others are those of the platforms' APIs and
/// SIP hosts.
const DOMAINS: [(&str, PlatformKind); 10] = [
    ("interactly.ai", PlatformKind::Interactly),
    ("vapi.ai", PlatformKind::Vapi),
    ("signalwire.com", PlatformKind::SignalWire),
    ("getbutter.ai", PlatformKind::Butter),
    ("bland.ai", PlatformKind::Other("bland")),
    ("elevenlabs.io", PlatformKind::Other("elevenlabs")),
    ("livekit.cloud", PlatformKind::Other("livekit")),
    ("retellai.com", PlatformKind::Other("retell")),
    ("synthflow.ai", PlatformKind::Other("synthflow")),
    ("ultravox.ai", PlatformKind::Other("ultravox")),
];

/// The platform that answers at this address; `None` when it is none that is known by its domain, such as
/// an application of the user's own.
///
/// ```
/// use numport::model::{CallbackUrl, PlatformKind};
///
/// let holder = |url: &str| numport::platform::holder(&CallbackUrl::new(url));
/// assert_eq!(holder("https://api.vapi.ai/twilio/inbound_call"), Some(PlatformKind::Vapi));
/// assert_eq!(holder("https://VAPI.ai/"), Some(PlatformKind::Vapi));
/// assert_eq!(holder("https://vapi.ai.example.com/"), None);
/// assert_eq!(holder("https://notvapi.ai/"), None);
/// ```
#[must_use]
pub fn holder(url: &CallbackUrl) -> Option<PlatformKind> {
    let host = url.host()?;
    let of = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    DOMAINS.into_iter().find(|(domain, _)| of(domain)).map(|(_, platform)| platform)
}
