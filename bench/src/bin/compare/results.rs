//! All runs of a comparison, and what is read out of them.

use bench::{
    report::Report,
    server::Contender,
    statistics::{median, ratio},
};
use serde_json::{Value, json};

use crate::case::{Case, Measure};

/// Every run that was made, in order.
#[derive(Default)]
pub(crate) struct Results {
    runs: Vec<Run>,
}

/// One run of one server.
pub(crate) struct Run {
    /// The title of its case.
    pub(crate) title: &'static str,
    /// What the load generator did.
    pub(crate) scenario: String,
    /// The name of the contender.
    pub(crate) contender: &'static str,
    /// From 1 on.
    pub(crate) round: u32,
    /// What was measured, if anything was.
    pub(crate) report: Option<Report>,
    /// Why it must not be trusted.
    pub(crate) failure: Option<String>,
}

impl Results {
    /// Keeps one run.
    pub(crate) fn push(&mut self, run: Run) {
        self.runs.push(run);
    }

    /// The median of one figure of one contender.
    pub(crate) fn median(&self, case: &Case, contender: &Contender, path: &str) -> Option<f64> {
        let values: Vec<f64> = self
            .reports(case, contender)
            .filter_map(|(_, report)| report.number(path))
            .collect();
        median(&values)
    }

    /// A figure of the contender in question over that of `other`.
    pub(crate) fn ratios(&self, case: &Case, other: &Contender, path: &str) -> Vec<f64> {
        let first = case.contenders.first();
        first.map_or_else(Vec::new, |first| self.between(case, first, other, path))
    }

    /// A figure of `one` over that of `other`, round by round: what drifts between
    /// rounds is in neither.
    pub(crate) fn between(
        &self,
        case: &Case,
        one: &Contender,
        other: &Contender,
        path: &str,
    ) -> Vec<f64> {
        self.reports(case, one)
            .filter_map(|(round, report)| {
                let (_, same) = self.reports(case, other).find(|(of, _)| *of == round)?;
                ratio(report.number(path)?, same.number(path)?)
            })
            .collect()
    }

    /// The values that a target is about, one for each round that has one.
    pub(crate) fn measured(&self, case: &Case, measure: Measure) -> Vec<f64> {
        let first = case.contenders.first();
        let named = |name| case.contenders.iter().find(|one| one.name == name);
        let of = |one: Option<&Contender>, value: &dyn Fn(&Report) -> Option<f64>| {
            one.into_iter()
                .flat_map(|one| self.reports(case, one))
                .filter_map(|(_, report)| value(report))
                .collect()
        };
        match measure {
            Measure::Own(path) => of(first, &|report| report.number(path)),
            Measure::Of(name, path) => of(named(name), &|report| report.number(path)),
            Measure::Quotient(part, whole) => of(first, &|report| {
                ratio(report.number(part)?, report.number(whole)?)
            }),
            Measure::Beside(name, path) => named(name)
                .zip(first)
                .map_or_else(Vec::new, |(one, first)| {
                    self.between(case, one, first, path)
                }),
            Measure::Ratio(path) => case
                .contenders
                .get(1)
                .map_or_else(Vec::new, |other| self.ratios(case, other, path)),
        }
    }

    /// Every failure, in words.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.runs
            .iter()
            .filter_map(|run| {
                let failure = run.failure.as_ref()?;
                Some(format!(
                    "{}, {}, round {}: {failure}",
                    run.title, run.contender, run.round
                ))
            })
            .collect()
    }

    /// What was said and is not in history, run by run, in words. A server that stops
    /// keeping may be fast.
    pub(crate) fn missing(&self) -> Vec<String> {
        let count = |run: &Run, path| run.report.as_ref()?.number(path);
        self.runs
            .iter()
            .filter_map(|run| {
                let missing = count(run, "history.missing").filter(|count| *count > 0.0)?;
                let (of, gaps) = (
                    count(run, "history.numbered")?,
                    count(run, "history.gaps")?,
                );
                let (title, name, round) = (run.title, run.contender, run.round);
                Some(format!(
                    "{title}, {name}, round {round}: {missing:.0} of {of:.0} lines (gaps: {gaps:.0})"
                ))
            })
            .collect()
    }

    /// Every run, raw.
    pub(crate) fn raw(&self) -> Value {
        self.runs
            .iter()
            .map(|run| {
                json!({
                    "case": run.title,
                    "scenario": run.scenario,
                    "contender": run.contender,
                    "round": run.round,
                    "report": run.report.as_ref().map(Report::value),
                    "failure": run.failure,
                })
            })
            .collect()
    }

    fn reports<'a>(
        &'a self,
        case: &'a Case,
        contender: &'a Contender,
    ) -> impl Iterator<Item = (u32, &'a Report)> {
        let scenario = scenario_name(case);
        self.runs
            .iter()
            .filter(move |run| {
                run.title == case.title
                    && run.scenario == scenario
                    && run.contender == contender.name
                    && run.failure.is_none()
            })
            .filter_map(|run| Some((run.round, run.report.as_ref()?)))
    }
}

