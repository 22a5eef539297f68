//! Many small rooms at an even pace, and the highest pace that is still quick.

use serde::Serialize;

use crate::{
    check::Seating,
    cli::Rooms,
    crowd::{Crowd, SECOND, Schedule},
    failure::CannotRun,
    measure::{Figures, Moment, Percentiles},
    progress::Progress,
    report::{Own, Report},
};

use super::{reserve, room_size};

/// The first rate of a search, in lines a second.
const FIRST_RATE: f64 = 500.0;

/// A search ends when it knows the highest rate to this share.
const PRECISION: f64 = 0.04;

/// A search that finds nothing quick enough down to this rate ends.
const LAST_RATE: f64 = FIRST_RATE / 4.0;

/// A search ends after so many steps.
const STEPS_MAX: usize = 32;

/// Seconds of one step of a search.
const STEP_SECONDS: u64 = 2;

/// Before each step is measured, in nanoseconds.
const SETTLE: u64 = SECOND / 4;

/// What share of a rate has to be delivered in time.
const REACHED_SHARE: f64 = 0.97;

/// What only this scenario measures.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Pace {
    /// Lines a second, in all rooms together; 0 if no rate was quick enough.
    pub(crate) highest_lines_per_second: f64,
    pub(crate) steps: Vec<Step>,
}

/// One rate that was tried.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Step {
    /// Lines a second that were said.
    pub(crate) rate: f64,
    /// Lines a second that everybody heard.
    pub(crate) reached: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Whether it was reached, and quick enough.
    pub(crate) ok: bool,
}

/// A run in progress.
struct Run<'a> {
    options: &'a Rooms,
    progress: &'a Progress,
    crowd: Crowd,
    begin: Moment,
    steps: Vec<Step>,
    /// Of the highest step that was quick enough, or else of the last.
    figures: Option<(Figures, Percentiles)>,
    highest: f64,
    /// Something was lost: further steps would only wait for it again.
    is_over: bool,
}

pub(super) fn run(options: &Rooms, progress: &Progress) -> Result<Report, CannotRun> {
    let common = &options.common;
    let mut crowd = Crowd::new(common, |members_speak| seating(options, members_speak))?;
    let begin = Moment::now(&crowd, common)?;
    reserve(crowd.connections())?;
    crowd.assemble(common.connecting as usize, common.leave_lobby, progress)?;
    let mut run = Run {
        options,
        progress,
        crowd,
        begin,
        steps: Vec::new(),
        figures: None,
        highest: 0.0,
        is_over: false,
    };
    match options.rate {
        Some(rate) => drop(run.step(rate, common.warmup * SECOND, common.seconds)?),
        None => run.search()?,
    }
    Ok(run.report())
}

fn seating(options: &Rooms, members_speak: bool) -> Seating {
    Seating {
        rooms: (options.people / options.room_size).max(1) as usize,
        room_size: room_size(options.room_size, members_speak),
        // One only listens, to know the order of all.
        speakers: if members_speak {
            options.room_size as usize - 1
        } else {
            1
        },
        members_speak,
    }
}

impl Run<'_> {
    /// Doubles the rate until it is too high, then halves the distance.
    fn search(&mut self) -> Result<(), CannotRun> {
        let (mut low, mut high) = (0.0, None);
        let mut rate = FIRST_RATE;
        while self.steps.len() < STEPS_MAX && !self.is_over {
            if self.is_quick(rate)? {
                low = rate;
            } else {
                high = Some(rate);
            }
            rate = match high {
                None => rate * 2.0,
                Some(high) if high - low <= PRECISION * high || high <= LAST_RATE => break,
                Some(high) => f64::midpoint(low, high),
            };
        }
        Ok(())
    }

    /// A rate is too high when it fails twice: something else may have been busy.
    fn is_quick(&mut self, rate: f64) -> Result<bool, CannotRun> {
        let is_quick = self.step(rate, SETTLE, STEP_SECONDS)?;
        Ok(is_quick || (!self.is_over && self.step(rate, SETTLE, STEP_SECONDS)?))
    }

    fn step(&mut self, rate: f64, settle: u64, seconds: u64) -> Result<bool, CannotRun> {
        let (crowd, common) = (&mut self.crowd, &self.options.common);
        let now = crowd.net.now();
        let (warm, end) = (now + settle, now + settle + seconds * SECOND);
        self.progress.phase("lines/s", rate as u64);
        let mut schedule = Schedule::new(now, rate);
        crowd.pace_until(&mut schedule, warm, &mut |_| {})?;
        crowd.hall.latency.reset();
        let start = Moment::now(crowd, common)?;
        crowd.pace_until(&mut schedule, end, &mut |_| {})?;
        let figures = Moment::now(crowd, common)?.since(&start, &self.begin);
        self.is_over = !crowd.drain()?;
        let latency = crowd.hall.latency.percentiles();
        let listeners = seating(self.options, crowd.members_speak()).listeners();
        let reached = figures.deliveries_per_second / listeners as f64;
        let ok = reached >= rate * REACHED_SHARE && latency.p99 < self.options.p99_ms;
        if ok && rate > self.highest {
            self.highest = rate;
            self.figures = Some((figures, latency));
        }
        if self.highest == 0.0 {
            self.figures = Some((figures, latency));
        }
        self.steps.push(Step {
            rate,
            reached,
            p50_ms: latency.p50,
            p99_ms: latency.p99,
            ok,
        });
        Ok(ok)
    }

    fn report(mut self) -> Report {
        let (figures, latency) = self.figures.expect("at least one step was made");
        let members = self.crowd.connections();
        let report = Report::new("rooms", &self.options.common, members, figures, latency);
        let own = Own::Rooms(Pace {
            highest_lines_per_second: self.highest,
            steps: self.steps,
        });
        report.with(own).judged(self.crowd.finish())
    }
}
