//! Whether and how what is said is kept in a drawn plan, and what its disk is like.

use proptests::dice::Dice;

use crate::plan::Plan;
use crate::settings::Key;

/// Most seeds keep history. Drawn apart, so that a seed that keeps none is the plan that
/// it would be without all this.
pub(super) fn draw(plan: &mut Plan, is_plain: bool) {
    let dice = &mut Dice::new(plan.seed ^ 0x4157);
    if dice.once_in(4) {
        return;
    }
    plan.settings.set(Key::History, 1);
    plan.settings.set(Key::Strict, dice.roll(2));
    if is_plain {
        return;
    }
    let (least, most) = *dice.pick(&[(0, 0), (0, 3), (1, 20), (30, 80)]);
    plan.settings.set(Key::DiskLatencyMin, least);
    plan.settings.set(Key::DiskLatencyMax, most);
    let mut set = |one_in: u64, key: Key, values: &[u64]| {
        if dice.once_in(one_in) {
            plan.settings.set(key, *dice.pick(values));
        }
    };
    set(2, Key::LinesOnJoin, &[0, 1, 3, 50]);
    set(2, Key::CommitInterval, &[1, 100, 500]);
    set(3, Key::HistoryBufferBytes, &[600, 2_000, 8_000]);
    set(16, Key::Retention, &[2_000]);
    set(8, Key::DiskFails, &[3, 10]);
    set(8, Key::DiskTears, &[4, 12]);
    set(8, Key::DiskReadFails, &[3, 10]);
}
