//! Until when the certificate is valid, where there is one.

use std::sync::Mutex;

use chrono::{DateTime, Utc};

/// The end of a certificate's validity. Whoever serves one says it, also after it
/// was renewed; a server without one has no figure for it.
#[derive(Debug, Default)]
pub struct Certificate(Mutex<Option<DateTime<Utc>>>);

impl Certificate {
    /// The certificate that is served from now on is valid until this moment.
    pub fn set_valid_until(&self, not_after: DateTime<Utc>) {
        *self.lock() = Some(not_after);
    }

    /// Seconds until its end, negative after it; `None` without a certificate.
    pub(super) fn seconds_left(&self, now: DateTime<Utc>) -> Option<f64> {
        let left = (*self.lock())? - now;
        Some(left.as_seconds_f64())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<DateTime<Utc>>> {
        // Nothing panics while it holds the lock.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn there_is_time_left_only_of_a_certificate() {
        let certificate = Certificate::default();
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(certificate.seconds_left(now), None);
        certificate.set_valid_until(now + TimeDelta::hours(36));
        assert_eq!(certificate.seconds_left(now), Some(36.0 * 3600.0));
        assert_eq!(
            certificate.seconds_left(now + TimeDelta::hours(48)),
            Some(-12.0 * 3600.0)
        );
    }
}
