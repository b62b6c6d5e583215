use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{SipAddress, SipHost};

/// An address that a carrier or a platform calls for instructions or with events, such as a voice URL or the server of
/// a webhook.
///
/// It may contain a user, a password or a token, so `Debug` and `Display` show only its scheme, host and port. A SIP
/// address, such as `sip:number@sip.example.com`, is an address too.
/// [`as_str`](Self::as_str) returns the whole address.
///
/// ```
/// use numport::model::CallbackUrl;
///
/// let url = CallbackUrl::new("https://user:password@voice.example.com/answer?token=1");
/// assert_eq!(url.to_string(), "https://voice.example.com/…");
/// assert_eq!(url.host().as_deref(), Some("voice.example.com"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallbackUrl(String);

impl CallbackUrl {
    /// Creates the address from the text that its carrier writes.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// Returns the whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether the address is empty. Carriers write an empty text if no address is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the host of a `sip:` or `sips:` address, whatever its user, port and parameters are; `None` for any other
    /// address.
    #[must_use]
    pub fn sip_host(&self) -> Option<SipHost> {
        self.sip_server().map(|SipAddress { host, .. }| host)
    }

    /// Whether there are addresses, and all of them are SIP addresses of this host.
    pub(crate) fn all_at(addresses: &[Self], host: &SipHost) -> bool {
        !addresses.is_empty() && addresses.iter().all(|address| address.sip_host().as_ref() == Some(host))
    }

    /// Returns the host in lower case, or `None` if the address is not a URL.
    #[must_use]
    pub fn host(&self) -> Option<String> {
        Url::parse(&self.0).ok()?.host_str().map(str::to_ascii_lowercase)
    }

    /// Whether this is a `sip:` or `sips:` URI.
    pub(crate) fn is_sip(&self) -> bool {
        self.after_sip().is_some()
    }

    /// The SIP server of a `sip:` or `sips:` URI, whatever its user and parameters are.
    pub(crate) fn sip_server(&self) -> Option<SipAddress> {
        let rest = self.after_sip()?;
        let rest = rest.split([';', '?']).next().unwrap_or(rest);
        rest.rsplit_once('@').map_or(rest, |(_, server)| server).parse().ok()
    }

    fn after_sip(&self) -> Option<&str> {
        let (scheme, rest) = self.0.split_once(':')?;
        ["sip", "sips"].iter().any(|known| scheme.eq_ignore_ascii_case(known)).then_some(rest)
    }
}

impl From<&str> for CallbackUrl {
    fn from(url: &str) -> Self {
        Self::new(url)
    }
}

impl From<String> for CallbackUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl fmt::Display for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(SipAddress { host, port, .. }) = self.sip_server() {
            let user = if self.0.contains('@') { "…@" } else { "" };
            let port = port.map_or_else(String::new, |port| format!(":{port}"));
            let more = if self.0.contains([';', '?']) { ";…" } else { "" };
            let scheme = self.0.split(':').next().unwrap_or_default().to_ascii_lowercase();
            return f.pad(&format!("{scheme}:{user}{host}{port}{more}"));
        }
        let Some(url) = Url::parse(&self.0).ok().filter(Url::has_host) else {
            return f.pad(if self.is_empty() { "nowhere" } else { "an address that is no URL" });
        };
        let more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
        f.pad(&format!("{}{}", url.origin().ascii_serialization(), if more { "/…" } else { "" }))
    }
}

impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_does_not_show() {
        for (whole, shown) in [
            ("https://user:pass@example.com:8443/secret/path?token=pass#pass", "https://example.com:8443/…"),
            ("https://Example.com", "https://example.com"),
            ("https://example.com/?token=pass", "https://example.com/…"),
            ("user:pass@example.com", "an address that is no URL"),
            ("pass", "an address that is no URL"),
            ("sip:sip.example.com", "sip:sip.example.com"),
            ("sip:pass:pass@sip.example.com:5061;token=pass", "sip:…@sip.example.com:5061;…"),
            ("SIPS:pass@[2001:db8::1]?pass=pass", "sips:…@[2001:db8::1];…"),
            ("sip:pass pass", "an address that is no URL"),
            ("", "nowhere"),
        ] {
            let url = CallbackUrl::new(whole);
            assert_eq!((url.to_string().as_str(), url.as_str()), (shown, whole));
            assert!(!format!("{url:?}").contains("pass"), "{whole}");
        }
    }

    #[test]
    fn the_host_of_a_sip_address() {
        for (address, host) in [
            ("sip:sip.retellai.com", Some("sip.retellai.com")),
            ("SIP:SIP.retellai.com;transport=tls;edge=dublin", Some("sip.retellai.com")),
            ("sip:+14155552671@sip.example.com:5060;transport=tcp", Some("sip.example.com")),
            ("sips:a@b@sip.example.com?x=1", Some("sip.example.com")),
            ("sip:evil.example.com;x=@sip.retellai.com", Some("evil.example.com")),
            ("https://sip.retellai.com", None),
            ("sip.retellai.com", None),
            ("sip:", None),
        ] {
            assert_eq!(CallbackUrl::new(address).sip_host(), host.map(|host| host.parse().unwrap()), "{address}");
        }
    }
}
