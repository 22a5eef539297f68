//! What the figures show of what happens, and that what is made of them names no others.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::DateTime;
use roomful::chat::Limits;
use roomful::shell::{Config, Durability, HistoryConfig};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::support::{PATIENCE, People, Person, TestDisk, TestServer, unlimited};

const DASHBOARD: &str = include_str!("../../contrib/grafana/roomful.json");
const ALERTS: &str = include_str!("../../contrib/prometheus/alerts.yml");
const LIST: &str = include_str!("../../contrib/README.md");

/// The value of a sample, by its name and labels.
fn figure(server: &TestServer, sample: &str) -> f64 {
    let text = server.handle.metrics().encode();
    let value = text.lines().find_map(|line| {
        let (name, value) = line.rsplit_once(' ')?;
        (name == sample).then(|| value.parse().unwrap())
    });
    value.unwrap_or_else(|| panic!("{sample} is not there:\n{text}"))
}

/// Waits until a sample has a value that is meant.
async fn until(server: &TestServer, sample: &str, is_meant: impl Fn(f64) -> bool) {
    let waiting = timeout(PATIENCE, async {
        while !is_meant(figure(server, sample)) {
            sleep(Duration::from_millis(1)).await;
        }
    });
    if waiting.await.is_err() {
        panic!("{sample} stays at {}", figure(server, sample));
    }
}

