//! Lists as cursors: one page at a time, as the outbox has room.
//!
//! A list is a place to go on from, not a copy: it costs the same for ten members
//! and for ten thousand, and shows the room as it is when each page is made.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Ask, Effects, Engine};
use crate::chat::{ConnId, Message, Nickname, Refusal, RoomId, RoomInfo, RoomName, Tag, UserId};

/// A list that is being sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    tag: Option<Tag>,
    cursor: Cursor,
    /// How many were listed on earlier pages.
    listed: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Cursor {
    Rooms {
        after: Option<RoomName>,
    },
    Members {
        room: RoomId,
        name: RoomName,
        after: Option<UserId>,
    },
}

/// Rooms on a page: each may have a topic, so a page is at most some 15 KiB.
const ROOMS_PER_PAGE: usize = 10;
/// Nicknames on a page: at most some 4 KiB.
const MEMBERS_PER_PAGE: usize = 50;

impl Engine {
    pub(super) fn list_rooms(&mut self, ask: &Ask, effects: &mut Effects) {
        let cursor = Cursor::Rooms { after: None };
        self.begin_list(ask, cursor, effects);
    }

    pub(super) fn list_members(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        let room = self.may_look_into(ask.user, room)?;
        let name = self.rooms[room].name.clone();
        let cursor = Cursor::Members {
            room,
            name,
            after: None,
        };
        self.begin_list(ask, cursor, effects);
        Ok(())
    }

    fn begin_list(&mut self, ask: &Ask, cursor: Cursor, effects: &mut Effects) {
        let listing = Listing {
            tag: ask.tag.clone(),
            cursor,
            listed: 0,
        };
        self.list_page(ask.conn, listing, effects);
    }

    /// Sends the next page, and remembers where to go on.
    pub(super) fn list_page(&mut self, conn: ConnId, mut listing: Listing, effects: &mut Effects) {
        let (message, is_last) = match &mut listing.cursor {
            Cursor::Rooms { after } => self.rooms_page(after, &mut listing.listed),
            Cursor::Members { room, name, after } => {
                self.members_page((*room, name), after, &mut listing.listed)
            }
        };
        let tag = listing.tag.clone();
        let session = self.sessions.get_mut(&conn).expect("a list is somebody's");
        if is_last {
            session.listing = None;
            effects.reply(conn, tag, message);
        } else {
            session.listing = Some(Box::new(listing));
            effects.reply_more(conn, tag, message);
        }
    }

    fn rooms_page(&self, after: &mut Option<RoomName>, listed: &mut u64) -> (Message, bool) {
        // One more than a page shows whether there is another.
        let rest = self.rooms.names().after(after.as_ref());
        let mut rooms: Vec<_> = rest
            .take(ROOMS_PER_PAGE + 1)
            .map(|(_, id)| self.room_info(id))
            .collect();
        let is_last = rooms.len() <= ROOMS_PER_PAGE;
        rooms.truncate(ROOMS_PER_PAGE);
        *listed += rooms.len() as u64;
        *after = rooms.last().map(|info| info.room.clone());
        let total = is_last.then_some(*listed);
        (Message::RoomsListed { rooms, total }, is_last)
    }

    fn room_info(&self, id: RoomId) -> RoomInfo {
        let room = &self.rooms[id];
        RoomInfo {
            room: room.name.clone(),
            members: room.members.len() as u64,
            topic: room.topic.as_ref().map(|topic| topic.text.clone()),
        }
    }

    fn members_page(
        &self,
        (id, name): (RoomId, &RoomName),
        after: &mut Option<UserId>,
        listed: &mut u64,
    ) -> (Message, bool) {
        // A room that was closed meanwhile has no more members.
        let rest = self
            .rooms
            .get(id)
            .map_or(&[][..], |room| room.members.after(*after));
        let page = &rest[..rest.len().min(MEMBERS_PER_PAGE)];
        let is_last = page.len() == rest.len();
        *listed += page.len() as u64;
        *after = page.last().map(|(user, _)| *user);
        let mut nicks: Vec<Nickname> = page
            .iter()
            .map(|(user, _)| self.users[*user].nick.clone())
            .collect();
        nicks.sort();
        let total = is_last.then_some(*listed);
        (
            Message::MembersListed {
                room: name.clone(),
                nicks,
                total,
            },
            is_last,
        )
    }
}
