//! The only place that knows how to ask for the time.

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::{Duration, Instant};

/// A clock that reads wall time once and the monotonic clock ever after: it never
/// goes back, and under a simulation it is simulated time.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    wall: DateTime<Utc>,
    started: Instant,
}

impl Clock {
    /// The system's time from now on.
    #[must_use]
    pub fn system() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is where wall time is read, once"
        )]
        let now = std::time::SystemTime::now();
        let since_epoch = now
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let wall = TimeDelta::from_std(since_epoch)
            .ok()
            .and_then(|passed| DateTime::UNIX_EPOCH.checked_add_signed(passed));
        Self::starting_at(wall.unwrap_or(DateTime::UNIX_EPOCH))
    }

    /// A clock that shows `wall` at this moment.
    #[must_use]
    pub fn starting_at(wall: DateTime<Utc>) -> Self {
        Self {
            wall,
            started: Instant::now(),
        }
    }

    /// The time now, in UTC.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.at(Instant::now())
    }

    /// The time at this moment, in UTC.
    #[must_use]
    pub fn at(&self, moment: Instant) -> DateTime<Utc> {
        let passed = moment.saturating_duration_since(self.started);
        let passed = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
        self.wall
            .checked_add_signed(passed)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The moment to sleep until for the time to be `at`; never early.
    #[must_use]
    pub fn instant_of(&self, at: DateTime<Utc>) -> Instant {
        let since_start = (at - self.wall).to_std().unwrap_or(Duration::ZERO);
        // Beyond what an instant can hold is beyond any server's life.
        let far = self.started + Duration::from_secs(100 * 365 * 86_400);
        self.started
            .checked_add(since_start)
            .map_or(far, |instant| instant.min(far))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_and_instants_agree() {
        let clock = Clock::starting_at(DateTime::UNIX_EPOCH);
        let later = DateTime::from_timestamp(3_600, 7).unwrap();
        tokio::time::sleep_until(clock.instant_of(later)).await;
        assert!(clock.now() >= later);
        assert!(clock.now() < later + TimeDelta::milliseconds(2));
        assert!(clock.instant_of(DateTime::<Utc>::MAX_UTC) > Instant::now());
        assert!(clock.instant_of(DateTime::<Utc>::MIN_UTC) <= Instant::now());
    }
}
