//! `roomful config`: looking at the configuration without serving.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::file::{self, Layer, Places};
use super::{Stop, values};

/// What can be asked of the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Print every setting that a server would have, and where each comes from
    ///
    /// With the same flags, variables and configuration file that a server would have.
    /// What is printed is a configuration file itself.
    Show,
    /// Print a configuration file with every key, explained, as it is by default
    Default,
    /// Say whether a configuration file is fine, or every mistake that is in it
    ///
    /// The exit status is 2 when there is a mistake. Whether ports are free and what is
    /// in other files shows when a server starts.
    Check(Check),
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The file; unless it is named, the one that a server would read
    #[arg(value_name = "FILE", value_parser = values::path("it must name a file."))]
    file: Option<PathBuf>,
}

impl Check {
    /// What is said of a file that is fine.
    pub(super) fn run(self, named: Option<PathBuf>, places: &Places) -> Result<String, Stop> {
        let text = match self.file {
            Some(path) => file::read(&path).map(Some),
            None => places.read(named.as_deref()),
        };
        let text = text.map_err(|line| Stop::Wrong { line })?;
        let text = text.ok_or_else(|| Stop::failed(places.nothing()))?;
        let layer = understood(&text)?;
        let path = layer.path.clone().unwrap_or_else(|| text.path.clone());
        // What holds between keys: as a server would find it that is started here.
        super::task(vec!["roomful".into()], layer, places)?;
        Ok(format!("{} is fine.\n", path.display()))
    }
}

/// What a file sets.
pub(super) fn understood(text: &file::Text) -> Result<Layer, Stop> {
    let layer = file::understand(text, &super::command());
    layer.map_err(|lines| Stop::Mistakes { lines })
}
