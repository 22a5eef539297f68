//! What the server holds on the heap: an allocator that counts, for each thread.
//!
//! A run is on one thread, and what belongs to the simulation (people, the
//! network, the trace) is counted apart, so that the rest is the server's.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

/// Counts, and leaves the work to the system.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static COUNTS: Cell<bool> = const { Cell::new(true) };
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

fn count(bytes: isize) {
    // A thread that is ending has no counters any more.
    let _ = COUNTS.try_with(|counts| {
        if counts.get() {
            HELD.set(HELD.get() + bytes);
            PEAK.set(PEAK.get().max(HELD.get()));
        }
    });
}

#[expect(
    unsafe_code,
    clippy::cast_possible_wrap,
    reason = "an allocator is unsafe by its nature; a layout's size fits in an isize"
)]
// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller keeps the contract that this passes on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller keeps the contract that this passes on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What is counted and held now, in bytes; below 0 when more was freed than was
/// allocated since the start.
pub(crate) fn held() -> isize {
    HELD.get()
}

/// The most that was held since [`begin`].
pub(crate) fn peak() -> isize {
    PEAK.get()
}

/// Forgets earlier peaks.
pub(crate) fn begin() {
    PEAK.set(HELD.get());
}

/// Does something that belongs to the simulation.
pub(crate) fn apart<T>(work: impl FnOnce() -> T) -> T {
    let before = COUNTS.replace(false);
    let done = work();
    COUNTS.set(before);
    done
}

/// A task that belongs to the simulation.
pub(crate) async fn task_apart<F: Future>(task: F) -> F::Output {
    Apart(Some(Box::pin(task))).await
}

struct Apart<F>(Option<Pin<Box<F>>>);

impl<F: Future> Future for Apart<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        apart(|| {
            let task = self.0.as_mut().expect("a task that is done is not polled");
            let polled = pin!(task).poll(context);
            if polled.is_ready() {
                self.0 = None;
            }
            polled
        })
    }
}

impl<F> Drop for Apart<F> {
    fn drop(&mut self) {
        apart(|| self.0 = None);
    }
}
