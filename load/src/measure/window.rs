//! What happens between two moments of a run.

use serde::Serialize;

use crate::{cli::Common, crowd::Crowd, failure::CannotRun};

use super::Process;

/// What a run counts itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counters {
    /// Nanoseconds of the run.
    pub(crate) at: u64,
    /// Lines that were said.
    pub(crate) lines: u64,
    /// Lines that were heard, by each who heard them.
    pub(crate) deliveries: u64,
}

/// All counters at one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Nanoseconds of the run.
    pub(crate) at: u64,
    lines: u64,
    deliveries: u64,
    /// Seconds of processor time.
    own_cpu: f64,
    server: Option<Server>,
}

/// The server's counters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Server {
    /// Seconds of processor time.
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) rss: u64,
}

/// The differences between two moments, as reports tell them.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) seconds: f64,
    pub(crate) lines: u64,
    pub(crate) lines_per_second: f64,
    pub(crate) deliveries: u64,
    pub(crate) deliveries_per_second: f64,
    pub(crate) server: Option<ServerFigures>,
    pub(crate) generator: GeneratorFigures,
}

/// What the server used.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct ServerFigures {
    pub(crate) cpu_seconds: f64,
    pub(crate) cpu_us_per_delivery: Option<f64>,
    pub(crate) rss_bytes: u64,
    pub(crate) rss_growth_bytes: i64,
}

/// What this program used.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct GeneratorFigures {
    pub(crate) cpu_seconds: f64,
    /// Of one core, from 0 to 1.
    pub(crate) cpu_share: f64,
}

impl Server {
    /// The counters now, if the server's process is known.
    ///
    /// # Errors
    /// When the process is not there.
    pub(crate) fn now(common: &Common) -> Result<Option<Self>, CannotRun> {
        let Some(id) = common.pid.filter(|_| cfg!(target_os = "linux")) else {
            return Ok(None);
        };
        let process = Process::with_id(id);
        match (process.cpu(), process.rss()) {
            (Some(cpu), Some(rss)) => Ok(Some(Self {
                cpu: cpu.as_secs_f64(),
                rss,
            })),
            (_, _) => Err(CannotRun::because(format!(
                "there is no process {id} whose use of the machine can be read. --pid takes the \
                 server's process id"
            ))),
        }
    }
}

impl Moment {
    pub(crate) fn now(crowd: &Crowd, common: &Common) -> Result<Self, CannotRun> {
        let counters = Counters {
            at: crowd.net.now(),
            lines: crowd.lines(),
            deliveries: crowd.hall.deliveries,
        };
        Self::with(counters, common)
    }

    /// With what a run has counted until now.
    pub(crate) fn with(counters: Counters, common: &Common) -> Result<Self, CannotRun> {
        let Counters {
            at,
            lines,
            deliveries,
        } = counters;
        let own = Process::own().cpu();
        Ok(Self {
            at,
            lines,
            deliveries,
            own_cpu: own.map_or(0.0, |cpu| cpu.as_secs_f64()),
            server: Server::now(common)?,
        })
    }

    /// What happened since an earlier moment. The server has grown since
    /// `begin`.
    pub(crate) fn since(&self, earlier: &Self, begin: &Self) -> Figures {
        let seconds = (self.at - earlier.at) as f64 / 1e9;
        let lines = self.lines - earlier.lines;
        let deliveries = self.deliveries - earlier.deliveries;
        let own_cpu = self.own_cpu - earlier.own_cpu;
        Figures {
            seconds,
            lines,
            lines_per_second: lines as f64 / seconds,
            deliveries,
            deliveries_per_second: deliveries as f64 / seconds,
            server: self.server_since(earlier, begin, deliveries),
            generator: GeneratorFigures {
                cpu_seconds: own_cpu,
                cpu_share: own_cpu / seconds,
            },
        }
    }

    fn server_since(&self, earlier: &Self, begin: &Self, deliveries: u64) -> Option<ServerFigures> {
        let now = self.server?;
        let cpu = now.cpu - earlier.server?.cpu;
        Some(ServerFigures {
            cpu_seconds: cpu,
            cpu_us_per_delivery: (deliveries > 0).then(|| cpu * 1e6 / deliveries as f64),
            rss_bytes: now.rss,
            rss_growth_bytes: now.rss as i64 - begin.server?.rss as i64,
        })
    }
}
