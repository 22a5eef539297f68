//! What one connection's person knows: the lines they typed and the lines their
//! socket received, followed one by one. Says what cannot have been told to them.

mod answers;
mod past;
mod presence;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::asked::{Asked, understand};
use super::grammar::{Notice, Others, Refusal, Row, Skipped, Told, parse};
use super::{Oracle, Violation};
use crate::trace::{Deed, HowEnded, Life};

pub(crate) use past::{Browsed, Searched, Tail};

/// A place in a run: the number of the event.
pub(crate) type Place = usize;

/// Long enough for anything that waits to be told, in milliseconds.
const CALM: u64 = 1_000;

/// One connection, as its person saw it.
pub(crate) struct View {
    pub(crate) life: Life,
    line_bytes_max: usize,
    /// Whether presence can be followed: no summaries, nothing skipped.
    follows_presence: bool,
    pub(crate) is_welcome: bool,
    /// The greeting said that nobody else was there.
    pub(crate) was_first: bool,
    /// Said goodbye to, or refused.
    has_parted: bool,
    pub(crate) nick: String,
    pub(crate) nicks: Vec<(Place, String)>,
    /// What they typed to be said, whatever came of it.
    typed: BTreeSet<String>,
    /// How what they said began that is not told as it was typed.
    junk: Vec<String>,
    /// What they asked to be called, whatever came of it.
    names_wanted: Vec<String>,
    /// The rooms that they are in, the one in focus last.
    rooms: Vec<String>,
    pub(crate) stays: Vec<Stay>,
    present: BTreeMap<String, Option<BTreeSet<String>>>,
    unfinished: Vec<u8>,
    pending: VecDeque<Typed>,
    listed: Vec<String>,
    /// A topic may follow what has just been told.
    topic_may_follow: bool,
    /// Topics that may have followed, or may have answered a request.
    topics_in_doubt: u64,
    pub(crate) said: Vec<Said>,
    pub(crate) heard: Vec<Heard>,
    pub(crate) whispered: Vec<Whispered>,
    pub(crate) whispers: Vec<Whisper>,
    pub(crate) skips: Vec<(Place, Skipped)>,
    pub(crate) tails: Vec<Tail>,
    is_in_tail: bool,
    /// Rows of a listing that has not ended yet.
    rows_shown: Vec<Row>,
    pub(crate) browsed: Vec<Browsed>,
    pub(crate) searched: Vec<Searched>,
    /// When they were told that something they said was not, since it was not kept.
    pub(crate) not_kept: Vec<Place>,
    /// Rooms of which they were told that what is said is not kept.
    pub(crate) paused: Vec<(Place, String)>,
    /// Rooms that are kept again, with the numbers that are not.
    pub(crate) resumed: Vec<(Place, String, u64, u64)>,
    /// Whom they ignored, by nickname, from when, until when.
    pub(crate) ignored: Vec<(String, Place, Option<Place>)>,
    /// When a request was typed, and when it was answered.
    pub(crate) answers: Vec<(Place, Place)>,
    pub(crate) refusals: BTreeSet<Refusal>,
    pub(crate) was_delayed: bool,
    pub(crate) was_told_of_end: bool,
    pub(crate) heard_loss: bool,
    pub(crate) deeds: Vec<(Place, u64, Deed)>,
    pub(crate) ended: Option<(Place, u64, HowEnded)>,
    pub(crate) first_typed: Option<Place>,
    pub(crate) last_typed: Option<(Place, u64)>,
    pub(crate) lines_typed: u64,
    /// When they heard a line last, in milliseconds.
    last_heard: u64,
    /// Not everything that was typed was taken.
    pub(crate) is_unsure: bool,
    is_typing: bool,
}

/// A stay in a room.
#[derive(Clone, Debug)]
pub(crate) struct Stay {
    pub(crate) room: String,
    /// Told of having joined.
    pub(crate) from: Place,
    /// When the command that left was typed.
    pub(crate) leaving: Option<Place>,
    /// Told of having left.
    pub(crate) to: Option<Place>,
}

/// Something typed that was not answered yet.
#[derive(Clone, Debug)]
struct Typed {
    place: Place,
    at: u64,
    asked: Asked,
}

/// Something said to a room.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) typed: Place,
    pub(crate) at: u64,
    /// The room in focus when it was handled.
    pub(crate) room: Option<String>,
    pub(crate) nick: String,
    /// When something was told that shows that it was handled.
    pub(crate) handled: Option<Place>,
}