/// A case's scenario as the raw runs name it.
pub(crate) fn scenario_name(case: &Case) -> String {
    format!("{:?}", case.scenario).to_lowercase()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{case::Scenario, cases::cases};

    /// Three rounds in which roomful makes 3, 6 and 9 and rawfan 4, 8 and 36.
    pub(crate) fn three_rounds(case: &Case) -> Results {
        let mut results = Results::default();
        for (round, ours, theirs) in [(1, 3, 4), (2, 6, 8), (3, 9, 36)] {
            for (contender, made) in [("roomful", ours), ("rawfan", theirs)] {
                let text = format!(
                    "{{\"deliveries_per_second\": {made}, \"latency_ms\": {{\"p50\": 2, \"p999\": {made}}}}}"
                );
                results.push(Run {
                    title: case.title,
                    scenario: scenario_name(case),
                    contender,
                    round,
                    report: Some(Report::read(&text).unwrap()),
                    failure: None,
                });
            }
        }
        results
    }

    #[test]
    fn ratios_are_paired_by_round() {
        let case = cases(Scenario::Fanout).remove(1);
        let results = three_rounds(&case);
        let path = "deliveries_per_second";
        assert_eq!(results.median(&case, &case.contenders[0], path), Some(6.0));
        assert_eq!(
            results.ratios(&case, &case.contenders[1], path),
            [0.75, 0.75, 0.25]
        );
        assert_eq!(
            results.measured(&case, Measure::Ratio(path)),
            [0.75, 0.75, 0.25]
        );
        assert!(results.ratios(&case, &case.contenders[2], path).is_empty());
    }

    #[test]
    fn quotients_are_of_one_report() {
        let case = cases(Scenario::Fanout).remove(1);
        let results = three_rounds(&case);
        let tail = Measure::Quotient("latency_ms.p999", "latency_ms.p50");
        assert_eq!(results.measured(&case, tail), [1.5, 3.0, 4.5]);
        assert_eq!(
            results.measured(&case, Measure::Own("latency_ms.p50")),
            [2.0; 3]
        );
    }

    /// One round in which a server with history makes 3 or 2 where the one without
    /// makes 4; the first of them leaves lines out.
    pub(crate) fn with_history(case: &Case) -> Results {
        let mut results = Results::default();
        let kept = [
            ("off", 0, 0, 4),
            ("relaxed", 1200, 2, 3),
            ("strict", 0, 0, 2),
        ];
        for (contender, missing, gaps, made) in kept {
            let history = serde_json::json!({
                "missing": missing, "gaps": gaps, "numbered": 5000,
            });
            let made = format!("{{\"deliveries_per_second\": {made}}}");
            results.push(Run {
                title: case.title,
                scenario: scenario_name(case),
                contender,
                round: 1,
                report: Some(Report::read(&made).unwrap().with("history", history)),
                failure: None,
            });
        }
        results
    }

    #[test]
    fn what_history_lacks_is_told_run_by_run() {
        let case = cases(Scenario::History).remove(0);
        let results = with_history(&case);
        assert_eq!(
            results.missing(),
            ["fan-out, 100, relaxed, round 1: 1200 of 5000 lines (gaps: 2)"]
        );
        let measured: Vec<Vec<f64>> = case
            .targets
            .iter()
            .map(|target| results.measured(&case, target.measure))
            .collect();
        assert_eq!(measured, [[0.75], [0.5], [1200.0], [0.0]]);
    }

    #[test]
    fn a_run_that_failed_counts_for_nothing_but_is_told() {
        let case = cases(Scenario::Fanout).remove(1);
        let mut results = three_rounds(&case);
        results.runs[0].failure = Some("3 missing".to_owned());
        let path = "deliveries_per_second";
        assert_eq!(
            results.ratios(&case, &case.contenders[1], path),
            [0.75, 0.25]
        );
        assert_eq!(
            results.failures(),
            ["fan-out, 1,000, roomful, round 1: 3 missing"]
        );
        assert_eq!(results.raw().as_array().unwrap().len(), 6);
    }
}
