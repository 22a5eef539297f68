//! How late this machine is: what it adds by itself to the time of a commit.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// A thread that does as the keeper does (it waits a little, writes, has the disk take
/// it), and notes by how much that took longer than it waited.
pub(crate) struct Late {
    worst: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
    thread: thread::JoinHandle<()>,
}

impl Late {
    pub(crate) fn watch(dir: &Path) -> Self {
        let (worst, is_over) = (Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let mut file = File::create(dir.join("late")).unwrap();
        let (noted, ends) = (Arc::clone(&worst), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            while !ends.load(Ordering::Relaxed) {
                let wait = Duration::from_millis(5);
                let begun = Instant::now();
                thread::sleep(wait);
                file.write_all(&[0; 4096]).unwrap();
                file.sync_data().unwrap();
                let late = begun.elapsed().saturating_sub(wait);
                let micros = u64::try_from(late.as_micros()).unwrap();
                noted.fetch_max(micros, Ordering::Relaxed);
            }
        });
        Self {
            worst,
            is_over,
            thread,
        }
    }

    /// The worst of it.
    pub(crate) fn worst(self) -> Duration {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
        Duration::from_micros(self.worst.load(Ordering::Relaxed))
    }
}
