//! The token bucket: it delays, and drops nothing.

use chrono::{DateTime, TimeDelta, Utc};

use crate::chat::Limits;

/// How many commands a person may still send at once. Whole numbers, exact over
/// any time: a token is 10⁹ grains, and a rate of one token a second is one grain
/// a nanosecond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    grains: i64,
    /// Up to when it has been filled.
    filled_at: DateTime<Utc>,
}

/// What taking a token showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// The bucket was full before.
    pub(super) was_full: bool,
    /// Over the rate: the moment at which there is a token again.
    pub(super) over_until: Option<DateTime<Utc>>,
}

const TOKEN: i64 = 1_000_000_000;

impl Bucket {
    pub(super) fn full(now: DateTime<Utc>, limits: &Limits) -> Self {
        Self {
            grains: capacity(limits),
            filled_at: now,
        }
    }

    /// Takes a token, there or not: what is missing is owed.
    pub(super) fn take(&mut self, now: DateTime<Utc>, limits: &Limits) -> Taken {
        if is_off(limits) {
            return Taken {
                was_full: true,
                over_until: None,
            };
        }
        self.fill(now, limits);
        let was_full = self.grains == capacity(limits);
        self.grains = self.grains.saturating_sub(TOKEN);
        let over_until = (self.grains < TOKEN).then(|| now_plus(now, self.wait(limits)));
        Taken {
            was_full,
            over_until,
        }
    }

    /// Goes over to other limits: a full bucket is full of the new burst, another keeps
    /// its tokens, as far as there is place for them, and what it owes.
    pub(super) fn change(&mut self, now: DateTime<Utc>, from: &Limits, to: &Limits) {
        self.fill(now, from);
        let is_full = is_off(from) || self.grains == capacity(from);
        let kept = if is_full { i64::MAX } else { self.grains };
        self.grains = kept.min(capacity(to));
    }

    fn fill(&mut self, now: DateTime<Utc>, limits: &Limits) {
        let passed = now.signed_duration_since(self.filled_at);
        self.filled_at = now;
        let Some(nanoseconds) = passed.num_nanoseconds() else {
            self.grains = capacity(limits); // Centuries have passed.
            return;
        };
        let gained = i128::from(nanoseconds) * i128::from(limits.rate_per_second);
        let grains = (i128::from(self.grains) + gained).min(i128::from(capacity(limits)));
        self.grains = i64::try_from(grains).expect("between the level before and the capacity");
    }

    /// The time until there is one token, rounded up to a nanosecond.
    fn wait(&self, limits: &Limits) -> TimeDelta {
        let missing = TOKEN.saturating_sub(self.grains);
        let rate = i64::from(limits.rate_per_second);
        TimeDelta::nanoseconds(missing / rate + i64::from(missing % rate != 0))
    }
}

/// A zero in either.
fn is_off(limits: &Limits) -> bool {
    limits.rate_burst == 0 || limits.rate_per_second == 0
}

fn capacity(limits: &Limits) -> i64 {
    i64::from(limits.rate_burst) * TOKEN
}

