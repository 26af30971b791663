//! TLS through rustls, with the checks on.

use crate::options::Tls;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{io, path::PathBuf, sync::Arc};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Why no connection can be protected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The file of roots could not be read, or is not PEM.
    #[error("the root certificates in `{}` could not be read: {reason}", path.display())]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no root to check a server's certificate against.
    #[error("there are no root certificates on this machine: name a file with `sslrootcert`")]
    NoRoots,
    /// The TLS library refused the settings.
    #[error("TLS: {0}")]
    Settings(String),
}

/// What makes connections: with TLS, or without where that was asked for.
#[derive(Clone)]
pub(crate) enum Connector {
    Plain,
    Verified(MakeRustlsConnect),
}

pub(crate) fn connector(tls: &Tls) -> Result<Connector, TlsError> {
    let Tls::Verified { roots } = tls else { return Ok(Connector::Plain) };
    let settings = |error: rustls::Error| TlsError::Settings(error.to_string());
    let mut store = RootCertStore::empty();
    if let Some(path) = roots {
        let refused = |reason: String| TlsError::Roots { path: path.clone(), reason };
        let pem = std::fs::read(path).map_err(|error: io::Error| refused(error.to_string()))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| refused(error.to_string()))?;
            store.add(certificate).map_err(|error| refused(error.to_string()))?;
        }
    } else {
        store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if store.is_empty() {
        return Err(TlsError::NoRoots);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(settings)?
        .with_root_certificates(store)
        .with_no_client_auth();
    Ok(Connector::Verified(MakeRustlsConnect::new(config)))
}
