//! When the system gives no connection (out of descriptors, say): how long to
//! wait, and what to log.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

/// The wait after the first failure in a row; each further one doubles it.
pub(super) const PAUSE_MIN: Duration = Duration::from_millis(10);
/// The longest wait.
pub(super) const PAUSE_MAX: Duration = Duration::from_secs(1);
/// The least time between two warnings.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// Failures to accept, so far.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    /// The wait after the latest failure; zero after a success.
    pause: Duration,
    warned: Option<Instant>,
    /// Failures since the last warning.
    failures: u64,
}

impl Trouble {
    /// Takes note of a failure, warns if it is time to, and returns how long to wait.
    pub(super) fn met(&mut self, error: &io::Error, now: Instant) -> Duration {
        if let Some(failures) = self.due(now) {
            tracing::warn!(%error, failures, "could not accept connections; trying again");
        }
        self.pause = (self.pause * 2).clamp(PAUSE_MIN, PAUSE_MAX);
        self.pause
    }

    /// A connection was accepted.
    pub(super) fn is_over(&mut self) {
        self.pause = Duration::ZERO;
    }

    /// The failures to warn of, if it is time to warn.
    fn due(&mut self, now: Instant) -> Option<u64> {
        self.failures += 1;
        let waits = |warned| now.saturating_duration_since(warned) < WARN_EVERY;
        if self.warned.is_some_and(waits) {
            return None;
        }
        self.warned = Some(now);
        Some(std::mem::take(&mut self.failures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_doubles_up_to_a_second_and_starts_again_after_a_success() {
        let mut trouble = Trouble::default();
        let now = Instant::now();
        let mut pause = || trouble.met(&io::ErrorKind::Other.into(), now).as_millis();
        let pauses = [(); 9].map(|()| pause());
        assert_eq!(pauses, [10, 20, 40, 80, 160, 320, 640, 1000, 1000]);
        trouble.is_over();
        assert_eq!(trouble.met(&io::ErrorKind::Other.into(), now), PAUSE_MIN);
    }

    #[test]
    fn the_first_failure_is_warned_of_then_one_line_every_ten_seconds_with_a_count() {
        let mut trouble = Trouble::default();
        let started = Instant::now();
        let mut due = |millis| trouble.due(started + Duration::from_millis(millis));
        assert_eq!(due(0), Some(1));
        assert_eq!(due(1), None);
        assert_eq!(due(9_999), None);
        assert_eq!(due(10_000), Some(3));
        assert_eq!(due(19_999), None);
        assert_eq!(due(60_000), Some(2));
    }
}
