//! Everybody in a run: they come, speak, hear, and are judged in the end.

mod assembly;
mod flight;
mod hall;
mod pace;

use crate::{
    check::{Findings, Seating},
    cli::Common,
    door::Door,
    failure::CannotRun,
    names::Names,
    net::{Net, source::Sources},
    payload::{Codec, LINES_MAX, Line, SPEAKERS_MAX},
};

use flight::Flight;
pub(crate) use flight::IN_FLIGHT_MAX;
use hall::Hall;
pub(crate) use pace::Schedule;

/// Nanoseconds of a second.
pub(crate) const SECOND: u64 = 1_000_000_000;

/// A drain that takes longer than this is ended, even if lines still come.
const DRAIN_MAX: u64 = 60 * SECOND;

/// For so long it is listened on when everything is there, for what must not come.
const LISTEN_ON: u64 = 50_000_000;

/// How often it is looked at whether all is there.
const GLANCE: u64 = 2_000_000;

/// Lines that are said before it is looked at what has come.
const SAID_IN_A_ROW: usize = 64;

/// Where members may not speak, their speakers share so many connections.
const SPEAKING_MAX: usize = 64;

/// Without a delivery for so long, skipped lines are waited for no longer.
const STALL: u64 = SECOND;

/// The connections of a run and what they know.
pub(crate) struct Crowd {
    pub(crate) net: Net,
    pub(crate) hall: Hall,
    door: Door,
    codec: Codec,
    seating: Seating,
    rooms: Vec<String>,
    /// Nanoseconds without any sign of life after which the rest is given up.
    patience: u64,
    /// Where lines are put together.
    scratch: Vec<u8>,
}

impl Crowd {
    /// Nobody is there yet.
    pub(crate) fn new(
        common: &Common,
        seat: impl FnOnce(bool) -> Seating,
    ) -> Result<Self, CannotRun> {
        let names = Names::new();
        let door = Door::new(common, names.room(0).len());
        let seating = seat(door.members_speak());
        if seating.speakers >= seating.room_size {
            return Err(CannotRun::because(
                "a room needs at least one member who only listens: ask for fewer speakers or \
                 more members",
            ));
        }
        if seating.all_speakers() >= SPEAKERS_MAX as usize {
            return Err(CannotRun::because(format!(
                "a run can have fewer than {SPEAKERS_MAX} speakers, not {}",
                seating.all_speakers()
            )));
        }
        let codec = Codec::new(names.mark, common.size);
        let rooms: Vec<String> = (0..seating.rooms).map(|index| names.room(index)).collect();
        let sources = Sources::new(common.address.ip(), names.seed);
        Ok(Self {
            net: Net::new(common.address, sources, common.tls()?)?,
            hall: Hall::new(door.clone(), codec, seating, rooms.clone()),
            door,
            codec,
            seating,
            rooms,
            patience: common.patience * SECOND,
            scratch: Vec::new(),
        })
    }

    /// From now on each speaker keeps so many lines in flight.
    pub(crate) fn keep_in_flight(&mut self, lines: u32) {
        let listeners = self.seating.listeners() - self.hall.deaf.len();
        self.hall.flight = Some(Flight::new(self.seating.all_speakers(), lines, listeners));
    }

    /// Nobody waits for these members, who will stop listening. They are no
    /// speakers.
    pub(crate) fn count_without(&mut self, members: std::ops::Range<usize>) {
        self.hall.deaf = members;
    }

    /// Speaks and listens until this moment of the run.
    pub(crate) fn run_until(
        &mut self,
        end: u64,
        tick: &mut dyn FnMut(u64),
    ) -> Result<(), CannotRun> {
        let mut last = (self.hall.deliveries, self.net.now());
        self.speak();
        while self.net.now() < end && !self.is_alone() {
            self.step(end)?;
            let now = self.net.now();
            tick(now);
            if self.hall.deliveries != last.0 {
                last = (self.hall.deliveries, now);
            } else if now > last.1 + STALL {
                self.give_up_skipped();
                last.1 = now;
            }
        }
        Ok(())
    }

    /// Waits for something to come, but not beyond `until`, and deals with it.
    pub(crate) fn step(&mut self, until: u64) -> Result<(), CannotRun> {
        self.net.wait(until)?;
        while self.net.serve_one(&mut self.hall) {
            self.speak();
        }
        match self.hall.trouble.take() {
            Some(trouble) => Err(trouble),
            None => Ok(()),
        }
    }

