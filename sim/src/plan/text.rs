//! Plans as text: what the corpus keeps, and what a person reads.
//!
//! ```text
//! plan renamed while vanishing
//! seed 42
//! set outbox_bytes_max 1024
//! person on host 1
//!   at 0.100 connect
//!   at 0.250 say /nick ada
//! fault 2.000 hold 1 out
//! ends 20.000
//! ```

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;
use std::time::Duration;

use super::{Fault, PersonPlan, Plan, Step, Way};
use crate::settings::Settings;

/// Why a text is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl std::error::Error for ParseError {}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "plan {}", self.name)?;
        writeln!(f, "seed {}", self.seed)?;
        for (name, value) in self.settings.changed() {
            writeln!(f, "set {name} {value}")?;
        }
        for person in &self.people {
            writeln!(f, "person on host {}", person.host)?;
            write_script(f, &person.script)?;
        }
        for (at, fault) in &self.faults {
            writeln!(f, "fault {} {fault}", seconds(*at))?;
        }
        writeln!(f, "ends {}", seconds(self.ends_at))
    }
}

/// A moment stands before what is done at it.
fn write_script(f: &mut fmt::Formatter<'_>, script: &[Step]) -> fmt::Result {
    let mut is_inside = false;
    for step in script {
        if !is_inside {
            f.write_str("  ")?;
        }
        if let Step::At(at) = step {
            write!(f, "at {} ", seconds(*at))?;
            is_inside = true;
        } else {
            writeln!(f, "{step}")?;
            is_inside = false;
        }
    }
    if is_inside {
        writeln!(f)?;
    }
    Ok(())
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(at) => write!(f, "at {}", seconds(*at)),
            Self::Wait(duration) => write!(f, "wait {}", seconds(*duration)),
            Self::Connect => f.write_str("connect"),
            Self::Say(line) => write!(f, "say {line}"),
            Self::Dribble(line) => write!(f, "dribble {line}"),
            Self::Send(bytes) => write!(f, "send {}", bytes.escape_ascii()),
            Self::Hear(words) => write!(f, "hear {words}"),
            Self::StopReading => f.write_str("stop-reading"),
            Self::ReadSlowly(bytes) => write!(f, "read-slowly {bytes}"),
            Self::ReadOn => f.write_str("read-on"),
            Self::EndInput => f.write_str("end-input"),
            Self::HearOut => f.write_str("hear-out"),
            Self::FetchSkipped => f.write_str("fetch-skipped"),
            Self::Close => f.write_str("close"),
            Self::Reset => f.write_str("reset"),
            Self::Vanish => f.write_str("vanish"),
            Self::Reboot => f.write_str("reboot"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold(host, way) => write!(f, "hold {host} {way}"),
            Self::Release(host, way) => write!(f, "release {host} {way}"),
            Self::Crash(host) => write!(f, "crash {host}"),
            Self::PowerLoss(host) => write!(f, "power-loss {host}"),
            Self::Cut(person) => write!(f, "cut {person}"),
            Self::Silence(person) => write!(f, "silence {person}"),
            Self::AcceptErrors(count) => write!(f, "accept-errors {count}"),
            Self::Pause(duration) => write!(f, "pause {}", seconds(*duration)),
            Self::Kill => f.write_str("kill"),
            Self::Restart => f.write_str("restart"),
            Self::Stop => f.write_str("stop"),
            Self::DiskFull(long) => write!(f, "disk-full {}", seconds(*long)),
            Self::DiskSlow(long, by) => {
                write!(f, "disk-slow {} {}", seconds(*long), seconds(*by))
            }
            Self::DiskErrors(count) => write!(f, "disk-errors {count}"),
            Self::DiskTorn(count) => write!(f, "disk-torn {count}"),
            Self::DiskUnreadable(count) => write!(f, "disk-unreadable {count}"),
            Self::DiskRefuses(count) => write!(f, "disk-refuses {count}"),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Both => "both",
            Self::In => "in",
            Self::Out => "out",
        })
    }
}

