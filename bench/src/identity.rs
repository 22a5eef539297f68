//! A certificate for a server that is measured with TLS.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

/// A certificate and its key, in files that are gone when this is.
pub struct Identity {
    dir: TempDir,
}

impl Identity {
    /// Makes a new one, with a key on the curve P-256.
    ///
    /// # Errors
    /// If the files cannot be written.
    pub fn new() -> Result<Self> {
        let made = generate_simple_self_signed(["localhost".to_owned()]);
        let CertifiedKey { cert, signing_key } = made.context("cannot make a certificate")?;
        let dir = tempfile::tempdir().context("cannot make a directory for a certificate")?;
        let identity = Self { dir };
        fs::write(identity.certificate(), cert.pem())?;
        fs::write(identity.key(), signing_key.serialize_pem())?;
        Ok(identity)
    }

    /// The file with the certificate.
    #[must_use]
    pub fn certificate(&self) -> PathBuf {
        self.dir.path().join("cert.pem")
    }

    /// The file with its key.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }
}
