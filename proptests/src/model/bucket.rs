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
        let (burst, rate) = of(limits);
        if burst == 0 || rate == 0 {
            return (true, None);
        }
        let nanos = nanos(now);
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

    /// What was not paid for stays so, but that nobody is left with more than the new
    /// burst, and that who owed nothing still owes nothing.
    pub(super) fn change(&mut self, now: DateTime<Utc>, from: &Limits, to: &Limits) {
        let ((burst, rate), (new_burst, new_rate)) = (of(from), of(to));
        let unpaid = self.paid_at.saturating_sub(nanos(now) * rate);
        if burst == 0 || rate == 0 || unpaid <= 0 {
            *self = Self::full();
            return;
        }
        let left = burst * SECOND - unpaid;
        let unpaid = (new_burst * SECOND - left).max(0);
        self.paid_at = nanos(now) * new_rate + unpaid;
    }
}

fn of(limits: &Limits) -> (i128, i128) {
    let (burst, rate) = (limits.rate_burst, limits.rate_per_second);
    (burst.into(), rate.into())
}

fn nanos(at: DateTime<Utc>) -> i128 {
    i128::from(at.timestamp()) * SECOND + i128::from(at.timestamp_subsec_nanos())
}
