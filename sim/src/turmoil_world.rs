//! The turmoil world: the real shell on turmoil's simulated hosts.
//!
//! What turmoil cannot do is done in the nearest way: who vanishes or reboots is
//! reset instead, unless the power of the whole host fails.

mod net;

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use roomful::shell::{Clock, Handle, Inspection, Outcome};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::atlas::{FaultKind, Phase};
use crate::disk::Disk;
use crate::logs;
use crate::person::play;
use crate::plan::{Fault, PersonPlan, Plan};
use crate::serving::serve;
use crate::settings::Key;
use crate::trace::{Door, Log, Trace, What};
use crate::world::{self, EPOCH_SECONDS, Held, Run, World};
use net::{Registry, SimListener, SimNet};

/// One step of the simulation.
const TICK: Duration = Duration::from_millis(1);

/// One direction of a connection holds so many segments: turmoil counts these, not
/// bytes. A connection that is closed behind a full pipe never ends there, so that
/// a pipe is never narrow.
fn segments(plan: &Plan) -> usize {
    usize::try_from(plan.settings.get(Key::Capacity) / 256)
        .map_or(4096, |count| count.clamp(128, 4096))
}

/// How long the server may take, after the plan's end, to see that all have gone.
const GRACE: Duration = Duration::from_secs(60);

/// Runs a plan. The same plan gives the same run, in any process.
pub(crate) fn run(plan: &Plan) -> Run {
    world::align_task_ids();
    let trace = Trace::by_steps();
    let listening = logs::listen(&trace);
    let run = Driver::new(plan, trace).drive();
    drop(listening);
    run
}

struct Driver<'a> {
    plan: &'a Plan,
    trace: Trace,
    watched: Watched,
    /// It outlives every server.
    disk: Disk,
    sim: turmoil::Sim<'static>,
}

/// What the server's host lets the outside know, and what it is to do.
#[derive(Clone, Default)]
struct Watched {
    known: Arc<Mutex<Known>>,
    has_orders: Arc<Notify>,
}

#[derive(Default)]
struct Known {
    handle: Option<Handle>,
    inspection: Option<Inspection>,
    outcome: Option<Outcome>,
    outbox_peak: u64,
    /// How long the server's process does not run, each in turn.
    pauses: VecDeque<Duration>,
    accept_errors: u32,
    is_killed: bool,
}

impl<'a> Driver<'a> {
    fn new(plan: &'a Plan, trace: Trace) -> Self {
        let watched = Watched::default();
        let disk = Disk::new(plan.seed, &plan.settings, &trace);
        let sim = build(plan, &trace, &watched, &disk);
        Self {
            plan,
            trace,
            watched,
            disk,
            sim,
        }
    }

    fn drive(mut self) -> Run {
        let mut faults = self.plan.faults.iter().peekable();
        let limit = self.plan.ends_at + GRACE + GRACE;
        let mut steps = 0_u64;
        loop {
            let elapsed = Duration::from_millis(steps);
            while let Some((_, fault)) = faults.next_if(|(at, _)| *at <= elapsed) {
                self.strike(fault);
            }
            let (has_ended, is_killed) = self
                .watched
                .look(|known| (known.outcome.is_some(), known.is_killed));
            if has_ended && elapsed > self.plan.ends_at {
                break;
            }
            if is_killed && elapsed > self.plan.ends_at + GRACE {
                break;
            }
            if elapsed > limit {
                logs::note(Log::Error("the simulation does not end".into()));
                break;
            }
            self.trace.set_step(steps);
            if let Err(error) = self.sim.step() {
                logs::note(Log::Error(format!("somebody failed: {error}")));
                break;
            }
            steps += 1;
        }
        self.watched.look(|known| Run {
            world: World::Turmoil,
            events: self.trace.take(),
            inspection: known.inspection.take(),
            outcome: known.outcome,
            held: Held::default(),
            outbox_peak: known.outbox_peak,
            archive: world::archive(self.plan, &self.disk),
            batch_peak: self.disk.batch_peak(),
            ended_at: steps,
        })
    }

