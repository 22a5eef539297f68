//! Whether everybody heard everything, once and in order.
//!
//! Each member expects the next line of each speaker of the room; what is not the
//! next is a gap, a doubling or late. Each also keeps a hash of the order in which
//! all lines came, and in the end those in one room have to agree on it. One
//! member of each room, the *reference*, also keeps the order as each speaker has
//! to see it, who does not hear their own lines.

mod findings;
mod gaps;
#[cfg(test)]
mod tests;
mod verdict;

use std::ops::Range;

pub(crate) use findings::{Checks, Fault, Findings};
use gaps::{Between, Gaps};

use crate::{door::Skip, payload::Line};

/// How people are divided into rooms. Members are counted through all rooms: those
/// of room `r` are `r × room_size` and the following. So are speakers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seating {
    /// How many rooms there are.
    pub(crate) rooms: usize,
    /// Members of each room.
    pub(crate) room_size: usize,
    /// Speakers of each room, fewer than its members.
    pub(crate) speakers: usize,
    /// Whether the speakers are the first members of their room; else they are
    /// not members at all.
    pub(crate) members_speak: bool,
}

/// What a line that was heard is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Heard {
    /// The next one of its speaker.
    Next,
    /// The lines of its speaker with these numbers were passed over.
    After(Range<u32>),
    /// One that was passed over before.
    Late,
    /// One that should not have come.
    Wrong,
}

/// The state of all checks.
pub(crate) struct Checker {
    seating: Seating,
    members: Vec<Member>,
    /// The next number that each member expects of each speaker of the room.
    expected: Vec<u32>,
    rooms: Vec<Room>,
    gaps: Gaps,
    findings: Findings,
}

struct Member {
    room: u32,
    /// The first speaker of the room.
    first_speaker: u32,
    is_reference: bool,
    /// Different lines that were heard.
    heard: u64,
    /// Lines that were passed over and have not come.
    passed_over: u64,
    /// Lines that notices told of as skipped.
    told: u64,
    /// A hash of all lines that were heard, in their order.
    order: u64,
}

#[derive(Clone)]
struct Room {
    /// The order without the lines of each speaker, as the reference heard it.
    without: Vec<u64>,
    /// The server's number of the line before the run's first, once a notice has
    /// told it.
    base: Option<u64>,
}

/// The mark of a member's own lines, which never come.
const OWN: u32 = u32::MAX;

impl Seating {
    /// Members of all rooms.
    #[must_use]
    pub(crate) fn members(&self) -> usize {
        self.rooms * self.room_size
    }

    /// Speakers of all rooms.
    #[must_use]
    pub(crate) fn all_speakers(&self) -> usize {
        self.rooms * self.speakers
    }

    /// Those who hear each line.
    #[must_use]
    pub(crate) fn listeners(&self) -> usize {
        self.room_size - usize::from(self.members_speak)
    }

    /// The member that a speaker is, if members speak.
    #[must_use]
    pub(crate) fn member_of(&self, speaker: usize) -> usize {
        speaker / self.speakers * self.room_size + speaker % self.speakers
    }

    /// The speaker that a member is, if it is one.
    #[must_use]
    pub(crate) fn speaker_of(&self, member: usize) -> Option<usize> {
        let (room, slot) = (member / self.room_size, member % self.room_size);
        (self.members_speak && slot < self.speakers).then_some(room * self.speakers + slot)
    }
}

impl Checker {
    /// For a run that begins.
    #[must_use]
    pub(crate) fn new(seating: Seating) -> Self {
        let mut expected = vec![0; seating.members() * seating.speakers];
        if seating.members_speak {
            for speaker in 0..seating.all_speakers() {
                let slot = speaker % seating.speakers;
                expected[seating.member_of(speaker) * seating.speakers + slot] = OWN;
            }
        }
        let room = Room {
            without: vec![0; seating.speakers],
            base: None,
        };
        let members = (0..seating.members()).map(|member| Member::new(seating, member));
        Self {
            seating,
            members: members.collect(),
            expected,
            rooms: vec![room; seating.rooms],
            gaps: Gaps::default(),
            findings: Findings::default(),
        }
    }

    /// A member heard a line.
    #[inline]
    pub(crate) fn hear(&mut self, member: usize, line: Line) -> Heard {
        let who = &mut self.members[member];
        let slot = line.speaker.wrapping_sub(who.first_speaker) as usize;
        if slot >= self.seating.speakers {
            return self.stranger(member, line);
        }
        let expected = &mut self.expected[member * self.seating.speakers + slot];
        if *expected != line.number {
            return self.unexpected(member, line);
        }
        *expected += 1;
        who.hear(line);
        if who.is_reference {
            self.rooms[who.room as usize].hear(slot, line);
        }
        Heard::Next
    }

