//! How far a run is, on standard error, if somebody watches.

use std::io::{IsTerminal as _, stderr};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar, or nothing where no terminal is.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new() -> Self {
        let bar = stderr().is_terminal().then(|| {
            let style =
                ProgressStyle::with_template("{msg:>12} [{bar:40}] {human_pos}/{human_len}");
            let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(0).with_style(style)
        });
        Self { bar }
    }

    /// A new part of the run begins, which is over at `end`.
    pub(crate) fn phase(&self, name: &'static str, end: u64) {
        if let Some(bar) = &self.bar {
            bar.set_message(name);
            bar.set_length(end);
            bar.set_position(0);
        }
    }

    /// How far that part is.
    pub(crate) fn set(&self, position: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(position);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