/// A line of a room that was heard.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) place: Place,
    pub(crate) at: u64,
    pub(crate) room: String,
    pub(crate) nick: String,
    pub(crate) text: String,
    /// Which stay it was heard in.
    pub(crate) stay: usize,
}

/// A private message that was confirmed to its sender.
#[derive(Clone, Debug)]
pub(crate) struct Whispered {
    pub(crate) typed: Place,
    pub(crate) confirmed: Place,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) text: String,
}

/// A private message that was heard.
#[derive(Clone, Debug)]
pub(crate) struct Whisper {
    pub(crate) from: String,
    /// What the hearer was called then.
    pub(crate) to: String,
    pub(crate) text: String,
}

impl View {
    pub(crate) fn new(life: Life, line_bytes_max: usize, follows_presence: bool) -> Self {
        Self {
            life,
            line_bytes_max,
            follows_presence,
            is_welcome: false,
            was_first: false,
            has_parted: false,
            nick: String::new(),
            nicks: Vec::new(),
            names_wanted: Vec::new(),
            typed: BTreeSet::new(),
            junk: Vec::new(),
            rooms: Vec::new(),
            stays: Vec::new(),
            present: BTreeMap::new(),
            unfinished: Vec::new(),
            pending: VecDeque::new(),
            listed: Vec::new(),
            topic_may_follow: false,
            topics_in_doubt: 0,
            said: Vec::new(),
            heard: Vec::new(),
            whispered: Vec::new(),
            whispers: Vec::new(),
            skips: Vec::new(),
            tails: Vec::new(),
            is_in_tail: false,
            rows_shown: Vec::new(),
            browsed: Vec::new(),
            searched: Vec::new(),
            not_kept: Vec::new(),
            paused: Vec::new(),
            resumed: Vec::new(),
            ignored: Vec::new(),
            answers: Vec::new(),
            refusals: BTreeSet::new(),
            was_delayed: false,
            was_told_of_end: false,
            heard_loss: false,
            deeds: Vec::new(),
            ended: None,
            first_typed: None,
            last_typed: None,
            lines_typed: 0,
            last_heard: 0,
            is_unsure: false,
            is_typing: false,
        }
    }

    /// The person begins to send bytes.
    pub(crate) fn type_bytes(&mut self, place: Place, at: u64, bytes: &[u8]) {
        self.first_typed.get_or_insert(place);
        self.last_typed = Some((place, at));
        self.is_typing = true;
        for byte in bytes {
            if *byte == b'\n' {
                self.end_line(place, at);
            } else {
                self.unfinished.push(*byte);
            }
        }
    }

    /// The network has taken what was typed.
    pub(crate) fn note_sent(&mut self) {
        self.is_typing = false;
    }

    fn end_line(&mut self, place: Place, at: u64) {
        let mut line = std::mem::take(&mut self.unfinished);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let asked = understand(&line, self.line_bytes_max);
        if let Asked::Nick(nick) = &asked {
            self.names_wanted.push(nick.clone());
        }
        if let Asked::Say(text) = &asked {
            self.typed.insert(text.clone());
        }
        if let Asked::Junk = asked {
            // What is told of it begins as it was typed, up to its mark.
            let mark = line
                .iter()
                .position(|byte| *byte == b'.')
                .map_or(line.len(), |at| at + 1);
            self.junk
                .push(String::from_utf8_lossy(&line[..mark]).into_owned());
        }
        self.lines_typed += 1;
        self.pending.push_back(Typed { place, at, asked });
    }

    /// The person does something else.
    pub(crate) fn act(&mut self, place: Place, at: u64, deed: Deed) {
        self.deeds.push((place, at, deed));
        match deed {
            // What is unfinished then counts as a line.
            Deed::EndInput | Deed::Close if !self.unfinished.is_empty() => self.end_line(place, at),
            Deed::Vanish => self.is_unsure = true,
            Deed::StopReading | Deed::ReadSlowly | Deed::ReadOn | Deed::EndInput | Deed::Close => {}
        }
    }

