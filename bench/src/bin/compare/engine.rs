//! The engine alone: how many lines a second it takes, without a socket.

use std::time::{Duration, Instant};

use bench::{generator::Outcome, report::Report};
use chrono::{DateTime, Utc};
use roomful::{
    chat::{Command, ConnId, Limits, RoomName, Text},
    engine::{Effects, Engine, Event},
};
use serde_json::json;

const PEOPLE: u64 = 1000;
const ROOM_SIZE: u64 = 10;

/// Lines between two looks at the clock, and between two turns of the effects.
const TURN: u64 = 64;

/// How long it is measured.
const LENGTH: Duration = Duration::from_secs(2);

/// Has 1,000 people in rooms of ten talk, in turn, for two seconds.
pub(crate) fn run() -> Outcome {
    let mut crowd = Crowd::gather();
    let start = Instant::now();
    let mut lines = 0;
    while start.elapsed() < LENGTH {
        crowd.turn(lines);
        lines += TURN;
    }
    let seconds = start.elapsed().as_secs_f64();
    let said = crowd.engine.stats().said;
    let ok = said == lines && crowd.engine.audit().is_ok();
    let report = json!({
        "scenario": "engine",
        "people": PEOPLE,
        "seconds": seconds,
        "lines": lines,
        "commands_per_second": per_second(lines, seconds),
        "ok": ok,
    });
    Outcome {
        report: Report::read(&report.to_string()).ok(),
        failure: (!ok).then(|| format!("the engine took {said} of {lines} lines, or broke a rule")),
    }
}

struct Crowd {
    engine: Engine,
    effects: Effects,
    line: Text,
}

impl Crowd {
    fn gather() -> Self {
        let limits = Limits {
            rate_burst: 0,
            ..Limits::default()
        };
        let line = Text::clean(&"x".repeat(63)).expect("a text of letters is one");
        let mut crowd = Self {
            engine: Engine::new(limits),
            effects: Effects::default(),
            line,
        };
        for person in 0..PEOPLE {
            crowd.enter(person);
        }
        crowd
    }

    fn enter(&mut self, person: u64) {
        let conn = ConnId(person);
        let room: RoomName = format!("room{}", person / ROOM_SIZE)
            .parse()
            .expect("a word with a number is a room's name");
        self.handle(Event::Connected { conn });
        self.request(conn, Command::Join { room });
        let lobby = Some(RoomName::lobby());
        self.request(conn, Command::Leave { room: lobby });
        self.effects.clear();
    }

    /// Lines of as many people, beginning with the one after `said` lines.
    fn turn(&mut self, said: u64) {
        for line in said..said + TURN {
            let text = self.line.clone();
            self.request(ConnId(line % PEOPLE), Command::Say { room: None, text });
        }
        self.effects.clear();
    }

    fn request(&mut self, conn: ConnId, command: Command) {
        self.handle(Event::Requested {
            conn,
            tag: None,
            command,
        });
    }

    fn handle(&mut self, event: Event) {
        let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
        self.engine.handle(now, event, &mut self.effects);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count of lines is far below 2^53"
)]
fn per_second(lines: u64, seconds: f64) -> f64 {
    lines as f64 / seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_said_to_a_room_of_ten() {
        let mut crowd = Crowd::gather();
        assert_eq!(crowd.engine.stats().rooms, 101, "and the lobby");
        for turn in 0..20 {
            crowd.turn(turn * TURN);
        }
        assert_eq!(crowd.engine.stats().said, 20 * TURN);
    }
}
