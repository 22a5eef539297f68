//! How much of the time a task works.

use std::future::poll_fn;
use std::pin::pin;

use tokio::time::Instant;

use super::Figure;

/// Does the work, and adds up the time that it takes to do: not the time in which it
/// waits for something. Two looks at the clock each time that the task is woken.
pub(crate) async fn timed<F: Future>(work: F, busy: &Figure) -> F::Output {
    let mut work = pin!(work);
    poll_fn(|context| {
        let began = Instant::now();
        let polled = work.as_mut().poll(context);
        busy.add_time(began.elapsed());
        polled
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn time_in_which_it_waits_does_not_count() {
        let busy = Figure::default();
        let work = async {
            tokio::time::sleep(Duration::from_secs(10)).await;
            7
        };
        assert_eq!(timed(work, &busy).await, 7);
        assert_eq!(busy.get(), 0);
    }

    #[tokio::test]
    async fn time_in_which_it_works_does() {
        let busy = Figure::default();
        let work = async {
            let began = Instant::now();
            while began.elapsed() < Duration::from_millis(1) {}
        };
        timed(work, &busy).await;
        assert!(busy.seconds() >= 0.001, "{busy:?}");
    }
}
