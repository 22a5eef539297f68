//! Changing one's nickname.

use super::timers::Change;
use super::{Ask, Effects, Engine};
use crate::chat::{Message, Nickname, Refusal, RoomName};

impl Engine {
    pub(super) fn change_nick(
        &mut self,
        ask: &Ask,
        nick: Nickname,
        effects: &mut Effects,
    ) -> Result<(), Refusal> {
        self.may_take_nick(ask.user, &nick)?;
        let old = self.users[ask.user].nick.clone();
        if old.as_str() != nick.as_str() {
            self.users.rename(ask.user, nick.clone());
            self.ignored_was_renamed(ask.user, &old);
            let renamed = |room: RoomName| {
                let (from, to) = (old.clone(), nick.clone());
                Message::Renamed { room, from, to }
            };
            let rooms = self.users[ask.user].rooms.clone();
            self.announce(
                ask.now,
                (ask.user, &rooms),
                Change::Renamed,
                renamed,
                effects,
            );
        }
        ask.reply(Message::NickChanged { nick }, effects);
        Ok(())
    }
}
