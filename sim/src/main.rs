//! `cargo sim`: the simulation suite as a command.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::main()
}
