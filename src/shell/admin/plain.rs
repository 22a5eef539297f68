//! The text format that was before OpenMetrics, for tools that know no other:
//! `promtool check metrics` is one.
//!
//! They differ in little: there, what is counted is described under the name with
//! `_total`, units are not, and nothing marks the end.

use hyper::header::HeaderValue;

/// Its name in HTTP.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Whether somebody who accepts this wants it: they name it, and not OpenMetrics.
pub(super) fn is_wanted<'a>(accepted: impl IntoIterator<Item = &'a HeaderValue>) -> bool {
    let accepted: Vec<&str> = accepted
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let names = |kind: &str| accepted.iter().any(|value| value.contains(kind));
    names("text/plain") && !names("application/openmetrics-text")
}

/// An OpenMetrics text in this format.
pub(super) fn of(open_metrics: &str) -> String {
    let mut plain = String::with_capacity(open_metrics.len());
    let mut lines = open_metrics.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("# UNIT ") || line == "# EOF" {
            continue;
        }
        // The help of a family comes first, and its type after it.
        let described = match lines.peek() {
            Some(next) if line.starts_with("# HELP ") => next,
            Some(_) | None => line,
        };
        let is_counter = described.starts_with("# TYPE ") && described.ends_with(" counter");
        match line.splitn(4, ' ').collect::<Vec<_>>()[..] {
            ["#", word, name, rest] if is_counter => {
                plain.extend(["# ", word, " ", name, "_total ", rest, "\n"]);
            }
            _ => plain.extend([line, "\n"]),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_asks_for_it_gets_it() {
        let wants = |accepted: &[&'static str]| {
            let values: Vec<_> = accepted
                .iter()
                .map(|value| HeaderValue::from_static(value))
                .collect();
            is_wanted(&values)
        };
        assert!(!wants(&[]));
        assert!(!wants(&["*/*"]));
        assert!(wants(&["text/plain"]));
        assert!(wants(&["text/html", "text/plain;version=0.0.4;q=0.5,*/*"]));
        // Prometheus takes both, and rather the new one.
        assert!(!wants(&[
            "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"
        ]));
    }

    #[test]
    fn what_is_counted_is_described_under_its_whole_name() {
        let open_metrics = "\
# HELP x_bytes What came.
# TYPE x_bytes counter
# UNIT x_bytes bytes
x_bytes_total{a=\"b c d\"} 1
# HELP y_seconds How long.
# TYPE y_seconds histogram
# UNIT y_seconds seconds
y_seconds_bucket{le=\"+Inf\"} 1
# EOF
";
        let plain = "\
# HELP x_bytes_total What came.
# TYPE x_bytes_total counter
x_bytes_total{a=\"b c d\"} 1
# HELP y_seconds How long.
# TYPE y_seconds histogram
y_seconds_bucket{le=\"+Inf\"} 1
";
        assert_eq!(of(open_metrics), plain);
    }
}
