//! Histories and findings on their way to people, a page at a time: the next one is
//! asked for when the outbox has room.

use chrono::NaiveDate;

use super::Hub;
use super::archive::Shelf;
use crate::chat::{
    ConnId, Findings, HistoryPage, Kept, Message, PageEnd, Refusal, RoomName, Seq, Span, Text,
};
use crate::shell::Listener;
use crate::shell::store::{Page, Reader, Request, StoreError};

/// What one page shows at most, in bytes of text: less than the reserve of an outbox.
const PAGE_BYTES_MAX: usize = 16 * 1024;

/// What somebody is being shown, and how far that has come.
pub(super) struct Browsing {
    what: What,
    /// The question that the keeper was asked last: answers to others are too late.
    question: u64,
    /// It has not been answered yet.
    is_asked: bool,
}

/// What somebody is being shown.
enum What {
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
    /// How many lines the room's history has, as of the latest page.
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
    /// What to ask the keeper for, as the question of this number.
    fn ask(&mut self, conn: ConnId, question: u64) -> Request {
        (self.question, self.is_asked) = (question, true);
        self.what.request(Reader { conn, question })
    }

    /// Whether this is the answer that is waited for.
    fn takes(&mut self, question: u64) -> bool {
        let is_meant = self.is_asked && self.question == question;
        self.is_asked &= !is_meant;
        is_meant
    }
}

impl What {
    fn request(&self, to: Reader) -> Request {
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
        let last = shelf.map_or(Seq(0), Shelf::last);
        let of = OfRoom {
            room: room.clone(),
            span,
            next: span,
            last,
            total: 0,
            start: None,
            shown: 0,
            seen: 0,
            day: self.clock.now().date_naive(),
        };
        self.begin_browsing(to, What::Room(Box::new(of)));
    }

    pub(super) fn search(&mut self, to: ConnId, rooms: &[RoomName], words: &Text) {
        let (rooms, words) = (rooms.to_vec(), words.clone());
        self.begin_browsing(to, What::Search { rooms, words });
    }

    /// Asks the keeper for something to show, and holds back what comes behind it.
    fn begin_browsing(&mut self, conn: ConnId, what: What) {
        if self.links.get(conn).is_none_or(|link| link.is_broken) {
            return; // Nobody is there to read it, nor would there ever be room for more.
        }
        let browsing = Browsing {
            what,
            question: 0,
            is_asked: false,
        };
        self.browsing.insert(conn, browsing);
        self.ask_for_page(conn);
        if let Some(link) = self.open_link(conn) {
            link.awaits_history = true;
        }
        if !self.is_asked(conn) {
            let refusal = match self.archive {
                Some(_) => Refusal::HistoryUnreadable,
                None => Refusal::NoHistory,
            };
            self.end_browsing(conn, &Message::Refused(refusal));
        }
    }

    /// The outbox has room for the next page, if one is wanted.
    pub(super) fn browse_on(&mut self, conn: ConnId) {
        if self.browsing.contains_key(&conn) && !self.is_asked(conn) {
            self.ask_for_page(conn);
        }
    }

    fn ask_for_page(&mut self, conn: ConnId) {
        self.questions += 1;
        let (Some(browsing), Some(archive)) = (self.browsing.get_mut(&conn), &mut self.archive)
        else {
            return;
        };
        let request = browsing.ask(conn, self.questions);
        browsing.is_asked = archive.ask(request);
    }

    fn is_asked(&self, conn: ConnId) -> bool {
        let browsing = self.browsing.get(&conn);
        browsing.is_some_and(|browsing| browsing.is_asked)
    }

    pub(super) fn take_page(&mut self, to: Reader, page: Result<Page, StoreError>) {
        if !self.takes_answer(to) {
            return; // They have gone, or asked for something else since.
        }
        let conn = to.conn;
        let Ok(page) = page else {
            self.end_browsing(conn, &Message::Refused(Refusal::HistoryUnreadable));
            return;
        };
        let rows = page.rows.iter();
        let hidden: Vec<bool> = rows.map(|row| self.is_ignored(conn, row)).collect();
        let Some(Browsing {
            what: What::Room(of),
            ..
        }) = self.browsing.get_mut(&conn)
        else {
            return;
        };
        let shown = of.show(page, &hidden);
        let is_last = shown.end.is_some();
        let message = Message::HistoryShown(shown);
        if is_last {
            self.end_browsing(conn, &message);
        } else {
            self.reply(conn, &message);
            self.hold(conn); // The next page comes when this one has gone.
        }
    }

    pub(super) fn take_found(
        &mut self,
        to: Reader,
        words: Text,
        found: Result<(Vec<(RoomName, Kept)>, bool), StoreError>,
    ) {
        if !self.takes_answer(to) {
            return; // They have gone, or asked for something else since.
        }
        let message = match found {
            Err(_) => Message::Refused(Refusal::HistoryUnreadable),
            Ok((mut found, has_more)) => {
                found.retain(|(_, row)| !self.is_ignored(to.conn, row));
                Message::Found(Findings {
                    words,
                    found,
                    has_more,
                    today: self.clock.now().date_naive(),
                })
            }
        };
        self.end_browsing(to.conn, &message);
    }

    fn takes_answer(&mut self, to: Reader) -> bool {
        let browsing = self.browsing.get_mut(&to.conn);
        browsing.is_some_and(|browsing| browsing.takes(to.question))
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
        self.total = page.total;
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
