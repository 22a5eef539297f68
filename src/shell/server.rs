//! A whole server: accept loops, hub and I/O workers, and how they end.

use std::sync::Arc;

use tokio::io::AsyncWrite;
use tokio::sync::{mpsc, oneshot};
use tokio::task::{self, JoinSet};
use tokio::time::Instant;
use tracing::error;

use super::accept::{Accepted, Handshaking, Manner, accept_connections};
use super::admission::Admission;
use super::fanout::{self, Bounds, Gauges, Report, Share, Worker};
use super::hub::{Hub, Inlets, Inspection, Inspector, Pulse, Retune};
use super::metrics::{Metrics, timed};
use super::stage::{Outcome, Progress, Stage};
use super::store::HistoryLink;
use super::tls::{Outgoing, Tls};
use super::{Clock, Config, Listener, Tuning};

/// Connections that may wait for the hub; further ones wait in the system's backlog.
const ACCEPTED_MAX: usize = 256;
/// Reports that may wait for the hub; further ones wait in the workers.
const REPORTS_MAX: usize = 4096;
/// Turns that may wait for a worker.
const TURNS_MAX: usize = 2;

/// A server that is ready to run.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use roomful::shell::{Clock, Config, Server, TcpListener};
/// let config = Config::default();
/// let listener = TcpListener::bind("127.0.0.1:0".parse()?, config.stall_timeout)?;
/// let server = Server::new(config, vec![listener], Clock::system());
/// let handle = server.handle();
/// // elsewhere: handle.stop();
/// let outcome = server.run().await;
/// # Ok(()) }
/// ```
pub struct Server<L: Listener> {
    config: Config,
    listeners: Vec<(L, Manner)>,
    clock: Clock,
    metrics: Metrics,
    progress: Progress,
    inspectors_in: mpsc::Sender<Inspector>,
    inspectors: mpsc::Receiver<Inspector>,
    pulses_in: mpsc::Sender<Pulse>,
    pulses: mpsc::Receiver<Pulse>,
    retunes_in: mpsc::Sender<Retune>,
    retunes: mpsc::Receiver<Retune>,
    history: Option<HistoryLink>,
}

/// A way to reach a running server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    progress: Progress,
    inspectors: mpsc::Sender<Inspector>,
    pulses: mpsc::Sender<Pulse>,
    retunes: mpsc::Sender<Retune>,
    metrics: Metrics,
}

impl<L: Listener> Server<L> {
    /// A server for these listeners. Nothing happens before [`Server::run`].
    #[must_use]
    pub fn new(config: Config, listeners: Vec<L>, clock: Clock) -> Self {
        let (inspectors_in, inspectors) = mpsc::channel(1);
        let (pulses_in, pulses) = mpsc::channel(1);
        let plain = |listener| (listener, Manner::Plain);
        let (retunes_in, retunes) = mpsc::channel(1);
        Self {
            metrics: Metrics::new(clock, config.io_workers.max(1)),
            config,
            listeners: listeners.into_iter().map(plain).collect(),
            clock,
            progress: Progress::default(),
            inspectors_in,
            inspectors,
            pulses_in,
            pulses,
            retunes_in,
            retunes,
            history: None,
        }
    }

    /// The same server, which hands over what is said to the keeper at the other end of
    /// this link, and shows what was said. The keeper has to run beside it.
    #[must_use]
    pub fn with_history(mut self, link: HistoryLink) -> Self {
        self.config.history = Some(link.config);
        self.metrics.history = Some(Arc::clone(&link.figures));
        self.history = Some(link);
        self
    }

    /// The same server, which takes TLS beside plain connections on the listeners that it
    /// has (the first byte decides), and TLS alone on these.
    #[must_use]
    pub fn with_tls(mut self, tls: &Tls, tls_only: Vec<L>) -> Self {
        let how = Handshaking {
            tls: tls.clone(),
            timeout: self.config.handshake_timeout,
        };
        for (_, manner) in &mut self.listeners {
            *manner = Manner::PlainOrTls(how.clone());
        }
        let alone = |listener| (listener, Manner::Tls(how.clone()));
        self.listeners.extend(tls_only.into_iter().map(alone));
        self
    }