    /// One line of this speaker, which should have been said at `at`.
    pub(crate) fn say(&mut self, speaker: usize, at: u64) {
        self.scratch.clear();
        self.compose(speaker, at);
        self.net.send(self.connection_of(speaker), &self.scratch);
    }

    /// Whether members may speak; else speakers are connections of their own.
    pub(crate) fn members_speak(&self) -> bool {
        self.seating.members_speak
    }

    /// Lines that were said until now.
    pub(crate) fn lines(&self) -> u64 {
        self.hall.said.iter().map(|count| u64::from(*count)).sum()
    }

    /// Listens until this moment of the run.
    pub(crate) fn listen_until(&mut self, end: u64) -> Result<(), CannotRun> {
        while self.net.now() < end && !self.is_alone() {
            self.step(end)?;
        }
        Ok(())
    }

    /// Every speaker says one line, now.
    pub(crate) fn everybody_says_one(&mut self) -> Result<(), CannotRun> {
        for speaker in 0..self.seating.all_speakers() {
            self.say(speaker, self.net.now());
            if speaker % SAID_IN_A_ROW == 0 {
                self.step(self.net.now())?;
            }
        }
        Ok(())
    }

    /// Nobody speaks any more.
    pub(crate) fn fall_silent(&mut self) {
        self.hall.flight = None;
    }

    /// Nobody speaks any more; waits until everything has come, or nothing comes.
    /// Whether everything has.
    pub(crate) fn drain(&mut self) -> Result<bool, CannotRun> {
        self.fall_silent();
        let begin = self.net.now();
        let mut last = (self.heard(), begin);
        while !self.hall.checker.is_complete(&self.hall.said) && !self.is_alone() {
            let now = self.net.now();
            if self.heard() != last.0 {
                last = (self.heard(), now);
            }
            if now > last.1 + self.patience || now > begin + DRAIN_MAX {
                let waited = (now - begin) / SECOND;
                self.hall.checker.waited_in_vain(waited, &self.hall.said);
                return Ok(false);
            }
            let next = now + GLANCE;
            while self.net.now() < next {
                self.step(next)?;
            }
        }
        let end = self.net.now() + LISTEN_ON;
        self.listen_until(end)?;
        Ok(!self.is_alone())
    }

    /// The verdict on all that was said.
    pub(crate) fn finish(&mut self) -> &Findings {
        self.hall.checker.finish(&self.hall.said);
        self.hall.checker.findings()
    }

    fn heard(&self) -> u64 {
        self.hall.deliveries + self.hall.deaf_deliveries + self.hall.skipped
    }

    /// Whether all connections are gone.
    fn is_alone(&self) -> bool {
        self.hall.ended >= self.hall.ready
    }

    /// Every speaker who may says as many lines as they may, in one write.
    #[inline]
    fn speak(&mut self) {
        while let Some((speaker, lines)) = self.hall.flight.as_mut().and_then(Flight::next_ready) {
            let now = self.net.now();
            self.scratch.clear();
            for _ in 0..lines {
                let number = self.hall.said[speaker as usize];
                if let Some(flight) = &mut self.hall.flight {
                    flight.rise(speaker, number);
                }
                self.compose(speaker as usize, now);
            }
            let index = self.connection_of(speaker as usize);
            self.net.send(index, &self.scratch);
        }
    }

    fn compose(&mut self, speaker: usize, sent: u64) {
        let number = self.hall.said[speaker];
        assert!(number < LINES_MAX, "a run is too short for so many lines");
        self.hall.said[speaker] += 1;
        let room = &self.rooms[speaker / self.seating.speakers];
        let line = Line {
            speaker: speaker as u32,
            number,
            sent,
        };
        let codec = self.codec;
        self.door
            .say(room, &mut self.scratch, |bytes| codec.write(line, bytes));
    }

    fn give_up_skipped(&mut self) {
        if let (true, Some(flight)) = (self.hall.skipped > 0, &mut self.hall.flight) {
            flight.give_up();
            self.speak();
        }
    }

    fn connection_of(&self, speaker: usize) -> usize {
        if self.seating.members_speak {
            self.seating.member_of(speaker)
        } else {
            self.seating.members() + speaker % SPEAKING_MAX
        }
    }
}
