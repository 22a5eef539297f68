//! Plans drawn from a seed.
//!
//! Each seed draws which operations and faults exist at all, how often, how many
//! people there are, the limits (often the least), and what the network is like.
//! One seed in four is plain. Every plan ends in calm: the faults stop, there is
//! time, and then everybody who is still there has to be heard and answered.

mod faults;
mod history;
mod people;

use std::time::Duration;

use proptests::dice::Dice;

use crate::plan::Plan;
use crate::settings::Key;
use crate::world::World;

/// Draws the plan of a seed. A world is given what it can do.
#[must_use]
pub fn draw(seed: u64, world: World) -> Plan {
    let mut dice = Dice::new(seed);
    let mut plan = Plan::new("swarm", seed);
    let swarm = Swarm::draw(&mut dice, &mut plan, world);
    people::add(&mut dice, &swarm, &mut plan);
    faults::add(&mut dice, &swarm, &mut plan);
    people::end(&mut dice, &swarm, &mut plan);
    plan
}

/// What a seed has drawn for its plan as a whole.
struct Swarm {
    world: World,
    /// Nothing strikes, and nothing is small.
    is_plain: bool,
    people: usize,
    hosts: usize,
    /// Person 0 sits in the lobby from first to last, hears all, says nothing.
    has_witness: bool,
    /// Somebody does not read, while others say much, also to them.
    has_sloth: bool,
    /// Lines of each person, at most.
    lines: u64,
    /// How long people talk.
    talk: Duration,
    /// How long everything takes to calm down.
    settle: Duration,
    /// Who says which: the weights of what people do.
    weights: [u64; people::DEEDS],
    /// What is said is kept.
    keeps_history: bool,
}

impl Swarm {
    fn draw(dice: &mut Dice, plan: &mut Plan, world: World) -> Self {
        let is_plain = dice.once_in(4);
        let people = [2, 3, 4, 6, 9, 14][place(dice.roll(6))];
        let lines = [4, 10, 25][place(dice.roll(3))];
        if !is_plain {
            draw_limits(dice, plan, people);
            draw_network(dice, plan, world);
        }
        history::draw(plan, is_plain);
        draw_tls(plan);
        let mut swarm = Self {
            world,
            is_plain,
            people,
            hosts: 1 + place(dice.roll(4)),
            has_witness: !dice.once_in(4),
            has_sloth: !is_plain && dice.once_in(5),
            lines,
            talk: Duration::from_millis(dice.between(500, 6_000)),
            settle: Duration::ZERO,
            weights: people::draw_weights(dice, is_plain),
            keeps_history: plan.settings.get(Key::History) > 0,
        };
        if swarm.has_sloth {
            swarm.be_slothful(dice, plan);
        }
        swarm.narrow(plan);
        swarm.settle = swarm.settling(plan);
        swarm
    }

    /// Little room for somebody who does not read, and much to say to them.
    fn be_slothful(&mut self, dice: &mut Dice, plan: &mut Plan) {
        self.people = self.people.max(4);
        self.lines = self.lines.max(10);
        let least = |dice: &mut Dice, values: &[u64]| *dice.pick(values);
        plan.settings
            .set(Key::OutboxBytesMax, least(dice, &[200, 1024, 4096]));
        plan.settings
            .set(Key::OutboxReserveBytes, least(dice, &[2048, 4096]));
        if self.world == World::Memory {
            plan.settings
                .set(Key::Capacity, least(dice, &[64, 700, 4096]));
        }
    }

    /// Little goes through a narrow pipe: few people, few lines, no distance.
    fn narrow(&mut self, plan: &mut Plan) {
        if plan.settings.get(Key::Capacity) < 4096 {
            self.people = self.people.min(4);
            self.lines = self.lines.min(10);
            plan.settings.set(Key::LatencyMin, 1);
            plan.settings.set(Key::LatencyMax, 2);
        }
    }

