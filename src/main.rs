//! The command line: arguments, then the configuration, then the shell.

use std::io::Write as _;
use std::process::ExitCode;

use roomful::shell::cli::{self, Settings, Stop};
use roomful::shell::{
    Clock, Config, Handle, Outcome, Server, Signals, TcpListener, banner, descriptors, logging,
};

/// The exit status after a fault of the server's own (`EX_SOFTWARE` of BSD's
/// sysexits).
const STATUS_FAILED: u8 = 70;

fn main() -> ExitCode {
    match cli::parse().and_then(serve) {
        Ok(Outcome::Stopped) => ExitCode::SUCCESS,
        Ok(Outcome::Failed) => ExitCode::from(STATUS_FAILED),
        Err(stop) => stop.report(),
    }
}

fn serve(settings: Settings) -> Result<Outcome, Stop> {
    let _log = logging::start(settings.log);
    let runtime = tokio::runtime::Runtime::new().map_err(Stop::failed)?;
    runtime.block_on(run(settings.config))
}

async fn run(mut config: Config) -> Result<Outcome, Stop> {
    let listeners = config.listen.len();
    config.connections_max = descriptors::connections_that_fit(config.connections_max, listeners);
    let bind = |address| TcpListener::bind(address, config.stall_timeout);
    let listeners: Result<Vec<_>, _> = config.listen.iter().copied().map(bind).collect();
    let listeners = listeners.map_err(Stop::failed)?;
    let signals = Signals::catch().map_err(Stop::failed)?;

    let addresses: Result<Vec<_>, _> = listeners.iter().map(TcpListener::local_addr).collect();
    let banner = banner(&addresses.map_err(Stop::failed)?);
    // Nobody may be there to read it, and the server serves all the same.
    let _ = writeln!(std::io::stderr(), "{banner}");
    let server = Server::new(config, listeners, Clock::system());
    let handle = server.handle();
    tokio::select! {
        biased;
        outcome = server.run() => Ok(outcome),
        never = pass_on(signals, &handle) => match never {},
    }
}

/// The first signal stops the server, the second ends it at once.
async fn pass_on(mut signals: Signals, handle: &Handle) -> std::convert::Infallible {
    let name = signals.next().await;
    tracing::info!("{name} received; a second signal ends at once");
    handle.stop();
    loop {
        signals.next().await;
        handle.end();
    }
}
