//! How long events take, without a look at the clock for the end of each.

use tokio::time::Instant;

use crate::shell::metrics::Tally;

/// Times the events of one stretch of work, in which the hub waits for nothing: each is
/// over when the next one begins, so that only the last one's end is looked up.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// When the event began that is not over.
    began: Option<Instant>,
}

impl Watch {
    /// The next event begins now.
    pub(super) fn next(&mut self, now: Instant, steps: &mut Tally) {
        if let Some(before) = self.began.replace(now) {
            steps.observe(now.duration_since(before));
        }
    }

    /// The stretch is over; nothing if there was no event in it.
    pub(super) fn stop(&mut self, steps: &mut Tally) {
        if let Some(last) = self.began.take() {
            steps.observe(last.elapsed());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::advance;

    use super::*;
    use crate::shell::metrics::Histogram;

    #[tokio::test(start_paused = true)]
    async fn an_event_lasts_until_the_next_one_or_the_end_of_the_stretch() {
        let (mut watch, mut steps) = (Watch::default(), Tally::default());
        watch.next(Instant::now(), &mut steps);
        advance(Duration::from_millis(1)).await;
        watch.next(Instant::now(), &mut steps);
        advance(Duration::from_millis(100)).await;
        watch.stop(&mut steps);
        // Between stretches it waits.
        advance(Duration::from_secs(10)).await;
        watch.stop(&mut steps);
        watch.next(Instant::now(), &mut steps);
        watch.stop(&mut steps);
        let all = Histogram::default();
        all.add(&mut steps);
        let read = all.read();
        let filled = read.buckets.iter().filter(|(_, count)| *count > 0);
        let filled: Vec<_> = filled.copied().collect();
        assert_eq!(filled, [(0.000_001, 1), (0.001, 1), (0.1, 1)]);
    }
}
