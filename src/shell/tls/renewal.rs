//! A certificate that is renewed is served without a restart.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use tokio::time::sleep;
use tracing::{debug, error, info, warn};

use super::{Tls, TlsError, TlsFiles};
use crate::shell::Clock;
use crate::shell::metrics::Metrics;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// From so many days on, every day brings a warning.
const WARN_DAYS: i64 = 21;

/// Serves what is in the files, whenever that changes.
pub struct Renewal {
    tls: Tls,
    files: TlsFiles,
    clock: Clock,
    /// How the files looked when they were read last.
    read: Look,
    /// How they looked when they were looked at last.
    seen: Look,
    /// What was wrong with them when they were read last: they are tried until it is not.
    wrong: Option<String>,
    /// For how many days the certificate was said to be valid still.
    warned_of: Option<i64>,
    /// Which show until when it is valid, if any do.
    metrics: Option<Metrics>,
}

/// How the two files look from outside: whether they changed can be told from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look([Option<(SystemTime, u64)>; 2]);

impl Renewal {
    /// Reads the files for the first time.
    ///
    /// # Errors
    /// When there is nothing that could be served.
    pub fn begin(files: TlsFiles, clock: Clock) -> Result<Self, TlsError> {
        let look = Look::at(&files);
        let tls = Tls::new(files.load(clock.now())?);
        Ok(Self {
            tls,
            files,
            clock,
            read: look,
            seen: look,
            wrong: None,
            warned_of: None,
            metrics: None,
        })
    }

    /// What handshakes are answered with.
    #[must_use]
    pub fn tls(&self) -> Tls {
        self.tls.clone()
    }

    /// Has these figures say, from now on, until when the certificate is valid.
    pub fn show_in(&mut self, metrics: &Metrics) {
        self.metrics = Some(metrics.clone());
        self.show_the_end();
    }

    fn show_the_end(&self) {
        if let Some(metrics) = &self.metrics {
            let until = self.tls.identity().expires();
            metrics.certificate().set_valid_until(until);
        }
    }

    /// Looks at the files again and again, and at the days that are left. Never returns;
    /// may be dropped at any moment.
    pub async fn run(&mut self) -> std::convert::Infallible {
        loop {
            self.warn_of_the_end();
            sleep(LOOK_EVERY).await;
            self.look();
        }
    }

    /// Reads the files if they have changed since they were read last, and do so no
    /// longer: they are two, and one of them is written first.
    fn look(&mut self) {
        let look = Look::at(&self.files);
        let is_settled = look == std::mem::replace(&mut self.seen, look);
        if is_settled && look != self.read {
            debug!("the certificate's files have changed");
            self.reload();
        } else if is_settled && self.wrong.is_some() {
            // It may be right by now, and the files look the same: who may read them, or
            // from when on the certificate is valid.
            self.try_again();
        }
    }

    /// Reads the files, whether they seem to have changed or not. Whatever is wrong with
    /// them, what was served before still is.
    pub fn reload(&mut self) {
        self.wrong = None;
        self.try_again();
    }

    /// Says nothing of what is as wrong as it was.
    fn try_again(&mut self) {
        // Before they are read: what changes meanwhile is seen as changed again.
        self.read = Look::at(&self.files);
        let now = self.clock.now();
        let again = self.files.can_be_read_again();
        match again.and_then(|()| self.files.load(now)) {
            Ok(identity) => {
                self.wrong = None;
                let file = self.files.cert.display();
                let until = identity.expires();
                if identity.shows_the_same_as(&self.tls.identity()) {
                    info!("{file} was read again: the same certificate, valid until {until}");
                } else {
                    info!(
                        "{file} was read again: new connections see the new certificate, \
                         valid until {until}"
                    );
                }
                self.tls.replace(identity);
                self.show_the_end();
                self.warned_of = None;
                self.warn_of_the_end();
            }
            Err(error) => {
                let wrong = Some(error.to_string());
                if self.wrong != wrong {
                    error!("the certificate stays the one it was: {error}");
                }
                self.wrong = wrong;
            }
        }
    }

    /// Once a day, when few are left.
    fn warn_of_the_end(&mut self) {
        let identity = self.tls.identity();
        let days = identity.days_left(self.clock.now());
        if days >= WARN_DAYS || self.warned_of == Some(days) {
            return;
        }
        self.warned_of = Some(days);
        let until = identity.expires();
        if days < 0 {
            warn!("the certificate expired at {until}: clients refuse it. Renew it.");
        } else {
            let plural = if days == 1 { "" } else { "s" };
            warn!("the certificate expires in {days} day{plural}, at {until}. Renew it.");
        }
    }
}

impl Look {
    fn at(files: &TlsFiles) -> Self {
        Self([look(&files.cert), look(&files.key)])
    }
}

/// When a file was changed and how long it is; `None` if nobody can tell.
fn look(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
