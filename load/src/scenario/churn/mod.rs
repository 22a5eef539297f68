//! People who come, speak and go at once; those who stay have to hear it all.

mod ears;
mod watch;

use serde::Serialize;

use crate::{
    cli::{Churn, Common, Peer},
    crowd::SECOND,
    door::Door,
    failure::CannotRun,
    measure::{Counters, Moment},
    names::Names,
    net::{Net, source::Sources},
    payload::{Codec, Line, SPEAKERS_MAX},
    progress::Progress,
    report::{Own, Report},
};

use super::reserve;
use ears::Ears;
use watch::Watch;

/// How often it is looked whether there is room for more.
const GLANCE: u64 = SECOND / 1000;

/// What only this scenario measures.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Visits {
    /// Those who came and went.
    pub(crate) connections: u32,
    /// From the first who came to the last who had gone.
    pub(crate) connections_per_second: f64,
    /// Processor time of the server.
    pub(crate) cpu_us_per_connection: Option<f64>,
    /// From the last end of what a visitor says until everybody was told of all
    /// departures, in milliseconds; nothing where departures are not told.
    pub(crate) clean_after_ms: Option<f64>,
}

/// A run in progress. Those who stay are connections 0 to `rooms`, one in each
/// room; visitor `v` is connection `rooms + v`.
struct Run<'a> {
    options: &'a Churn,
    net: Net,
    ears: Ears,
    door: Door,
    codec: Codec,
    rooms: Vec<String>,
    /// When the last visitor had come, and ended: nanoseconds of the run.
    last_end: u64,
}

pub(super) fn run(options: &Churn, progress: &Progress) -> Result<Report, CannotRun> {
    let common = &options.common;
    let mut run = Run::new(options)?;
    reserve(run.rooms.len() + options.at_once as usize)?;
    let begin = run.moment(common)?;
    run.settle_in(progress)?;
    let start = run.moment(common)?;
    run.visits(progress)?;
    let gone = run.net.now();
    let clean = run.until_clean(progress)?.saturating_sub(run.last_end);
    let end = run.moment(common)?;

    let figures = end.since(&start, &begin);
    let connections = options.connections;
    let visits = Visits {
        connections,
        connections_per_second: f64::from(connections) / ((gone - start.at) as f64 / 1e9),
        cpu_us_per_connection: figures
            .server
            .map(|server| server.cpu_seconds * 1e6 / f64::from(connections)),
        clean_after_ms: run.door.tells_departures().then_some(clean as f64 / 1e6),
    };
    let latency = run.ears.latency.percentiles();
    let report = Report::new("churn", common, run.rooms.len(), figures, latency);
    Ok(report
        .with(Own::Churn(visits))
        .judged(run.ears.watch.finish()))
}

impl<'a> Run<'a> {
    fn new(options: &'a Churn) -> Result<Self, CannotRun> {
        let common = &options.common;
        if common.peer == Peer::Redis {
            return Err(CannotRun::because(
                "with Redis, who has subscribed may not publish: a visitor cannot do both",
            ));
        }
        if options.connections >= SPEAKERS_MAX {
            return Err(CannotRun::because(format!(
                "at most {SPEAKERS_MAX} can come in one run"
            )));
        }
        let names = Names::new();
        let rooms = options.at_once.div_ceil(options.room_size - 1);
        let rooms: Vec<String> = (0..rooms as usize).map(|index| names.room(index)).collect();
        let door = Door::new(common, rooms[0].len());
        let codec = Codec::new(names.mark, common.size);
        let watch = Watch::new(rooms.len(), options.connections, options.lines);
        Ok(Self {
            options,
            net: Net::new(
                common.address,
                Sources::new(common.address.ip(), names.seed),
                common.tls()?,
            )?,
            ears: Ears::new(door.clone(), codec, rooms.clone(), watch),
            door,
            codec,
            rooms,
            last_end: 0,
        })
    }

