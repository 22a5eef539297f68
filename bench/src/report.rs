//! What the load generator says of one run.

use serde_json::Value;

/// One run's JSON object.
#[derive(Clone, Debug, PartialEq)]
pub struct Report(Value);

impl Report {
    /// Reads what the load generator printed.
    ///
    /// # Errors
    /// If it is not one JSON object.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let value: Value = serde_json::from_str(text.trim())
            .map_err(|error| anyhow::anyhow!("the load generator printed no JSON: {error}"))?;
        anyhow::ensure!(
            value.is_object(),
            "the load generator printed JSON that is no object"
        );
        Ok(Self(value))
    }

    /// With something more, under a key of its own.
    #[must_use]
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.0[key] = value;
        self
    }

    /// The number at a path such as `latency_ms.p99`; a truth is 1 or 0. Nothing
    /// if it is not there, or null.
    #[must_use]
    pub fn number(&self, path: &str) -> Option<f64> {
        let value = self.at(path)?;
        let truth = value.as_bool().map(|truth| f64::from(u8::from(truth)));
        truth.or_else(|| value.as_f64())
    }

    /// Whether every check of the load generator passed.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.at("ok").and_then(Value::as_bool) == Some(true)
    }

    /// Whether everybody heard everything. Only where some stop reading on purpose
    /// may lines be skipped: elsewhere it would be less work, measured as the same.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let may_skip = self.at("scenario").and_then(Value::as_str) == Some("slow");
        may_skip || self.number("checks.skipped").unwrap_or(0.0) == 0.0
    }

    /// The checks that failed, as `missing 3, doubled 1`.
    #[must_use]
    pub fn failed_checks(&self) -> String {
        let checks = self.at("checks").and_then(Value::as_object);
        checks
            .into_iter()
            .flatten()
            .filter(|(_, count)| count.as_f64().is_some_and(|count| count > 0.0))
            .map(|(name, count)| format!("{name} {count}"))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The whole object.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.0
    }

    fn at(&self, path: &str) -> Option<&Value> {
        path.split('.')
            .try_fold(&self.0, |value, key| value.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::read(
            r#" {"scenario": "slow", "ok": false, "skipped_told": true, "server": null,
                 "latency_ms": {"p99": 8.5}, "after": {"latency_ms": {"p99": 9}},
                 "checks": {"missing": 3, "doubled": 0, "broken": 1}}
            "#,
        )
        .unwrap()
    }

    #[test]
    fn numbers_are_found_by_path() {
        let report = report();
        assert_eq!(report.number("latency_ms.p99"), Some(8.5));
        assert_eq!(report.number("after.latency_ms.p99"), Some(9.0));
        assert_eq!(report.number("skipped_told"), Some(1.0));
        assert_eq!(report.number("server.cpu_seconds"), None);
        assert_eq!(report.number("scenario"), None);
        assert_eq!(report.number("nothing.here"), None);
    }

    #[test]
    fn failed_checks_are_named() {
        assert!(!report().is_ok());
        assert_eq!(report().failed_checks(), "broken 1, missing 3");
        let quiet = Report::read(r#"{"ok": true}"#).unwrap();
        assert!(quiet.is_ok());
        assert_eq!(quiet.failed_checks(), "");
        assert!(!Report::read("{}").unwrap().is_ok(), "silence is no proof");
    }

    #[test]
    fn what_is_no_report_is_refused() {
        assert!(Report::read("").is_err());
        assert!(Report::read("[1]").is_err());
        assert!(Report::read("{\"a\": 1} and more").is_err());
    }

    #[test]
    fn lines_may_be_skipped_only_where_some_stop_reading() {
        let report = |scenario: &str, skipped: u32| {
            let text =
                format!(r#"{{"scenario": "{scenario}", "checks": {{"skipped": {skipped}}}}}"#);
            Report::read(&text).unwrap()
        };
        assert!(report("slow", 7).is_whole());
        assert!(report("fanout", 0).is_whole());
        assert!(!report("fanout", 7).is_whole());
    }
}
