//! The settings of a probe.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use super::dns::Resolver;
use super::limits::{self, Question};
use super::tls;
use crate::error::{Error, Result};
use crate::model::{ProblemCode, Problems, SipAddress, SipTrunk, TrunkProbe};

/// The settings of probes.
///
/// ```
/// use std::time::Duration;
///
/// use numport::probe::Prober;
///
/// let prober = Prober::new().realm("sip.example.com").timeout(Duration::from_secs(10));
/// # drop(prober);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Prober(Settings);

/// How long a probe may take by default.
const TIMEOUT: Duration = Duration::from_secs(20);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    pub(super) allows_private: bool,
    pub(super) realms: BTreeSet<String>,
    /// Texts in PEM.
    pub(super) roots: Vec<Vec<u8>>,
    pub(super) resolver: Option<Given>,
}

/// A resolver of the user, which is the same as itself alone.
#[derive(Clone, Debug)]
pub(super) struct Given(pub(super) Arc<dyn Resolver>);

impl PartialEq for Given {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Given {}

impl Default for Settings {
    fn default() -> Self {
        Self { timeout: TIMEOUT, allows_private: false, realms: BTreeSet::new(), roots: Vec::new(), resolver: None }
    }
}

impl Prober {
    /// Creates the default settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets how long a probe may take in all. Defaults to 20 s, and is at most 60 s.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.0.timeout = timeout.min(Duration::from_secs(60));
        self
    }

    /// Allows that the trunk's user and password are checked in this realm. Can be called several times. Without it they
    /// are not sent, and [`RealmNotAllowed`](crate::model::ProbeFinding::RealmNotAllowed) tells the realm.
    ///
    /// The password itself is never sent: the trunk gets its digest, by MD5 or SHA-256, at most once in a probe. Someone
    /// who reads a digest on the way, or who receives it in the trunk's place, can try out passwords. So allow a realm
    /// only if it is the trunk's own.
    pub fn realm(mut self, realm: impl Into<String>) -> Self {
        self.0.realms.insert(realm.into());
        self
    }

    /// Allows targets that are not on the public internet, such as 127.0.0.1, 10.0.0.5 and fd00::1. Do not set it in a
    /// service that probes what its customers type in. Multicast and unspecified addresses stay forbidden.
    pub fn allow_private_targets(mut self) -> Self {
        self.0.allows_private = true;
        self
    }

    /// Trusts these root certificates, a text in PEM, besides those of the operating system.
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.0.roots.push(pem.into());
        self
    }

    /// Sets the resolver. Defaults to the name servers of the operating system.
    pub fn resolver(mut self, resolver: impl Resolver + 'static) -> Self {
        self.0.resolver = Some(Given(Arc::new(resolver)));
        self
    }
}

impl SipTrunk {
    /// Asks the trunk with SIP `OPTIONS` whether it answers. The [`probe`](crate::probe) module lists what is checked,
    /// what that does not tell, and the limits.
    ///
    /// A probe goes on in a task of its own if the future is dropped, because others may wait for the same result.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::SipTrunk;
    /// use numport::model::ProbeCheck;
    /// use numport::probe::Prober;
    ///
    /// // A trunk on this machine, which answers 200 to everything.
    /// let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await?;
    /// let trunk = SipTrunk::new(format!("sip:{};transport=udp", socket.local_addr()?));
    /// tokio::spawn(async move {
    ///     let mut request = vec![0; 65_535];
    ///     while let Ok((length, peer)) = socket.recv_from(&mut request).await {
    ///         let request = String::from_utf8_lossy(&request[..length]);
    ///         let headers = request.lines().filter(|line| ["Via", "From", "To", "Call", "CSeq"].iter().any(|name| line.starts_with(name)));
    ///         let headers: String = headers.map(|line| format!("{line}\r\n")).collect();
    ///         let answer = format!("SIP/2.0 200 OK\r\n{headers}Server: example\r\nContent-Length: 0\r\n\r\n");
    ///         let _ = socket.send_to(answer.as_bytes(), peer).await;
    ///     }
    /// });
    ///
    /// let probe = trunk.probe(&Prober::new().allow_private_targets()).await?;
    /// let answers = probe.finding(ProbeCheck::Answers);
    /// assert_eq!(answers.to_string(), "SIP answers with 200 OK (it says it is example)");
    /// assert_eq!(probe.finding(ProbeCheck::Challenges).code(), "not_challenged");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the trunk or a root certificate is invalid. Nothing is sent then. What goes wrong later is a
    /// finding.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn probe(&self, prober: &Prober) -> Result<Arc<TrunkProbe>> {
        let mut problems = Problems::default();
        self.check(&mut problems);
        if let Some((user, _)) = self.credentials.as_ref().filter(|(user, _)| user.contains(char::is_control)) {
            let fault = format!("has a control character among its {} characters", user.chars().count());
            problems.add(ProblemCode::Malformed, "credentials.user", fault, "remove it");
        }
        if prober.0.roots.iter().any(|pem| tls::certificates(pem).is_none()) {
            let remedy = "give certificates in PEM (`-----BEGIN CERTIFICATE-----`)";
            problems.add(ProblemCode::Malformed, "root_certificates", "cannot be read", remedy);
        }
        let invalid = |found| Error::invalid("the trunk was not probed".to_owned(), found);
        problems.into_result().map_err(invalid)?;
        let host = self.host().map_err(|_| invalid(Vec::new()))?.clone();
        let question = Question {
            address: SipAddress { host, port: self.port, transport: self.transport },
            credentials: self.credentials.clone(),
            settings: prober.0.clone(),
        };
        Ok(limits::probe(question).await)
    }
}
