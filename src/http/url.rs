//! The base URL of a client. Every path and query is built here, by the `url` crate, and stays on its origin.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::error::PageFault;
use crate::model::{ProblemCode, Problems};

/// The segments of a path, a line each: no segment may have a line break. Each stays one segment, whatever else
/// it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segments(String);

impl Segments {
    /// Refuses segments that no encoding can keep in place.
    pub(crate) fn new(segments: &[&str]) -> Result<Self, Vec<&'static str>> {
        let mut lines = String::with_capacity(segments.iter().map(|segment| segment.len() + 1).sum());
        let mut faults = Vec::new();
        for &segment in segments {
            match segment {
                "" => faults.push("is empty"),
                "." | ".." => faults.push("is a dot segment, which no URL keeps"),
                text if text.chars().any(char::is_control) => {
                    faults.push("has a line break or another control character");
                }
                text => {
                    lines.push_str(text);
                    lines.push('\n');
                }
            }
        }
        if faults.is_empty() { Ok(Self(lines)) } else { Err(faults) }
    }
}

/// A base URL: `https`, or `http` on loopback.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    url: Url,
    /// Addresses that were made before they are asked for.
    made: Vec<(Segments, Url)>,
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.url.as_str().fmt(f)
    }
}

impl BaseUrl {
    pub(crate) fn parse(text: &str, field: &str, problems: &mut Problems) -> Option<Self> {
        let remedy = "give an address such as https://api.example.com";
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(error) => {
                problems.add(ProblemCode::Malformed, field, format!("is not a URL ({error})"), remedy);
                return None;
            }
        };
        let fault = match url.scheme() {
            "https" => None,
            "http" if is_loopback(&url) => None,
            "http" => Some("is plain http, which would show the key to the network"),
            _ => Some("is not an https address"),
        };
        let fault = fault.or_else(|| {
            let credentials = !url.username().is_empty() || url.password().is_some();
            (credentials || url.query().is_some() || url.fragment().is_some())
                .then_some("has more than a host, a port and a path")
        });
        if let Some(fault) = fault {
            problems.add(ProblemCode::Malformed, field, fault, remedy);
            return None;
        }
        Some(Self { url, made: Vec::new() })
    }

    /// Makes the URLs of these paths once and for all.
    pub(crate) fn prepare(mut self, paths: &[&[&str]]) -> Self {
        let paths = paths.iter().filter_map(|path| Segments::new(path).ok());
        self.made = paths.map(|path| (path.clone(), self.extended(&path))).collect();
        self
    }

    fn extended(&self, path: &Segments) -> Url {
        let mut url = self.url.clone();
        // An `https` base always has a path; `Err` would mean one that cannot.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path.0.lines());
        }
        url
    }

    /// The address of a resource, or what is wrong with its path.
    pub(crate) fn join(
        &self,
        path: Result<Segments, Vec<&'static str>>,
        query: &[(&str, String)],
        problems: &mut Problems,
    ) -> Url {
        let path = path.unwrap_or_else(|faults| {
            for fault in faults {
                problems.add(ProblemCode::Malformed, "id", fault, "give the id exactly as the service wrote it");
            }
            Segments::default()
        });
        let made = self.made.iter().find(|(made, _)| *made == path);
        let mut url = made.map_or_else(|| self.extended(&path), |(_, url)| url.clone());
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    /// Where a link of a page leads, if that is below the base URL. It may be relative to the page.
    pub(crate) fn follow(&self, page: Option<&Url>, link: &str) -> Result<Url, PageFault> {
        let mut url = page.unwrap_or(&self.url).join(link).map_err(|_| PageFault::BadLink)?;
        if url.origin() != self.url.origin() {
            return Err(PageFault::ForeignOrigin { origin: url.origin().ascii_serialization() });
        }
        if !self.has_below(url.path()) {
            let path = url.path().chars().take(100).flat_map(char::escape_debug).collect();
            return Err(PageFault::OutsideBase { path });
        }
        // Neither is sent. Kept, they would make the answer look like that of another address.
        url.set_fragment(None);
        let _ = (url.set_username(""), url.set_password(None));
        Ok(url)
    }

    /// Whether a path is below that of the base URL, also for a server that decodes it before it looks for `..`.
    fn has_below(&self, path: &str) -> bool {
        let prefix = self.url.path().trim_end_matches('/');
        let Some(rest) = path.strip_prefix(prefix) else { return false };
        let decoded = rest.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
        prefix.is_empty() || (rest.is_empty() || rest.starts_with('/')) && decoded.split('/').all(|part| part != "..")
    }

    /// What is the same for all spellings of an address: of the names of loopback, and of a path's end.
    pub(crate) fn identity(&self) -> String {
        let host = match self.url.host() {
            Some(Host::Domain("localhost") | Host::Ipv4(Ipv4Addr::LOCALHOST) | Host::Ipv6(Ipv6Addr::LOCALHOST)) => {
                "localhost".to_owned()
            }
            _ => self.url.host_str().unwrap_or_default().trim_end_matches('.').to_owned(),
        };
        let scheme = if self.is_https() { "" } else { "http://" };
        let port = self.url.port().map_or_else(String::new, |port| format!(":{port}"));
        format!("{scheme}{host}{port}{}", self.url.path().trim_end_matches('/'))
    }

    /// The same address with another first label of its host, if `own` is the first one now and the rest is of that
    /// domain.
    pub(crate) fn sister(&self, own: &str, other: &str, domain: &str) -> Self {
        let rest = self.url.domain().and_then(|host| host.strip_prefix(own)?.strip_prefix('.'));
        let rest =
            rest.filter(|rest| rest.strip_suffix(domain).is_some_and(|left| left.is_empty() || left.ends_with('.')));
        let mut url = self.url.clone();
        if let Some(host) = rest.map(|rest| format!("{other}.{rest}")) {
            // The new host differs by a label of plain letters, so it is one.
            let _ = url.set_host(Some(&host));
        }
        Self { url, made: Vec::new() }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
