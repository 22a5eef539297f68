//! Everybody connects and joins, not too many at once.

use crate::{failure::CannotRun, progress::Progress};

use super::{Crowd, SECOND, SPEAKING_MAX};

/// How often connections that have joined make room for others.
const GLANCE: u64 = 1_000_000;

impl Crowd {
    /// Connects everybody, at most `connecting` at once, and waits until the last
    /// has joined.
    pub(crate) fn assemble(
        &mut self,
        connecting: usize,
        leave_lobby: bool,
        progress: &Progress,
    ) -> Result<(), CannotRun> {
        let all = self.connections();
        progress.phase("connecting", all as u64);
        let mut begun = 0;
        let mut last = (0, self.net.now());
        while self.hall.ready < all {
            while begun < all && begun - self.hall.ready < connecting {
                self.begin(begun, leave_lobby)?;
                begun += 1;
            }
            let now = self.net.now();
            self.step(now + GLANCE)?;
            progress.set(self.hall.ready as u64);
            if self.hall.ready != last.0 {
                last = (self.hall.ready, now);
            } else if now > last.1 + self.patience {
                return Err(self.given_up(begun));
            }
        }
        self.hall.has_begun = true;
        Ok(())
    }

    /// Connections of the whole run.
    pub(crate) fn connections(&self) -> usize {
        let seating = &self.seating;
        let extra = if seating.members_speak {
            0
        } else {
            seating.all_speakers().min(SPEAKING_MAX)
        };
        seating.members() + extra
    }

    fn begin(&mut self, index: usize, leave_lobby: bool) -> Result<(), CannotRun> {
        let mut first = Vec::new();
        if index < self.seating.members() {
            self.door
                .join(&self.rooms[index / self.seating.room_size], &mut first);
            if leave_lobby {
                self.door.leave_lobby(&mut first);
            }
        }
        self.net.connect(first, false).map_err(|error| {
            CannotRun::because(format!(
                "connection {index} could not begin: {error}. If addresses or ports are used up, \
                 wait a minute; closed connections keep theirs for so long"
            ))
        })?;
        Ok(())
    }

    fn given_up(&self, begun: usize) -> CannotRun {
        CannotRun::because(format!(
            "nobody new joined for {} s: {} of {} have, {} were asking. Is it a chat server of the \
             kind that --peer names, and does it answer?",
            self.patience / SECOND,
            self.hall.ready,
            self.connections(),
            begun - self.hall.ready,
        ))
    }
}
