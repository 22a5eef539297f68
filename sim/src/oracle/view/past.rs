//! What was said before, as a person was shown it: with a join, and on request.

use super::{Place, Typed, View};
use crate::oracle::Oracle;
use crate::oracle::asked::{Asked, Span};
use crate::oracle::grammar::{Ending, Notice, Opening, Row, RowKind, Told};

/// What was said last, shown with a join.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// Which stay it opened.
    pub(crate) stay: usize,
    pub(crate) room: String,
    pub(crate) total: u64,
    pub(crate) rows: Vec<Row>,
    /// Told that what follows is live.
    pub(crate) is_whole: bool,
    shown: u64,
}

/// A part of a room's history, shown on request.
#[derive(Clone, Debug)]
pub(crate) struct Browsed {
    pub(crate) typed: Place,
    pub(crate) span: Span,
    pub(crate) room: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) ending: Ending,
}

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct Searched {
    pub(crate) typed: Place,
    pub(crate) words: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) has_more: bool,
    /// The rooms that they were in then.
    pub(crate) rooms: Vec<String>,
}

impl Row {
    /// Whether it stands for something that was said.
    pub(crate) fn is_line(&self) -> bool {
        !matches!(self.what, RowKind::Gap(_))
    }
}

impl View {
    /// A tail begins: with a join, before anything live.
    pub(super) fn open_tail(&mut self, opening: Opening) -> Result<(), (Oracle, String)> {
        let wrong = |what: &str| Err((Oracle::History, what.into()));
        let room = opening.room.to_lowercase();
        let Some(stay) = self.stays.len().checked_sub(1) else {
            return wrong("they are in no room");
        };
        if self.stays[stay].room != room || self.stays[stay].to.is_some() {
            return wrong("it is not the room that they have just joined");
        }
        if self.tails.iter().any(|tail| tail.stay == stay) {
            return wrong("they were shown that before");
        }
        if self.heard.iter().any(|heard| heard.stay == stay) {
            return wrong("they have heard what is live before");
        }
        self.tails.push(Tail {
            stay,
            room,
            total: opening.total,
            rows: Vec::new(),
            is_whole: false,
            shown: opening.shown,
        });
        self.is_in_tail = true;
        Ok(())
    }

    /// Within a tail there is nothing else.
    pub(super) fn go_on_with_tail(&mut self, told: Told) -> Result<(), (Oracle, String)> {
        let tail = self.tails.last_mut().expect("it was opened");
        match told {
            Told::Notice(Notice::Day) => Ok(()),
            Told::Notice(Notice::Row(row)) if row.room.to_lowercase() == tail.room => {
                tail.rows.push(row);
                Ok(())
            }
            Told::Notice(Notice::Live) => {
                self.is_in_tail = false;
                tail.is_whole = true;
                let lines = tail.rows.iter().filter(|row| row.is_line()).count();
                match lines as u64 == tail.shown {
                    true => Ok(()),
                    false => {
                        let what = format!("{} messages were announced", tail.shown);
                        Err((Oracle::History, what))
                    }
                }
            }
            other => Err((Oracle::History, format!("before it is live: {other:?}"))),
        }
    }

    /// A listing has come to its end.
    pub(super) fn note_browsed(&mut self, typed: &Typed, ending: Ending) {
        let rows = std::mem::take(&mut self.rows_shown);
        if let Asked::History { span, .. } = &typed.asked {
            self.browsed.push(Browsed {
                typed: typed.place,
                span: *span,
                room: ending.room.to_lowercase(),
                rows,
                ending,
            });
        }
    }

    pub(super) fn note_searched(&mut self, typed: &Typed, has_more: bool) {
        let rows = std::mem::take(&mut self.rows_shown);
        if let Asked::Search(words) = &typed.asked {
            self.searched.push(Searched {
                typed: typed.place,
                words: words.clone(),
                rows,
                has_more,
                rooms: self.rooms.clone(),
            });
        }
    }
}