fn now_plus(now: DateTime<Utc>, wait: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(wait)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(nanoseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_nanos(nanoseconds)
    }

    #[test]
    fn twenty_at_once_and_the_twentieth_says_wait() {
        let limits = Limits::default();
        let mut bucket = Bucket::full(at(0), &limits);
        for _ in 0..19 {
            assert_eq!(bucket.take(at(0), &limits).over_until, None);
        }
        assert_eq!(
            bucket.take(at(0), &limits).over_until,
            Some(at(200_000_000))
        );
    }

    #[test]
    fn sixteen_more_are_owed_exactly() {
        let limits = Limits::default();
        let mut bucket = Bucket::full(at(0), &limits);
        for _ in 0..20 {
            bucket.take(at(0), &limits);
        }
        let last = (0..16).map(|_| bucket.take(at(0), &limits)).last().unwrap();
        assert_eq!(last.over_until, Some(at(17 * 200_000_000)));
        // At that moment there is one token, and taking it leaves none.
        let next = bucket.take(at(17 * 200_000_000), &limits);
        assert_eq!(next.over_until, Some(at(18 * 200_000_000)));
    }

    #[test]
    fn months_of_odd_steps_do_not_drift() {
        let limits = Limits {
            rate_burst: 1_000_000_000,
            rate_per_second: 3,
            ..Limits::default()
        };
        let mut bucket = Bucket::full(at(0), &limits);
        for _ in 0..1_000 {
            bucket.take(at(0), &limits);
        }
        let before = bucket.grains;
        let step = 86_400_000_000_007 / 977;
        for i in 1..=1_000_i64 {
            bucket.fill(at(i * step / 1_000), &limits);
        }
        assert_eq!(bucket.grains, (before + step * 3).min(capacity(&limits)));
    }

    #[test]
    fn a_zero_in_either_switches_it_off() {
        for (rate_burst, rate_per_second) in [(0, 5), (20, 0)] {
            let limits = Limits {
                rate_burst,
                rate_per_second,
                ..Limits::default()
            };
            let mut bucket = Bucket::full(at(0), &limits);
            assert!((0..100).all(|_| bucket.take(at(0), &limits).over_until.is_none()));
        }
    }

    fn rate(rate_burst: u32, rate_per_second: u32) -> Limits {
        Limits {
            rate_burst,
            rate_per_second,
            ..Limits::default()
        }
    }

    /// How many can be taken at once.
    fn left(bucket: &Bucket, limits: &Limits) -> i64 {
        assert!(bucket.grains <= capacity(limits));
        bucket.grains.div_euclid(TOKEN)
    }

    #[test]
    fn other_limits_leave_what_is_left() {
        let (old, more, less) = (rate(20, 5), rate(40, 5), rate(10, 1));
        let mut unused = Bucket::full(at(0), &old);
        unused.change(at(0), &old, &more);
        assert_eq!(left(&unused, &more), 40, "a full one is full");
        for (taken, of_more, of_less) in [(5, 15, 10), (15, 5, 5), (22, -2, -2)] {
            let mut bucket = Bucket::full(at(0), &old);
            for _ in 0..taken {
                bucket.take(at(0), &old);
            }
            let mut raised = bucket.clone();
            raised.change(at(0), &old, &more);
            assert_eq!(left(&raised, &more), of_more, "{taken}");
            bucket.change(at(0), &old, &less);
            assert_eq!(left(&bucket, &less), of_less, "{taken}");
        }
    }

    #[test]
    fn the_time_before_counts_at_the_old_rate() {
        let (old, new) = (rate(20, 5), rate(20, 1));
        let mut bucket = Bucket::full(at(0), &old);
        for _ in 0..20 {
            bucket.take(at(0), &old);
        }
        bucket.change(at(1_000_000_000), &old, &new);
        assert_eq!(left(&bucket, &new), 5);
        bucket.fill(at(2_000_000_000), &new);
        assert_eq!(left(&bucket, &new), 6);
    }

    #[test]
    fn switched_on_again_everybody_has_all() {
        for off in [rate(0, 5), rate(20, 0)] {
            let (on, again) = (rate(20, 5), rate(3, 5));
            let mut bucket = Bucket::full(at(0), &on);
            for _ in 0..30 {
                bucket.take(at(0), &on);
            }
            bucket.change(at(0), &on, &off);
            assert_eq!(bucket.take(at(0), &off).over_until, None);
            bucket.change(at(0), &off, &again);
            assert_eq!(left(&bucket, &again), 3);
        }
    }

    #[test]
    fn centuries_fill_it() {
        let limits = Limits::default();
        let mut bucket = Bucket::full(DateTime::<Utc>::MIN_UTC, &limits);
        for _ in 0..30 {
            bucket.take(DateTime::<Utc>::MIN_UTC, &limits);
        }
        assert!(bucket.take(DateTime::<Utc>::MAX_UTC, &limits).was_full);
    }
}
