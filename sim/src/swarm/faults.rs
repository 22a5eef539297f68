//! What goes wrong in a drawn plan. All of it is over when the talking ends.

use std::time::Duration;

use proptests::dice::Dice;

use super::{Swarm, place};
use crate::plan::{Fault, Plan, Step, Way};
use crate::world::World;

pub(super) fn add(dice: &mut Dice, swarm: &Swarm, plan: &mut Plan) {
    if swarm.is_plain {
        return;
    }
    let span = u64::try_from(swarm.talk.as_millis()).unwrap_or(u64::MAX);
    let mut faults = Faults {
        dice,
        swarm,
        plan,
        span,
    };
    faults.holds();
    faults.one_in(6, Faults::swizzle);
    faults.one_in(8, |faults| faults.at_some_host(Fault::Crash));
    faults.one_in(10, |faults| faults.at_some_host(Fault::PowerLoss));
    faults.one_in(6, |faults| {
        faults.at_some_moment(|dice| Fault::AcceptErrors(1 + small(dice, 5)))
    });
    faults.one_in(6, |faults| {
        faults
            .at_some_moment(|dice| Fault::Pause(Duration::from_millis(dice.between(100, 20_000))));
    });
    faults.one_in(12, Faults::kill_and_restart);
    faults.one_in(12, |faults| faults.at_some_moment(|_| Fault::Stop));
    if swarm.keeps_history {
        faults.one_in(4, Faults::kill_and_restart);
        faults.one_in(12, Faults::stop_and_restart);
        faults.of_disk();
    }
}

struct Faults<'a> {
    dice: &'a mut Dice,
    swarm: &'a Swarm,
    plan: &'a mut Plan,
    /// The milliseconds in which people talk.
    span: u64,
}

fn small(dice: &mut Dice, sides: u64) -> u32 {
    u32::try_from(dice.roll(sides)).unwrap_or(0)
}

impl Faults<'_> {
    fn one_in(&mut self, times: u64, add: impl FnOnce(&mut Self)) {
        if self.dice.once_in(times) {
            add(self);
        }
    }

    fn moment(&mut self) -> Duration {
        Duration::from_millis(300 + self.dice.roll(self.span))
    }

    /// A host of people; the witness sits on host 0, and is left alone.
    fn host(&mut self) -> usize {
        1 + place(self.dice.roll(self.swarm.hosts as u64))
    }

    fn at_some_moment(&mut self, fault: impl FnOnce(&mut Dice) -> Fault) {
        let at = self.moment();
        let fault = fault(self.dice);
        self.plan.fault(at, fault);
    }

    fn at_some_host(&mut self, fault: impl FnOnce(usize) -> Fault) {
        // turmoil's own loss of power is never noticed by a server that has
        // nothing to say.
        let (at, host) = (self.moment(), self.host());
        let fault = match fault(host) {
            Fault::PowerLoss(host) if self.swarm.world == World::Turmoil => Fault::Crash(host),
            other => other,
        };
        self.plan.fault(at, fault);
    }

    fn holds(&mut self) {
        if self.dice.once_in(2) {
            return;
        }
        for _ in 0..=self.dice.roll(3) {
            let host = self.host();
            let way = match self.swarm.world {
                World::Memory => *self.dice.pick(&[Way::Both, Way::In, Way::Out]),
                World::Turmoil | World::Kernel => Way::Both,
            };
            let (from, length) = (self.moment(), self.dice.between(50, 3_000));
            self.hold(host, way, from, Duration::from_millis(length));
        }
    }

    fn hold(&mut self, host: usize, way: Way, from: Duration, length: Duration) {
        self.plan.fault(from, Fault::Hold(host, way));
        self.plan.fault(from + length, Fault::Release(host, way));
    }

    /// All hosts one by one, which come back in another order.
    fn swizzle(&mut self) {
        let from = self.moment();
        for host in 1..=self.swarm.hosts {
            let after = Duration::from_millis(host as u64 * 50);
            let length = Duration::from_millis(500 + self.dice.roll(1_500));
            self.hold(host, Way::Both, from + after, length);
        }
    }

    /// Everybody tries to come back.
    fn kill_and_restart(&mut self) {
        let at = self.moment();
        let back = at + Duration::from_millis(self.dice.between(10, 1_000));
        self.plan.fault(at, Fault::Kill);
        self.plan.fault(back, Fault::Restart);
        self.come_back(back, Duration::from_millis(500));
    }

    /// In order, with time for everybody to take their leave.
    fn stop_and_restart(&mut self) {
        let at = self.moment();
        let back = at + Duration::from_millis(self.dice.between(10, 1_000));
        self.plan.fault(at, Fault::Stop);
        self.plan.fault(back, Fault::Restart);
        self.come_back(back, Duration::from_secs(7));
    }

    fn come_back(&mut self, back: Duration, within: Duration) {
        let within = u64::try_from(within.as_millis()).unwrap_or(u64::MAX);
        for person in &mut self.plan.people {
            if self.dice.once_in(4) {
                continue; // Some have had enough, or try while nobody listens.
            }
            let again = back + Duration::from_millis(self.dice.roll(within));
            // They go on with what they had to say.
            let is_later = |step: &Step| matches!(step, Step::At(at) if *at > again);
            let place = person.script.iter().position(is_later);
            let place = place.unwrap_or(person.script.len());
            person
                .script
                .splice(place..place, [Step::At(again), Step::Connect]);
        }
    }

    /// What goes wrong with a disk.
    fn of_disk(&mut self) {
        let millis = Duration::from_millis;
        self.one_in(8, |faults| {
            faults.at_some_moment(|dice| Fault::DiskFull(millis(dice.between(50, 4_000))));
        });
        self.one_in(8, |faults| {
            faults.at_some_moment(|dice| {
                let long = millis(dice.between(50, 4_000));
                Fault::DiskSlow(long, millis(*dice.pick(&[30, 300, 2_000])))
            });
        });
        let counted: [fn(u32) -> Fault; 4] = [
            Fault::DiskErrors,
            Fault::DiskTorn,
            Fault::DiskUnreadable,
            Fault::DiskRefuses,
        ];
        for fault in counted {
            self.one_in(8, |faults| {
                faults.at_some_moment(|dice| fault(1 + small(dice, 3)));
            });
        }
        // So that a crash comes while a commit is about to be made again.
        self.one_in(12, |faults| {
            let at = faults.moment();
            faults.plan.fault(at, Fault::DiskTorn(1));
            faults.plan.fault(at + millis(150), Fault::Kill);
            faults.plan.fault(at + millis(400), Fault::Restart);
            faults.come_back(at + millis(400), millis(500));
        });
    }
}
