//! Everything that a server listens on, open.

use std::io;
use std::net::SocketAddr;

use tracing::warn;

use super::admin::Admin;
use super::cli::Settings;
use super::systemd::HandedOver;
use super::tls::{Renewal, TlsError};
use super::{BindError, Clock, Listening, TcpListener};

/// Sockets that listen, and what is said there first.
pub struct Doors {
    /// Plain, and with a certificate TLS too.
    pub listeners: Vec<TcpListener>,
    /// TLS alone.
    pub tls_only: Vec<TcpListener>,
    /// The certificate, if there is one.
    pub renewal: Option<Renewal>,
    /// Metrics and health, if they are shown.
    pub admin: Option<Admin>,
}

/// Why a server cannot listen as it was told to. One sentence or two for a person.
#[derive(Debug, thiserror::Error)]
pub enum DoorError {
    /// An address is not to be had.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The certificate cannot be served.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The service manager has opened a port for TLS, and there is none to speak.
    #[error(
        "the service manager handed over a socket named tls, and there is no certificate. \
         Give the server one with --tls-cert and --tls-key, or take FileDescriptorName=tls out of \
         the socket unit."
    )]
    NoCertificate,
    /// The system does not go on with a socket that is open already.
    #[error("a socket that is open cannot be listened on: {0}")]
    Socket(#[from] io::Error),
}

/// Whoever chose an address is told that it is not listened on.
fn warn_of_what_is_not_used(settings: &Settings) {
    for name in ["listen", "listen_tls"] {
        if let Some(set) = settings.chosen.set_as(name) {
            warn!(
                "{set} is not used: the service manager has handed over the sockets to listen on"
            );
        }
    }
}

impl Doors {
    /// Opens them: those that the service manager has handed over, and if it has not, those
    /// of the addresses that were chosen.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub fn open(
        settings: &Settings,
        handed_over: HandedOver,
        clock: Clock,
    ) -> Result<Self, DoorError> {
        let files = settings.tls.clone();
        let renewal = files
            .map(|files| Renewal::begin(files, clock))
            .transpose()?;
        let config = &settings.config;
        let stall_timeout = config.stall_timeout;
        let bind = |addresses: &[SocketAddr], flag| {
            let bind = |address: &SocketAddr| TcpListener::bind(*address, stall_timeout);
            let bound = addresses.iter().map(bind);
            let bound: Result<Vec<_>, _> = bound.collect();
            bound.map_err(|error| error.chosen_by(flag))
        };
        let adopt = |listeners: Vec<std::net::TcpListener>| {
            let adopt = |listener| TcpListener::adopt(listener, stall_timeout);
            let adopted = listeners.into_iter().map(adopt);
            adopted.collect::<Result<Vec<_>, _>>()
        };
        let (listeners, tls_only) = if handed_over.is_empty() {
            (
                bind(&config.listen, "--listen")?,
                bind(&config.listen_tls, "--listen-tls")?,
            )
        } else {
            warn_of_what_is_not_used(settings);
            (adopt(handed_over.listeners)?, adopt(handed_over.tls_only)?)
        };
        if renewal.is_none() && !tls_only.is_empty() {
            return Err(DoorError::NoCertificate);
        }
        let admin = settings.admin.map(Admin::bind).transpose()?;
        Ok(Self {
            listeners,
            tls_only,
            renewal,
            admin,
        })
    }

    /// How many sockets people come by.
    #[must_use]
    pub fn count(&self) -> usize {
        self.listeners.len() + self.tls_only.len()
    }

    /// Where they are, with the ports that the system chose.
    ///
    /// # Errors
    /// When the system cannot say.
    pub fn listening(&self) -> io::Result<Listening> {
        let addresses = |listeners: &[TcpListener]| {
            let addresses = listeners.iter().map(TcpListener::local_addr);
            addresses.collect::<io::Result<Vec<_>>>()
        };
        Ok(Listening {
            addresses: addresses(&self.listeners)?,
            takes_tls: self.renewal.is_some(),
            tls_only: addresses(&self.tls_only)?,
            admin: self.admin.as_ref().map(Admin::local_addr),
        })
    }
}
