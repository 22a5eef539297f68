//! What is done to the server.

mod churn;
mod fanout;
mod idle;
mod paced;
mod rooms;
mod slow;

use crate::{
    check::Seating,
    cli::{Common, Scenario},
    crowd::Crowd,
    failure::CannotRun,
    progress::Progress,
    report::Report,
};

pub(crate) use churn::Visits;
pub(crate) use idle::Presence;
pub(crate) use rooms::Pace;
pub(crate) use slow::{Others, Stuck};

/// Runs a scenario to its end.
///
/// # Errors
/// When it cannot be run: the report tells everything else.
pub fn run(scenario: &Scenario) -> Result<Report, CannotRun> {
    prepare(scenario.common())?;
    let progress = Progress::new();
    match scenario {
        Scenario::Fanout(options) => fanout::run(options, &progress),
        Scenario::Paced(options) => paced::run(options, &progress),
        Scenario::Rooms(options) => rooms::run(options, &progress),
        Scenario::Idle(options) => idle::run(options, &progress),
        Scenario::Slow(options) => slow::run(options, &progress),
        Scenario::Churn(options) => churn::run(options, &progress),
    }
}

fn prepare(common: &Common) -> Result<(), CannotRun> {
    if !common.address.ip().is_loopback() && !common.allow_remote {
        return Err(CannotRun::because(format!(
            "{} is not on this machine. If that server is yours to load, say so with --allow-remote",
            common.address
        )));
    }
    // Whether it suffices shows when connections are made.
    drop(rlimit::increase_nofile_limit(u64::MAX));
    Ok(())
}

/// Everybody in one room, some of whom speak. Nobody is there yet.
fn one_room(common: &Common, members: u32, speakers: u32) -> Result<Crowd, CannotRun> {
    Crowd::new(common, |members_speak| Seating {
        rooms: 1,
        room_size: room_size(members, members_speak),
        speakers: speakers as usize,
        members_speak,
    })
}

/// Members of a room of so many people. Where speakers are no members, one fewer:
/// a line is to cost every kind of server as many deliveries.
fn room_size(people: u32, members_speak: bool) -> usize {
    people as usize - usize::from(!members_speak)
}

/// Fails unless this process may open so many connections.
fn reserve(connections: usize) -> Result<(), CannotRun> {
    /// Files that are open besides connections, with some to spare.
    const OTHERS: u64 = 32;
    let (allowed, _) = rlimit::Resource::NOFILE.get()?;
    if connections as u64 + OTHERS > allowed {
        return Err(CannotRun::because(format!(
            "{connections} connections need more open files than the {allowed} that the system \
             allows this process. Raise the hard limit (ulimit -Hn), or ask for fewer"
        )));
    }
    Ok(())
}
