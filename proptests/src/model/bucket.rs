//! The rate, by another arithmetic than the engine's: not tokens, but the moment
//! at which everything taken so far will have been paid for (the generic cell rate
//! algorithm, ITU-T I.371), in exact whole numbers.

use chrono::{DateTime, TimeDelta, Utc};
use roomful::chat::Limits;

/// Nanoseconds times the rate: a token is worth a second of these.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    paid_at: i128,
}

const SECOND: i128 = 1_000_000_000;

impl Bucket {
    pub(super) fn full() -> Self {
        Self { paid_at: i128::MIN }
    }

    /// Whether it was full, and the moment at which there is a token again, when
    /// there is none now.
    pub(super) fn take(
        &mut self,
        now: DateTime<Utc>,
        limits: &Limits,
    ) -> (bool, Option<DateTime<Utc>>) {
        let (burst, rate) = (
            i128::from(limits.rate_burst),
            i128::from(limits.rate_per_second),
        );
        if burst == 0 || rate == 0 {
            return (true, None);
        }
        let nanos = i128::from(now.timestamp()) * SECOND + i128::from(now.timestamp_subsec_nanos());
        let was_full = self.paid_at <= nanos * rate;
        self.paid_at = self.paid_at.max(nanos * rate) + SECOND;
        let free_at = self.paid_at - (burst - 1) * SECOND;
        if free_at <= nanos * rate {
            return (was_full, None);
        }
        let wait = (free_at - nanos * rate + rate - 1) / rate;
        let wait = TimeDelta::nanoseconds(i64::try_from(wait).unwrap_or(i64::MAX));
        let until = now
            .checked_add_signed(wait)
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        (was_full, Some(until))
    }
}
