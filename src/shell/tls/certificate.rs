//! A certificate and its key, out of files and ready to be served.

use std::fmt;
use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// Where a certificate and its key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and after it those that lead to its root, in PEM (RFC 7468).
    pub cert: PathBuf,
    /// The key of the certificate, in PEM: PKCS #8, PKCS #1 or SEC 1.
    pub key: PathBuf,
}

/// A certificate with its key, ready to be served.
#[derive(Clone)]
pub struct Identity {
    pub(super) config: Arc<ServerConfig>,
    /// The certificate itself, without those that lead to its root.
    certificate: CertificateDer<'static>,
    expires: DateTime<Utc>,
}

impl TlsFiles {
    /// Reads them, and makes sure that they can be served at this moment.
    ///
    /// # Errors
    /// When they cannot: a file that cannot be read or holds something else, a key that
    /// is another's, a certificate that has expired or is not valid yet.
    pub fn load(&self, now: DateTime<Utc>) -> Result<Identity, TlsError> {
        let chain = self.chain()?;
        let expires = self.check_period(&chain[0], now)?;
        let key = self.private_key()?;
        let certificate = chain[0].clone();
        let config = self.config(chain, key)?;
        Ok(Identity {
            config: Arc::new(config),
            certificate,
            expires,
        })
    }

    /// Whether they can be read once more: a pipe is empty by now, or nobody writes to it,
    /// and whoever reads it would wait for ever.
    pub(super) fn can_be_read_again(&self) -> Result<(), TlsError> {
        for file in [&self.cert, &self.key] {
            if fs::metadata(file).is_ok_and(|file| file.file_type().is_fifo()) {
                return Err(TlsError::Pipe { file: file.clone() });
            }
        }
        Ok(())
    }

    fn chain(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let unreadable = |error| TlsError::new(&self.cert, "certificate", error);
        let chain = CertificateDer::pem_file_iter(&self.cert).map_err(unreadable)?;
        let chain: Vec<_> = chain.collect::<Result<_, _>>().map_err(unreadable)?;
        match chain.is_empty() {
            true => Err(unreadable(pem::Error::NoItemsFound)),
            false => Ok(chain),
        }
    }

    fn private_key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let unreadable = |error| TlsError::new(&self.key, "private key", error);
        PrivateKeyDer::from_pem_file(&self.key).map_err(|error| match self.key_is_locked() {
            true => TlsError::Locked {
                file: self.key.clone(),
            },
            false => unreadable(error),
        })
    }

    /// Whether the key has a password: in its label (RFC 7468, section 11), or in a header
    /// (RFC 1421, section 4.6.1.1).
    fn key_is_locked(&self) -> bool {
        let text = fs::read(&self.key).unwrap_or_default();
        let has = |mark: &str| text.windows(mark.len()).any(|part| part == mark.as_bytes());
        has("BEGIN ENCRYPTED PRIVATE KEY") || has("Proc-Type: 4,ENCRYPTED")
    }

    /// Until when it is valid, if it is.
    fn check_period(
        &self,
        certificate: &CertificateDer<'_>,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, TlsError> {
        let file = || self.cert.clone();
        let certificate =
            Certificate::from_der(certificate).map_err(|error| TlsError::Refused {
                file: file(),
                why: format!("its first block is no certificate ({error})"),
            })?;
        let validity = certificate.tbs_certificate.validity;
        let (begins, expires) = (moment(validity.not_before), moment(validity.not_after));
        if expires <= now {
            let file = file();
            return Err(TlsError::Expired { file, expires });
        }
        if begins > now {
            let file = file();
            return Err(TlsError::TooEarly { file, begins });
        }
        Ok(expires)
    }

    fn config(
        &self,
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<ServerConfig, TlsError> {
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring has what TLS 1.2 and 1.3 need");
        let config = builder.with_no_client_auth().with_single_cert(chain, key);
        let mut config = config.map_err(|error| self.refused(&error))?;
        // People stay for hours: what would let them resume a session (RFC 8446, section
        // 2.2) saves nothing, costs memory, and keeps them from seeing a new certificate.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(config)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library's list of errors is open"
    )]
    fn refused(&self, error: &rustls::Error) -> TlsError {
        match error {
            rustls::Error::InconsistentKeys(_) => TlsError::Mismatch {
                cert: self.cert.clone(),
                key: self.key.clone(),
            },
            rustls::Error::InvalidCertificate(_) => TlsError::Refused {
                file: self.cert.clone(),
                why: error.to_string(),
            },
            // It looks at no more of the certificate than its key.
            _ => TlsError::Refused {
                file: self.key.clone(),
                why: format!(
                    "{error} (RSA from 2,048 bits on, P-256, P-384 and Ed25519 can be served)"
                ),
            },
        }
    }
}

