//! What the server logs, taken into the trace of the run on this thread.

use std::cell::RefCell;
use std::fmt;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Level, Metadata, Subscriber};

use crate::heap;
use crate::trace::{Log, Trace, What};

thread_local! {
    static CURRENT: RefCell<Option<Trace>> = const { RefCell::new(None) };
    static LAST_PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// While it lives, what is logged on this thread goes into a trace.
pub(crate) struct Listening(());

/// Listens from now on.
pub(crate) fn listen(trace: &Trace) -> Listening {
    static ONCE: Once = Once::new();
    // Somebody else's subscriber in this process would leave us deaf.
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(Capture).expect("the only subscriber");
    });
    CURRENT.set(Some(trace.clone()));
    Listening(())
}

impl Drop for Listening {
    fn drop(&mut self) {
        CURRENT.set(None);
    }
}

/// Records one line in the trace, as if it had been logged.
pub(crate) fn note(log: Log) {
    CURRENT.with_borrow(|trace| {
        if let Some(trace) = trace {
            trace.record(What::Log(log));
        }
    });
}

/// From now on, a panic on any thread is noted in the trace of the run there: no
/// task can swallow it.
pub(crate) fn hear_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let what = heap::apart(|| panic.to_string().replace('\n', " "));
            let is_ours = CURRENT.with_borrow(Option::is_some);
            if is_ours {
                note(Log::Error(what.clone()));
                LAST_PANIC.set(Some(what));
            } else {
                before(panic);
            }
        }));
    });
}

/// What the last panic on this thread said; asked once.
pub(crate) fn last_panic() -> Option<String> {
    LAST_PANIC.take()
}

struct Capture;

impl Subscriber for Capture {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::DEBUG && metadata.target().starts_with("roomful")
    }

    fn event(&self, event: &tracing::Event<'_>) {
        heap::apart(|| {
            let mut line = Line::default();
            event.record(&mut line);
            if let Some(log) = line.read(*event.metadata().level()) {
                note(log);
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The fields of a log line that mean something here.
#[derive(Default)]
struct Line {
    message: String,
    kind: String,
    conn: u64,
    why: String,
}

impl Line {
    fn read(self, level: Level) -> Option<Log> {
        if level == Level::ERROR {
            return Some(Log::Error(self.message));
        }
        if level == Level::WARN {
            return Some(Log::Warning(self.message));
        }
        match &*self.message {
            "engine event" => Some(self.read_event()),
            "connection closed" => Some(Log::Closed(self.conn, self.why)),
            _ => None,
        }
    }

    fn read_event(self) -> Log {
        match &*self.kind {
            "connected" => Log::Entered(self.conn),
            "disconnected" => Log::Left(self.conn),
            "quit" => Log::Closing(self.conn),
            _ => Log::Handled(self.conn, self.kind),
        }
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "why" => self.why = value.into(),
            "kind" => self.kind = value.into(),
            _ => {}
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "conn" {
            self.conn = value;
        }
    }
}
