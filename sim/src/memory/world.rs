//! Runs a plan in the memory world.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use roomful::shell::{Clock, Inspection, Outcome};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use super::ends::MemoryListener;
use super::{ClientRead, ClientWrite, Net};
use crate::atlas::{FaultKind, Phase};
use crate::disk::Disk;
use crate::heap;
use crate::logs;
use crate::person::{Network, Way, play};
use crate::plan::{Fault, Plan};
use crate::serving::Serving;
use crate::settings::Key;
use crate::trace::{Door, Life, Trace, What};
use crate::world::{self, Held, Run, World};

/// How long the ends of those who are gone may take beyond TCP's own patience.
const GRACE: Duration = Duration::from_secs(30);

/// How long the server waits for who was refused, and some more.
const LINGER: Duration = Duration::from_secs(3);

/// Runs a plan. The same plan gives the same run, in any process.
pub(crate) fn run(plan: &Plan) -> Run {
    world::align_task_ids();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let trace = Trace::by_clock();
        let listening = logs::listen(&trace);
        let run = heap::task_apart(Driver::new(plan, trace).drive()).await;
        drop(listening);
        run
    })
}

struct Driver<'a> {
    plan: &'a Plan,
    trace: Trace,
    net: Net,
    start: Instant,
    /// The network's own task.
    pump: JoinSet<()>,
    people: JoinSet<()>,
    /// By host, for those whose processes die.
    hosts: BTreeMap<usize, Vec<AbortHandle>>,
    server: Option<Serving>,
    /// It outlives every server.
    disk: Disk,
    held: Held,
    held_peak: u64,
}

impl<'a> Driver<'a> {
    fn new(plan: &'a Plan, trace: Trace) -> Self {
        let net = Net::new(plan.seed, plan.settings.clone(), trace.clone());
        let disk = Disk::new(plan.seed, &plan.settings, &trace);
        Self {
            plan,
            disk,
            trace,
            net,
            start: Instant::now(),
            pump: JoinSet::new(),
            people: JoinSet::new(),
            hosts: BTreeMap::new(),
            server: None,
            held: Held::default(),
            held_peak: 0,
        }
    }

