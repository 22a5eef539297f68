//! The command line program: runs one scenario, prints, and exits.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use clap::Parser as _;

use roomful_load::{Report, cli::Cli, run, table, warnings};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let report = match run(&cli.scenario) {
        Ok(report) => report,
        Err(why) => {
            eprintln!("roomful-load cannot run: {why}.");
            return ExitCode::from(2);
        }
    };
    for example in &report.examples {
        eprintln!("fault: {example}");
    }
    if let Err(error) = print(&report, cli.scenario.common().json) {
        eprintln!("roomful-load cannot write its report: {error}.");
        return ExitCode::from(2);
    }
    ExitCode::from(u8::from(!report.ok))
}

fn print(report: &Report, json: bool) -> io::Result<()> {
    let mut output = io::stdout().lock();
    if json {
        serde_json::to_writer(&mut output, report)?;
        return writeln!(output);
    }
    output.write_all(table(report).as_bytes())?;
    for warning in warnings(report) {
        eprintln!("note: {warning}.");
    }
    Ok(())
}
