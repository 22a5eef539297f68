//! What the service manager is told (`sd_notify(3)`): ready, well, stopping.

use std::convert::Infallible;

use sd_notify::NotifyState;
use tokio::time::{Duration, interval, timeout};

use crate::shell::Handle;

/// From one status line to the next, unless the watchdog wants more.
const STATUS_INTERVAL: Duration = Duration::from_secs(10);
/// Within the time that the watchdog allows, it hears so often that all is well.
const BEATS_PER_LIMIT: u32 = 3;
/// How long a stop may take beyond its grace: the last commits.
const STOP_EXTRA: Duration = Duration::from_secs(15);

/// Tells the service manager how the server is; nothing where there is none.
#[derive(Debug)]
pub struct Notifier {
    server: Handle,
    /// How long the server may be silent, if somebody watches.
    limit: Option<Duration>,
}

impl Notifier {
    /// For the service manager that started this process, if one did.
    #[must_use]
    pub fn new(server: Handle) -> Self {
        let limit = sd_notify::watchdog_enabled();
        Self { server, limit }
    }

    /// People can connect; or: what was to be read again has been.
    pub fn ready(&self) {
        let status = self.status();
        tell(&[NotifyState::Ready, NotifyState::Status(&status)]);
    }

    /// The configuration is being read again; [`Notifier::ready`] says when it has been.
    pub fn reloading(&self) {
        if let Ok(now) = NotifyState::monotonic_usec_now() {
            tell(&[NotifyState::Reloading, now]);
        }
    }

    /// Nobody new is let in, and what is on its way is flushed for so long at most.
    pub fn stopping(&self, grace: Duration) {
        let micros = (grace + STOP_EXTRA).as_micros();
        let micros = u32::try_from(micros).unwrap_or(u32::MAX);
        tell(&[
            NotifyState::Stopping,
            NotifyState::Status("Stopping: what is on its way is delivered."),
            NotifyState::ExtendTimeoutUsec(micros),
        ]);
    }

    /// Says that all is well for as long as the hub answers: a server that hangs is
    /// started again by whoever watches.
    pub async fn watch(&self) -> Infallible {
        let limit = self.limit.unwrap_or(STATUS_INTERVAL * BEATS_PER_LIMIT);
        let mut beats = interval((limit / BEATS_PER_LIMIT).max(Duration::from_millis(1)));
        beats.tick().await; // The first is at once, and `ready` has said so much.
        loop {
            beats.tick().await;
            if timeout(limit, self.server.pulse()).await == Ok(true) {
                let status = self.status();
                tell(&[NotifyState::Watchdog, NotifyState::Status(&status)]);
            }
        }
    }

    fn status(&self) -> String {
        let metrics = self.server.metrics();
        let present = match metrics.present() {
            (0, _) => "Nobody is here.".to_owned(),
            (1, _) => "1 person is here.".to_owned(),
            (people, 1) => format!("{people} people in 1 room."),
            (people, rooms) => format!("{people} people in {rooms} rooms."),
        };
        if metrics.is_history_troubled() {
            present + " What is said cannot be kept in history at the moment; see the log."
        } else {
            present
        }
    }
}

/// A service manager that does not listen keeps nobody from talking.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "the service manager could not be told");
    }
}
