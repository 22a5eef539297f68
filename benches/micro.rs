//! The parts of a delivery by the clock, each alone and in one thread.

mod cases;

use cases::{CODEC, Case, ENGINE, FANOUT};
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

#[divan::bench(args = ENGINE)]
fn engine(bencher: Bencher<'_, '_>, case: Case) {
    measure(bencher, case);
}

#[divan::bench(args = CODEC)]
fn codec(bencher: Bencher<'_, '_>, case: Case) {
    measure(bencher, case);
}

#[divan::bench(args = FANOUT)]
fn fanout(bencher: Bencher<'_, '_>, case: Case) {
    measure(bencher, case);
}

fn measure(bencher: Bencher<'_, '_>, case: Case) {
    let task = case.warm();
    let units = ItemsCount::new(case.units);
    bencher.counter(units).bench_local(task);
}
