//! Results as Markdown.

use bench::{
    markdown::{number, number_or_dash, table},
    server::Contender,
    statistics::{median, spread},
};

use crate::{
    case::{Bound, Case, Figure, Scenario, Target},
    results::Results,
};

/// All tables, each with its heading.
pub(crate) fn tables(cases: &[Case], results: &Results) -> String {
    let of = |wanted: fn(Scenario) -> bool| -> Vec<&Case> {
        cases.iter().filter(|case| wanted(case.scenario)).collect()
    };
    let peers = of(|scenario| {
        !matches!(
            scenario,
            Scenario::Cores
                | Scenario::Defaults
                | Scenario::History
                | Scenario::Admin
                | Scenario::Tls
        )
    });
    let cores = of(|scenario| scenario == Scenario::Cores);
    let defaults = of(|scenario| scenario == Scenario::Defaults);
    let keepers = of(|scenario| scenario == Scenario::History);
    let watched = of(|scenario| scenario == Scenario::Admin);
    let secured = of(|scenario| scenario == Scenario::Tls);
    let asking: Vec<&Case> = cases
        .iter()
        .filter(|case| !case.targets.is_empty())
        .collect();
    [
        part(
            "Against the ceiling and Redis",
            || figures(&peers, results),
            &peers,
        ),
        part("Two cores against one", || figures(&cores, results), &cores),
        part(
            "What the defaults cost",
            || costs(&defaults, results),
            &defaults,
        ),
        part(
            "With history, against without",
            || keeping(&keepers, results),
            &keepers,
        ),
        part(
            "With figures that are scraped, against without",
            || keeping(&watched, results),
            &watched,
        ),
        part(
            "By TLS, against without",
            || keeping(&secured, results),
            &secured,
        ),
        part("Targets", || targets(cases, results), &asking),
    ]
    .concat()
}

fn part(heading: &str, text: impl Fn() -> String, cases: &[&Case]) -> String {
    match cases.is_empty() {
        true => String::new(),
        false => format!("**{heading}**\n\n{}\n", text()),
    }
}

fn figures(cases: &[&Case], results: &Results) -> String {
    let contenders = all_contenders(cases);
    let others = contenders.iter().skip(1);
    let mut headers = vec!["load".to_owned(), "figure".to_owned()];
    headers.extend(contenders.iter().map(|contender| contender.name.to_owned()));
    headers.extend(others.map(|other| format!("÷ {}", other.name)));
    let rows: Vec<Vec<String>> = cases
        .iter()
        .flat_map(|case| {
            let contenders = &contenders;
            case.figures
                .iter()
                .map(move |figure| figure_row(case, figure, contenders, results))
        })
        .collect();
    table(2, &headers, &rows)
}

fn figure_row(
    case: &Case,
    figure: &Figure,
    contenders: &[Contender],
    results: &Results,
) -> Vec<String> {
    let mut row = vec![case.title.to_owned(), figure.label.to_owned()];
    for contender in contenders {
        let value = results.median(case, contender, figure.path);
        row.push(number_or_dash(value.map(|value| value * figure.scale)));
    }
    for other in contenders.iter().skip(1) {
        row.push(number_or_dash(median(&results.ratios(
            case,
            other,
            figure.path,
        ))));
    }
    row
}

fn costs(cases: &[&Case], results: &Results) -> String {
    let headers = ["default", "figure", "on", "off", "cost", "of the rounds"].map(str::to_owned);
    let rows: Vec<Vec<String>> = cases
        .iter()
        .flat_map(|case| {
            case.figures
                .iter()
                .map(|figure| cost_row(case, figure, results))
        })
        .collect();
    table(2, &headers, &rows)
}

fn cost_row(case: &Case, figure: &Figure, results: &Results) -> Vec<String> {
    let mut row = vec![case.title.to_owned(), figure.label.to_owned()];
    for contender in &case.contenders {
        let value = results.median(case, contender, figure.path);
        row.push(number_or_dash(value.map(|value| value * figure.scale)));
    }
    let costs: Vec<f64> = case
        .contenders
        .last()
        .map_or_else(Vec::new, |off| results.ratios(case, off, figure.path))
        .into_iter()
        .map(|ratio| cost_percent(ratio, figure.more_is_better))
        .collect();
    row.push(median(&costs).map_or_else(|| "–".to_owned(), percent));
    row.push(spread(&costs).map_or_else(
        || "–".to_owned(),
        |(least, most)| format!("{} to {}", percent(least), percent(most)),
    ));
    row
}

/// What is lost with the switch on, in percent of what there is without it.
fn cost_percent(ratio: f64, more_is_better: bool) -> f64 {
    match more_is_better {
        true => (1.0 - ratio) * 100.0,
        false => (ratio - 1.0) * 100.0,
    }
}

fn percent(value: f64) -> String {
    format!("{value:+.1} %")
}

/// The first contender is what the others are measured by.
fn keeping(cases: &[&Case], results: &Results) -> String {
    let contenders = all_names(cases);
    let mut headers = vec!["load".to_owned(), "figure".to_owned()];
    headers.extend(contenders.iter().map(|&name| name.to_owned()));
    if let Some((first, others)) = contenders.split_first() {
        headers.extend(others.iter().map(|other| format!("{other} ÷ {first}")));
    }
    let rows: Vec<Vec<String>> = cases
        .iter()
        .flat_map(|case| {
            case.figures
                .iter()
                .map(|figure| keeping_row(case, figure, results))
        })
        .collect();
    table(2, &headers, &rows)
}