async fn with_history(config: Config, history: HistoryConfig) -> (TestServer, TestDisk) {
    let disk = TestDisk::new();
    let server = TestServer::start_with(disk.clone(), config, history).await;
    (server, disk)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_and_what_they_say_are_counted() {
    let (server, _disk) = with_history(unlimited(), HistoryConfig::default()).await;
    let mut bob = server.person("bob").await;
    let mut ada = server.person("ada").await;
    bob.until("-- guest2 is now ada.").await;
    for text in ["one", "two", "three"] {
        ada.send(text).await;
        bob.expect(&format!("#lobby ada: {text}")).await;
    }
    ada.send("/msg bob psst").await;
    bob.expect("ada -> you: psst").await;
    ada.send("/join secretroom").await;
    until(&server, "roomful_rooms", |rooms| rooms == 2.0).await;

    assert_eq!(figure(&server, "roomful_connections"), 2.0);
    assert_eq!(figure(&server, "roomful_people"), 2.0);
    let of_kind = |kind: &str| format!("roomful_messages_in_total{{kind=\"{kind}\"}}");
    assert_eq!(figure(&server, &of_kind("room")), 3.0);
    assert_eq!(figure(&server, &of_kind("private")), 1.0);
    // Each has chosen a nickname, too.
    assert_eq!(figure(&server, "roomful_requests_total"), 7.0);
    // Three lines, that she came, and what she is called.
    assert!(figure(&server, "roomful_deliveries_out_total") >= 5.0);
    let typed = "/nick bob\n/nick ada\none\ntwo\nthree\n/msg bob psst\n/join secretroom\n";
    let received = figure(&server, "roomful_received_bytes_total");
    assert_eq!(received, typed.len() as f64);
    assert!(figure(&server, "roomful_sent_bytes_total") > 100.0);
    assert!(figure(&server, "roomful_writes_total") >= 4.0);
    assert!(figure(&server, "roomful_engine_step_seconds_count") >= 9.0);
    assert!(figure(&server, "roomful_hub_busy_seconds_total") > 0.0);
    let latency = "roomful_delivery_latency_seconds_count";
    until(&server, latency, |count| count >= 4.0).await;
    let busy = "roomful_io_workers_busy_seconds_total";
    until(&server, busy, |seconds| seconds > 0.0).await;
    let commits = "roomful_store_commit_seconds_count";
    until(&server, commits, |count| count >= 1.0).await;
    until(&server, "roomful_store_backlog_bytes", |bytes| bytes == 0.0).await;

    let text = server.handle.metrics().encode();
    for word in ["ada", "bob", "guest", "lobby", "secretroom", "psst"] {
        assert!(!text.contains(&format!("\"{word}")), "{word}: {text}");
    }

    ada.send("/quit").await;
    ada.rest().await;
    drop((ada, bob));
    until(&server, "roomful_connections", |now| now == 0.0).await;
    let closed = |why: &str| format!("roomful_connections_closed_total{{reason=\"{why}\"}}");
    until(&server, &closed("quit"), |now| now == 1.0).await;
    assert_eq!(figure(&server, "roomful_connections_admitted_total"), 2.0);
    // The hub's own are those of its latest turn that has ended.
    until(&server, "roomful_people", |now| now == 0.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_is_counted() {
    let server = TestServer::start(Config {
        connections_max: 1,
        ..unlimited()
    })
    .await;
    let _ada = Person::connect(server.addr).await;
    let mut late = Person::raw(TcpStream::connect(server.addr).await.unwrap());
    late.rest().await;
    let refused = |why: &str| format!("roomful_connections_refused_total{{reason=\"{why}\"}}");
    assert_eq!(figure(&server, &refused("server_full")), 1.0);
    assert_eq!(figure(&server, &refused("address_full")), 0.0);
    assert_eq!(figure(&server, "roomful_connections_admitted_total"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_over_their_rate_is_counted() {
    let server = TestServer::start(Config {
        limits: Limits {
            rate_burst: 1,
            rate_per_second: 1_000,
            ..Limits::default()
        },
        ..Config::default()
    })
    .await;
    let mut ada = Person::connect(server.addr).await;
    let mut bob = Person::connect(server.addr).await;
    ada.send_bytes("x\n".repeat(100).as_bytes()).await;
    ada.send("last").await;
    bob.until("#lobby guest1: last").await;
    assert!(figure(&server, "roomful_rate_delays_total") >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_shows_and_so_does_their_end() {
    let server = TestServer::start(Config {
        outbox_bytes_max: 16 * 1024,
        stall_timeout: Duration::from_secs(1),
        ..unlimited()
    })
    .await;
    let slow = server.connect_with_small_window().await;
    let mut ada = server.person("ada").await;
    let mut listener = Person::connect(server.addr).await;
    let long = "x".repeat(4_000);
    while figure(&server, "roomful_skipped_messages_total") == 0.0 {
        ada.send(&long).await;
        listener.until(&format!("#lobby ada: {long}")).await;
    }
    assert!(figure(&server, "roomful_slow_readers") >= 1.0);
    assert!(figure(&server, "roomful_outbox_peak_bytes") > 0.0);
    let stalled = "roomful_connections_closed_total{reason=\"stalled\"}";
    until(&server, stalled, |closed| closed == 1.0).await;
    until(&server, "roomful_slow_readers", |slow| slow == 0.0).await;
    until(&server, "roomful_outbox_bytes", |bytes| bytes == 0.0).await;
    drop(slow);
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_with_history_shows_and_so_does_its_end() {
    let history = HistoryConfig {
        buffer_bytes_max: 16 * 1024,
        ..HistoryConfig::default()
    };
    let (server, disk) = with_history(unlimited(), history).await;
    let mut ada = Person::connect(server.addr).await;
    disk.fail();
    let long = "x".repeat(1_000);
    while figure(&server, "roomful_history_gaps_total") == 0.0 {
        ada.send(&long).await;
        sleep(Duration::from_millis(1)).await;
    }
    assert!(figure(&server, "roomful_history_lines_not_kept_total") >= 1.0);
    assert!(figure(&server, "roomful_store_backlog_bytes") > 8_000.0);
    let failures = "roomful_store_commit_failures_total";
    until(&server, failures, |failures| failures >= 1.0).await;
    until(&server, "roomful_history_troubled", |is| is == 1.0).await;
    disk.work();
    until(&server, "roomful_history_troubled", |is| is == 0.0).await;
    until(&server, "roomful_store_backlog_bytes", |bytes| bytes == 0.0).await;
    assert_eq!(figure(&server, "roomful_history_gaps_total"), 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_strict_mode_takes_back_are_counted() {
    let history = HistoryConfig {
        durability: Durability::Strict,
        ..HistoryConfig::default()
    };
    let (server, disk) = with_history(unlimited(), history).await;
    let mut ada = Person::connect(server.addr).await;
    disk.fail();
    ada.send("lost").await;
    let lost = "roomful_history_lines_not_kept_total";
    until(&server, lost, |lines| lines == 1.0).await;
    assert_eq!(figure(&server, "roomful_history_gaps_total"), 1.0);
}

/// Everything that begins with our name and could be that of a metric.
fn names_in(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.starts_with("roomful_"))
        .collect()
}

/// What a server shows that keeps history and has a certificate: samples, and
/// families.
async fn shown() -> (String, BTreeSet<String>) {
    let (server, _disk) = with_history(unlimited(), HistoryConfig::default()).await;
    let metrics = server.handle.metrics();
    metrics
        .certificate()
        .set_valid_until(DateTime::from_timestamp(4_000_000_000, 0).unwrap());
    let text = metrics.encode();
    let names = names_in(&text).into_iter().map(str::to_owned).collect();
    (text, names)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_and_the_alerts_name_only_what_there_is() {
    let (_, shown) = shown().await;
    for (text, at_least) in [(DASHBOARD, 25), (ALERTS, 12), (LIST, 30)] {
        let named = names_in(text);
        let strange: Vec<_> = named
            .iter()
            .filter(|name| !shown.contains(**name))
            .collect();
        assert!(strange.is_empty(), "{strange:?} is not shown");
        assert!(named.len() >= at_least, "{named:?}");
    }
    let planted = names_in("rate(roomful_nothing_total[5m])");
    assert!(!planted.is_empty() && planted.iter().all(|name| !shown.contains(*name)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_all_that_there_is() {
    let (text, _) = shown().await;
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let families: Vec<(&str, &str)> = types.filter_map(|rest| rest.split_once(' ')).collect();
    assert!(families.len() > 30, "{families:?}");
    let listed = names_in(LIST);
    for (name, kind) in families {
        let name = match kind {
            "counter" => format!("{name}_total"),
            _ => name.to_owned(),
        };
        assert!(
            listed.contains(name.as_str()),
            "contrib/README.md lacks {name}"
        );
    }
}

#[test]
fn the_dashboard_can_be_imported() {
    let dashboard: serde_json::Value = serde_json::from_str(DASHBOARD).unwrap();
    let variables = dashboard["templating"]["list"].as_array().unwrap();
    assert_eq!(variables[0]["type"], "datasource");
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let Some(targets) = panel["targets"].as_array() else {
            assert_eq!(panel["type"], "row");
            continue;
        };
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{panel}");
        for target in targets {
            assert!(!names_in(target["expr"].as_str().unwrap()).is_empty());
        }
    }
}

#[test]
fn each_alert_says_what_is_so_and_what_to_do() {
    let alerts: Vec<&str> = ALERTS.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 10);
    for alert in alerts {
        for part in ["expr:", "severity:", "summary:", "description:", "action:"] {
            assert_eq!(alert.matches(part).count(), 1, "{part} of {alert}");
        }
    }
}

/// Who waits for a first byte has a place, and who goes before it came has had one.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_never_greeted_is_counted_all_the_same() {
    let server = TestServer::start_for(People::Mixed, unlimited()).await;
    let begun = "roomful_connections_admitted_total";
    let mut half = TcpStream::connect(server.addr).await.unwrap();
    half.write_all(&[0x16]).await.unwrap();
    until(&server, begun, |now| now == 1.0).await;
    assert_eq!(figure(&server, "roomful_connections"), 1.0);
    assert_eq!(figure(&server, "roomful_people"), 0.0);
    drop(half);
    let gone = "roomful_connections_closed_total{reason=\"never_greeted\"}";
    until(&server, gone, |now| now == 1.0).await;
    until(&server, "roomful_connections", |now| now == 0.0).await;
}
