//! Certificates, for both TLS libraries. With both features on, the operating system's is used, as `reqwest` does.

use reqwest::{Certificate, ClientBuilder, Identity};

use crate::model::{ProblemCode, Problems, Secret};

#[derive(Clone, Default)]
pub(super) struct Tls {
    /// Texts in PEM.
    pub(super) roots: Vec<Vec<u8>>,
    /// A chain and its key, in PEM.
    pub(super) identity: Option<(Vec<u8>, Secret)>,
}

impl Tls {
    pub(super) fn check(&self, problems: &mut Problems) {
        let remedy = "give certificates in PEM (`-----BEGIN CERTIFICATE-----`)";
        for pem in &self.roots {
            match Certificate::from_pem_bundle(pem) {
                Ok(roots) if roots.is_empty() => {
                    problems.add(ProblemCode::Empty, "root_certificates", "has no certificate", remedy);
                }
                Ok(_) => {}
                Err(_) => problems.add(ProblemCode::Malformed, "root_certificates", "cannot be read", remedy),
            }
        }
        if self.identity().is_err() {
            let remedy = "give the chain in PEM, and its private key in PEM as PKCS #8 (`-----BEGIN PRIVATE KEY-----`)";
            problems.add(ProblemCode::Malformed, "client_certificate", "cannot be read", remedy);
        }
    }

    pub(super) fn apply(&self, mut builder: ClientBuilder) -> reqwest::Result<ClientBuilder> {
        for pem in &self.roots {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(pem)?);
        }
        if let Some(identity) = self.identity()? {
            builder = builder.identity(identity);
        }
        // Said, so that another crate's features do not choose a library that cannot read the identity.
        #[cfg(feature = "native-tls")]
        let builder = builder.tls_backend_native();
        #[cfg(not(feature = "native-tls"))]
        let builder = builder.tls_backend_rustls();
        Ok(builder)
    }

    fn identity(&self) -> reqwest::Result<Option<Identity>> {
        self.identity.as_ref().map(|(chain, key)| read_identity(chain, key)).transpose()
    }
}

#[cfg(feature = "native-tls")]
fn read_identity(chain: &[u8], key: &Secret) -> reqwest::Result<Identity> {
    Identity::from_pkcs8_pem(chain, key.expose().as_bytes())
}

#[cfg(not(feature = "native-tls"))]
fn read_identity(chain: &[u8], key: &Secret) -> reqwest::Result<Identity> {
    let both = zeroize::Zeroizing::new([chain, b"\n", key.expose().as_bytes()].concat());
    Identity::from_pem(&both)
}
