//! The kernel world: the real shell on loopback, behind a small faulty proxy. It
//! takes real time, so plans run ten times as fast as they say.
//!
//! What only a simulation can do is left out (pauses, cuts of one connection) or
//! done in the nearest way: who vanishes or reboots is reset.

mod proxy;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use roomful::shell::{Clock, Inspection, Listener, Outcome, TcpListener, TcpRead, TcpWrite};
use socket2::SockRef;
use tokio::io::{ReadHalf, WriteHalf};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};

use crate::atlas::{FaultKind, Phase};
use crate::disk::Disk;
use crate::logs;
use crate::person::{Network, Way, play};
use crate::plan::{Fault, Plan, Step};
use crate::serving::Serving;
use crate::settings::Key;
use crate::trace::{Door, Life, Log, Trace, What};
use crate::world::{self, Held, Run, World};
use proxy::Proxy;

/// How many times as fast as it says a plan runs.
const HASTE: u32 = 10;

/// How long the server may take to see that all have gone.
const GRACE: Duration = Duration::from_secs(30);

/// Runs a plan. Judged like any other run, but no two runs are the same.
pub(crate) fn run(plan: &Plan) -> Run {
    let plan = hastened(plan);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let trace = Trace::by_clock();
        let listening = logs::listen(&trace);
        let run = match Driver::new(&plan, trace.clone()).await {
            Ok(driver) => driver.drive().await,
            Err(error) => {
                logs::note(Log::Error(format!("loopback cannot be used: {error}")));
                nothing(&trace)
            }
        };
        drop(listening);
        run
    })
}

fn nothing(trace: &Trace) -> Run {
    Run {
        world: World::Kernel,
        events: trace.take(),
        inspection: None,
        outcome: None,
        held: Held::default(),
        outbox_peak: 0,
        archive: None,
        batch_peak: 0,
        ended_at: trace.now(),
    }
}

fn hastened(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for person in &mut plan.people {
        for step in &mut person.script {
            if let Step::At(duration) | Step::Wait(duration) = step {
                *duration /= HASTE;
            }
        }
    }
    for (at, _) in &mut plan.faults {
        *at /= HASTE;
    }
    plan.ends_at /= HASTE;
    plan
}

struct Driver<'a> {
    plan: &'a Plan,
    trace: Trace,
    proxy: Proxy,
    start: Instant,
    people: JoinSet<()>,
    hosts: BTreeMap<usize, Vec<AbortHandle>>,
    accept_errors: Arc<AtomicU32>,
    server: Option<Serving>,
    /// It outlives every server.
    disk: Disk,
}

impl<'a> Driver<'a> {
    async fn new(plan: &'a Plan, trace: Trace) -> io::Result<Self> {
        let mut driver = Self {
            plan,
            disk: Disk::new(plan.seed, &plan.settings, &trace),
            trace,
            proxy: Proxy::start().await?,
            start: Instant::now(),
            people: JoinSet::new(),
            hosts: BTreeMap::new(),
            accept_errors: Arc::default(),
            server: None,
        };
        driver.start_server()?.until_it_serves().await;
        driver.start = Instant::now();
        Ok(driver)
    }

    async fn drive(mut self) -> Run {
        for (number, person) in self.plan.people.iter().enumerate() {
            let net = KernelNet(self.proxy.address());
            let playing = play(number, person.clone(), net, self.trace.clone(), self.start);
            let playing = self.people.spawn(playing);
            self.hosts.entry(person.host).or_default().push(playing);
        }
        for (at, fault) in &self.plan.faults {
            sleep_until(self.start + *at).await;
            self.strike(fault).await;
        }
        sleep_until(self.start + self.plan.ends_at).await;
        self.people.shutdown().await;
        self.proxy.release_all();
        let inspection = self.wait_until_empty().await;
        let outbox_peak = self.server.as_ref().map_or(0, Serving::held_peak);
        let outcome = self.stop_server().await;
        Run {
            inspection,
            outcome,
            outbox_peak,
            archive: world::archive(self.plan, &self.disk),
            batch_peak: self.disk.batch_peak(),
            ..nothing(&self.trace)
        }
    }

