//! The command line: arguments, then the configuration, then the shell.

use std::io::Write as _;
use std::process::ExitCode;

use roomful::shell::admin;
use roomful::shell::cli::{self, Settings, Stop, Task};
use roomful::shell::logging::{self, Log};
use roomful::shell::systemd::{self, HandedOver, Notifier};
use roomful::shell::{
    Clock, Doors, Orders, Outcome, Place, Reload, Server, banner, descriptors, keep,
};

/// The exit status after a fault of the server's own (`EX_SOFTWARE` of BSD's
/// sysexits).
const STATUS_FAILED: u8 = 70;

fn main() -> ExitCode {
    match cli::parse().and_then(run) {
        Ok(Outcome::Stopped) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(STATUS_FAILED),
        Err(stop) => stop.report(),
    }
}

fn run(task: Task) -> Result<Outcome, Stop> {
    match task {
        Task::Serve(settings) => {
            let handed_over = systemd::handed_over().map_err(Stop::failed)?;
            let log = logging::start(settings.log);
            let runtime = tokio::runtime::Runtime::new().map_err(Stop::failed)?;
            runtime.block_on(serve(*settings, handed_over, &log))
        }
        Task::Run(errand) => errand.run().map(|()| Outcome::Stopped),
        Task::CheckHealth(address) => {
            let answer = admin::ask(address).map_err(Stop::failed)?;
            cli::print(&(answer + "\n"));
            Ok(Outcome::Stopped)
        }
        Task::Print(text) => {
            cli::print(&text);
            Ok(Outcome::Stopped)
        }
    }
}

async fn serve(settings: Settings, handed_over: HandedOver, log: &Log) -> Result<Outcome, Stop> {
    let (mut config, data) = (settings.config.clone(), settings.data.clone());
    let place = Place::of(config.history, data).map_err(Stop::failed)?;
    let clock = Clock::system();
    let doors = Doors::open(&settings, handed_over, clock).map_err(Stop::failed)?;
    let listening = doors.listening().map_err(Stop::failed)?;
    let sockets = doors.count();
    config.connections_max = descriptors::connections_that_fit(config.connections_max, sockets);
    let banner = banner(&listening, place.as_ref(), settings.file());
    let Doors {
        listeners,
        tls_only,
        mut renewal,
        admin,
    } = doors;
    let mut server = Server::new(config, listeners, clock);
    if let Some(renewal) = &renewal {
        server = server.with_tls(&renewal.tls(), tls_only);
    }
    let mut keeper = None;
    // Not before the ports are ours: who starts a server twice is told of the port.
    if let Some(place) = &place {
        let (link, thread) = keep(place, clock).await.map_err(Stop::failed)?;
        server = server.with_history(link);
        keeper = Some(thread);
    }
    let mut orders = Orders::catch().map_err(Stop::failed)?;
    let handle = server.handle();
    let admin = admin.map(|admin| admin.start(handle.clone())).transpose();
    let _until_the_end = admin.map_err(Stop::failed)?;
    // Nobody may be there to read it, and the server serves all the same.
    let _ = writeln!(std::io::stderr(), "{banner}");
    if let Some(renewal) = &mut renewal {
        renewal.show_in(handle.metrics());
    }
    let mut reload = Reload::new(settings, handle.clone(), log, (sockets, renewal));
    let manager = Notifier::new(handle.clone());
    manager.ready();
    let outcome = tokio::select! {
        biased;
        outcome = server.run() => outcome,
        // On the main thread, where reading a file holds up nobody.
        never = orders.pass_on(&handle, &manager, &mut reload) => match never {},
        never = manager.watch() => match never {},
    };
    Ok(match keeper {
        Some(keeper) if !handle.is_ending() => keeper.settled(outcome, orders.next_signal()).await,
        Some(_) | None => outcome,
    })
}