    /// The person's socket received a line.
    pub(crate) fn hear(&mut self, place: Place, at: u64, line: &str) -> Result<(), Violation> {
        self.last_heard = at;
        let wrong = |what: String| {
            let whole = format!("{} was told {line:?}: {what}", self.life);
            Violation::new(Oracle::Grammar, whole)
        };
        let told =
            parse(line).ok_or_else(|| wrong("that is like nothing the protocol has".into()))?;
        let topic_may_follow = std::mem::take(&mut self.topic_may_follow);
        if topic_may_follow && matches!(told, Told::Notice(Notice::Topic { is_set: true })) {
            self.topics_in_doubt += 1;
            return Ok(());
        }
        self.take(place, at, told).map_err(|(oracle, what)| {
            let whole = format!("{} was told {line:?}: {what}", self.life);
            Violation::new(oracle, whole)
        })
    }

    fn take(&mut self, place: Place, at: u64, told: Told) -> Result<(), (Oracle, String)> {
        if self.is_in_tail {
            return self.go_on_with_tail(told);
        }
        if self.has_parted && !matches!(told, Told::Notice(Notice::Skipped(_))) {
            return Err((Oracle::Lifecycle, "after the goodbye".into()));
        }
        if !self.is_welcome {
            return self.take_greeting(place, told);
        }
        match told {
            Told::Notice(Notice::Tail(opening)) => self.open_tail(opening),
            Told::Said { room, nick, text } => self.take_said(place, at, room, nick, text),
            Told::WhisperIn { nick, text } => {
                let to = self.nick.clone();
                self.whispers.push(Whisper {
                    from: nick,
                    to,
                    text,
                });
                Ok(())
            }
            Told::Notice(notice) => match self.take_notice(place, notice) {
                Ok(done) => done.map_err(|what| (Oracle::Presence, what)),
                Err(notice) => self.take_answer(place, Told::Notice(notice)),
            },
            Told::Refusal(refusal @ (Refusal::InputCut | Refusal::ServerFailed)) => {
                self.refusals.insert(refusal);
                self.close();
                self.pending.clear();
                Ok(())
            }
            Told::Refusal(refusal @ Refusal::NotKept) => {
                self.refusals.insert(refusal);
                self.not_kept.push(place);
                Ok(())
            }
            // The server stops, and does not know itself.
            Told::Refusal(refusal @ Refusal::MaybeKept) => {
                self.refusals.insert(refusal);
                self.not_kept.push(place);
                self.is_unsure = true;
                Ok(())
            }
            Told::WhisperOut { .. } | Told::Refusal(_) => self.take_answer(place, told),
        }
    }

    fn take_greeting(&mut self, place: Place, told: Told) -> Result<(), (Oracle, String)> {
        match told {
            Told::Notice(Notice::Welcome { nick, room, others }) => {
                self.is_welcome = true;
                self.topic_may_follow = true;
                self.was_first = others.as_ref().is_some_and(Vec::is_empty);
                self.be_called(place, nick);
                self.enter(place, &room, others);
                Ok(())
            }
            Told::Refusal(refusal @ (Refusal::ServerFull | Refusal::AddressFull)) => {
                self.refusals.insert(refusal);
                self.has_parted = true;
                Ok(())
            }
            Told::Notice(Notice::ShuttingDown) => {
                self.has_parted = true;
                Ok(())
            }
            other => Err((Oracle::Grammar, format!("before a greeting: {other:?}"))),
        }
    }

    fn be_called(&mut self, place: Place, nick: String) {
        self.nick.clone_from(&nick);
        self.nicks.push((place, nick));
    }

    fn enter(&mut self, place: Place, room: &str, others: Others) {
        let room = room.to_lowercase();
        self.rooms.push(room.clone());
        let present = others.map(|others| others.into_iter().collect());
        self.present.insert(room.clone(), present);
        self.stays.push(Stay {
            room,
            from: place,
            leaving: None,
            to: None,
        });
    }

    fn take_said(
        &mut self,
        place: Place,
        at: u64,
        room: String,
        nick: String,
        text: String,
    ) -> Result<(), (Oracle, String)> {
        let room = room.to_lowercase();
        let stay = self
            .stays
            .iter()
            .rposition(|stay| stay.room == room && stay.to.is_none());
        let Some(stay) = stay else {
            return Err((Oracle::Delivery, "they are not in that room (P3)".into()));
        };
        if let Some(Some(present)) = self.present.get(&room)
            && self.follows_presence
            && !present.contains(&nick)
        {
            return Err((Oracle::Presence, "who said it is not in that room".into()));
        }
        self.heard.push(Heard {
            place,
            at,
            room,
            nick,
            text,
            stay,
        });
        Ok(())
    }