impl Identity {
    /// Whether the certificate is the same as another one's.
    #[must_use]
    pub fn shows_the_same_as(&self, other: &Self) -> bool {
        self.certificate == other.certificate
    }

    /// When it is no longer valid.
    #[must_use]
    pub fn expires(&self) -> DateTime<Utc> {
        self.expires
    }

    /// Whole days for which it is still valid; negative when it is no longer.
    #[must_use]
    pub fn days_left(&self, now: DateTime<Utc>) -> i64 {
        let seconds = (self.expires - now).num_seconds();
        seconds.div_euclid(TimeDelta::days(1).num_seconds())
    }
}

/// It holds a key: only what is public is shown.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = &mut f.debug_struct("Identity");
        shown
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Seconds since 1970; a certificate may name years that no calendar here has.
fn moment(time: x509_cert::time::Time) -> DateTime<Utc> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).ok();
    let moment = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    moment.unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{} cannot be read: {source}. Check its name and who may read it.", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A pipe, as a shell makes one for `<(…)`, was read before.
    #[error("{} is a pipe, which can be read only once", .file.display())]
    Pipe {
        /// The pipe.
        file: PathBuf,
    },
    /// A file holds something else.
    #[error(
        "{} holds no {what}. It must be in PEM: a block that begins with \
         -----BEGIN {}-----.", .file.display(), .what.to_uppercase()
    )]
    Nothing {
        /// The file.
        file: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// A file is damaged, or holds a kind that is not known.
    #[error("{} cannot be used: {why}. Make it again.", .file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The key is encrypted.
    #[error(
        "the key in {} has a password, and nobody is there to type it. Take it off: \
         openssl pkey -in {} -out FILE", .file.display(), .file.display()
    )]
    Locked {
        /// The key's file.
        file: PathBuf,
    },
    /// The key belongs to another certificate.
    #[error(
        "the key in {} does not belong to the certificate in {}. \
         Give the key that the certificate was made with.", .key.display(), .cert.display()
    )]
    Mismatch {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
    },
    /// It was valid once.
    #[error(
        "the certificate in {} expired at {expires}. Renew it: nobody would accept it.",
        .file.display()
    )]
    Expired {
        /// The certificate's file.
        file: PathBuf,
        /// When.
        expires: DateTime<Utc>,
    },
    /// It is not valid yet.
    #[error(
        "the certificate in {} is valid only from {begins} on. Is this machine's clock right?",
        .file.display()
    )]
    TooEarly {
        /// The certificate's file.
        file: PathBuf,
        /// When it begins to be.
        begins: DateTime<Utc>,
    },
}

impl TlsError {
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library's list of errors is open"
    )]
    fn new(file: &Path, what: &'static str, error: pem::Error) -> Self {
        let file = file.to_owned();
        match error {
            pem::Error::Io(source) => Self::Unreadable { file, source },
            pem::Error::NoItemsFound => Self::Nothing { file, what },
            pem::Error::MissingSectionEnd { .. } => {
                let why = "it ends in the middle of a block".to_owned();
                Self::Refused { file, why }
            }
            other => {
                let why = format!("it is garbled ({other})");
                Self::Refused { file, why }
            }
        }
    }
}
