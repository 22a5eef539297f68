//! Panics, as log lines like any other.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, Location};

use tracing::error;

/// Logs every panic of this process from now on, in place of the lines that the
/// standard library writes past the log. With `RUST_BACKTRACE=1` in the
/// environment there is a backtrace too.
pub(super) fn log_from_now_on() {
    panic::set_hook(Box::new(|panic| log(panic.payload(), panic.location())));
}

fn log(payload: &(dyn Any + Send), location: Option<&Location<'_>>) {
    let backtrace = Backtrace::capture();
    let is_wanted = backtrace.status() == BacktraceStatus::Captured;
    error!(
        message = %what(payload),
        at = location.map(tracing::field::display),
        thread = std::thread::current().name(),
        backtrace = is_wanted.then(|| tracing::field::display(&backtrace)),
    );
}

fn what(payload: &(dyn Any + Send)) -> String {
    if let Some(literal) = payload.downcast_ref::<&'static str>() {
        format!("panicked: {literal}")
    } else if let Some(formatted) = payload.downcast_ref::<String>() {
        format!("panicked: {}", without_values(formatted))
    } else {
        "panicked".to_owned()
    }
}

/// A message that was made at the time of the panic, up to the first value in it.
///
/// The standard library puts the text itself between backticks when a slice of it
/// goes wrong, and what people say is not for the log. The place tells the rest.
fn without_values(message: &str) -> String {
    match message.split_once('`') {
        Some((before, _)) => format!("{before}…"),
        None => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(payload: impl Any + Send) -> String {
        what(&payload)
    }

    #[test]
    fn what_went_wrong_is_said() {
        assert_eq!(said("a gate is open"), "panicked: a gate is open");
        let index = "index out of bounds: the len is 3 but the index is 7";
        assert_eq!(said(index.to_owned()), format!("panicked: {index}"));
        assert_eq!(said(7), "panicked");
    }

    #[test]
    fn a_text_that_was_cut_in_the_wrong_place_is_not() {
        let text = String::from("der Schlüssel liegt `unter` der Matte");
        let beyond = text.len() + 1;
        for (start, end) in [(0, 9), (9, 12), (12, 4), (0, beyond), (beyond, beyond)] {
            let cut = panic::catch_unwind(|| text[start..end].len());
            let said = what(&*cut.unwrap_err());
            assert!(said.starts_with("panicked: "), "{said}");
            for word in ["der", "Schl", "ssel", "unter", "Matte"] {
                assert!(!said.contains(word), "{said}");
            }
        }
    }
}
