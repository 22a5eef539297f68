//! Some of a room stop reading: what the others notice, and what the server keeps.

use std::ops::Range;

use serde::Serialize;

use crate::{
    cli::{Common, Slow},
    crowd::{Crowd, SECOND},
    failure::CannotRun,
    measure::{Figures, Moment, Percentiles, socket_memory},
    progress::Progress,
    report::{Own, Report},
};

use super::{one_room, reserve, room_size};

/// What roomful may hold for one who does not read: the outbox and its reserve.
const PER_STUCK: u64 = (256 + 64) * 1024;

/// And what it may grow by besides, as any process under load.
const ASIDE: u64 = 4 * 1024 * 1024;

/// What only this scenario measures.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Stuck {
    /// While everybody read.
    pub(crate) before: Others,
    /// While some did not.
    pub(crate) after: Others,
    /// How many did not read.
    pub(crate) stuck: u32,
    /// What the server's process grew by meanwhile.
    pub(crate) growth_bytes: Option<i64>,
    /// What it may grow by.
    pub(crate) growth_bound_bytes: u64,
    /// What the system's TCP sockets grew by meanwhile, on both sides.
    pub(crate) socket_growth_bytes: Option<i64>,
    /// Lines that the stuck ones were told to have missed.
    pub(crate) skipped_told: u64,
}

/// How those did who read.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Others {
    pub(crate) deliveries_per_second: f64,
    pub(crate) latency_ms: Percentiles,
}

pub(super) fn run(options: &Slow, progress: &Progress) -> Result<Report, CannotRun> {
    let common = &options.common;
    let mut crowd = one_room(common, options.members, options.speakers)?;
    let stuck = stuck(options, crowd.members_speak())?;
    let begin = Moment::now(&crowd, common)?;
    reserve(crowd.connections())?;
    crowd.assemble(common.connecting as usize, common.leave_lobby, progress)?;
    crowd.count_without(stuck.clone());
    crowd.hall.latency.thin_out();
    crowd.keep_in_flight(options.in_flight);
    crowd.run_until(crowd.net.now() + common.warmup * SECOND, &mut |_| {})?;

    let before = measure(&mut crowd, common, &begin, progress, "all reading")?;
    let sockets = socket_memory();
    for member in stuck.clone() {
        crowd.net.deafen(member)?;
    }
    let after = measure(&mut crowd, common, &begin, progress, "some stuck")?;
    let socket_growth = grown(sockets, socket_memory());
    recover(&mut crowd, stuck, progress)?;

    let own = Stuck {
        before: before.others(),
        after: after.others(),
        stuck: options.stuck,
        growth_bytes: grown(before.rss(), after.rss()),
        growth_bound_bytes: u64::from(options.stuck) * PER_STUCK + ASIDE,
        socket_growth_bytes: socket_growth,
        skipped_told: crowd.hall.skipped,
    };
    let members = options.members as usize;
    let report = Report::new("slow", common, members, after.figures, after.latency);
    Ok(report.with(Own::Slow(own)).judged(crowd.finish()))
}

/// The members after the speakers; the last one of the room always reads.
fn stuck(options: &Slow, members_speak: bool) -> Result<Range<usize>, CannotRun> {
    let first = if members_speak { options.speakers } else { 0 };
    let end = first + options.stuck;
    if end as usize >= room_size(options.members, members_speak) {
        return Err(CannotRun::because(format!(
            "{} speakers, {} who are stuck and one more who reads do not fit into a room of {}",
            options.speakers, options.stuck, options.members
        )));
    }
    Ok(first as usize..end as usize)
}

/// One half of the run.
struct Half {
    figures: Figures,
    latency: Percentiles,
}

impl Half {
    fn others(&self) -> Others {
        Others {
            deliveries_per_second: self.figures.deliveries_per_second,
            latency_ms: self.latency,
        }
    }

    fn rss(&self) -> Option<u64> {
        self.figures.server.map(|server| server.rss_bytes)
    }
}

fn measure(
    crowd: &mut Crowd,
    common: &Common,
    begin: &Moment,
    progress: &Progress,
    name: &'static str,
) -> Result<Half, CannotRun> {
    progress.phase(name, common.seconds);
    let start = Moment::now(crowd, common)?;
    crowd.hall.latency.reset();
    let end = start.at + common.seconds * SECOND;
    crowd.run_until(end, &mut |now| progress.set((now - start.at) / SECOND))?;
    Ok(Half {
        figures: Moment::now(crowd, common)?.since(&start, begin),
        latency: crowd.hall.latency.percentiles(),
    })
}

/// The stuck ones read again: what was queued, what they missed, a live line.
fn recover(crowd: &mut Crowd, stuck: Range<usize>, progress: &Progress) -> Result<(), CannotRun> {
    progress.phase("recovering", 0);
    crowd.fall_silent();
    for member in stuck {
        crowd.net.listen(member)?;
    }
    if crowd.drain()? {
        crowd.everybody_says_one()?;
        crowd.drain()?;
    }
    Ok(())
}

fn grown(before: Option<u64>, after: Option<u64>) -> Option<i64> {
    Some(after? as i64 - before? as i64)
}