    /// What is on its way when the talking ends, at the pace of the network and
    /// of the rate limit, and some more.
    fn settling(&self, plan: &Plan) -> Duration {
        let settings = &plan.settings;
        let lines = self.people as u64 * (self.lines + PASTE_LINES);
        let bytes = lines * 120 + 30_000;
        let fillings = bytes / settings.get(Key::Capacity).max(1);
        let by_pipe = fillings * (settings.get(Key::LatencyMax) + 1);
        let limited = settings.get(Key::RateBurst) > 0;
        let by_rate = if limited {
            (self.lines + PASTE_LINES) * 1000 / settings.get(Key::RatePerSecond).max(1)
        } else {
            0
        };
        let is_delayed = settings.get(Key::ConnectBurst) < 100;
        let by_connecting = if is_delayed {
            self.people as u64 * (self.lines + 2) * 500
                / settings.get(Key::ConnectsPerSecond).max(1)
        } else {
            0
        };
        let by_disk = settings.get(Key::CommitInterval) + 40 * settings.get(Key::DiskLatencyMax);
        let some_more = if self.world == World::Turmoil {
            2_000
        } else {
            6_000
        };
        Duration::from_millis(
            some_more
                + by_disk
                + by_pipe
                + by_rate
                + by_connecting
                + 4 * settings.get(Key::LatencyMax),
        )
    }
}

/// The most lines of a paste.
const PASTE_LINES: u64 = 40;

fn draw_limits(dice: &mut Dice, plan: &mut Plan, people: usize) {
    let mut set = |dice: &mut Dice, one_in: u64, key: Key, values: &[u64]| {
        if dice.once_in(one_in) {
            plan.settings.set(key, *dice.pick(values));
        }
    };
    set(dice, 2, Key::OutboxBytesMax, &[64 * 1024, 4096, 1024, 200]);
    set(dice, 3, Key::OutboxReserveBytes, &[4096, 8192]);
    set(dice, 4, Key::StallTimeout, &[3_000, 10_000]);
    set(dice, 6, Key::RoomsPerUserMax, &[1, 2, 3]);
    set(dice, 6, Key::RoomsMax, &[1, 2, 3]);
    set(dice, 6, Key::IgnoredPerUserMax, &[0, 1]);
    set(dice, 6, Key::TopicCharsMax, &[0, 5]);
    set(dice, 6, Key::ReasonCharsMax, &[0, 3]);
    set(dice, 6, Key::AnnounceMembersMax, &[0, 2, 4]);
    set(dice, 2, Key::SummarySeconds, &[1, 2]);
    set(dice, 6, Key::LineBytesMax, &[100, 300]);
    set(dice, 8, Key::ConnectionsMax, &[people as u64, 2, 3]);
    set(dice, 8, Key::ConnectionsPerAddressMax, &[1, 2, 4]);
    set(dice, 8, Key::ConnectBurst, &[1, 2, 4]);
    set(dice, 2, Key::ConnectsPerSecond, &[2, 10]);
    set(dice, 6, Key::InputAfterEnd, &[0, 1_000]);
    set(dice, 4, Key::RateBurst, &[1, 5, 20]);
    set(dice, 2, Key::RatePerSecond, &[5, 20, 50]);
}

/// One server in four takes TLS too. Drawn apart, so that the others are what they would
/// be without it.
fn draw_tls(plan: &mut Plan) {
    if Dice::new(plan.seed ^ 0x715).once_in(4) {
        plan.settings.set(Key::Tls, 1);
    }
}

fn draw_network(dice: &mut Dice, plan: &mut Plan, world: World) {
    let (least, most) = *dice.pick(&[(1, 1), (1, 10), (5, 50), (20, 25)]);
    plan.settings.set(Key::LatencyMin, least);
    plan.settings.set(Key::LatencyMax, most);
    if world != World::Memory {
        return;
    }
    if dice.once_in(2) {
        let capacity = *dice.pick(&[64 * 1024, 8192, 4096, 700, 64, 1]);
        plan.settings.set(Key::Capacity, capacity);
    }
    if dice.once_in(3) {
        plan.settings.set(Key::Split, *dice.pick(&[1, 2, 5]));
    }
    if dice.once_in(4) {
        plan.settings.set(Key::Yields, *dice.pick(&[2, 3, 10]));
    }
}

fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_plan_and_the_next_another() {
        for world in [World::Memory, World::Turmoil] {
            assert_eq!(draw(7, world), draw(7, world));
            assert_ne!(draw(7, world), draw(8, world));
        }
    }

    #[test]
    fn every_plan_can_be_written_and_read() {
        for seed in 0..200 {
            let plan = draw(seed, World::Memory);
            assert_eq!(plan.to_string().parse(), Ok(plan));
        }
    }
}