    fn start_server(&mut self) -> io::Result<&Serving> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let stall_timeout = self.plan.settings.millis(Key::StallTimeout);
        let inner = TcpListener::bind(address, stall_timeout).map_err(io::Error::other)?;
        self.proxy.serve(Some(inner.local_addr()?));
        let listener = Faulty {
            inner,
            errors: Arc::clone(&self.accept_errors),
            trace: self.trace.clone(),
        };
        self.trace.record(What::Door(Door::Opened));
        let clock = Clock::starting_at(world::epoch_after(self.trace.now()));
        let serving = Serving::start(&self.plan.settings, listener, clock, &self.disk);
        Ok(self.server.insert(serving))
    }

    async fn strike(&mut self, fault: &Fault) {
        match fault {
            Fault::Hold(host, way) => {
                self.note(FaultKind::Hold);
                self.proxy.hold(*host, *way);
            }
            Fault::Release(host, way) => self.proxy.release(*host, *way),
            Fault::Crash(host) => {
                self.note(FaultKind::Crash);
                self.abort(*host);
            }
            Fault::PowerLoss(host) => {
                self.note(FaultKind::PowerLoss);
                self.proxy.hold(*host, crate::plan::Way::Both);
                self.abort(*host);
            }
            Fault::AcceptErrors(count) => {
                self.note(FaultKind::AcceptError);
                self.accept_errors.fetch_add(*count, Ordering::Relaxed);
            }
            Fault::Kill => {
                if let Some(server) = self.server.take() {
                    server.kill().await;
                }
                self.proxy.serve(None);
                self.note(FaultKind::ServerKill);
            }
            Fault::Restart if self.server.is_none() => {
                if let Err(error) = self.start_server() {
                    logs::note(Log::Error(format!(
                        "the server cannot start again: {error}"
                    )));
                }
            }
            Fault::Stop => {
                if let Some(server) = &mut self.server {
                    server.stop();
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
            Fault::Restart | Fault::Cut(_) | Fault::Silence(_) | Fault::Pause(_) => {}
        }
    }

    fn abort(&mut self, host: usize) {
        for person in self.hosts.remove(&host).unwrap_or_default() {
            person.abort();
        }
    }

    fn note(&self, kind: FaultKind) {
        self.trace.record(What::Struck(kind, Phase::Server, None));
    }

    async fn wait_until_empty(&mut self) -> Option<Inspection> {
        let server = self.server.as_ref()?;
        server.until_it_serves().await;
        let handle = server.handle()?.clone();
        let give_up = Instant::now() + GRACE;
        loop {
            let inspection = handle.inspect().await?;
            if inspection.connections == 0 || Instant::now() > give_up {
                return Some(inspection);
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn stop_server(&mut self) -> Option<Outcome> {
        let outcome = self.server.take()?.end().await;
        self.trace
            .record(What::Door(Door::Ended(outcome == Outcome::Stopped)));
        Some(outcome)
    }
}

/// The listener of production, which cannot accept for a while.
struct Faulty {
    inner: TcpListener,
    errors: Arc<AtomicU32>,
    trace: Trace,
}

impl Listener for Faulty {
    type Read = TcpRead;
    type Write = TcpWrite;

    async fn accept(&mut self) -> io::Result<(TcpRead, TcpWrite, SocketAddr)> {
        let fails = self
            .errors
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                count.checked_sub(1)
            });
        if fails.is_ok() {
            self.trace.record(What::Door(Door::Failed));
            return Err(io::Error::other("too many open files"));
        }
        let accepted = self.inner.accept().await?;
        self.trace.record(What::Door(Door::Accepted));
        Ok(accepted)
    }
}

/// Loopback as a person has it; a host is a source address.
#[derive(Clone)]
struct KernelNet(SocketAddr);

impl Network for KernelNet {
    type Read = ReadHalf<TcpStream>;
    type Write = WriteHalf<TcpStream>;

    async fn connect(&self, _: Life, host: usize) -> io::Result<(Self::Read, Self::Write)> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((proxy::address_of(host), 0)))?;
        let stream = socket.connect(self.0).await?;
        stream.set_nodelay(true)?;
        Ok(tokio::io::split(stream))
    }

    fn phase(&self, _: &Self::Write, was_heard: bool) -> Phase {
        if was_heard {
            Phase::Idle
        } else {
            Phase::Handshake
        }
    }

    async fn go(&self, _: Way, read: Self::Read, write: Self::Write) {
        let stream = read.unsplit(write);
        let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
}
