//! Answers to what a person asked, in the order of the requests.

use super::{Place, Said, Typed, View, Whispered};
use crate::oracle::Oracle;
use crate::oracle::asked::{Asked, Fit};
use crate::oracle::grammar::{Notice, Refusal, Told};

impl View {
    /// Answers come in the order of the requests; what was said before one of
    /// them was handled before.
    pub(super) fn take_answer(&mut self, place: Place, told: Told) -> Result<(), (Oracle, String)> {
        loop {
            let Some(typed) = self.pending.front() else {
                return Err((Oracle::Delivery, "it answers nothing that was asked".into()));
            };
            match typed.asked.fits(&told) {
                Fit::Part => {
                    self.note_part(told);
                    return Ok(());
                }
                Fit::Whole => {
                    let typed = self.pending.pop_front().expect("it was just looked at");
                    self.answers.push((typed.place, place));
                    return self.apply(place, &typed, told);
                }
                Fit::No if typed.asked.is_silent() => {
                    let typed = self.pending.pop_front().expect("it was just looked at");
                    self.note_said(typed, Some(place));
                }
                Fit::No if typed.asked == Asked::Topic && self.topics_in_doubt > 0 => {
                    self.topics_in_doubt -= 1;
                    self.pending.pop_front();
                }
                Fit::No => {
                    let what = format!("the next answer is to {:?}", typed.asked);
                    return Err((Oracle::Delivery, what));
                }
            }
        }
    }

    pub(super) fn note_said(&mut self, typed: Typed, handled: Option<Place>) {
        if let Asked::Say(text) = typed.asked {
            self.said.push(Said {
                text,
                typed: typed.place,
                at: typed.at,
                room: self.rooms.last().cloned(),
                nick: self.nick.clone(),
                handled,
            });
        }
    }

    pub(super) fn note_part(&mut self, told: Told) {
        match told {
            Told::Notice(Notice::MembersRow { nicks, .. }) => self.listed.extend(nicks),
            Told::Notice(Notice::Row(row)) => self.rows_shown.push(row),
            _ => {}
        }
    }

    pub(super) fn apply(
        &mut self,
        place: Place,
        typed: &Typed,
        told: Told,
    ) -> Result<(), (Oracle, String)> {
        match told {
            Told::Refusal(refusal) => {
                self.refusals.insert(refusal);
                self.rows_shown.clear();
                let is_in_room = refusal == Refusal::InNoRoom && !self.rooms.is_empty();
                if is_in_room {
                    return Err((Oracle::Lifecycle, format!("they are in {:?}", self.rooms)));
                }
                Ok(())
            }
            Told::WhisperOut { nick, text } => {
                self.whispered.push(Whispered {
                    typed: typed.place,
                    confirmed: place,
                    from: self.nick.clone(),
                    to: nick,
                    text,
                });
                Ok(())
            }
            Told::Notice(notice) => self.apply_notice(place, typed, notice),
            Told::Said { .. } | Told::WhisperIn { .. } => Ok(()),
        }
    }

    pub(super) fn apply_notice(
        &mut self,
        place: Place,
        typed: &Typed,
        notice: Notice,
    ) -> Result<(), (Oracle, String)> {
        match notice {
            Notice::YouAreNow(nick) => self.be_called(place, nick),
            Notice::YouJoined { room, others } => {
                self.topic_may_follow = true;
                if self.rooms.contains(&room.to_lowercase()) {
                    return Err((Oracle::Lifecycle, "they were in it already".into()));
                }
                self.enter(place, &room, others);
            }
            Notice::YouAreBack { room, .. } => {
                self.topic_may_follow = true;
                let room = room.to_lowercase();
                let Some(found) = self.rooms.iter().position(|own| *own == room) else {
                    return Err((Oracle::Lifecycle, "they were not in it".into()));
                };
                let room = self.rooms.remove(found);
                self.rooms.push(room);
            }
            Notice::YouLeft { room, focus } => return self.leave(place, typed.place, &room, focus),
            Notice::MembersTotal { room, count } => return self.check_members(&room, count),
            Notice::Ignoring(nick) => self.ignored.push((nick, place, None)),
            Notice::Hearing(nick) => {
                for (ignored, _, until) in &mut self.ignored {
                    if ignored.to_lowercase() == nick.to_lowercase() && until.is_none() {
                        *until = Some(place);
                    }
                }
            }
            Notice::HistoryEnd(ending) => self.note_browsed(typed, ending),
            Notice::SearchEnd { found, has_more } => {
                if self.rows_shown.len() as u64 != found {
                    let what = format!("{} were shown", self.rows_shown.len());
                    return Err((Oracle::History, what));
                }
                self.note_searched(typed, has_more);
            }
            Notice::Bye => self.has_parted = true,
            _ => {}
        }
        Ok(())
    }

    pub(super) fn leave(
        &mut self,
        place: Place,
        typed: Place,
        room: &str,
        focus: Option<String>,
    ) -> Result<(), (Oracle, String)> {
        let room = room.to_lowercase();
        self.rooms.retain(|own| *own != room);
        self.present.remove(&room);
        if focus.map(|focus| focus.to_lowercase()).as_ref() != self.rooms.last() {
            let what = format!("the room used before it is {:?}", self.rooms.last());
            return Err((Oracle::Lifecycle, what));
        }
        let stay = self.stays.iter_mut().rfind(|stay| stay.room == room);
        let Some(stay) = stay.filter(|stay| stay.to.is_none()) else {
            return Err((Oracle::Lifecycle, "they were not in it".into()));
        };
        stay.leaving = Some(typed);
        stay.to = Some(place);
        Ok(())
    }
}
