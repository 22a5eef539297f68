//! Every invariant of the state, checked after every step of every test.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use super::Engine;
use crate::chat::{RoomId, UserId};

/// The state contradicts itself: a bug in the engine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine's state is inconsistent: {0}")]
pub struct Violation(String);

/// Says what is wrong unless `holds`.
fn check(holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds {
        Ok(())
    } else {
        Err(Violation(what()))
    }
}

impl Engine {
    /// Checks every invariant of the state. Takes time in proportion to all of
    /// it: for tests and for a look at a running server, not for every event.
    ///
    /// # Errors
    /// Names the first invariant that does not hold.
    pub fn audit(&self) -> Result<(), Violation> {
        self.audit_sessions()?;
        self.audit_users()?;
        self.audit_rooms()?;
        self.audit_ignored()?;
        self.audit_timers()
    }

    fn audit_sessions(&self) -> Result<(), Violation> {
        check(self.sessions.len() == self.users.len(), || {
            "not one session for each person".into()
        })?;
        for (conn, session) in &self.sessions {
            let user = self.users.get(session.user);
            let is_theirs = user.is_some_and(|user| user.conn == *conn);
            check(is_theirs, || {
                format!("{conn:?} is not that of {:?}", session.user)
            })?;
        }
        Ok(())
    }

    fn audit_users(&self) -> Result<(), Violation> {
        let nicks = self.users.nicks();
        check(nicks.is_consistent(), || {
            "nicknames and their looks differ".into()
        })?;
        check(nicks.len() == self.users.len(), || {
            "not one nickname for each person".into()
        })?;
        for (id, user) in self.users.iter() {
            check(nicks.get(&user.nick) == Some(id), || {
                format!("{:?} is not {id:?}", user.nick)
            })?;
            let twin = nicks.confusable(&user.nick, Some(&user.nick));
            check(twin.is_none(), || {
                format!("{:?} looks like {twin:?}", user.nick)
            })?;
            let within = user.rooms.len() <= self.limits.rooms_per_user_max;
            check(within, || format!("{:?} is in too many rooms", user.nick))?;
            let distinct: BTreeSet<&RoomId> = user.rooms.iter().collect();
            check(distinct.len() == user.rooms.len(), || {
                format!("{id:?} is in a room twice")
            })?;
            for room in &user.rooms {
                let there = self
                    .rooms
                    .get(*room)
                    .is_some_and(|room| room.members.contains(id));
                check(there, || {
                    format!("{room:?} does not know its member {id:?}")
                })?;
            }
        }
        Ok(())
    }

    fn audit_rooms(&self) -> Result<(), Violation> {
        let names = self.rooms.names();
        check(names.is_consistent(), || {
            "room names and their looks differ".into()
        })?;
        check(names.len() == self.rooms.len(), || {
            "not one name for each room".into()
        })?;
        // The lobby is there whatever the limit.
        check(self.rooms.len() <= self.limits.rooms_max.max(1), || {
            "too many rooms".into()
        })?;
        let recalled = self.rooms.remembered();
        let is_open = recalled.is_some_and(|name| names.get(name).is_some());
        check(!is_open, || {
            format!("{recalled:?} is open, and waits to be")
        })?;
        for (id, room) in self.rooms.iter() {
            check(names.get(&room.name) == Some(id), || {
                format!("{:?} is not {id:?}", room.name)
            })?;
            let may_be_empty = id == self.rooms.lobby();
            check(may_be_empty || !room.members.is_empty(), || {
                format!("{:?} is empty", room.name)
            })?;
            let in_order = room.members.iter().is_sorted_by(|(a, _), (b, _)| a < b);
            check(in_order, || {
                format!("the members of {:?} are out of order", room.name)
            })?;
            for (user, conn) in room.members.iter() {
                let is_member =
                    |user: &&super::users::User| user.conn == conn && user.rooms.contains(&id);
                let known = self.users.get(user).filter(is_member);
                check(known.is_some(), || {
                    format!("{user:?} is not in {:?}", room.name)
                })?;
            }
            let waits = room.untold.as_ref().map(|untold| (untold.due, id));
            let has_timer =
                waits.is_none_or(|timer| self.timers.iter().any(|other| other == timer));
            check(has_timer, || {
                format!("nothing will tell the summary of {:?}", room.name)
            })?;
        }
        Ok(())
    }

    fn audit_ignored(&self) -> Result<(), Violation> {
        let absent: BTreeSet<_> = self.absent_ignored.iter().collect();
        let mut waiting = 0;
        for (id, user) in self.users.iter() {
            let within = user.ignoring().ignored.len() <= self.limits.ignored_per_user_max;
            check(within, || format!("{id:?} ignores too many"))?;
            for (nick, other) in &user.ignoring().ignored {
                waiting += usize::from(other.is_none());
                let mirrored = match other {
                    Some(other) => {
                        self.is_ignored_by(*other, id) && self.users[*other].nick == *nick
                    }
                    None => absent.contains(&(nick, id)) && self.users.called(nick).is_none(),
                };
                check(mirrored, || {
                    format!("{nick:?} does not know that {id:?} ignores them")
                })?;
            }
            for by in &user.ignoring().ignored_by {
                let other = self
                    .users
                    .get(*by)
                    .and_then(|other| other.ignoring().ignored.get(&user.nick));
                check(other == Some(&Some(id)), || {
                    format!("{by:?} does not ignore {id:?}")
                })?;
            }
        }
        check(waiting == absent.len(), || {
            "somebody who is gone ignores somebody".into()
        })
    }

    fn is_ignored_by(&self, id: UserId, by: UserId) -> bool {
        self.users
            .get(id)
            .is_some_and(|user| user.ignoring().ignored_by.contains(&by))
    }

    fn audit_timers(&self) -> Result<(), Violation> {
        for (due, id) in self.timers.iter() {
            let untold = self.rooms.get(id).and_then(|room| room.untold.as_ref());
            let is_right = untold.is_some_and(|untold| untold.due == due);
            check(is_right, || {
                format!("a timer for {id:?} stands for nothing")
            })?;
        }
        Ok(())
    }
}
