//! The turmoil world: the real shell on simulated hosts.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use chrono::DateTime;
use roomful::shell::{Clock, Handle, Inspection, Outcome, Server};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::dice::Dice;
use crate::net::SimListener;
use crate::person;
use crate::plan::{Fault, PersonPlan, Plan};
use crate::trace::{Heard, Trace};

/// One step of the simulation.
const TICK: Duration = Duration::from_millis(1);

/// 2026-01-01 00:00 UTC, in seconds: the moment at which every run begins.
const EPOCH_SECONDS: u32 = 1_767_225_600;

/// What came of a plan.
#[derive(Clone, Debug)]
pub struct Run {
    /// Everything that every client heard.
    pub heard: Vec<Heard>,
    /// The server when everybody should have gone; `None` when it was stopped before.
    pub inspection: Option<Inspection>,
    /// How the server ended.
    pub outcome: Outcome,
    /// Steps of the simulation.
    pub steps: u64,
}

/// What the server's host lets the outside know.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    handle: Option<Handle>,
    inspection: Option<Inspection>,
    outcome: Option<Outcome>,
}

/// Runs a plan. The same plan gives the same run, in any process.
///
/// # Panics
/// When a person does not hear what they wait for, when any task panics, or when
/// the simulation does not come to its end.
#[must_use]
pub fn run(plan: &Plan) -> Run {
    align_task_ids();
    let trace = Trace::default();
    let server = Watched::default();
    let mut sim = build(plan, &trace, &server);
    let mut faults = plan.faults.iter().peekable();
    let limit = plan.ends_at + Duration::from_secs(600);
    let mut steps = 0_u64;
    while server.look(|known| known.outcome.is_none()) {
        let elapsed = TICK * u32::try_from(steps).expect("a run has an end");
        assert!(elapsed < limit, "the simulation does not end");
        while let Some((_, fault)) = faults.next_if(|(at, _)| *at <= elapsed) {
            strike(&mut sim, *fault, &server);
        }
        trace.set_step(steps);
        sim.step()
            .unwrap_or_else(|error| panic!("{} with seed {}: {error}", plan.name, plan.seed));
        steps += 1;
    }
    let heard = trace.heard();
    server.look(|known| Run {
        heard,
        inspection: known.inspection.take(),
        outcome: known.outcome.expect("the loop ended"),
        steps,
    })
}

/// tokio drops tasks in an order that depends on ids that are counted per process:
/// begin each run at a multiple of four, so that it is the same each time.
fn align_task_ids() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let mut tasks = JoinSet::new();
        loop {
            let id = tasks.spawn(async {}).id().to_string();
            if id.parse::<u64>().is_ok_and(|id| id % 4 == 3) {
                break;
            }
        }
        while tasks.join_next().await.is_some() {}
    });
}

fn build(plan: &Plan, trace: &Trace, server: &Watched) -> turmoil::Sim<'static> {
    let mut dice = Dice::new(plan.seed);
    let latency = Duration::from_millis(1 + dice.roll(20));
    let mut sim = turmoil::Builder::new()
        .epoch(UNIX_EPOCH + Duration::from_secs(u64::from(EPOCH_SECONDS)))
        .rng_seed(plan.seed)
        .tick_duration(TICK)
        .simulation_duration(plan.ends_at + Duration::from_secs(900))
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(latency)
        .tcp_capacity(4096)
        .build();
    add_server(&mut sim, plan, server);
    for host in 0..plan.hosts() {
        let number_of = |(number, person): (usize, &PersonPlan)| (number, person.clone());
        let people: Vec<_> = plan.people.iter().enumerate().map(number_of).collect();
        let here: Vec<_> = people
            .into_iter()
            .filter(|(_, person)| person.host == host)
            .collect();
        let trace = trace.clone();
        sim.host(host_name(host), move || {
            people_of_host(here.clone(), trace.clone())
        });
    }
    sim
}

fn host_name(host: usize) -> String {
    format!("crowd{host}")
}

fn add_server(sim: &mut turmoil::Sim<'static>, plan: &Plan, server: &Watched) {
    let (config, ends_at, server) = (plan.config.clone(), plan.ends_at, server.clone());
    sim.host("server", move || {
        let (config, server) = (config.clone(), server.clone());
        async move {
            let listener = SimListener::bind().await?;
            let wall =
                DateTime::from_timestamp(i64::from(EPOCH_SECONDS), 0).expect("a time in range");
            let real = Server::new(config, vec![listener], Clock::starting_at(wall));
            let handle = real.handle();
            server.look(|known| known.handle = Some(handle.clone()));
            tokio::select! {
                biased;
                outcome = real.run() => server.look(|known| known.outcome = Some(outcome)),
                () = watch(handle, ends_at, server.clone()) => {}
            }
            std::future::pending::<()>().await;
            Ok(())
        }
    });
}

/// Looks at the server when everybody should have gone, then stops it; goes on
/// for as long as the server runs.
async fn watch(handle: Handle, ends_at: Duration, server: Watched) {
    sleep(ends_at).await;
    let inspection = handle.inspect().await;
    server.look(|known| known.inspection = inspection);
    handle.stop();
    std::future::pending().await
}

/// Every person of a host, each in a task; a panic of one fails the run.
async fn people_of_host(people: Vec<(usize, PersonPlan)>, trace: Trace) -> turmoil::Result {
    let mut tasks = JoinSet::new();
    for (number, person) in people {
        tasks.spawn(person::play(number, person.script, trace.clone()));
    }
    while let Some(ended) = tasks.join_next().await {
        ended?;
    }
    std::future::pending::<()>().await;
    Ok(())
}

fn strike(sim: &mut turmoil::Sim<'static>, fault: Fault, server: &Watched) {
    match fault {
        Fault::Hold(host) => sim.hold(host_name(host), "server"),
        Fault::Release(host) => sim.release(host_name(host), "server"),
        Fault::Crash(host) => sim.crash(host_name(host)),
        Fault::Stop => server.look(|known| {
            known.handle.as_ref().expect("the server runs").stop();
        }),
    }
}

impl Watched {
    fn look<T>(&self, look: impl FnOnce(&mut Known) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
