//! Lines that are said by the clock, whether the server follows or not.

use crate::failure::CannotRun;

use super::Crowd;

/// Lines that are said in a row before it is looked at what has come.
const ROW_MAX: usize = 64;

/// An even schedule: rooms take turns, and in each room its speakers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    /// Nanoseconds of the run.
    start: u64,
    /// Lines a second, in all rooms together.
    rate: f64,
    /// Lines that were said.
    done: u64,
}

impl Schedule {
    /// The first line is due at once.
    pub(crate) fn new(start: u64, rate: f64) -> Self {
        Self {
            start,
            rate,
            done: 0,
        }
    }

    /// When the next line is due.
    fn due(&self) -> u64 {
        self.start + (self.done as f64 * 1e9 / self.rate) as u64
    }
}

impl Crowd {
    /// Says what is due, and listens, until this moment of the run.
    pub(crate) fn pace_until(
        &mut self,
        schedule: &mut Schedule,
        end: u64,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(), CannotRun> {
        while self.net.now() < end && !self.is_alone() {
            for _ in 0..ROW_MAX {
                let due = schedule.due();
                if due > self.net.now() || due >= end {
                    break;
                }
                let speaker = self.in_turn(schedule.done);
                self.say(speaker, due);
                schedule.done += 1;
            }
            self.step(schedule.due().min(end))?;
            tick(self.net.now());
        }
        Ok(())
    }

    /// Who says line `done` of a schedule.
    fn in_turn(&self, done: u64) -> usize {
        let done = usize::try_from(done).unwrap_or(usize::MAX);
        let (rooms, speakers) = (self.seating.rooms, self.seating.speakers);
        done % rooms * speakers + done / rooms % speakers
    }
}
