//! Not being told what somebody says.

use roomful::chat::{ConnId, Message, Nickname, Refusal};

use super::{Ask, Model};

impl Model {
    pub(super) fn does_ignore(&self, who: ConnId, whom: ConnId) -> bool {
        let person = self.person(who).expect("a member is in");
        person.ignored.iter().any(|(_, conn)| *conn == Some(whom))
    }

    pub(super) fn ignore(&mut self, ask: &Ask, nick: &Nickname) -> Result<(), Refusal> {
        let other = self.somebody_called(nick)?;
        if other == ask.conn {
            return Err(Refusal::IgnoresSelf);
        }
        let nick = self.nick_of(other);
        let max = self.limits.ignored_per_user_max;
        let ignored = &mut self.asking(ask).ignored;
        match ignored.iter().position(|(known, _)| *known == nick) {
            Some(place) => ignored[place].1 = Some(other),
            None if ignored.len() >= max => return Err(Refusal::IgnoredFull { max }),
            None => ignored.push((nick.clone(), Some(other))),
        }
        self.tell(ask, Message::IgnoreAdded { nick });
        Ok(())
    }

    pub(super) fn list_ignored(&mut self, ask: &Ask) -> Result<(), Refusal> {
        let ignored = &self.asking(ask).ignored;
        let mut nicks: Vec<Nickname> = ignored.iter().map(|(nick, _)| nick.clone()).collect();
        nicks.sort();
        self.tell(ask, Message::IgnoredListed { nicks });
        Ok(())
    }

    pub(super) fn unignore(&mut self, ask: &Ask, nick: &Nickname) -> Result<(), Refusal> {
        let ignored = &mut self.asking(ask).ignored;
        let Some(place) = ignored.iter().position(|(known, _)| known == nick) else {
            return Err(Refusal::NotIgnored { nick: nick.clone() });
        };
        let (nick, _) = ignored.remove(place);
        self.tell(ask, Message::IgnoreRemoved { nick });
        Ok(())
    }

    /// Somebody is called otherwise now: who ignores them goes on to, and who
    /// ignored that nickname before ignores them from now on.
    pub(super) fn follow_in_ignored(&mut self, conn: ConnId, old: &Nickname, new: &Nickname) {
        for person in &mut self.people {
            let ignored = &mut person.ignored;
            let knew_old = ignored
                .iter()
                .any(|(nick, known)| nick == old && *known == Some(conn));
            let knew_new = ignored.iter().any(|(nick, _)| nick == new);
            if !knew_old && !knew_new {
                continue;
            }
            ignored.retain(|(nick, known)| nick != new && !(nick == old && *known == Some(conn)));
            // Nobody ignores themselves.
            if person.conn != conn {
                ignored.push((new.clone(), Some(conn)));
            }
        }
    }

    /// Somebody has gone: their nickname stays ignored, for whoever has it next.
    pub(super) fn forget_in_ignored(&mut self, conn: ConnId) {
        for person in &mut self.people {
            for (_, known) in &mut person.ignored {
                if *known == Some(conn) {
                    *known = None;
                }
            }
        }
    }
}