    fn strike(&mut self, fault: &Fault) {
        match fault {
            // turmoil holds a link in both directions; a partition would kill
            // the streams for good.
            Fault::Hold(host, _) => {
                if *host >= self.plan.hosts() {
                    return; // Nobody sits there.
                }
                self.note(FaultKind::Hold);
                self.sim.hold(host_name(*host), "server");
            }
            Fault::Release(host, _) => {
                if *host >= self.plan.hosts() {
                    return;
                }
                self.sim.release(host_name(*host), "server");
                self.trace.record(What::Lifted(FaultKind::Hold, None));
            }
            Fault::Crash(host) | Fault::PowerLoss(host) if *host >= self.plan.hosts() => {}
            Fault::Crash(host) => {
                self.note(FaultKind::Crash);
                self.sim.crash(host_name(*host));
            }
            Fault::PowerLoss(host) => {
                self.note(FaultKind::PowerLoss);
                self.sim.partition(host_name(*host), "server");
                self.sim.crash(host_name(*host));
            }
            // turmoil knows hosts and links, not connections.
            Fault::Cut(_) | Fault::Silence(_) => {}
            Fault::AcceptErrors(count) => {
                self.note(FaultKind::AcceptError);
                self.watched.look(|known| known.accept_errors += count);
            }
            Fault::Pause(duration) => {
                self.note(FaultKind::Pause);
                self.watched.look(|known| known.pauses.push_back(*duration));
                self.watched.has_orders.notify_one();
            }
            Fault::Kill => {
                let is_writing = self.disk.is_writing();
                self.note(FaultKind::ServerKill);
                self.sim.crash("server");
                self.watched.look(|known| known.is_killed = true);
                if is_writing {
                    self.note(FaultKind::DiskKill);
                }
            }
            Fault::Restart => self.restart(),
            Fault::Stop => {
                let running = self.watched.look(|known| {
                    let is_up = !known.is_killed && known.outcome.is_none();
                    known.handle.clone().filter(|_| is_up)
                });
                if let Some(handle) = running {
                    handle.stop();
                    self.note(FaultKind::Shutdown);
                }
            }
            Fault::DiskFull(_)
            | Fault::DiskSlow(..)
            | Fault::DiskErrors(_)
            | Fault::DiskTorn(_)
            | Fault::DiskUnreadable(_)
            | Fault::DiskRefuses(_) => {
                self.note(fault.kind());
                self.disk.strike(fault);
            }
        }
    }

    /// Who was killed begins anew, and who has ended.
    fn restart(&mut self) {
        let is_down = self.watched.look(|known| {
            // Both, also of one that was killed after it had ended.
            let has_ended = known.outcome.take().is_some();
            let was_killed = std::mem::take(&mut known.is_killed);
            has_ended || was_killed
        });
        if is_down {
            self.sim.bounce("server");
        }
    }

    fn note(&self, kind: FaultKind) {
        self.trace.record(What::Struck(kind, Phase::Server, None));
    }
}

fn build(plan: &Plan, trace: &Trace, watched: &Watched, disk: &Disk) -> turmoil::Sim<'static> {
    let mut sim = turmoil::Builder::new()
        .epoch(UNIX_EPOCH + Duration::from_secs(u64::from(EPOCH_SECONDS)))
        .rng_seed(plan.seed)
        .tick_duration(TICK)
        .simulation_duration(plan.ends_at + Duration::from_secs(900))
        .min_message_latency(plan.settings.millis(Key::LatencyMin).max(TICK))
        .max_message_latency(plan.settings.millis(Key::LatencyMax).max(TICK))
        .tcp_capacity(segments(plan))
        .build();
    let registry = Registry::default();
    add_server(&mut sim, plan, (trace, watched, disk), &registry);
    for host in 0..plan.hosts() {
        let everybody = plan.people.iter().cloned().enumerate();
        let here: Vec<_> = everybody
            .filter(|(_, person)| person.host == host)
            .collect();
        let (trace, registry) = (trace.clone(), registry.clone());
        sim.host(host_name(host), move || {
            people_of_host(here.clone(), trace.clone(), registry.clone())
        });
    }
    sim
}

