//! The command line: arguments, then the configuration, then the shell.

use std::io::Write as _;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use roomful::shell::cli::{self, Settings, Stop, Task};
use roomful::shell::logging::{self, Log};
use roomful::shell::tls::Renewal;
use roomful::shell::{
    BindError, Clock, Handle, Hangups, Listening, Outcome, Place, Reload, Server, Signals,
    TcpListener, banner, descriptors, keep,
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
            let log = logging::start(settings.log);
            let runtime = tokio::runtime::Runtime::new().map_err(Stop::failed)?;
            runtime.block_on(serve(*settings, &log))
        }
        Task::Run(errand) => errand.run().map(|()| Outcome::Stopped),
        Task::Print(text) => {
            cli::print(&text);
            Ok(Outcome::Stopped)
        }
    }
}

async fn serve(settings: Settings, log: &Log) -> Result<Outcome, Stop> {
    let (mut config, data) = (settings.config.clone(), settings.data.clone());
    let place = Place::of(config.history, data).map_err(Stop::failed)?;
    let sockets = config.listen.len() + config.listen_tls.len();
    config.connections_max = descriptors::connections_that_fit(config.connections_max, sockets);
    let clock = Clock::system();
    let renewal = settings.tls.clone();
    let renewal = renewal
        .map(|files| Renewal::begin(files, clock))
        .transpose();
    let renewal = renewal.map_err(Stop::failed)?;
    let stall_timeout = config.stall_timeout;
    let (listeners, addresses) = listen("--listen", &config.listen, stall_timeout)?;
    let (tls_listeners, tls_only) = listen("--listen-tls", &config.listen_tls, stall_timeout)?;
    let listening = Listening {
        addresses,
        takes_tls: renewal.is_some(),
        tls_only,
    };
    let banner = banner(&listening, place.as_ref(), settings.file());
    let mut server = Server::new(config, listeners, clock);
    if let Some(renewal) = &renewal {
        server = server.with_tls(&renewal.tls(), tls_listeners);
    }
    let mut keeper = None;
    // Not before the ports are ours: who starts a server twice is told of the port.
    if let Some(place) = &place {
        let (link, thread) = keep(place, clock).await.map_err(Stop::failed)?;
        server = server.with_history(link);
        keeper = Some(thread);
    }
    let mut signals = Signals::catch().map_err(Stop::failed)?;
    let mut hangups = Hangups::catch().map_err(Stop::failed)?;
    // Nobody may be there to read it, and the server serves all the same.
    let _ = writeln!(std::io::stderr(), "{banner}");
    let handle = server.handle();
    let mut reload = Reload::new(settings, handle.clone(), log, (sockets, renewal));
    let outcome = tokio::select! {
        biased;
        outcome = server.run() => outcome,
        never = pass_on((&mut signals, &mut hangups), &handle, &mut reload) => match never {},
    };
    Ok(match keeper {
        Some(keeper) if !handle.is_ending() => keeper.settled(outcome, signals.next()).await,
        Some(_) | None => outcome,
    })
}

fn listen(
    flag: &str,
    addresses: &[SocketAddr],
    stall_timeout: Duration,
) -> Result<(Vec<TcpListener>, Vec<SocketAddr>), Stop> {
    let bind = |address: &SocketAddr| TcpListener::bind(*address, stall_timeout);
    let listeners: Result<Vec<_>, _> = addresses.iter().map(bind).collect();
    // What to do is said of the flag that chose the address.
    let told = |error: BindError| Stop::failed(error.to_string().replace("--listen", flag));
    let listeners = listeners.map_err(told)?;
    let addresses: Result<Vec<_>, _> = listeners.iter().map(TcpListener::local_addr).collect();
    Ok((listeners, addresses.map_err(Stop::failed)?))
}

/// The first signal stops the server, the second ends it at once. SIGHUP has everything
/// read again that may change while the server runs: here, on the main thread, where
/// reading a file holds up nobody. So is a certificate that has changed.
async fn pass_on(
    (signals, hangups): (&mut Signals, &mut Hangups),
    handle: &Handle,
    reload: &mut Reload<'_>,
) -> std::convert::Infallible {
    let name = loop {
        tokio::select! {
            biased;
            name = signals.next() => break name,
            () = hangups.next() => reload.run().await,
            never = reload.watch() => match never {},
        }
    };
    tracing::info!("{name} received; a second signal ends at once");
    handle.stop();
    loop {
        signals.next().await;
        handle.end();
    }
}
