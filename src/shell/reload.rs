//! SIGHUP: the configuration file and the certificate are read again, and what may
//! change does.

use std::convert::Infallible;
use std::time::Duration;

use tracing::{error, info, warn};

use super::cli::{Change, Settings};
use super::logging::Log;
use super::tls::Renewal;
use super::{Handle, Tuning, descriptors};

/// A running server, with the settings that it has.
pub struct Reload<'l> {
    /// As they were at the start, but for what has changed since.
    running: Settings,
    handle: Handle,
    log: &'l Log,
    /// How many sockets it listens on.
    listeners: usize,
    certificate: Option<Renewal>,
}

impl<'l> Reload<'l> {
    /// A server that was started with these settings, listens on so many sockets, and
    /// has this certificate, if any.
    #[must_use]
    pub fn new(
        running: Settings,
        handle: Handle,
        log: &'l Log,
        (listeners, certificate): (usize, Option<Renewal>),
    ) -> Self {
        Self {
            running,
            handle,
            log,
            listeners,
            certificate,
        }
    }

    /// Reads the configuration file and the certificate again, changes what may be
    /// changed, and says in the log what that is and what needs a restart. Something
    /// wrong in one of them changes nothing of it.
    pub async fn run(&mut self) {
        self.read_configuration().await;
        if let Some(certificate) = &mut self.certificate {
            certificate.reload();
        }
    }

    /// How long a stop may take, as it is set now.
    #[must_use]
    pub fn shutdown_grace(&self) -> Duration {
        self.running.config.shutdown_grace
    }

    /// Serves the certificate that is in its files, if there is one, as it changes. Never
    /// returns; may be dropped at any moment.
    pub async fn watch(&mut self) -> Infallible {
        match &mut self.certificate {
            Some(certificate) => certificate.run().await,
            None => std::future::pending().await,
        }
    }

    async fn read_configuration(&mut self) {
        let new = match self.running.read_again() {
            Ok(new) => new,
            Err(stop) => {
                for line in stop.lines() {
                    error!("the configuration stays as it was: {line}");
                }
                return;
            }
        };
        let Some(file) = new.file().map(|file| file.display().to_string()) else {
            if self.certificate.is_none() {
                warn!("SIGHUP received, but {}", new.no_file());
            }
            return;
        };
        let changes = self.running.chosen.changes(&new.chosen);
        let (at_once, later): (Vec<_>, Vec<_>) =
            changes.into_iter().partition(|change| change.may_change);
        let before = self.running.log.level;
        self.apply(&new).await;
        // Whichever of the two levels shows more shows this.
        self.log.set_level(before.max(new.log.level));
        info!("{file} was read again: {}", listed(&at_once));
        self.log.set_level(new.log.level);
        if !later.is_empty() {
            let names: Vec<_> = later.iter().map(|change| change.name).collect();
            warn!("{} changed too, which needs a restart", names.join(", "));
        }
        self.take_over(new);
    }

    async fn apply(&self, new: &Settings) {
        let mut tuning = Tuning::from(&new.config);
        let (wanted, listeners) = (tuning.connections_max, self.listeners);
        tuning.connections_max = descriptors::connections_that_fit(wanted, listeners);
        self.handle.tune(tuning).await;
    }

    /// What needs a restart stays as it is, so that it is told again.
    fn take_over(&mut self, new: Settings) {
        let mut chosen = self.running.chosen.clone();
        chosen.take_over(&new.chosen);
        self.running = new;
        self.running.chosen = chosen;
    }
}

fn listed(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing changes".to_owned();
    }
    let one = |Change { name, old, new, .. }: &Change| format!("{name} {old} → {new}");
    let all: Vec<_> = changes.iter().map(one).collect();
    all.join(", ")
}