    /// A way to reach it while it runs.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle {
            progress: self.progress.clone(),
            inspectors: self.inspectors_in.clone(),
            pulses: self.pulses_in.clone(),
            retunes: self.retunes_in.clone(),
            metrics: self.metrics.clone(),
        }
    }

    /// Serves until [`Handle::stop`], or until a fault of its own. Every task has
    /// ended when this returns. A future that is dropped ends them all at once.
    pub async fn run(self) -> Outcome {
        let (accepted_in, accepted) = mpsc::channel(ACCEPTED_MAX);
        let (reports_in, reports) = mpsc::channel(REPORTS_MAX);
        let mut tasks = Tasks {
            set: JoinSet::new(),
        };
        let workers = tasks.spawn_workers::<Outgoing<L::Write>>(
            &self.config,
            &self.metrics.gauges,
            &reports_in,
        );
        drop(reports_in);
        let entry = Arc::clone(&self.metrics.entry);
        let admission = Admission::new(&self.config, Instant::now(), entry);
        for listener in self.listeners {
            tasks.spawn_accept_loop(listener, &admission, &accepted_in, self.progress.clone());
        }
        drop(accepted_in);
        let progress = self.progress.clone();
        let inlets = Inlets::<L> {
            progress,
            accepted,
            reports,
            inspectors: self.inspectors,
            pulses: self.pulses,
            retunes: self.retunes,
            admission,
            history: self.history,
        };
        let figures = Arc::clone(&self.metrics.hub);
        let hub = Hub::new(
            self.config,
            self.clock,
            Arc::clone(&figures),
            inlets,
            workers,
        );
        let hub = async move { Some(timed(hub.run(), &figures.busy).await) };
        let hub = tasks.set.spawn(hub).id();
        tasks.join(hub, &self.progress).await
    }
}

/// The tasks of a server. Only the hub's has an outcome.
struct Tasks {
    set: JoinSet<Option<Outcome>>,
}

impl Tasks {
    fn spawn_workers<W: AsyncWrite + Unpin + Send + 'static>(
        &mut self,
        config: &Config,
        gauges: &Arc<Gauges>,
        reports: &mpsc::Sender<Report>,
    ) -> Vec<mpsc::Sender<fanout::Batch<W>>> {
        let workers = config.io_workers.max(1);
        let bounds = Bounds::from(config);
        let start = |index| {
            let (batches_in, batches) = mpsc::channel(TURNS_MAX);
            let (share, gauges) = (Share { index, workers }, Arc::clone(gauges));
            let counted = Arc::clone(&gauges);
            let worker = Worker::new(share, bounds, batches, reports.clone(), counted);
            self.set.spawn(async move {
                timed(worker.run(), gauges.busy()).await;
                None
            });
            batches_in
        };
        (0..workers).map(start).collect()
    }

    fn spawn_accept_loop<L: Listener>(
        &mut self,
        (listener, manner): (L, Manner),
        admission: &Admission,
        accepted: &mpsc::Sender<Accepted<L::Read, L::Write>>,
        stop: Progress,
    ) {
        let loops = accept_connections(listener, manner, admission.clone(), accepted.clone(), stop);
        self.set.spawn(async move {
            loops.await;
            None
        });
    }

    /// Waits for every task. The hub ends when told to; another task that panics
    /// has the hub tell everybody: a server must never be half alive.
    async fn join(mut self, hub: task::Id, progress: &Progress) -> Outcome {
        let (mut outcome, mut has_failed) = (Outcome::Stopped, false);
        while let Some(ended) = self.set.join_next().await {
            match ended {
                Ok(None) => {}
                Ok(Some(of_the_hub)) => {
                    outcome = of_the_hub;
                    // Whatever ended the hub ends the accept loops too.
                    progress.raise(Stage::Stopping);
                }
                Err(panic) => {
                    // What it said is in the log already, by the panic's own line.
                    let task = panic.id();
                    error!(%task, "a task of the server failed; the server ends");
                    if task == hub {
                        return Outcome::Failed; // Dropping the set ends the others.
                    }
                    has_failed = true;
                    progress.raise(Stage::Failing);
                }
            }
        }
        if has_failed { Outcome::Failed } else { outcome }
    }
}

impl Handle {
    /// Tells the server to stop: no new connections, everybody is told, what is
    /// on its way is flushed for at most the grace.
    pub fn stop(&self) {
        self.progress.raise(Stage::Stopping);
    }

    /// How far it has come on its way to the end.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.progress.stage()
    }

    /// Whether it was told to end at once.
    #[must_use]
    pub fn is_ending(&self) -> bool {
        self.progress.stage() >= Stage::Ending
    }

    /// Tells a server that stops to end at once.
    pub fn end(&self) {
        self.progress.raise(Stage::Ending);
    }

    /// A look at the engine; `None` when the server does not run.
    pub async fn inspect(&self) -> Option<Inspection> {
        let (inspector, inspection) = oneshot::channel();
        self.inspectors.send(inspector).await.ok()?;
        inspection.await.ok()
    }

    /// Waits until the hub has answered that it goes on, however much there is to do;
    /// false when it does not run any more. Costs the hub next to nothing.
    pub async fn pulse(&self) -> bool {
        let (pulse, felt) = oneshot::channel();
        self.pulses.send(pulse).await.is_ok() && felt.await.is_ok()
    }

    /// Changes what may be changed while the server runs, and returns when it holds; at
    /// once when the server does not run.
    pub async fn tune(&self, tuning: Tuning) {
        let (done_in, done) = oneshot::channel();
        if self.retunes.send((tuning, done_in)).await.is_ok() {
            let _ = done.await; // A server that ends keeps its settings.
        }
    }

    /// What the I/O workers hold and have done.
    #[must_use]
    pub fn gauges(&self) -> &Gauges {
        &self.metrics.gauges
    }

    /// All figures of the server.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}
