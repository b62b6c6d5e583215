//! TLS by rustls, with the operating system's certificates and those of the user.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use rustls_platform_verifier::Verifier;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{CertificateError, ClientConfig, Error};

use crate::model::{CertificateFault, ProbeFinding, SipHost};

pub(super) fn crypto() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// The certificates of a text in PEM; `None` if it has none or cannot be read.
pub(super) fn certificates(pem: &[u8]) -> Option<Vec<CertificateDer<'static>>> {
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
    (!certificates.is_empty()).then_some(certificates)
}

/// Shakes hands. The certificate must be valid for the name that the user gave, not for one that the DNS gave (RFC 5922).
pub(super) async fn handshake(
    connection: TcpStream,
    host: &SipHost,
    peer: SocketAddr,
    roots: &[Vec<u8>],
) -> Result<TlsStream<TcpStream>, ProbeFinding> {
    let failed = |reason: String| ProbeFinding::HandshakeFailed { reason };
    let name = match host.ip() {
        Some(_) => ServerName::from(peer.ip()),
        None => ServerName::try_from(host.as_str().trim_end_matches('.').to_owned())
            .map_err(|error| failed(error.to_string()))?,
    };
    let config = config(roots).map_err(|error| failed(error.to_string()))?;
    let connected = TlsConnector::from(config).connect(name, connection).await;
    connected.map_err(|error| match fault(&error) {
        Some(fault) => ProbeFinding::CertificateInvalid { fault },
        None => failed(error.to_string().chars().take(300).collect()),
    })
}

/// Without certificates of the user. Reading those of the operating system takes long.
static CONFIG: OnceLock<Arc<ClientConfig>> = OnceLock::new();

fn config(roots: &[Vec<u8>]) -> Result<Arc<ClientConfig>, Error> {
    match CONFIG.get() {
        Some(config) if roots.is_empty() => Ok(config.clone()),
        _ if roots.is_empty() => {
            let config = Arc::new(build(roots)?);
            Ok(CONFIG.get_or_init(|| config).clone())
        }
        _ => build(roots).map(Arc::new),
    }
}

fn build(roots: &[Vec<u8>]) -> Result<ClientConfig, Error> {
    let roots = roots.iter().filter_map(|pem| certificates(pem)).flatten();
    let verifier = Verifier::new_with_extra_roots(roots, crypto())?;
    let builder = ClientConfig::builder_with_provider(crypto()).with_safe_default_protocol_versions()?;
    // Despite its name, it is the verifier that reqwest uses.
    Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
}

fn fault(error: &io::Error) -> Option<CertificateFault> {
    let Error::InvalidCertificate(error) = error.get_ref()?.downcast_ref()? else { return None };
    Some(match error {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateFault::OtherName
        }
        CertificateError::UnknownIssuer => CertificateFault::UnknownIssuer,
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => CertificateFault::Expired,
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => CertificateFault::NotYetValid,
        CertificateError::Revoked => CertificateFault::Revoked,
        _ => CertificateFault::Other,
    })
}
