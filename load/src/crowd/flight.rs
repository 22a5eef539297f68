//! Lines that not everybody has heard yet, of which each speaker keeps so many.

/// Lines that one speaker may have in flight at most.
pub(crate) const IN_FLIGHT_MAX: u32 = 1 << 16;

/// Counts each line's listeners down.
pub(super) struct Flight {
    in_flight: u32,
    listeners: u32,
    /// Who still has to hear a line, by speaker and the low bits of its number.
    remaining: Vec<u32>,
    slots: u32,
    /// Lines in the air, by speaker.
    aloft: Vec<u32>,
    /// Speakers with room for another line, each once.
    ready: Vec<u32>,
    is_ready: Vec<bool>,
}

impl Flight {
    /// Every speaker may begin. At most [`IN_FLIGHT_MAX`] lines of each.
    pub(super) fn new(speakers: usize, in_flight: u32, listeners: usize) -> Self {
        let slots = in_flight.next_power_of_two();
        let index = |value: usize| u32::try_from(value).expect("their numbers were bounded");
        Self {
            in_flight,
            listeners: index(listeners),
            remaining: vec![0; speakers * slots as usize],
            slots,
            aloft: vec![0; speakers],
            ready: (0..index(speakers)).collect(),
            is_ready: vec![true; speakers],
        }
    }

    /// A speaker who may say so many lines now.
    pub(super) fn next_ready(&mut self) -> Option<(u32, u32)> {
        let speaker = self.ready.pop()?;
        self.is_ready[speaker as usize] = false;
        Some((speaker, self.in_flight - self.aloft[speaker as usize]))
    }

    /// A line is said.
    pub(super) fn rise(&mut self, speaker: u32, number: u32) {
        let slot = self.slot(speaker, number);
        self.remaining[slot] = self.listeners;
        self.aloft[speaker as usize] += 1;
    }

    /// One more has heard it, or never will.
    #[inline]
    pub(super) fn land(&mut self, speaker: u32, number: u32) {
        let slot = self.slot(speaker, number);
        let remaining = &mut self.remaining[slot];
        // A line that was given up may still land.
        *remaining = remaining.saturating_sub(1);
        if *remaining == 0 {
            self.landed(speaker);
        }
    }

    /// Gives up what is in the air: it was skipped, and no later line shows so.
    pub(super) fn give_up(&mut self) {
        self.remaining.fill(0);
        for speaker in 0..self.aloft.len() {
            while self.aloft[speaker] > 0 {
                self.landed(speaker as u32);
            }
        }
    }

    fn landed(&mut self, speaker: u32) {
        let index = speaker as usize;
        self.aloft[index] = self.aloft[index].saturating_sub(1);
        if !std::mem::replace(&mut self.is_ready[index], true) {
            self.ready.push(speaker);
        }
    }

    fn slot(&self, speaker: u32, number: u32) -> usize {
        (speaker * self.slots + (number & (self.slots - 1))) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_lands_when_all_have_heard_it() {
        let mut flight = Flight::new(1, 2, 3);
        assert_eq!(flight.next_ready(), Some((0, 2)));
        flight.rise(0, 0);
        flight.rise(0, 1);
        for _ in 0..2 {
            flight.land(0, 0);
            flight.land(0, 1);
        }
        assert_eq!(flight.next_ready(), None);
        flight.land(0, 0);
        assert_eq!(flight.next_ready(), Some((0, 1)));
    }

    #[test]
    fn what_was_given_up_makes_room() {
        let mut flight = Flight::new(2, 2, 3);
        flight.next_ready();
        flight.next_ready();
        flight.rise(0, 0);
        flight.rise(0, 1);
        flight.land(0, 0);
        flight.give_up();
        assert_eq!(flight.next_ready(), Some((0, 2)));
        assert_eq!(flight.next_ready(), None);
    }
}
