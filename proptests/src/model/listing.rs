//! Lists, a page at a time.

use roomful::chat::{ConnId, Message, Nickname, Refusal, RoomInfo, RoomName};

use super::{Ask, Model, Told};

/// A list that goes on when there is room.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    ask: Ask,
    what: What,
    listed: u64,
}

#[derive(Clone, Debug)]
enum What {
    Rooms {
        after: Option<RoomName>,
    },
    Members {
        room: RoomName,
        number: u64,
        after: Option<ConnId>,
    },
}

/// What the engine puts on a page; the design leaves it open.
const ROOMS: usize = 10;
const MEMBERS: usize = 50;

impl Model {
    pub(super) fn list_rooms(&mut self, ask: &Ask) -> Result<(), Refusal> {
        self.list(ask, What::Rooms { after: None });
        Ok(())
    }

    pub(super) fn list_members(
        &mut self,
        ask: &Ask,
        room: Option<RoomName>,
    ) -> Result<(), Refusal> {
        let room = self.any_room(ask, room)?;
        let number = self.room_mut(&room).number;
        let after = None;
        self.list(
            ask,
            What::Members {
                room,
                number,
                after,
            },
        );
        Ok(())
    }

    /// There is room again: a list goes on, and private messages are welcome.
    pub(super) fn go_on(&mut self, conn: ConnId) {
        let Some(person) = self.person_mut(conn) else {
            return;
        };
        person.is_choked = false;
        if let Some(listing) = person.listing.take() {
            self.page(listing);
        }
    }

    fn list(&mut self, ask: &Ask, what: What) {
        let ask = ask.clone();
        self.page(Listing {
            ask,
            what,
            listed: 0,
        });
    }

    fn page(&mut self, mut listing: Listing) {
        let (message, more) = match listing.what.clone() {
            What::Rooms { after } => self.page_of_rooms(&mut listing, after),
            What::Members {
                room,
                number,
                after,
            } => self.page_of_members(&mut listing, room, number, after),
        };
        let (to, tag) = (listing.ask.conn, listing.ask.tag.clone());
        self.told.push(Told::Person {
            to,
            tag,
            message,
            more,
        });
        let person = self.person_mut(to).expect("a list is somebody's");
        person.listing = more.then_some(listing);
    }

    fn page_of_rooms(&self, listing: &mut Listing, after: Option<RoomName>) -> (Message, bool) {
        let mut names: Vec<RoomName> = self.rooms.iter().map(|room| room.name.clone()).collect();
        names.sort();
        names.retain(|name| after.as_ref().is_none_or(|after| name > after));
        let more = names.len() > ROOMS;
        names.truncate(ROOMS);
        let info = |name: &RoomName| RoomInfo {
            room: name.clone(),
            members: self.members(name).len() as u64,
            topic: self
                .room(name)
                .and_then(|room| room.topic.clone())
                .map(|topic| topic.text),
        };
        let rooms: Vec<RoomInfo> = names.iter().map(info).collect();
        listing.listed += rooms.len() as u64;
        listing.what = What::Rooms {
            after: names.last().cloned(),
        };
        let total = (!more).then_some(listing.listed);
        (Message::RoomsListed { rooms, total }, more)
    }

    fn page_of_members(
        &self,
        listing: &mut Listing,
        room: RoomName,
        number: u64,
        after: Option<ConnId>,
    ) -> (Message, bool) {
        let is_open = self.room(&room).is_some_and(|room| room.number == number);
        let mut members = if is_open {
            self.members(&room)
        } else {
            Vec::new()
        };
        if let Some(after) = after {
            // Whoever came later; the one before may have left meanwhile.
            members.retain(|member| *member > after);
        }
        let more = members.len() > MEMBERS;
        members.truncate(MEMBERS);
        let mut nicks: Vec<Nickname> = members.iter().map(|member| self.nick_of(*member)).collect();
        nicks.sort();
        listing.listed += nicks.len() as u64;
        let total = (!more).then_some(listing.listed);
        let after = members.last().copied();
        listing.what = What::Members {
            room: room.clone(),
            number,
            after,
        };
        (Message::MembersListed { room, nicks, total }, more)
    }
}
