//! The platform that answers at a voice URL.

use crate::model::{CallbackUrl, PlatformKind};

/// Declares the domains of platforms, by which their addresses are recognized at a carrier. Vapi's was observed on numbers
/// that it took over (`https://api.vapi.ai/twilio/inbound_call`); the others are those of the platforms' APIs and SIP hosts.
macro_rules! domains {
    (
        platforms { $($platform:ident $_p:literal $($_t:ident)::+ [$($domain:literal),*];)* }
        carriers { $($_carriers:tt)* }
        named platforms { $($named:ident $_n:literal [$($named_domain:literal),*];)* }
        named carriers { $($_named_carriers:tt)* }
    ) => {
        const DOMAINS: &[(&str, PlatformKind)] = &[
            $($(($domain, PlatformKind::$platform),)*)*
            $($(($named_domain, PlatformKind::$named),)*)*
        ];
    };
}

crate::__services!(domains);

/// Returns the platform that answers at this address; `None` if no platform is known by its domain, for example because
/// the address belongs to an application of your own.
///
/// ```
/// use numport::model::{CallbackUrl, PlatformKind};
///
/// let answered_by = |url: &str| numport::platform::answered_by(&CallbackUrl::new(url));
/// assert_eq!(answered_by("https://api.vapi.ai/twilio/inbound_call"), Some(PlatformKind::VAPI));
/// assert_eq!(answered_by("https://VAPI.ai/"), Some(PlatformKind::VAPI));
/// assert_eq!(answered_by("https://vapi.ai.example.com/"), None);
/// assert_eq!(answered_by("https://notvapi.ai/"), None);
/// ```
#[must_use]
pub fn answered_by(url: &CallbackUrl) -> Option<PlatformKind> {
    let host = url.host()?;
    DOMAINS.iter().find(|(domain, _)| is_of(&host, domain)).map(|&(_, platform)| platform)
}

/// Whether a host is this domain or a subdomain.
pub(crate) fn is_of(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
