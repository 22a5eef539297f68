//! One room, at an even pace.

use crate::{
    cli::Paced,
    crowd::{SECOND, Schedule},
    failure::CannotRun,
    measure::Moment,
    progress::Progress,
    report::Report,
};

use super::{one_room, reserve};

pub(super) fn run(options: &Paced, progress: &Progress) -> Result<Report, CannotRun> {
    let common = &options.common;
    let mut crowd = one_room(common, options.members, options.speakers)?;
    let begin = Moment::now(&crowd, common)?;
    reserve(crowd.connections())?;
    crowd.assemble(common.connecting as usize, common.leave_lobby, progress)?;
    let assembled = crowd.net.now();
    let warm = assembled + common.warmup * SECOND;
    let end = warm + common.seconds * SECOND;
    progress.phase("measuring", common.warmup + common.seconds);
    let mut tick = |now: u64| progress.set((now - assembled) / SECOND);
    let mut schedule = Schedule::new(assembled, options.rate);
    crowd.pace_until(&mut schedule, warm, &mut tick)?;
    let start = Moment::now(&crowd, common)?;
    crowd.hall.latency.reset();
    crowd.pace_until(&mut schedule, end, &mut tick)?;
    let figures = Moment::now(&crowd, common)?.since(&start, &begin);
    progress.phase("draining", 0);
    crowd.drain()?;
    // What was still on its way counts: a server that falls behind shows it.
    let latency = crowd.hall.latency.percentiles();
    let report = Report::new("paced", common, options.members as usize, figures, latency);
    Ok(report.judged(crowd.finish()))
}