    async fn drive(mut self) -> Run {
        let net = self.net.clone();
        self.pump
            .spawn(heap::task_apart(async move { net.pump().await }));
        self.start_server().until_it_serves().await;
        sleep(Duration::from_millis(1)).await;
        self.held.begin();
        self.start_people();
        for (at, fault) in &self.plan.faults {
            sleep_until(self.start + *at).await;
            self.strike(fault).await;
        }
        sleep_until(self.start + self.plan.ends_at).await;
        self.people.shutdown().await;
        let inspection = self.wait_until_empty().await;
        self.held.end(inspection.is_some());
        let outcome = self.stop_server().await;
        self.pump.shutdown().await;
        Run {
            world: World::Memory,
            events: self.trace.take(),
            inspection,
            outcome,
            held: self.held,
            outbox_peak: self.held_peak,
            archive: world::archive(self.plan, &self.disk),
            batch_peak: self.disk.batch_peak(),
            ended_at: u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    fn start_server(&mut self) -> &Serving {
        let listener = MemoryListener::bind(&self.net);
        let clock = Clock::starting_at(world::epoch_after(self.trace.now()));
        let serving = Serving::start(&self.plan.settings, listener, clock, &self.disk);
        self.server.insert(serving)
    }

    fn start_people(&mut self) {
        for (number, person) in self.plan.people.iter().enumerate() {
            let host = person.host;
            let playing = play(
                number,
                person.clone(),
                self.net.clone(),
                self.trace.clone(),
                self.start,
            );
            let person = self.people.spawn(heap::task_apart(playing));
            self.hosts.entry(host).or_default().push(person);
        }
    }

    async fn strike(&mut self, fault: &Fault) {
        let kind = fault.kind();
        match fault {
            Fault::Hold(host, way) => {
                self.note_for_host(*host, kind);
                self.net.hold(*host, *way);
            }
            Fault::Release(host, way) => {
                self.net.release(*host, *way);
                for life in self.net.lives_of(*host) {
                    self.trace.record(What::Lifted(kind, Some(life)));
                }
            }
            Fault::Crash(host) => {
                self.note_for_host(*host, kind);
                for person in self.hosts.remove(host).unwrap_or_default() {
                    person.abort();
                }
            }
            Fault::PowerLoss(host) => {
                self.note_for_host(*host, kind);
                self.net.vanish_host(*host);
                for person in self.hosts.remove(host).unwrap_or_default() {
                    person.abort();
                }
            }
            Fault::Cut(person) => {
                for (conn, life, phase) in self.net.conns_of_person(*person) {
                    self.trace.record(What::Struck(kind, phase, Some(life)));
                    self.net.cut(conn);
                }
            }
            Fault::Silence(person) => {
                for (conn, life, phase) in self.net.conns_of_person(*person) {
                    self.trace.record(What::Struck(kind, phase, Some(life)));
                    self.net.vanish(conn);
                }
            }
            Fault::AcceptErrors(count) => {
                self.note(kind);
                self.net.fail_accepts(*count);
            }
            Fault::Pause(duration) => {
                self.note(kind);
                tokio::time::advance(*duration).await;
                self.trace.record(What::Lifted(kind, None));
            }
            Fault::Kill => self.kill().await,
            Fault::Restart => self.restart().await,
            Fault::Stop => {
                // Nobody is told when nobody runs.
                if let Some(server) = &mut self.server {
                    server.stop();
                    self.note(kind);
                }
            }
            Fault::DiskFull(_)
            | Fault::DiskSlow(..)
            | Fault::DiskErrors(_)
            | Fault::DiskTorn(_)
            | Fault::DiskUnreadable(_)
            | Fault::DiskRefuses(_) => {
                self.note(kind);
                self.disk.strike(fault);
            }
        }
    }

    async fn kill(&mut self) {
        let is_writing = self.disk.is_writing();
        if let Some(server) = self.server.take() {
            self.held_peak = self.held_peak.max(server.held_peak());
            server.kill().await;
        }
        self.note(FaultKind::ServerKill);
        if is_writing {
            self.note(FaultKind::DiskKill);
        }
    }

    /// Who was killed begins anew; who was stopped does once they have ended.
    async fn restart(&mut self) {
        match &self.server {
            Some(server) if !server.is_told_to_stop() => return,
            Some(_) => {
                self.stop_server().await;
            }
            None => {}
        }
        self.start_server();
    }

    fn note(&self, kind: FaultKind) {
        self.trace.record(What::Struck(kind, Phase::Server, None));
    }

    fn note_for_host(&self, host: usize, kind: FaultKind) {
        for (life, phase) in self.net.phases_of(host) {
            self.trace.record(What::Struck(kind, phase, Some(life)));
        }
    }

    /// Waits until the server knows that everybody has gone, for as long as TCP
    /// may take to see that somebody is silent; `None` when it was stopped.
    async fn wait_until_empty(&mut self) -> Option<Inspection> {
        let server = self.server.as_ref()?;
        server.until_it_serves().await;
        let handle = server.handle()?.clone();
        let keepalive = Duration::from_secs(90);
        let settings = &self.plan.settings;
        let patience = settings.millis(Key::StallTimeout).max(keepalive) * 2
            + settings.millis(Key::InputAfterEnd)
            + GRACE;
        let give_up = Instant::now() + patience;
        let mut pause = Duration::from_millis(100);
        loop {
            let inspection = handle.inspect().await?;
            self.held_peak = self.held_peak.max(handle.gauges().held_peak());
            if inspection.connections == 0 {
                // Those who were refused are waited for a little longer.
                sleep(LINGER).await;
                return handle.inspect().await;
            }
            if Instant::now() > give_up {
                return Some(inspection);
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
    }

    async fn stop_server(&mut self) -> Option<Outcome> {
        let server = self.server.take()?;
        self.held_peak = self.held_peak.max(server.held_peak());
        let outcome = server.end().await;
        let in_order = outcome == Outcome::Stopped;
        self.trace.record(What::Door(Door::Ended(in_order)));
        Some(outcome)
    }
}

impl Network for Net {
    type Read = ClientRead;
    type Write = ClientWrite;

    async fn connect(&self, life: Life, host: usize) -> io::Result<(ClientRead, ClientWrite)> {
        let conn = Net::connect(self, life, host)?;
        Ok(self.client_end(conn))
    }

    fn phase(&self, write: &ClientWrite, _: bool) -> Phase {
        Net::phase(self, write.conn())
    }

    async fn go(&self, way: Way, read: ClientRead, write: ClientWrite) {
        match way {
            Way::Reset => self.reset(write.conn()),
            Way::Vanish => self.vanish(write.conn()),
            Way::Reboot => self.forget(write.conn()),
        }
        drop((read, write));
    }
}
