//! Log lines, to standard error. Never what people say.

mod panics;

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;
use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry, reload};

/// What is logged, and how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogSettings {
    /// The least important lines that are logged.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
}

/// How important a log line is. Each level includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum LogLevel {
    /// The server is broken or ends.
    Error,
    /// Somebody should do something.
    Warn,
    /// What the server as a whole does.
    #[default]
    Info,
    /// What single connections do.
    Debug,
    /// Everything.
    Trace,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people, coloured on a terminal.
    #[default]
    Human,
    /// One JSON object a line, for programs.
    Json,
}

/// Lines that may wait for whoever reads the log; further ones are dropped, and
/// counted. Some megabytes.
const LINES_WAITING_MAX: usize = 16 * 1024;

/// A log that is being written. When it is dropped, what waits is written, for at
/// most about a second.
#[must_use = "the last lines are written when this is dropped"]
pub struct Log {
    level: LevelSwitch,
    dropped: ErrorCounter,
    _writer: WorkerGuard,
}

/// Sends this process's log lines to standard error from now on, and its panics
/// with them. To be called once; a second call changes nothing.
///
/// A thread of its own writes them, so that a terminal that is stopped, a pipe
/// that nobody reads or a disk that is full holds up nobody who talks.
pub fn start(settings: LogSettings) -> Log {
    let colour = may_colour(
        io::stderr().is_terminal(),
        std::env::var_os("NO_COLOR").as_deref(),
    );
    let (lines, writer) = NonBlockingBuilder::default()
        .lossy(true)
        .buffered_lines_limit(LINES_WAITING_MAX)
        .finish(io::stderr());
    let dropped = lines.error_counter();
    // It fails only when log lines already have somewhere to go.
    let (subscriber, level) = subscriber(settings, colour, lines);
    let _ = tracing::subscriber::set_global_default(subscriber);
    panics::log_from_now_on();
    Log {
        level,
        dropped,
        _writer: writer,
    }
}

impl Log {
    /// Logs what is at least so important from now on.
    pub fn set_level(&self, level: LogLevel) {
        // It fails only when log lines go elsewhere.
        let _ = self.level.reload(filter(level));
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let lines = self.dropped.dropped_lines();
        if lines > 0 {
            tracing::warn!(lines, "log lines were dropped: nobody read them in time");
        }
    }
}

/// Colour is for terminals, and for people who have not said no
/// (<https://no-color.org>: set, and not empty).
fn may_colour(terminal: bool, no_color: Option<&std::ffi::OsStr>) -> bool {
    terminal && no_color.is_none_or(std::ffi::OsStr::is_empty)
}

/// Changes the level of a subscriber.
type LevelSwitch = reload::Handle<LevelFilter, Registry>;

fn subscriber<W>(
    settings: LogSettings,
    colour: bool,
    writer: W,
) -> (Box<dyn Subscriber + Send + Sync>, LevelSwitch)
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let (level, switch) = reload::Layer::new(filter(settings.level));
    let lines = fmt::layer()
        .with_writer(writer)
        // A reader of the log that has gone (`roomful 2>&1 | head`) is nobody's
        // fault: complaining on the same standard error would panic.
        .log_internal_errors(false);
    let lines = match settings.format {
        // An operator knows the words, not the modules.
        LogFormat::Human => lines.with_ansi(colour).with_target(false).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    let subscriber = Registry::default().with(level).with(lines);
    (Box::new(subscriber), switch)
}

fn filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Buffer(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Buffer {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: LogLevel, format: LogFormat, colour: bool) -> String {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let settings = LogSettings { level, format };
        let (subscriber, _) = subscriber(settings, colour, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(connections = 7, "nearly full");
            tracing::info!("and well");
        });
        String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn a_human_line_has_level_words_and_facts() {
        let lines = logged(LogLevel::Info, LogFormat::Human, false);
        let (first, second) = lines.split_once('\n').unwrap();
        assert!(
            first.ends_with("Z  WARN nearly full connections=7"),
            "{first}"
        );
        assert!(
            second.contains(" INFO ") && second.ends_with("and well\n"),
            "{second}"
        );
        assert!(!lines.contains('\x1b'), "{lines}");
    }

    #[test]
    fn colour_only_where_it_may_be() {
        assert!(logged(LogLevel::Info, LogFormat::Human, true).contains('\x1b'));
        assert!(!logged(LogLevel::Info, LogFormat::Json, true).contains('\x1b'));
        assert!(may_colour(true, None));
        assert!(may_colour(true, Some(OsStr::new(""))));
        assert!(!may_colour(true, Some(OsStr::new("1"))));
        assert!(!may_colour(false, None));
    }

    #[test]
    fn json_is_one_object_a_line_with_the_facts_at_the_top() {
        let lines = logged(LogLevel::Info, LogFormat::Json, false);
        assert_eq!(lines.lines().count(), 2);
        for line in lines.lines() {
            assert!(
                line.starts_with(r#"{"timestamp":""#) && line.ends_with('}'),
                "{line}"
            );
        }
        assert!(
            lines.contains(r#""level":"WARN","message":"nearly full","connections":7"#),
            "{lines}"
        );
    }

    #[test]
    fn a_level_hides_what_is_less_important() {
        assert_eq!(
            logged(LogLevel::Warn, LogFormat::Human, false)
                .lines()
                .count(),
            1
        );
        assert_eq!(logged(LogLevel::Error, LogFormat::Human, false), "");
    }

    #[test]
    fn another_level_holds_from_the_next_line_on() {
        let buffer = Buffer::default();
        let writer = buffer.clone();
        let (subscriber, level) = subscriber(LogSettings::default(), false, move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            for (wanted, text) in [
                (LogLevel::Info, "first"),
                (LogLevel::Debug, "second"),
                (LogLevel::Error, "third"),
                (LogLevel::Info, "fourth"),
            ] {
                level.reload(filter(wanted)).unwrap();
                tracing::info!("{text}");
                tracing::debug!("{text} in detail");
            }
        });
        let lines = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
        let words: Vec<_> = lines.lines().map(|line| &line[line.len() - 6..]).collect();
        assert_eq!(words, [" first", "second", "detail", "fourth"]);
    }
}
