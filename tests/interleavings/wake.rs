//! Wakers of blocked connections: no wake is lost.

use std::sync::Arc;

use loom::sync::atomic::{AtomicUsize, Ordering};

use product::{Signal, Woken};

#[path = "../../src/shell/fanout/wake.rs"]
#[expect(dead_code, reason = "not all of it is needed here")]
mod product;

/// A socket that takes so much; a network thread that makes room and wakes; and a
/// worker that writes only after a wake, as `fanout::link` does.
#[test]
fn room_that_comes_at_any_moment_is_used() {
    loom::model(|| {
        let woken = Arc::new(Woken::default());
        let signal = Arc::new(Signal::new(7, Arc::clone(&woken)));
        let room = loom::sync::Arc::new(AtomicUsize::new(0));

        let network = loom::thread::spawn({
            let (signal, room) = (Arc::clone(&signal), loom::sync::Arc::clone(&room));
            move || {
                for _ in 0..2 {
                    room.fetch_add(1, Ordering::SeqCst);
                    std::task::Wake::wake_by_ref(&signal);
                }
            }
        });

        let mut written = 0;
        let mut rows = Vec::new();
        while written < 2 {
            // Waits for ever, which loom reports, if a wake is lost.
            loom::future::block_on(woken.wait());
            woken.take(&mut rows);
            for row in &rows {
                assert_eq!(*row, 7);
                if signal.take() {
                    written += room.swap(0, Ordering::SeqCst);
                }
            }
        }
        network.join().unwrap();
    });
}

/// However often it fires before anybody looks, a connection is listed once.
#[test]
fn a_connection_is_listed_once() {
    loom::model(|| {
        let woken = Arc::new(Woken::default());
        let signal = Arc::new(Signal::new(7, Arc::clone(&woken)));
        let wakers = [(); 2].map(|()| {
            let signal = Arc::clone(&signal);
            loom::thread::spawn(move || std::task::Wake::wake_by_ref(&signal))
        });
        for waker in wakers {
            waker.join().unwrap();
        }
        let mut rows = Vec::new();
        woken.take(&mut rows);
        assert_eq!(rows, [7]);
        assert!(woken.is_empty());
        assert!(signal.take());
    });
}
