//! Histories and findings on their way to people, a page at a time: the next one is
//! asked for when the outbox has room.

use chrono::NaiveDate;

use super::Hub;
use crate::chat::{
    ConnId, Findings, HistoryPage, Kept, Message, PageEnd, Refusal, RoomName, Seq, Span, Text,
};
use crate::shell::Listener;
use crate::shell::store::{Page, Request, StoreError};

/// What one page shows at most, in bytes of text: less than the reserve of an outbox.
const PAGE_BYTES_MAX: usize = 16 * 1024;

/// What somebody is being shown.
pub(super) enum Browsing {
    /// A part of a room's history.
    Room(Box<OfRoom>),
    /// Lines with these words.
    Search { rooms: Vec<RoomName>, words: Text },
}

/// How far a part of a room's history has been shown.
pub(super) struct OfRoom {
    room: RoomName,
    /// What was asked for.
    span: Span,
    /// What is asked for next.
    next: Span,
    /// The highest number that counts: what is above is live.
    last: Seq,
    /// How many lines the room's history has.
    total: u64,
    /// Where it begins, once that is known.
    start: Option<Seq>,
    shown: u64,
    /// Rows that were looked at, shown or not.
    seen: u32,
    /// The day of the line shown last.
    day: NaiveDate,
}

impl Browsing {
    /// What to ask the keeper for.
    pub(super) fn request(&self, to: ConnId) -> Request {
        match self {
            Self::Room(of) => Request::Browse {
                to,
                room: of.room.clone(),
                span: of.next,
                last: of.last,
            },
            Self::Search { rooms, words } => Request::Search {
                to,
                rooms: rooms.clone(),
                words: words.clone(),
            },
        }
    }
}

impl<L: Listener> Hub<L> {
    pub(super) fn browse(&mut self, to: ConnId, room: &RoomName, span: Span) {
        let shelf = self
            .archive
            .as_ref()
            .and_then(|archive| archive.shelf(room));
        let (last, total) = shelf.map_or((Seq(0), 0), |shelf| (shelf.last(), shelf.total()));
        let of = OfRoom {
            room: room.clone(),
            span,
            next: span,
            last,
            total,
            start: None,
            shown: 0,
            seen: 0,
            day: self.clock.now().date_naive(),
        };
        self.begin_browsing(to, Browsing::Room(Box::new(of)));
    }

    pub(super) fn search(&mut self, to: ConnId, rooms: &[RoomName], words: &Text) {
        let (rooms, words) = (rooms.to_vec(), words.clone());
        self.begin_browsing(to, Browsing::Search { rooms, words });
    }

    /// The outbox has room for the next page, if one is wanted.
    pub(super) fn browse_on(&mut self, conn: ConnId) {
        let Some(browsing) = self.browsing.get(&conn) else {
            return;
        };
        let request = browsing.request(conn);
        if let Some(archive) = &mut self.archive {
            archive.ask(request);
        }
    }

    pub(super) fn take_page(&mut self, to: ConnId, page: Result<Page, StoreError>) {
        let Some(Browsing::Room(_)) = self.browsing.get(&to) else {
            return; // They have gone.
        };
        let Ok(page) = page else {
            self.end_browsing(to, &Message::Refused(Refusal::HistoryUnreadable));
            return;
        };
        let hidden: Vec<bool> = page
            .rows
            .iter()
            .map(|row| self.is_ignored(to, row))
            .collect();
        let Some(Browsing::Room(of)) = self.browsing.get_mut(&to) else {
            return;
        };
        let shown = of.show(page, &hidden);
        let is_last = shown.end.is_some();
        let message = Message::HistoryShown(shown);
        if is_last {
            self.end_browsing(to, &message);
        } else {
            self.reply(to, &message);
            self.hold(to); // The next page comes when this one has gone.
        }
    }

    pub(super) fn take_found(
        &mut self,
        to: ConnId,
        words: Text,
        found: Result<(Vec<(RoomName, Kept)>, bool), StoreError>,
    ) {
        let Some(Browsing::Search { .. }) = self.browsing.get(&to) else {
            return; // They have gone.
        };
        let message = match found {
            Err(_) => Message::Refused(Refusal::HistoryUnreadable),
            Ok((mut found, has_more)) => {
                found.retain(|(_, row)| !self.is_ignored(to, row));
                Message::Found(Findings {
                    words,
                    found,
                    has_more,
                    today: self.clock.now().date_naive(),
                })
            }
        };
        self.end_browsing(to, &message);
    }

    /// Says the last of it, and lets what waits behind it go on.
    pub(super) fn end_browsing(&mut self, conn: ConnId, message: &Message) {
        if self.browsing.remove(&conn).is_none() {
            return;
        }
        if self.open_link(conn).is_some() {
            self.reply(conn, message);
        }
        if let Some(link) = self.open_link(conn) {
            link.awaits_history = false;
            self.go_on(conn);
        }
    }
}

impl OfRoom {
    /// What of a page is shown now, and how it goes on.
    fn show(&mut self, page: Page, hidden: &[bool]) -> HistoryPage {
        self.start.get_or_insert(page.start);
        let (mut rows, mut bytes) = (Vec::new(), 0);
        let (mut next, mut is_done) = (None, page.is_last);
        let since = self.day;
        for (row, is_hidden) in page.rows.into_iter().zip(hidden) {
            bytes += text_bytes(&row);
            if (bytes > PAGE_BYTES_MAX && !rows.is_empty()) || self.seen == Span::LINES_MAX {
                (next, is_done) = (Some(row.first()), false);
                break;
            }
            self.seen += 1;
            next = Some(row.last().next());
            if !is_hidden {
                self.day = row.day().unwrap_or(self.day);
                self.shown += u64::from(row.day().is_some());
                rows.push(row);
            }
        }
        let to = self.to();
        let next = next.filter(|next| *next <= to && !is_done);
        let is_cut = self.seen == Span::LINES_MAX;
        let end = match next {
            Some(first) if !is_cut => {
                self.next = Span::Between { first, last: to };
                None
            }
            Some(_) | None => Some(self.end(next)),
        };
        HistoryPage {
            room: self.room.clone(),
            rows,
            since,
            end,
        }
    }

    /// The highest number that was asked for.
    fn to(&self) -> Seq {
        match self.span {
            Span::Last { .. } => self.last,
            Span::Before { seq, .. } => self.last.min(Seq(seq.0.saturating_sub(1))),
            Span::Between { last, .. } => self.last.min(last),
        }
    }

    fn end(&self, next: Option<Seq>) -> PageEnd {
        let start = self.start.unwrap_or(Seq(1));
        let more = match (next, self.span) {
            (Some(first), _) => Some(Span::Between {
                first,
                last: self.to(),
            }),
            (None, Span::Between { .. }) => None,
            (None, Span::Last { count } | Span::Before { count, .. }) => {
                let has_more = start.0 > 1 && self.total > self.shown;
                has_more.then_some(Span::Before { seq: start, count })
            }
        };
        PageEnd {
            shown: self.shown,
            total: self.total,
            more,
        }
    }
}

fn text_bytes(row: &Kept) -> usize {
    match row {
        Kept::Line { text, .. } => text.as_str().len() + 64,
        Kept::Erased { .. } | Kept::Gap { .. } => 64,
    }
}
