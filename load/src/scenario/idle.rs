//! Many who come and say nothing: what each costs.

use serde::Serialize;

use crate::{
    check::Seating,
    cli::{Common, Idle, Peer},
    crowd::{Crowd, SECOND},
    failure::CannotRun,
    measure::Moment,
    progress::Progress,
    report::{Own, Report},
};

use super::reserve;

/// How long the server is waited for to come to rest.
const REST_MAX: u64 = 15 * SECOND;

/// A large room is told of arrivals within ten seconds: before that the server is
/// not at rest, though it may look so.
const SUMMARY: u64 = 11 * SECOND;

/// A lobby of more people gets such summaries.
const LARGE: u32 = 100;

/// How often it is looked whether the server rests.
const GLANCE: u64 = SECOND / 2;

/// Of one core: a server that uses less is at rest.
const REST_SHARE: f64 = 0.005;

/// What only this scenario measures.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Presence {
    pub(crate) connections: usize,
    /// Memory of the server's process alone.
    pub(crate) rss_bytes_per_connection: Option<f64>,
    /// Processor time of the server, for each connection that comes and joins.
    pub(crate) connect_cpu_us: Option<f64>,
    /// Until the last had joined.
    pub(crate) connect_seconds: f64,
    /// Of one core, while nobody says anything.
    pub(crate) idle_cpu_percent: Option<f64>,
}

pub(super) fn run(options: &Idle, progress: &Progress) -> Result<Report, CannotRun> {
    let common = &options.common;
    let mut crowd = Crowd::new(common, |members_speak| Seating {
        rooms: (options.connections / options.room_size).max(1) as usize,
        room_size: options.room_size as usize,
        speakers: 1,
        members_speak,
    })?;
    reserve(crowd.connections())?;
    let begin = Moment::now(&crowd, common)?;
    crowd.assemble(common.connecting as usize, common.leave_lobby, progress)?;
    let connect_seconds = (crowd.net.now() - begin.at) as f64 / 1e9;
    rest(&mut crowd, options, progress)?;
    let rested = Moment::now(&crowd, common)?;
    progress.phase("idle", common.seconds);
    crowd.listen_until(rested.at + common.seconds * SECOND)?;
    let idle = Moment::now(&crowd, common)?;
    let figures = speak_once(&mut crowd, common, progress)?.since(&idle, &begin);
    let (came, idled) = (rested.since(&begin, &begin), idle.since(&rested, &begin));
    let connections = crowd.connections();
    let each = |total: f64| total / connections as f64;
    let presence = Presence {
        connections,
        rss_bytes_per_connection: came.server.map(|it| each(it.rss_growth_bytes as f64)),
        connect_cpu_us: came.server.map(|it| each(it.cpu_seconds * 1e6)),
        connect_seconds,
        idle_cpu_percent: idled
            .server
            .map(|it| it.cpu_seconds / idled.seconds * 100.0),
    };
    let latency = crowd.hall.latency.percentiles();
    let report = Report::new("idle", common, connections, figures, latency);
    Ok(report.with(Own::Idle(presence)).judged(crowd.finish()))
}

/// Waits until the server has nothing left to do.
fn rest(crowd: &mut Crowd, options: &Idle, progress: &Progress) -> Result<(), CannotRun> {
    let common = &options.common;
    let is_told_late =
        common.peer == Peer::Roomful && options.connections > LARGE && !common.leave_lobby;
    let begin = crowd.net.now();
    let least = begin + if is_told_late { SUMMARY } else { SECOND };
    progress.phase("resting", REST_MAX / SECOND);
    let mut last = Moment::now(crowd, common)?;
    loop {
        crowd.listen_until(crowd.net.now() + GLANCE)?;
        let now = Moment::now(crowd, common)?;
        let passed = now.since(&last, &last);
        let is_busy = passed
            .server
            .is_some_and(|server| server.cpu_seconds > REST_SHARE * passed.seconds);
        progress.set((now.at - begin) / SECOND);
        if now.at >= least && (!is_busy || now.at >= begin + REST_MAX) {
            return Ok(());
        }
        last = now;
    }
}

/// One line in each room, which has to reach everybody in it.
fn speak_once(
    crowd: &mut Crowd,
    common: &Common,
    progress: &Progress,
) -> Result<Moment, CannotRun> {
    progress.phase("speaking", 0);
    crowd.everybody_says_one()?;
    crowd.drain()?;
    Moment::now(crowd, common)
}
