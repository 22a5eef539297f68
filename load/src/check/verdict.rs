//! The end of a run: what never came, and who disagrees on the order.

use super::{Checker, Fault, Member};

impl Checker {
    /// Whether nothing more has to come, if each speaker has said so many lines.
    #[must_use]
    pub(crate) fn is_complete(&self, said: &[u32]) -> bool {
        let due = self.due(said);
        self.members.iter().enumerate().all(|(index, member)| {
            let due = due.of(self, index);
            member.heard + member.told.max(member.passed_over) >= due
        })
    }

    /// Judges the whole run, in which each speaker said so many lines.
    pub(crate) fn finish(&mut self, said: &[u32]) {
        let due = self.due(said);
        for index in 0..self.members.len() {
            let due = due.of(self, index);
            self.judge_missing(index, due, said);
        }
        for room in 0..self.seating.rooms {
            self.judge_order(room, said);
        }
    }

    /// Nothing comes any more, after so many seconds.
    pub(crate) fn waited_in_vain(&mut self, seconds: u64, said: &[u32]) {
        let due = self.due(said);
        let members = self.members.iter().enumerate();
        let absent = members.map(|(index, member)| {
            let known = member.heard + member.told;
            due.of(self, index).saturating_sub(known)
        });
        let absent: u64 = absent.sum();
        self.findings.note(format!(
            "waited {seconds} s after the last line for {absent} deliveries, which did not come"
        ));
    }

    fn judge_missing(&mut self, index: usize, due: u64, said: &[u32]) {
        let member = &self.members[index];
        let absent = due.saturating_sub(member.heard);
        let told = member.told;
        self.findings.add_skipped(absent.min(told));
        if absent > told {
            let words = self.first_missing(index, said);
            self.findings.add(Fault::Missing, absent - told, || words);
        }
        if told > absent {
            self.broken(|| {
                format!("member {index} was told of {told} skipped lines, and missed {absent}")
            });
        }
    }

    fn first_missing(&self, index: usize, said: &[u32]) -> String {
        let member = &self.members[index];
        let passed_over = self
            .gaps
            .of(index)
            .map(|(speaker, gap)| (gap.start, gap.end, speaker));
        let first = member.first_speaker as usize;
        let ends = (0..self.seating.speakers).filter_map(|slot| {
            let expected = self.expected[index * self.seating.speakers + slot];
            let speaker = first + slot;
            (expected < said[speaker]).then(|| (expected, said[speaker], speaker as u32))
        });
        let missing = passed_over.chain(ends).min();
        let (start, end, speaker) = missing.unwrap_or_default();
        format!(
            "member {index} never heard lines {start} to {} of speaker {speaker}",
            end.saturating_sub(1)
        )
    }

    /// Those who heard everything have to agree.
    fn judge_order(&mut self, room: usize, said: &[u32]) {
        let members = room * self.seating.room_size..(room + 1) * self.seating.room_size;
        let due = self.due(said);
        let whole: Vec<usize> = members
            .filter(|index| self.members[*index].heard == due.of(self, *index))
            .collect();
        let listeners = whole
            .iter()
            .filter(|index| self.own_slot(**index).is_none());
        let Some(&first) = listeners.clone().next_back() else {
            return;
        };
        let reference = &self.members[first];
        for &index in &whole {
            let order = self.members[index].order;
            let agrees = match self.own_slot(index) {
                None => order == reference.order,
                Some(slot) => !reference.is_reference || order == self.rooms[room].without[slot],
            };
            if !agrees {
                self.findings.add(Fault::Disordered, 1, || {
                    format!("members {first} and {index} heard the lines in different orders")
                });
            }
        }
    }

    fn due<'a>(&self, said: &'a [u32]) -> Due<'a> {
        let rooms = said.chunks(self.seating.speakers);
        let per_room = rooms.map(|said| said.iter().map(|count| u64::from(*count)).sum());
        Due {
            per_room: per_room.collect(),
            said,
        }
    }
}

/// How many lines each member has to have heard.
struct Due<'a> {
    per_room: Vec<u64>,
    said: &'a [u32],
}

impl Due<'_> {
    fn of(&self, checker: &Checker, index: usize) -> u64 {
        let Member {
            room,
            first_speaker,
            ..
        } = checker.members[index];
        let own = checker
            .own_slot(index)
            .map_or(0, |slot| self.said[first_speaker as usize + slot]);
        self.per_room[room as usize] - u64::from(own)
    }
}