fn host_name(host: usize) -> String {
    format!("crowd{host}")
}

fn add_server(
    sim: &mut turmoil::Sim<'static>,
    plan: &Plan,
    (trace, watched, disk): (&Trace, &Watched, &Disk),
    registry: &Registry,
) {
    let (settings, ends_at) = (plan.settings.clone(), plan.ends_at);
    let (trace, watched, registry) = (trace.clone(), watched.clone(), registry.clone());
    let disk = disk.clone();
    sim.host("server", move || {
        let (settings, watched, registry) = (settings.clone(), watched.clone(), registry.clone());
        let (trace, disk) = (trace.clone(), disk.clone());
        async move {
            let listener = SimListener::bind(watched.clone(), registry, trace.clone()).await?;
            let clock = Clock::starting_at(world::epoch_after(trace.now()));
            let serves = Rc::new(Notify::new());
            let tell = |handle| {
                watched.look(|known| known.handle = Some(handle));
                serves.notify_one();
            };
            tokio::select! {
                biased;
                outcome = serve(settings, listener, clock, disk, tell) => {
                    trace.record(What::Door(Door::Ended(outcome == Outcome::Stopped)));
                    watched.look(|known| known.end(outcome));
                }
                () = watched.pause_when_told(&trace) => {}
                () = look_and_stop(&serves, ends_at, (&watched, &trace)) => {}
            }
            std::future::pending::<()>().await;
            Ok(())
        }
    });
}

/// Looks at the server when everybody should have gone, then stops it; goes on
/// for as long as the server runs.
async fn look_and_stop(serves: &Notify, at: Duration, (watched, trace): (&Watched, &Trace)) {
    serves.notified().await;
    let Some(handle) = watched.look(|known| known.handle.clone()) else {
        return;
    };
    sleep(at.saturating_sub(Duration::from_millis(trace.now()))).await;
    let give_up = Instant::now() + GRACE;
    loop {
        let inspection = handle.inspect().await;
        let is_empty = inspection.as_ref().is_none_or(|seen| seen.connections == 0);
        if is_empty || Instant::now() > give_up {
            watched.look(|known| known.inspection = inspection);
            break;
        }
        sleep(Duration::from_millis(500)).await;
    }
    handle.stop();
    std::future::pending().await
}

/// Every person of a host, each in a task; a panic of one fails the run.
async fn people_of_host(
    people: Vec<(usize, PersonPlan)>,
    trace: Trace,
    registry: Registry,
) -> turmoil::Result {
    let mut tasks = JoinSet::new();
    let start = Instant::now();
    for (number, person) in people {
        let net = SimNet::new(registry.clone());
        tasks.spawn(play(number, person, net, trace.clone(), start));
    }
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    std::future::pending::<()>().await;
    Ok(())
}

impl Known {
    fn end(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
        let held = self
            .handle
            .as_ref()
            .map(|handle| handle.gauges().held_peak());
        self.outbox_peak = self.outbox_peak.max(held.unwrap_or(0));
    }
}

impl Watched {
    fn look<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The clock of this host jumps: what was due meanwhile is late.
    async fn pause_when_told(&self, trace: &Trace) {
        loop {
            self.has_orders.notified().await;
            while let Some(duration) = self.look(|known| known.pauses.pop_front()) {
                tokio::time::advance(duration).await;
                trace.record(What::Lifted(FaultKind::Pause, None));
            }
        }
    }

    /// Whether this accept is to fail.
    fn takes_accept_error(&self) -> bool {
        self.look(|known| {
            let fails = known.accept_errors > 0;
            known.accept_errors = known.accept_errors.saturating_sub(1);
            fails
        })
    }
}