fn keeping_row(case: &Case, figure: &Figure, results: &Results) -> Vec<String> {
    let mut row = vec![case.title.to_owned(), figure.label.to_owned()];
    for contender in &case.contenders {
        let value = results.median(case, contender, figure.path);
        row.push(number_or_dash(value.map(|value| value * figure.scale)));
    }
    let others = case.contenders.iter().skip(1);
    row.extend(others.map(|other| {
        let ratios = results.between(case, other, &case.contenders[0], figure.path);
        number_or_dash(median(&ratios))
    }));
    row
}

fn targets(cases: &[Case], results: &Results) -> String {
    let headers = [
        "",
        "load",
        "asked",
        "target",
        "measured",
        "of the rounds",
        "met",
    ]
    .map(str::to_owned);
    let rows: Vec<Vec<String>> = cases
        .iter()
        .flat_map(|case| {
            case.targets
                .iter()
                .map(|target| target_row(case, target, results))
        })
        .collect();
    table(3, &headers, &rows)
}

fn target_row(case: &Case, target: &Target, results: &Results) -> Vec<String> {
    let values = results.measured(case, target.measure);
    let middle = median(&values);
    vec![
        target.id.to_owned(),
        case.title.to_owned(),
        target.what.to_owned(),
        bound(target.bound),
        number_or_dash(middle),
        spread(&values).map_or_else(
            || "–".to_owned(),
            |(least, most)| format!("{} to {}", number(least), number(most)),
        ),
        verdict(middle, target.bound).to_owned(),
    ]
}

fn bound(bound: Bound) -> String {
    match bound {
        Bound::AtLeast(least) => format!("≥ {}", number(least)),
        Bound::AtMost(most) => format!("≤ {}", number(most)),
    }
}

fn verdict(value: Option<f64>, bound: Bound) -> &'static str {
    match value.map(|value| bound.is_met(value)) {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "not measured",
    }
}

fn all_names(cases: &[&Case]) -> Vec<&'static str> {
    let first = cases.first().map_or(&[][..], |case| &case.contenders);
    first.iter().map(|contender| contender.name).collect()
}

fn all_contenders(cases: &[&Case]) -> Vec<Contender> {
    let mut all: Vec<Contender> = Vec::new();
    for contender in cases.iter().flat_map(|case| &case.contenders) {
        if !all.contains(contender) {
            all.push(contender.clone());
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        cases::cases,
        results::tests::{three_rounds, with_history},
    };

    #[test]
    fn a_table_has_figures_ratios_and_verdicts() {
        let mut case = cases(Scenario::Fanout).remove(1);
        case.figures.truncate(1);
        let results = three_rounds(&case);
        let text = tables(&[case], &results);
        let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for wanted in [
            "| load | figure | roomful | rawfan | Redis | ÷ rawfan | ÷ Redis |",
            "| fan-out, 1,000 | million deliveries/s | 0.000 | 0.000 | – | 0.75 | – |",
            "| T1 | fan-out, 1,000 | deliveries/s ÷ rawfan | ≥ 0.75 | 0.75 | 0.25 to 0.75 | yes |",
            "| T7 | fan-out, 1,000 | p99.9 ÷ p50 | ≤ 2.00 | 3.00 | 1.50 to 4.50 | **no** |",
        ] {
            assert!(squeezed.contains(wanted), "{wanted}\nis not in\n{text}");
        }
        assert!(!text.contains("defaults cost"));
    }

    #[test]
    fn history_stands_beside_none() {
        let case = cases(Scenario::History).remove(0);
        let results = with_history(&case);
        let text = tables(&[case], &results);
        let squeezed = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for wanted in [
            "| load | figure | off | relaxed | strict | relaxed ÷ off | strict ÷ off |",
            "| fan-out, 100 | million deliveries/s | 0.000 | 0.000 | 0.000 | 0.75 | 0.50 |",
            "| fan-out, 100 | deliveries/s, relaxed ÷ off | ≥ 0.80 | 0.75 | 0.75 to 0.75 | **no** |",
            "| fan-out, 100 | lines missing, relaxed | ≤ 0 | 1,200 | 1,200 to 1,200 | **no** |",
        ] {
            assert!(squeezed.contains(wanted), "{wanted}\nis not in\n{text}");
        }
    }

    #[test]
    fn a_cost_is_what_is_lost() {
        assert_eq!(percent(cost_percent(1.03, false)), "+3.0 %");
        assert_eq!(percent(cost_percent(0.98, true)), "+2.0 %");
        assert_eq!(percent(cost_percent(0.97, false)), "-3.0 %");
    }

    #[test]
    fn nothing_measured_is_no_verdict() {
        assert_eq!(verdict(None, Bound::AtLeast(0.75)), "not measured");
        assert_eq!(verdict(Some(0.75), Bound::AtLeast(0.75)), "yes");
        assert_eq!(verdict(Some(0.0), Bound::AtMost(0.0)), "yes");
        assert_eq!(verdict(Some(1.0), Bound::AtMost(0.0)), "**no**");
    }
}
