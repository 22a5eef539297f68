//! Every scenario, small, against the real server: nothing is wrong, and every
//! figure that other programs read is there.

use std::process;

use serde_json::Value;

use crate::{
    program::run,
    server::{TestServer, unlimited},
};

/// Runs it for a second against a server of its own, in this process.
fn good(words: &str) -> Value {
    let server = TestServer::start(unlimited());
    let id = process::id();
    run(server.address, &format!("{words} --json --pid {id}")).good()
}

fn number(report: &Value, path: &str) -> f64 {
    let value = path.split('.').fold(report, |value, key| &value[key]);
    let number = value.as_f64();
    number.unwrap_or_else(|| panic!("{path} is no number: {report}"))
}

fn has_numbers(report: &Value, paths: &str) {
    for path in paths.split_whitespace() {
        number(report, path);
    }
}

/// What every scenario reports.
fn has_common(report: &Value, scenario: &str) {
    assert_eq!(report["scenario"], scenario);
    assert_eq!(report["peer"], "roomful");
    has_numbers(
        report,
        "members seconds lines lines_per_second deliveries deliveries_per_second latency_ms.p50 \
         latency_ms.p90 latency_ms.p99 latency_ms.p999 latency_ms.max generator.cpu_seconds \
         generator.cpu_share checks.skipped",
    );
    if cfg!(target_os = "linux") {
        has_numbers(
            report,
            "server.cpu_seconds server.cpu_us_per_delivery server.rss_bytes \
             server.rss_growth_bytes",
        );
    }
}

#[test]
fn fanout() {
    let report = good("fanout --members 20 --speakers 4 --in-flight 4 --seconds 1 --warmup 0");
    has_common(&report, "fanout");
    assert!(number(&report, "deliveries") >= 19.0, "{report}");
}

#[test]
fn fanout_without_the_lobby_in_long_lines() {
    good("fanout --members 20 --in-flight 4 --seconds 1 --warmup 0 --size 1500 --leave-lobby");
}

#[test]
fn paced() {
    let report = good("paced --members 20 --rate 50 --seconds 1 --warmup 0");
    has_common(&report, "paced");
    assert!(number(&report, "lines") >= 1.0, "{report}");
}

#[test]
fn rooms_at_a_rate() {
    let report = good("rooms --people 20 --room-size 5 --rate 50 --seconds 1 --warmup 0");
    has_common(&report, "rooms");
    assert_eq!(report["steps"].as_array().unwrap().len(), 1);
    let step = &report["steps"][0];
    has_numbers(step, "rate reached p50_ms p99_ms");
    has_numbers(&report, "highest_lines_per_second");
}

#[test]
fn rooms_of_which_no_pace_is_quick_enough() {
    let report = good("rooms --people 6 --room-size 3 --p99-ms 0.0001");
    assert_eq!(number(&report, "highest_lines_per_second"), 0.0);
    assert!(report["steps"].as_array().unwrap().len() < 20, "{report}");
}

#[test]
fn idle() {
    let report = good("idle --connections 20 --room-size 5 --seconds 1");
    has_common(&report, "idle");
    assert_eq!(number(&report, "connections"), 20.0);
    assert_eq!(number(&report, "deliveries"), 16.0);
    has_numbers(&report, "connect_seconds");
    if cfg!(target_os = "linux") {
        has_numbers(
            &report,
            "rss_bytes_per_connection connect_cpu_us idle_cpu_percent",
        );
    }
}

#[test]
fn slow() {
    let report = good(
        "slow --members 20 --stuck 2 --speakers 2 --in-flight 64 --size 3000 --seconds 3 --warmup 0",
    );
    has_common(&report, "slow");
    has_numbers(
        &report,
        "before.deliveries_per_second before.latency_ms.p99 after.deliveries_per_second \
         after.latency_ms.p99 stuck growth_bound_bytes skipped_told",
    );
    // What was told as skipped is what was missing, to the line.
    assert_eq!(report["skipped_told"], report["checks"]["skipped"]);
}

#[test]
fn churn() {
    let report = good("churn --connections 60 --at-once 10 --room-size 5 --lines 3");
    has_common(&report, "churn");
    assert_eq!(number(&report, "connections"), 60.0);
    assert_eq!(number(&report, "deliveries"), 180.0);
    has_numbers(&report, "connections_per_second clean_after_ms");
}

#[test]
fn a_table_for_people() {
    let server = TestServer::start(unlimited());
    let run = run(
        server.address,
        "churn --connections 10 --at-once 5 --room-size 5",
    );
    assert_eq!(run.status, Some(0), "{}", run.errors);
    assert!(run.output.contains("nothing was lost"), "{}", run.output);
    assert!(run.errors.contains("--pid"), "{}", run.errors);
}
