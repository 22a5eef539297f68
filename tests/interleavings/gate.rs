//! The gate between hub and reader: credit is passed on once, and an order to close
//! always arrives.

use std::future::poll_fn;

use loom::sync::Arc;
use loom::thread;

use product::{Closing, Gate, Passage};

#[path = "../../src/shell/connection/gate.rs"]
#[expect(dead_code, reason = "not all of it is needed here")]
mod product;

fn pass(gate: &Gate) -> Passage {
    loom::future::block_on(poll_fn(|context| gate.poll_pass(context)))
}

/// A hub that opens the gate for each of two batches and then closes, and a reader
/// that waits for each: it passes twice or once, never a third time, and ends.
#[test]
fn a_reader_passes_once_for_each_opening_and_hears_of_the_end() {
    loom::model(|| {
        let gate = Arc::new(Gate::default());
        let hub = thread::spawn({
            let gate = Arc::clone(&gate);
            move || {
                gate.open(None);
                gate.open(None); // The reader may not have passed yet: then it is one.
                gate.close(Closing::Drain);
            }
        });
        let mut passed = 0;
        // Waits for ever, which loom reports, if an order is lost.
        while let Passage::Free { .. } = pass(&gate) {
            passed += 1;
        }
        assert!(passed <= 2, "passed {passed} times");
        hub.join().unwrap();
    });
}

/// A cut is final, whoever orders to drain at the same time.
#[test]
fn a_cut_is_final() {
    loom::model(|| {
        let gate = Arc::new(Gate::default());
        let orders = [Closing::Cut, Closing::Drain].map(|closing| {
            let gate = Arc::clone(&gate);
            thread::spawn(move || gate.close(closing))
        });
        loom::future::block_on(gate.cut());
        for order in orders {
            order.join().unwrap();
        }
        assert_eq!(gate.closing(), Some(Closing::Cut));
    });
}

/// A reader that waits for input is told that nothing can be written any more, also
/// if it is told to close at the same time.
#[test]
fn a_reader_that_waits_for_input_is_woken() {
    loom::model(|| {
        let gate = Arc::new(Gate::default());
        let hub = thread::spawn({
            let gate = Arc::clone(&gate);
            move || {
                gate.set_broken();
                gate.close(Closing::Cut);
            }
        });
        let found = loom::future::block_on(poll_fn(|context| gate.poll_closing_or_broken(context)));
        assert!(matches!(found, None | Some(Closing::Cut)));
        hub.join().unwrap();
        assert_eq!(gate.closing(), Some(Closing::Cut));
    });
}
