//! Connections by whose they are: of a host, of a person.

use std::io::ErrorKind;

use super::{Client, Conn, Inner, Net};
use crate::atlas::Phase;
use crate::trace::Life;

impl Net {
    pub(crate) fn host_of(&self, conn: usize) -> usize {
        self.lock().conns[conn].host
    }

    /// The connections that a host has now.
    pub(crate) fn lives_of(&self, host: usize) -> Vec<Life> {
        let inner = self.lock();
        let alive = |conn: &&Conn| conn.host == host && conn.halves_of_server > 0;
        inner
            .conns
            .iter()
            .filter(alive)
            .map(|conn| conn.life)
            .collect()
    }

    /// The same, with where each is in its life.
    pub(crate) fn phases_of(&self, host: usize) -> Vec<(Life, Phase)> {
        let there: Vec<(usize, Life)> = {
            let inner = self.lock();
            let numbered = inner.conns.iter().enumerate();
            let alive = numbered.filter(|(_, conn)| conn.host == host && conn.halves_of_server > 0);
            alive.map(|(number, conn)| (number, conn.life)).collect()
        };
        let phase = |(number, life)| (life, self.phase(number));
        there.into_iter().map(phase).collect()
    }

    /// The client's ends of a whole host are silent for ever.
    pub(crate) fn vanish_host(&self, host: usize) {
        let here = self.lock().conns_of(host);
        for conn in here {
            if self.lock().is_client_there(conn) {
                self.vanish(conn);
            }
        }
    }

    /// The connections of a person that have both ends.
    pub(crate) fn conns_of_person(&self, person: usize) -> Vec<(usize, Life, Phase)> {
        let there: Vec<(usize, Life)> = {
            let inner = self.lock();
            let numbered = inner.conns.iter().enumerate();
            let alive = numbered
                .filter(|(_, conn)| conn.life.person == person && conn.client == Client::There);
            alive.map(|(number, conn)| (number, conn.life)).collect()
        };
        there
            .into_iter()
            .map(|(number, life)| (number, life, self.phase(number)))
            .collect()
    }

    /// Both ends get a reset, from something in between.
    pub(crate) fn cut(&self, conn: usize) {
        self.reset(conn);
        let mut inner = self.lock();
        inner.conns[conn]
            .outward
            .fail(ErrorKind::ConnectionReset, ErrorKind::BrokenPipe);
        inner.conns[conn].inward.wake_writer();
    }
}

impl Inner {
    pub(crate) fn is_client_there(&self, conn: usize) -> bool {
        self.conns[conn].client == Client::There
    }
}
