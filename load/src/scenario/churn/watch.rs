//! Whether those who stay heard everything that visitors said, and that before
//! their departure.

use std::collections::{HashMap, HashSet};

use crate::{
    check::{Fault, Findings},
    payload::Line,
};

/// What is known of each visitor.
pub(super) struct Watch {
    /// Those who stay, one in each room.
    rooms: usize,
    /// Lines that each visitor says.
    lines: u32,
    visitors: Vec<Visitor>,
    /// Visitors by their nickname, once they have said something.
    names: HashMap<Vec<u8>, usize>,
    /// Departures of people who had said nothing until then, by room.
    silent: HashSet<(usize, Vec<u8>)>,
    findings: Findings,
    heard: u64,
    left: usize,
}

#[derive(Clone, Default)]
struct Visitor {
    has_joined: bool,
    /// The number of the next line.
    next: u32,
    has_left: bool,
}

impl Watch {
    pub(super) fn new(rooms: usize, visitors: u32, lines: u32) -> Self {
        Self {
            rooms,
            lines,
            visitors: vec![Visitor::default(); visitors as usize],
            names: HashMap::new(),
            silent: HashSet::new(),
            findings: Findings::default(),
            heard: 0,
            left: 0,
        }
    }

    /// A visitor got the answer to its join.
    pub(super) fn joined(&mut self, visitor: usize) {
        self.visitors[visitor].has_joined = true;
    }

    pub(super) fn has_joined(&self, visitor: usize) -> bool {
        self.visitors[visitor].has_joined
    }

    /// Who stays in `room` heard a line.
    pub(super) fn said(&mut self, room: usize, nick: &[u8], line: Line) {
        let (index, number) = (line.speaker as usize, line.number);
        if index >= self.visitors.len() || index % self.rooms != room {
            return self.broken(|| format!("room {room} heard visitor {index}, who is elsewhere"));
        }
        let visitor = &mut self.visitors[index];
        if visitor.next == 0 && !nick.is_empty() {
            self.names.insert(nick.to_vec(), index);
        }
        if number < visitor.next {
            let words = || format!("line {number} of visitor {index} came again, or late");
            return self.findings.add(Fault::Doubled, 1, words);
        }
        let has_left = visitor.has_left || self.silent.contains(&(room, nick.to_vec()));
        let passed_over = number - visitor.next;
        visitor.next = number + 1;
        self.heard += 1;
        if passed_over > 0 {
            let words = || format!("line {number} of visitor {index} came too early");
            self.findings
                .add(Fault::Missing, u64::from(passed_over), words);
        }
        if has_left {
            let words = || format!("line {number} of visitor {index} came after its departure");
            self.findings.add(Fault::Disordered, 1, words);
        }
    }

    /// Who stays in `room` was told that somebody's connection has ended.
    pub(super) fn departed(&mut self, room: usize, nick: &[u8]) {
        match self.names.get(nick) {
            Some(&index) if index % self.rooms == room => {
                let visitor = &mut self.visitors[index];
                if std::mem::replace(&mut visitor.has_left, true) {
                    let words = || format!("visitor {index} left twice");
                    self.findings.add(Fault::Doubled, 1, words);
                } else {
                    self.left += 1;
                }
            }
            // Somebody of another room, whom all meet in the lobby.
            Some(_) => {}
            None => {
                self.silent.insert((room, nick.to_vec()));
            }
        }
    }

    /// Something broke.
    pub(super) fn broken(&mut self, words: impl FnOnce() -> String) {
        self.findings.add(Fault::Broken, 1, words);
    }

    /// Lines that were heard.
    pub(super) fn heard(&self) -> u64 {
        self.heard
    }

    /// Lines and departures that were heard, which only grows.
    pub(super) fn progress(&self) -> u64 {
        self.heard + self.left as u64
    }

    /// Whether everything has come.
    pub(super) fn is_clean(&self, with_departures: bool) -> bool {
        let all = self.visitors.len();
        self.heard >= all as u64 * u64::from(self.lines) && (!with_departures || self.left >= all)
    }

    /// Everybody has to have left by now.
    pub(super) fn judge_departures(&mut self) {
        let stayed = self.visitors.len() - self.left;
        if stayed > 0 {
            self.broken(|| format!("{stayed} visitors were never told to have left"));
        }
    }

    /// The verdict.
    pub(super) fn finish(&mut self) -> &Findings {
        for (index, visitor) in self.visitors.iter().enumerate() {
            let missing = u64::from(self.lines.saturating_sub(visitor.next));
            if missing > 0 {
                let words = || format!("the last {missing} lines of visitor {index} never came");
                self.findings.add(Fault::Missing, missing, words);
            }
        }
        &self.findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(speaker: u32, number: u32) -> Line {
        Line {
            speaker,
            number,
            sent: 0,
        }
    }

    /// Two rooms, two visitors who say two lines each; the second is as it should be.
    fn watch(first: impl FnOnce(&mut Watch)) -> crate::check::Checks {
        let mut watch = Watch::new(2, 2, 2);
        watch.said(1, b"bob", line(1, 0));
        watch.said(1, b"bob", line(1, 1));
        watch.departed(0, b"bob");
        watch.departed(1, b"bob");
        assert!(!watch.is_clean(true));
        first(&mut watch);
        watch.judge_departures();
        watch.finish().checks()
    }

    #[test]
    fn all_heard_and_told_is_clean() {
        let checks = watch(|watch| {
            watch.said(0, b"ada", line(0, 0));
            watch.said(0, b"ada", line(0, 1));
            assert!(watch.is_clean(false));
            watch.departed(0, b"ada");
            assert!(watch.is_clean(true));
        });
        assert!(checks.are_passed());
    }

    #[test]
    fn what_is_lost_is_found() {
        let end = watch(|watch| {
            watch.said(0, b"ada", line(0, 0));
            watch.departed(0, b"ada");
        });
        assert_eq!((end.missing, end.broken), (1, 0));
        let begin = watch(|watch| {
            watch.said(0, b"ada", line(0, 1));
            watch.departed(0, b"ada");
        });
        assert_eq!((begin.missing, begin.broken), (1, 0));
        let all = watch(|watch| watch.departed(0, b"ada"));
        assert_eq!(all.missing, 2);
    }

    #[test]
    fn what_comes_twice_or_after_a_departure_is_found() {
        let twice = watch(|watch| {
            for number in [0, 0, 1] {
                watch.said(0, b"ada", line(0, number));
            }
            watch.departed(0, b"ada");
        });
        assert_eq!((twice.doubled, twice.missing), (1, 0));
        let late = watch(|watch| {
            watch.said(0, b"ada", line(0, 0));
            watch.departed(0, b"ada");
            watch.said(0, b"ada", line(0, 1));
        });
        assert_eq!((late.disordered, late.missing), (1, 0));
        let too_late = watch(|watch| {
            watch.departed(0, b"ada");
            watch.said(0, b"ada", line(0, 0));
            watch.said(0, b"ada", line(0, 1));
        });
        assert_eq!(too_late.disordered, 2);
    }

    #[test]
    fn another_rooms_visitor_is_broken() {
        let checks = watch(|watch| watch.said(1, b"ada", line(0, 0)));
        assert_eq!(checks.broken, 2);
    }
}