    /// A member was told of lines that were skipped.
    pub(crate) fn skipped(&mut self, member: usize, skip: Skip<'_>) {
        let is_speaker = self.own_slot(member).is_some();
        let who = &mut self.members[member];
        let fits = who.passed_over <= who.told && {
            let position = who.heard + who.told;
            self.rooms[who.room as usize].fits(skip, position, is_speaker)
        };
        who.told += skip.lines;
        if !fits {
            self.broken(|| format!("member {member} was told what does not fit: {skip}"));
        }
    }

    /// Something broke.
    pub(crate) fn broken(&mut self, words: impl FnOnce() -> String) {
        self.findings.add(Fault::Broken, 1, words);
    }

    /// What was found until now.
    #[must_use]
    pub(crate) fn findings(&self) -> &Findings {
        &self.findings
    }

    #[cold]
    fn stranger(&mut self, member: usize, line: Line) -> Heard {
        let room = self.members[member].room;
        let Line {
            speaker, number, ..
        } = line;
        self.broken(|| {
            format!(
                "member {member} of room {room} heard line {number} of speaker {speaker}, who is \
                 in another room"
            )
        });
        Heard::Wrong
    }

    #[cold]
    fn unexpected(&mut self, member: usize, line: Line) -> Heard {
        let Line {
            speaker, number, ..
        } = line;
        let who = &mut self.members[member];
        let slot = (speaker - who.first_speaker) as usize;
        let expected = &mut self.expected[member * self.seating.speakers + slot];
        let between = Between { member, speaker };
        if number > *expected {
            let numbers = *expected..number;
            who.passed_over += u64::from(number - *expected);
            *expected = number + 1;
            who.hear(line);
            if who.is_reference {
                self.rooms[who.room as usize].hear(slot, line);
            }
            self.gaps.add(between, numbers.clone());
            return Heard::After(numbers);
        }
        if *expected != OWN && self.gaps.fill(between, number) {
            who.passed_over -= 1;
            who.hear(line);
            self.findings.add(Fault::Disordered, 1, || {
                format!("member {member} heard line {number} of speaker {speaker} after later ones")
            });
            return Heard::Late;
        }
        self.findings.add(Fault::Doubled, 1, || {
            format!("member {member} heard line {number} of speaker {speaker} again")
        });
        Heard::Wrong
    }

    fn own_slot(&self, member: usize) -> Option<usize> {
        let slot = member % self.seating.room_size;
        (self.seating.members_speak && slot < self.seating.speakers).then_some(slot)
    }
}

impl Member {
    fn new(seating: Seating, member: usize) -> Self {
        let room = member / seating.room_size;
        let index = |value: usize| u32::try_from(value).expect("their numbers were bounded");
        Self {
            room: index(room),
            first_speaker: index(room * seating.speakers),
            is_reference: member % seating.room_size == seating.room_size - 1,
            heard: 0,
            passed_over: 0,
            told: 0,
            order: 0,
        }
    }

    #[inline]
    fn hear(&mut self, line: Line) {
        self.heard += 1;
        self.order = mix(self.order, line);
    }
}

impl Room {
    /// Notes the order as all speakers but this one have to see it.
    #[inline]
    fn hear(&mut self, slot: usize, line: Line) {
        for (other, order) in self.without.iter_mut().enumerate() {
            if other != slot {
                *order = mix(*order, line);
            }
        }
    }

    /// Whether a notice fits a member who knows of `position` lines before it.
    fn fits(&mut self, skip: Skip<'_>, position: u64, is_speaker: bool) -> bool {
        if skip.lines == 0 {
            return true;
        }
        let Some(before) = skip.last.checked_sub(skip.first) else {
            return false;
        };
        if is_speaker {
            // Their own lines have numbers, too.
            return skip.lines <= before + 1;
        }
        let Some(base) = skip.first.checked_sub(position + 1) else {
            return false;
        };
        skip.lines == before + 1 && base == *self.base.get_or_insert(base)
    }
}

/// A hash that depends on the order: those of the compiler's own tables.
#[inline]
fn mix(order: u64, line: Line) -> u64 {
    const SPREAD: u64 = 0x517C_C1B7_2722_0A95;
    let word = u64::from(line.speaker) << 32 | u64::from(line.number);
    (order.rotate_left(5) ^ word).wrapping_mul(SPREAD)
}
