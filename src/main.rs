//! The command line: arguments, then the configuration, then the shell.

use std::process::ExitCode;

use roomful::shell::cli::{self, Settings, Stop};
use roomful::shell::logging;

fn main() -> ExitCode {
    match cli::parse().and_then(serve) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => stop.report(),
    }
}

fn serve(settings: Settings) -> Result<(), Stop> {
    logging::start(settings.log);
    Ok(())
}
