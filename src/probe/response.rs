//! Reads SIP responses (RFC 3261, section 7). Only what a probe needs: the status, headers, and where the message ends.

/// The most octets of a status line and headers.
pub(super) const HEAD_MAX: usize = 16 * 1024;

/// The most octets of a body. It is skipped.
const BODY_MAX: usize = 64 * 1024;

const HEADERS_MAX: usize = 128;

/// A response without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) reason: String,
    /// In order. Names are in lower case and in their long form.
    headers: Vec<(String, String)>,
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// More octets may make one.
    Incomplete,
    /// It never becomes one.
    NotSip,
}

impl Response {
    /// Reads the response at the beginning of the octets, and returns how many it takes, the body included.
    ///
    /// A datagram ends where it ends. In a stream, a response without a length has no body.
    pub(super) fn read(octets: &[u8], is_datagram: bool) -> Result<(Self, usize), Unread> {
        let Some(head) = octets.windows(4).take(HEAD_MAX).position(|end| end == b"\r\n\r\n") else {
            let is_hopeless = is_datagram || octets.len() > HEAD_MAX || !may_begin(octets);
            return Err(if is_hopeless { Unread::NotSip } else { Unread::Incomplete });
        };
        let text = String::from_utf8_lossy(&octets[..head]);
        let response = Self::from_head(&text).ok_or(Unread::NotSip)?;
        let body = match response.header("content-length") {
            Some(length) => length.parse().ok().filter(|&length| length <= BODY_MAX).ok_or(Unread::NotSip)?,
            None => 0,
        };
        let end = head + 4 + body;
        match (octets.len() < end, is_datagram) {
            (false, false) => Ok((response, end)),
            // More octets than the length are to be ignored.
            (false, true) => Ok((response, octets.len())),
            (true, false) => Err(Unread::Incomplete),
            (true, true) => Err(Unread::NotSip),
        }
    }

    fn from_head(text: &str) -> Option<Self> {
        let mut lines = text.split("\r\n");
        let (version, rest) = lines.next()?.split_once(' ')?;
        let (status, reason) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        let status = status.parse().ok().filter(|status| is_status && (100..700).contains(status))?;
        if !version.eq_ignore_ascii_case("SIP/2.0") {
            return None;
        }
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            // A line that begins with a blank continues the one before.
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut()?;
                value.push(' ');
                value.push_str(line.trim());
                continue;
            }
            let (name, value) = line.split_once(':')?;
            if headers.len() == HEADERS_MAX {
                return None;
            }
            headers.push((long_name(name.trim()), value.trim().to_owned()));
        }
        Some(Self { status, reason: reason.trim().to_owned(), headers })
    }

    /// The first header of the name, in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(header, _)| header == name);
        named.next().map(|(_, value)| value.as_str())
    }

    /// All headers of the name, in lower case.
    pub(super) fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.headers.iter().filter(move |(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// Whether it answers the request with this branch, call and number.
    pub(super) fn answers(&self, branch: &str, call: &str, sequence: u32) -> bool {
        let via = self.header("via").unwrap_or_default();
        let via = via.split(',').next().unwrap_or_default();
        let is_branch = via.split(';').skip(1).any(|parameter| {
            parameter
                .split_once('=')
                .is_some_and(|(name, value)| name.trim().eq_ignore_ascii_case("branch") && value.trim() == branch)
        });
        let mut words = self.header("cseq").unwrap_or_default().split_ascii_whitespace();
        let is_number = words.next().and_then(|number| number.parse().ok()) == Some(sequence);
        is_branch && is_number && words.next() == Some("OPTIONS") && self.header("call-id") == Some(call)
    }
}

/// Whether the octets can be the beginning of a response. Empty lines before one keep a connection alive; the caller
/// removes them.
fn may_begin(octets: &[u8]) -> bool {
    let version = b"SIP/2.0 ";
    let length = octets.len().min(version.len());
    octets[..length].eq_ignore_ascii_case(&version[..length])
}

fn long_name(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match &*name {
        "v" => "via",
        "f" => "from",
        "t" => "to",
        "i" => "call-id",
        "l" => "content-length",
        "m" => "contact",
        _ => return name,
    }
    .to_owned()
}
