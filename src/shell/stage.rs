//! How far a server has come, and how it ended.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::Notify;

/// How far a server has come on its way to the end. Only ever goes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It serves.
    #[default]
    Serving = 0,
    /// A fault of its own was found: everybody is told, and it ends.
    Failing,
    /// It was told to stop: it takes no more, flushes and closes.
    Stopping,
    /// It was told again: it ends at once.
    Ending,
}

/// How a server came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was told to stop.
    Stopped,
    /// A fault of its own stopped it.
    Failed,
}

/// The stage that the tasks of a server share. Cheap to clone.
///
/// Wakes who waits in the order in which they came, always. (tokio's `watch`
/// picks an order by chance, and a run would not be the same twice.)
#[derive(Clone, Default)]
pub(crate) struct Progress(Arc<Shared>);

#[derive(Default)]
struct Shared {
    stage: AtomicU8,
    changed: Notify,
}

impl Progress {
    /// Where the server is.
    pub(crate) fn stage(&self) -> Stage {
        STAGES[usize::from(self.0.stage.load(Ordering::Acquire))]
    }

    /// Goes on to a stage, unless it is there or further already.
    pub(crate) fn raise(&self, to: Stage) {
        self.0.stage.fetch_max(to as u8, Ordering::AcqRel);
        self.0.changed.notify_waiters();
    }

    /// Waits until the server serves no longer, for whatever reason.
    pub(crate) async fn serves_no_longer(&self) {
        self.reached(Stage::Failing).await;
    }

    /// Waits until this stage, or a later one, is reached.
    pub(crate) async fn reached(&self, stage: Stage) {
        loop {
            let changed = self.0.changed.notified();
            if self.stage() >= stage {
                return;
            }
            changed.await;
        }
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stage().fmt(f)
    }
}

/// By number.
const STAGES: [Stage; 4] = [
    Stage::Serving,
    Stage::Failing,
    Stage::Stopping,
    Stage::Ending,
];

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    #[test]
    fn a_stage_is_what_its_number_says() {
        for (number, stage) in STAGES.into_iter().enumerate() {
            assert_eq!(stage as usize, number);
        }
    }

    #[tokio::test]
    async fn it_only_goes_up_and_wakes_whom_it_concerns() {
        let progress = Progress::default();
        let mut tasks = JoinSet::new();
        for stage in [Stage::Stopping, Stage::Failing, Stage::Ending] {
            let progress = progress.clone();
            tasks.spawn(async move {
                progress.reached(stage).await;
                stage
            });
        }
        tokio::task::yield_now().await;
        progress.raise(Stage::Failing);
        assert_eq!(tasks.join_next().await.unwrap().unwrap(), Stage::Failing);
        progress.raise(Stage::Stopping);
        assert_eq!(tasks.join_next().await.unwrap().unwrap(), Stage::Stopping);
        progress.raise(Stage::Failing);
        assert_eq!(progress.stage(), Stage::Stopping);
        progress.raise(Stage::Ending);
        assert_eq!(tasks.join_next().await.unwrap().unwrap(), Stage::Ending);
        progress.reached(Stage::Serving).await;
    }

    /// `stop_under_load` of the simulation gave two different runs of one seed.
    #[tokio::test]
    async fn those_who_wait_are_woken_in_their_order() {
        for _ in 0..100 {
            let progress = Progress::default();
            let order = Arc::new(std::sync::Mutex::new(Vec::new()));
            let mut tasks = JoinSet::new();
            for number in 0..4 {
                let (progress, order) = (progress.clone(), Arc::clone(&order));
                tasks.spawn(async move {
                    progress.reached(Stage::Stopping).await;
                    order.lock().unwrap().push(number);
                });
            }
            tokio::task::yield_now().await;
            progress.raise(Stage::Stopping);
            tasks.join_all().await;
            assert_eq!(*order.lock().unwrap(), [0, 1, 2, 3]);
        }
    }
}