    /// Notices that answer nothing; what may be an answer is given back.
    fn take_notice(&mut self, place: Place, notice: Notice) -> Result<Result<(), String>, Notice> {
        Ok(match notice {
            Notice::Joined { nick, room } => self.note_joined(&room, nick),
            Notice::Left { nick, room } => self.note_left(&room, &nick),
            Notice::Departed { nick, is_lost } => {
                self.heard_loss |= is_lost;
                self.note_departed(&nick)
            }
            Notice::Renamed { from, to } => self.note_renamed(&from, to),
            Notice::TopicSet { .. } => Ok(()),
            Notice::Summary { room } => {
                self.present.insert(room.to_lowercase(), None);
                Ok(())
            }
            Notice::Skipped(mut skipped) => {
                skipped.room = skipped.room.to_lowercase();
                self.present
                    .values_mut()
                    .for_each(|present| *present = None);
                self.skips.push((place, skipped));
                Ok(())
            }
            Notice::Delayed => {
                self.was_delayed = true;
                Ok(())
            }
            Notice::Paused { room } => {
                let room = room.to_lowercase();
                let is_there = self.rooms.contains(&room);
                self.paused.push((place, room));
                is_there
                    .then_some(())
                    .ok_or("they are not in that room".into())
            }
            Notice::Resumed { room, first, last } => {
                let room = room.to_lowercase();
                let is_there = self.rooms.contains(&room);
                self.resumed.push((place, room, first, last));
                is_there
                    .then_some(())
                    .ok_or("they are not in that room".into())
            }
            Notice::Live => Err("nothing was shown before it".into()),
            Notice::ShuttingDown => {
                self.was_told_of_end = true;
                self.has_parted = true;
                self.close();
                self.pending.clear(); // What was not handled by then was not accepted.
                Ok(())
            }
            Notice::Welcome { .. } => Err("they were greeted before".into()),
            answer => return Err(answer),
        })
    }

    /// It is over: what was said and never followed by an answer.
    pub(crate) fn close(&mut self) {
        self.is_unsure |= self.is_typing;
        for typed in std::mem::take(&mut self.pending) {
            if typed.asked.is_silent() {
                self.note_said(typed, None);
            } else if typed.asked == Asked::Topic && self.topics_in_doubt > 0 {
                self.topics_in_doubt -= 1;
            } else {
                self.pending.push_back(typed);
                return; // What comes behind it depends on how it is answered.
            }
        }
    }

    /// Whether they heard nothing new for a while before they went, if they did.
    pub(crate) fn left_in_calm(&self) -> bool {
        let goes = |deed: &Deed| matches!(deed, Deed::Close | Deed::EndInput | Deed::Vanish);
        let went = self
            .deeds
            .iter()
            .find(|(_, _, deed)| goes(deed))
            .map(|(_, at, _)| *at);
        let ended = self.ended.map(|(_, at, _)| at);
        let end = went.into_iter().chain(ended).min();
        end.is_none_or(|end| end > self.last_heard + CALM)
    }

    /// What was asked and never answered, if anything.
    pub(crate) fn unanswered(&self) -> Option<&Asked> {
        self.pending.front().map(|typed| &typed.asked)
    }

    /// Every name that they may have had, folded.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let had = self.nicks.iter().map(|(_, nick)| nick.to_lowercase());
        had.chain(self.names_wanted.iter().cloned())
    }

    /// Whether they said this, in words that may not be told as they were typed.
    pub(crate) fn has_said(&self, text: &str) -> bool {
        self.typed.contains(text) || self.junk.iter().any(|junk| text.starts_with(&**junk))
    }

    /// How much they said that is not told as it was typed.
    pub(crate) fn junk_count(&self) -> usize {
        self.junk.len()
    }

    /// Whether they heard a line in the last so many milliseconds before a moment.
    pub(crate) fn was_told_within(&self, before: u64, millis: u64) -> bool {
        self.last_heard + millis >= before
    }

    /// Everybody whom they ignored at some time before a place, by nickname.
    pub(crate) fn ignored_before(&self, before: Place) -> impl Iterator<Item = String> {
        let before = move |(_, from, _): &&(String, Place, Option<Place>)| *from < before;
        self.ignored
            .iter()
            .filter(before)
            .map(|(nick, _, _)| nick.to_lowercase())
    }
}
