//! Counts instructions per command and per delivery, and holds them to the figures
//! in `benches/instructions.txt`. Run it by `benches/count`.
//!
//! Each case runs in a process of its own under valgrind, N times and 2N times; the
//! difference is N times the case, without what sets it up.

#[path = "../cases/mod.rs"]
mod cases;
mod count;
mod figures;
mod verdict;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::process::ExitCode;

use cases::{CODEC, Case, ENGINE, FANOUT};
use figures::Figures;

/// What is counted, and how often it runs: as often as makes about a million
/// instructions.
const COUNTED: [(&str, u32); 12] = [
    ("say in a room of 10", 1_000),
    ("broadcast to 1000", 100),
    ("join and leave with 10", 200),
    ("join and leave with 1000", 200),
    ("connect and disconnect with 0", 200),
    ("connect and disconnect with 1000", 200),
    ("decode a line", 1_000),
    ("encode a said line", 2_000),
    ("encode a join", 2_000),
    ("fill a turn for 1000", 20),
    ("write a turn to 1000", 4),
    ("whole way to 1000", 4),
];

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    let arguments: Vec<String> = env::args().skip(1).filter(|a| a != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [count::RUN, name, times] => repeat(name, times),
        ["--check"] => check(),
        ["--update"] => update(),
        [] => say("Instructions are counted by benches/count."),
        _ => Err("usage: benches/count [--update]".into()),
    }
}

/// What runs under valgrind.
fn repeat(name: &str, times: &str) -> Result<(), String> {
    let times: u32 = times
        .parse()
        .map_err(|_| format!("{times} is no number of times"))?;
    let mut task = find(name)?.warm();
    for _ in 0..times {
        task();
    }
    Ok(())
}

fn check() -> Result<(), String> {
    let text = fs::read_to_string(FILE).map_err(|e| {
        format!("{FILE} cannot be read ({e}): make it by `benches/count --update`.")
    })?;
    let committed = Figures::parse(&text)?;
    let counted = count_all()?;
    say(&verdict::judge(&committed, &counted)?)
}

fn update() -> Result<(), String> {
    let counted = count_all()?;
    fs::write(FILE, counted.to_string()).map_err(|e| format!("{FILE} cannot be written: {e}"))?;
    say(&counted.to_string())
}

fn count_all() -> Result<Figures, String> {
    let mut figures = Figures::default();
    for (name, times) in COUNTED {
        figures.add(name, count::per_unit(find(name)?, times)?);
    }
    Ok(figures)
}

fn find(name: &str) -> Result<Case, String> {
    let all = ENGINE.iter().chain(&CODEC).chain(&FANOUT);
    let mut found = all.filter(|case| case.name == name);
    found
        .next()
        .copied()
        .ok_or_else(|| format!("there is no case {name:?}"))
}

fn say(text: &str) -> Result<(), String> {
    let mut line = String::from(text.trim_end());
    let ended = writeln!(line);
    ended
        .map_err(io::Error::other)
        .and_then(|()| io::stdout().write_all(line.as_bytes()))
        .map_err(|e| format!("standard output cannot be written: {e}"))
}