fn seconds(duration: Duration) -> String {
    format!("{}.{:03}", duration.as_secs(), duration.subsec_millis())
}

impl FromStr for Plan {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut plan = Self::new("", 0);
        for (number, line) in text.lines().enumerate() {
            // Spaces at the end may be what is said.
            let line = line.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            plan.take_line(line).map_err(|why| ParseError {
                line: number + 1,
                why,
            })?;
        }
        Ok(plan)
    }
}

impl Plan {
    fn take_line(&mut self, line: &str) -> Result<(), String> {
        let (word, rest) = split(line);
        match word {
            "plan" => self.name = rest.into(),
            "seed" => self.seed = number(rest)?,
            "set" => {
                let (name, value) = split(rest);
                if !Settings::set_named(&mut self.settings, name, number(value)?) {
                    return Err(format!("nothing is called {name:?}"));
                }
            }
            "person" => {
                let host = rest
                    .strip_prefix("on host ")
                    .ok_or("person on host NUMBER")?;
                self.people.push(PersonPlan {
                    host: number(host)?,
                    script: Vec::new(),
                });
            }
            "fault" => {
                let (at, what) = split(rest);
                self.fault(duration(at)?, fault(what)?);
            }
            "ends" => self.ends_at = duration(rest)?,
            _ => self.take_step(line)?,
        }
        Ok(())
    }

    fn take_step(&mut self, line: &str) -> Result<(), String> {
        let person = self.people.last_mut().ok_or("a step before any person")?;
        let mut line = line;
        while let Some(rest) = line.strip_prefix("at ") {
            let (at, rest) = split(rest);
            person.script.push(Step::At(duration(at)?));
            line = rest;
        }
        if !line.is_empty() {
            person.script.push(step(line)?);
        }
        Ok(())
    }
}

fn split(line: &str) -> (&str, &str) {
    line.split_once(' ').unwrap_or((line, ""))
}

fn number<T: FromStr>(word: &str) -> Result<T, String> {
    word.parse()
        .map_err(|_| format!("{word:?} is no number that fits here"))
}

fn duration(word: &str) -> Result<Duration, String> {
    let wrong = || format!("{word:?} is no time: SECONDS.MMM");
    let (whole, part) = word.split_once('.').ok_or_else(wrong)?;
    let (whole, part): (u64, u64) = (number(whole)?, number(part)?);
    if part >= 1000 {
        return Err(wrong());
    }
    Ok(Duration::from_millis(whole * 1000 + part))
}

fn step(line: &str) -> Result<Step, String> {
    let (word, rest) = split(line);
    Ok(match word {
        "wait" => Step::Wait(duration(rest)?),
        "connect" => Step::Connect,
        "say" => Step::Say(rest.into()),
        "dribble" => Step::Dribble(rest.into()),
        "send" => Step::Send(unescape(rest)?),
        "hear" => Step::Hear(rest.into()),
        "stop-reading" => Step::StopReading,
        "read-slowly" => Step::ReadSlowly(number(rest)?),
        "read-on" => Step::ReadOn,
        "end-input" => Step::EndInput,
        "hear-out" => Step::HearOut,
        "fetch-skipped" => Step::FetchSkipped,
        "close" => Step::Close,
        "reset" => Step::Reset,
        "vanish" => Step::Vanish,
        "reboot" => Step::Reboot,
        _ => return Err(format!("nobody does {word:?}")),
    })
}

