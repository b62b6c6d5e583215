//! Writes OPTIONS requests (RFC 3261, section 11).

use std::net::SocketAddr;

use zeroize::Zeroizing;

use crate::model::{SipAddress, SipTransport};

/// What all requests of one probe have in common.
pub(super) struct Dialog {
    uri: String,
    local: SocketAddr,
    transport: SipTransport,
    call: String,
    tag: String,
    /// A random text for each request.
    branches: [String; 2],
    pub(super) cnonce: String,
}

/// A request, and how its responses are known.
pub(super) struct Request {
    pub(super) text: Zeroizing<String>,
    pub(super) branch: String,
    pub(super) call: String,
    pub(super) sequence: u32,
}

impl Dialog {
    /// `random` makes texts that nobody can guess.
    pub(super) fn new(
        address: &SipAddress,
        transport: SipTransport,
        local: SocketAddr,
        mut random: impl FnMut() -> String,
    ) -> Self {
        let mut uri = format!("sip:{}", address.host);
        if let Some(port) = address.port {
            uri.push_str(&format!(":{port}"));
        }
        if transport != SipTransport::Udp {
            uri.push_str(&format!(";transport={transport}"));
        }
        let branches = [(); 2].map(|()| format!("z9hG4bK{}", random()));
        Self { uri, local, transport, call: random(), tag: random(), branches, cnonce: random() }
    }

    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// The first request, without credentials.
    pub(super) fn first(&self) -> Request {
        self.request(0, "")
    }

    /// The second request, with a header that answers the challenge.
    pub(super) fn authorized(&self, authorization: &str) -> Request {
        self.request(1, authorization)
    }

    fn request(&self, index: usize, authorization: &str) -> Request {
        let Self { uri, local, transport, call, tag, branches, .. } = self;
        let (branch, sequence) = (&branches[index], if index == 0 { 1 } else { 2 });
        let version = env!("CARGO_PKG_VERSION");
        let host = local.ip();
        let host = if host.is_ipv6() { format!("[{host}]") } else { host.to_string() };
        let transport = transport.as_str().to_ascii_uppercase();
        let text = format!(
            "OPTIONS {uri} SIP/2.0\r\n\
             Via: SIP/2.0/{transport} {host}:{port};branch={branch};rport\r\n\
             Max-Forwards: 70\r\n\
             From: <sip:numport@{host}>;tag={tag}\r\n\
             To: <{uri}>\r\n\
             Call-ID: {call}\r\n\
             CSeq: {sequence} OPTIONS\r\n\
             {authorization}\
             Accept: application/sdp\r\n\
             User-Agent: numport/{version}\r\n\
             Content-Length: 0\r\n\r\n",
            port = local.port(),
        );
        Request { text: Zeroizing::new(text), branch: branch.clone(), call: call.clone(), sequence }
    }
}