    /// Those who stay come.
    fn settle_in(&mut self, progress: &Progress) -> Result<(), CannotRun> {
        progress.phase("connecting", self.rooms.len() as u64);
        for room in &self.rooms {
            let mut first = Vec::new();
            self.door.join(room, &mut first);
            self.net.connect(first, false)?;
        }
        let end = self.net.now() + self.patience();
        while self.ears.settled < self.rooms.len() {
            self.step()?;
            if self.net.now() > end {
                return Err(CannotRun::because(format!(
                    "{} of {} joined within {} s. Does the server answer?",
                    self.ears.settled,
                    self.rooms.len(),
                    self.options.common.patience
                )));
            }
        }
        self.ears.are_settled = true;
        Ok(())
    }

    /// All visitors come and go, so many at once.
    fn visits(&mut self, progress: &Progress) -> Result<(), CannotRun> {
        let all = self.options.connections;
        progress.phase("visiting", u64::from(all));
        let mut begun = 0;
        let mut last = (0, self.net.now());
        while self.ears.gone < all {
            while begun < all && begun - self.ears.gone < self.options.at_once {
                self.visit(begun)?;
                begun += 1;
            }
            self.step()?;
            progress.set(u64::from(self.ears.gone));
            let now = self.net.now();
            if self.ears.gone != last.0 {
                last = (self.ears.gone, now);
            } else if now > last.1 + self.patience() {
                let waiting = begun - self.ears.gone;
                let patience = self.options.common.patience;
                self.ears.watch.broken(|| {
                    format!(
                        "{waiting} visitors ended what they said, and for {} s the server has not \
                         closed their connections",
                        patience
                    )
                });
                return Ok(());
            }
        }
        Ok(())
    }

    /// Joins, says everything and ends, in one write.
    fn visit(&mut self, visitor: u32) -> Result<(), CannotRun> {
        let room = &self.rooms[visitor as usize % self.rooms.len()];
        let mut all = Vec::new();
        self.door.join(room, &mut all);
        for number in 0..self.options.lines {
            let line = Line {
                speaker: visitor,
                number,
                sent: self.net.now(),
            };
            let codec = self.codec;
            self.door
                .say(room, &mut all, |bytes| codec.write(line, bytes));
        }
        self.net.connect(all, true).map_err(|error| {
            CannotRun::because(format!(
                "visitor {visitor} could not begin: {error}. If addresses or ports are used up, \
                 wait a minute; closed connections keep theirs for so long"
            ))
        })?;
        Ok(())
    }

    /// Those who stay have heard everything, and of every departure: when?
    fn until_clean(&mut self, progress: &Progress) -> Result<u64, CannotRun> {
        progress.phase("cleaning", 0);
        let departures = self.door.tells_departures();
        let mut last = (self.ears.watch.progress(), self.net.now());
        while !self.ears.watch.is_clean(departures) {
            self.step()?;
            let now = self.net.now();
            if self.ears.watch.progress() != last.0 {
                last = (self.ears.watch.progress(), now);
            } else if now > last.1 + self.patience() {
                break;
            }
        }
        let clean = self.net.now();
        if departures {
            self.ears.watch.judge_departures();
        }
        Ok(clean)
    }

    fn step(&mut self) -> Result<(), CannotRun> {
        let connected = self.ears.connected;
        self.net.wait(self.net.now() + GLANCE)?;
        while self.net.serve_one(&mut self.ears) {}
        if self.ears.connected != connected {
            self.last_end = self.net.now();
        }
        match self.ears.trouble.take() {
            Some(trouble) => Err(trouble),
            None => Ok(()),
        }
    }

    /// Nanoseconds without any sign of life after which the rest is given up.
    fn patience(&self) -> u64 {
        self.options.common.patience * SECOND
    }

    fn moment(&self, common: &Common) -> Result<Moment, CannotRun> {
        let said = u64::from(self.ears.connected) * u64::from(self.options.lines);
        let counters = Counters {
            at: self.net.now(),
            lines: said,
            deliveries: self.ears.watch.heard(),
        };
        Moment::with(counters, common)
    }
}
