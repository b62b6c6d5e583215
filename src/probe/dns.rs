//! The DNS: what a probe asks, and the resolver of the operating system's configuration.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::TokioResolver;
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};

/// Looks names up in the DNS. A probe uses the name servers of the operating system, unless it is given another
/// resolver with [`Prober::resolver`](super::Prober::resolver).
///
/// Names come without a dot at the end. A name without such records is an empty list, not an error.
///
/// ```
/// use std::net::IpAddr;
///
/// use async_trait::async_trait;
/// use numport::probe::{LookupError, Naptr, Resolver, Srv};
///
/// /// Every name is one machine.
/// #[derive(Debug)]
/// struct One(IpAddr);
///
/// #[async_trait]
/// impl Resolver for One {
///     async fn naptr(&self, _name: &str) -> Result<Vec<Naptr>, LookupError> {
///         Ok(Vec::new())
///     }
///
///     async fn srv(&self, _name: &str) -> Result<Vec<Srv>, LookupError> {
///         Ok(Vec::new())
///     }
///
///     async fn addresses(&self, _name: &str) -> Result<Vec<IpAddr>, LookupError> {
///         Ok(vec![self.0])
///     }
/// }
/// ```
#[async_trait]
pub trait Resolver: fmt::Debug + Send + Sync {
    /// Returns the NAPTR records of the name.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the name servers cannot tell.
    async fn naptr(&self, name: &str) -> Result<Vec<Naptr>, LookupError>;

    /// Returns the SRV records of the name, such as `_sip._udp.example.com`.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the name servers cannot tell.
    async fn srv(&self, name: &str) -> Result<Vec<Srv>, LookupError>;

    /// Returns the addresses of the name: its A and AAAA records.
    ///
    /// # Errors
    ///
    /// [`LookupError`] if the name servers cannot tell.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError>;
}

/// A NAPTR record, as far as a probe needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naptr {
    /// Lower is first.
    pub order: u16,
    /// Of the same order, lower is first.
    pub preference: u16,
    /// The flags; `s` if an SRV record follows.
    pub flags: String,
    /// The service, such as `SIP+D2U`.
    pub service: String,
    /// The name of the SRV record.
    pub replacement: String,
}

/// An SRV record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Srv {
    /// Lower is first.
    pub priority: u16,
    /// Of the same priority, a probe tries the higher one first.
    pub weight: u16,
    /// The port.
    pub port: u16,
    /// The name of the machine; empty or `.` if there is no such service.
    pub target: String,
}

/// The reason why the name servers could not tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct LookupError(
    /// In words, such as `request timed out`.
    pub String,
);

/// The name servers that the operating system is configured with.
#[derive(Clone)]
pub(super) struct SystemResolver(TokioResolver);

impl SystemResolver {
    pub(super) fn new() -> Result<Self, LookupError> {
        let failed = |error: NetError| LookupError(error.to_string());
        let mut builder = TokioResolver::builder_tokio().map_err(failed)?;
        let options = builder.options_mut();
        options.timeout = Duration::from_secs(2);
        options.attempts = 1;
        builder.build().map(Self).map_err(failed)
    }

    async fn lookup(&self, name: &str, kind: RecordType) -> Result<Option<Lookup>, LookupError> {
        let Ok(mut name) = Name::from_ascii(name) else { return Ok(None) };
        // Whole, so that no domain of this machine's network is added.
        name.set_fqdn(true);
        known(self.0.lookup(name, kind).await)
    }
}

/// Without records is not an error.
fn known<T>(looked_up: Result<T, NetError>) -> Result<Option<T>, LookupError> {
    match looked_up {
        Ok(records) => Ok(Some(records)),
        Err(NetError::Dns(DnsError::NoRecordsFound(none)))
            if matches!(none.response_code, ResponseCode::NXDomain | ResponseCode::NoError) =>
        {
            Ok(None)
        }
        Err(error) => Err(LookupError(error.to_string())),
    }
}

fn text(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}

fn target(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_owned()
}

#[async_trait]
impl Resolver for SystemResolver {
    async fn naptr(&self, name: &str) -> Result<Vec<Naptr>, LookupError> {
        let Some(found) = self.lookup(name, RecordType::NAPTR).await? else { return Ok(Vec::new()) };
        let naptr = found.answers().iter().filter_map(|record| match &record.data {
            RData::NAPTR(naptr) => Some(Naptr {
                order: naptr.order,
                preference: naptr.preference,
                flags: text(&naptr.flags),
                service: text(&naptr.services),
                replacement: target(&naptr.replacement),
            }),
            _ => None,
        });
        Ok(naptr.collect())
    }

    async fn srv(&self, name: &str) -> Result<Vec<Srv>, LookupError> {
        let Some(found) = self.lookup(name, RecordType::SRV).await? else { return Ok(Vec::new()) };
        let srv = found.answers().iter().filter_map(|record| match &record.data {
            RData::SRV(srv) => {
                Some(Srv { priority: srv.priority, weight: srv.weight, port: srv.port, target: target(&srv.target) })
            }
            _ => None,
        });
        Ok(srv.collect())
    }

    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, LookupError> {
        let Ok(mut name) = Name::from_ascii(name) else { return Ok(Vec::new()) };
        name.set_fqdn(true);
        let found = known(self.0.lookup_ip(name).await)?;
        Ok(found.map(|found| found.iter().collect()).unwrap_or_default())
    }
}

impl fmt::Debug for SystemResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SystemResolver")
    }
}