fn fault(what: &str) -> Result<Fault, String> {
    let (word, rest) = split(what);
    Ok(match word {
        "hold" | "release" => {
            let (host, way) = split(rest);
            let (host, way) = (number(host)?, way_of(way)?);
            if word == "hold" {
                Fault::Hold(host, way)
            } else {
                Fault::Release(host, way)
            }
        }
        "crash" => Fault::Crash(number(rest)?),
        "power-loss" => Fault::PowerLoss(number(rest)?),
        "cut" => Fault::Cut(number(rest)?),
        "silence" => Fault::Silence(number(rest)?),
        "accept-errors" => Fault::AcceptErrors(number(rest)?),
        "pause" => Fault::Pause(duration(rest)?),
        "kill" => Fault::Kill,
        "restart" => Fault::Restart,
        "stop" => Fault::Stop,
        "disk-full" => Fault::DiskFull(duration(rest)?),
        "disk-slow" => {
            let (long, by) = split(rest);
            Fault::DiskSlow(duration(long)?, duration(by)?)
        }
        "disk-errors" => Fault::DiskErrors(number(rest)?),
        "disk-torn" => Fault::DiskTorn(number(rest)?),
        "disk-unreadable" => Fault::DiskUnreadable(number(rest)?),
        "disk-refuses" => Fault::DiskRefuses(number(rest)?),
        _ => return Err(format!("there is no fault {word:?}")),
    })
}

fn way_of(word: &str) -> Result<Way, String> {
    match word {
        "both" => Ok(Way::Both),
        "in" => Ok(Way::In),
        "out" => Ok(Way::Out),
        _ => Err(format!("{word:?} is none of both, in, out")),
    }
}

/// The reverse of `escape_ascii`.
fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next() {
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'x') => {
                let mut digits = String::new();
                for digit in rest.by_ref().take(2) {
                    let _ = write!(digits, "{}", char::from(digit));
                }
                u8::from_str_radix(&digits, 16).map_err(|_| "\\x wants two digits")?
            }
            Some(other) => other,
            None => return Err("a \\ at the end".into()),
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_the_same_when_it_was_written_and_read() {
        let mut plan = Plan::new("every step and fault", 7);
        plan.settings.set_named("capacity", 1);
        let second = Duration::from_secs(1);
        plan.person(
            2,
            vec![
                Step::At(second),
                Step::Connect,
                Step::Say("/nick ada ".into()),
                Step::Dribble("é".into()),
                Step::Send(b"\xff\n\\ \x07".to_vec()),
                Step::Hear("-- You".into()),
                Step::At(second * 2),
                Step::At(second * 3),
                Step::StopReading,
                Step::ReadSlowly(3),
                Step::ReadOn,
                Step::Wait(Duration::from_millis(70)),
                Step::EndInput,
                Step::HearOut,
                Step::FetchSkipped,
                Step::Close,
                Step::Reset,
                Step::Vanish,
                Step::Reboot,
                Step::At(second * 9),
            ],
        );
        plan.person(0, vec![]);
        for fault in [
            Fault::Hold(1, Way::In),
            Fault::Release(1, Way::Out),
            Fault::Crash(2),
            Fault::PowerLoss(1),
            Fault::Cut(1),
            Fault::Silence(0),
            Fault::AcceptErrors(3),
            Fault::Pause(second),
            Fault::Kill,
            Fault::Restart,
            Fault::Stop,
            Fault::DiskFull(second),
            Fault::DiskSlow(second * 2, Duration::from_millis(70)),
            Fault::DiskErrors(1),
            Fault::DiskTorn(2),
            Fault::DiskUnreadable(3),
            Fault::DiskRefuses(4),
        ] {
            plan.fault(second, fault);
        }
        plan.ends_at = second * 20;
        assert_eq!(plan.to_string().parse(), Ok(plan));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        for (text, line) in [
            ("plan x\nsay hi", 2),
            ("set speed 3", 1),
            ("person on host x", 1),
            ("person on host 1\n fly", 2),
            ("fault 1.0 earthquake", 1),
            ("ends 1", 1),
        ] {
            assert_eq!(text.parse::<Plan>().unwrap_err().line, line, "{text:?}");
        }
    }
}
