//! Certificates made on the spot, and clients that trust them.

mod certificates;
mod connections;
mod renewing;

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::{Tls, TlsFiles};

/// The moment at which these tests run.
pub(crate) fn today() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// A certificate for `localhost` that is valid from so many days ago, for so many days
/// from today on, with its key.
pub(crate) fn make(dir: &Path, (ago, left): (i64, i64)) -> TlsFiles {
    let files = TlsFiles {
        cert: dir.join("cert.pem"),
        key: dir.join("key.pem"),
    };
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let at =
        |moment: DateTime<Utc>| epoch + Duration::from_secs(moment.timestamp().try_into().unwrap());
    params.not_before = at(today() - TimeDelta::days(ago));
    params.not_after = at(today() + TimeDelta::days(left));
    let key = KeyPair::generate().unwrap();
    let cert = params.self_signed(&key).unwrap();
    write(&files.cert, &cert.pem());
    write(&files.key, &key.serialize_pem());
    files
}

/// Writes a file at a time of its own: with a paused clock, all would be written in the
/// same moment.
fn write(file: &Path, text: &str) {
    static WRITTEN: AtomicU64 = AtomicU64::new(0);
    fs::write(file, text).unwrap();
    let seconds = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let file = File::options().write(true).open(file).unwrap();
    file.set_modified(moment).unwrap();
}

/// A server's TLS, and the certificate that a client has to trust.
pub(crate) fn served() -> (Tls, CertificateDer<'static>) {
    let dir = tempfile::tempdir().unwrap();
    let files = make(dir.path(), (1, 90));
    let trusted = CertificateDer::from_pem_file(&files.cert).unwrap();
    (Tls::new(files.load(today()).unwrap()), trusted)
}

/// A client's end, once it trusts the other.
pub(crate) async fn connect<S>(stream: S, trusted: &CertificateDer<'static>) -> TlsStream<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}
