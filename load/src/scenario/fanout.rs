//! One room, as fast as it goes.

use crate::{
    cli::Fanout, crowd::SECOND, failure::CannotRun, measure::Moment, progress::Progress,
    report::Report,
};

use super::{one_room, reserve};

pub(super) fn run(options: &Fanout, progress: &Progress) -> Result<Report, CannotRun> {
    let common = &options.common;
    let mut crowd = one_room(common, options.members, options.speakers)?;
    let begin = Moment::now(&crowd, common)?;
    reserve(crowd.connections())?;
    crowd.assemble(common.connecting as usize, common.leave_lobby, progress)?;
    crowd.hall.latency.thin_out();
    crowd.keep_in_flight(options.in_flight);
    let warm = crowd.net.now() + common.warmup * SECOND;
    let end = warm + common.seconds * SECOND;
    progress.phase("measuring", common.warmup + common.seconds);
    let assembled = crowd.net.now();
    let mut tick = |now: u64| progress.set((now - assembled) / SECOND);
    crowd.run_until(warm, &mut tick)?;
    let start = Moment::now(&crowd, common)?;
    crowd.hall.latency.reset();
    crowd.run_until(end, &mut tick)?;
    let figures = Moment::now(&crowd, common)?.since(&start, &begin);
    let latency = crowd.hall.latency.percentiles();
    progress.phase("draining", 0);
    crowd.drain()?;
    let report = Report::new("fanout", common, options.members as usize, figures, latency);
    Ok(report.judged(crowd.finish()))
}
