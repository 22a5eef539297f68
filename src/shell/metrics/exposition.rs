//! All figures as text, by name and with what they mean.
//!
//! This is the list of what there is: `contrib/` has it for people, with the dashboard
//! and the alerts that are made of it (`tests/server/metrics.rs` holds them to it).

use std::fmt;

use chrono::DateTime;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::Registry;

use super::page::Page;
use super::{HistoryFigures, Metrics};

/// What [`Metrics::encode`] makes, for HTTP.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl Metrics {
    /// All of them as they are now, in the OpenMetrics text format ([`CONTENT_TYPE`]).
    /// Reads, and asks nobody.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self.clone()));
        let mut text = String::new();
        text::encode(&mut text, &registry).expect("a text takes whatever is written to it");
        text
    }

    fn tell_of_connections(&self, page: &mut Page<'_>) -> fmt::Result {
        let (entry, hub) = (&self.entry, &self.hub);
        page.gauge(
            "roomful_connections",
            "Connections that are not wholly closed, greeted or not.",
            entry.places.get(),
        )?;
        page.gauge(
            "roomful_connections_max",
            "How many there may be; one more is refused.",
            entry.places_max.get(),
        )?;
        page.counter(
            "roomful_connections_admitted",
            "Connections that were let in.",
            entry.admitted.get(),
        )?;
        page.counters(
            "roomful_connections_refused",
            "Connections that were told that they cannot be let in.",
            [
                (("reason", "server_full"), entry.refused_server_full.get()),
                (("reason", "address_full"), entry.refused_address_full.get()),
            ],
        )?;
        page.counter(
            "roomful_connections_delayed",
            "Connections that were let in later, since their address connects too fast.",
            entry.delayed.get(),
        )?;
        page.counter(
            "roomful_accept_failures",
            "Times that the system gave no connection, out of file descriptors for example.",
            entry.accept_failures.get(),
        )?;
        let closed = &hub.closed;
        page.counters(
            "roomful_connections_closed",
            "Connections that ended, by why. A stalled one took nothing for the stall timeout; one \
             that was never greeted went, or was sent away, while it waited for a first byte, \
             for TLS to stand or for its turn.",
            [
                (("reason", "quit"), closed.quit.get()),
                (("reason", "input_ended"), closed.input_ended.get()),
                (("reason", "reset"), closed.reset.get()),
                (("reason", "timed_out"), closed.timed_out.get()),
                (("reason", "stalled"), closed.stalled.get()),
                (("reason", "shutdown"), closed.shutdown.get()),
                (("reason", "server_failed"), closed.server_failed.get()),
                (("reason", "never_greeted"), entry.never_greeted.get()),
            ],
        )
    }

    fn tell_of_talk(&self, page: &mut Page<'_>) -> fmt::Result {
        let hub = &self.hub;
        page.gauge("roomful_people", "People who are in.", hub.people.get())?;
        page.gauge(
            "roomful_rooms",
            "Rooms that are open; the lobby always is.",
            hub.rooms.get(),
        )?;
        page.counters(
            "roomful_messages_in",
            "Messages that were accepted: said in a room, or private.",
            [
                (("kind", "room"), hub.said.get()),
                (("kind", "private"), hub.whispered.get()),
            ],
        )?;
        page.counter(
            "roomful_requests",
            "Requests that were handled: messages, and every other command.",
            hub.requests.get(),
        )?;
        page.counter(
            "roomful_deliveries_out",
            "Messages and notices for people in rooms, counted for each recipient; \
             those that slow readers skipped are among them.",
            hub.deliveries.get(),
        )?;
        page.counter(
            "roomful_rate_delays",
            "Requests that were over the rate of who sent them, who had to wait.",
            hub.rate_delays.get(),
        )
    }

    fn tell_of_traffic(&self, page: &mut Page<'_>) -> fmt::Result {
        let gauges = &self.gauges;
        page.bytes_counter(
            "roomful_received",
            "Bytes that were read from people.",
            self.hub.bytes_in.get(),
        )?;
        page.bytes_counter(
            "roomful_sent",
            "Bytes that were written to people.",
            gauges.bytes_out(),
        )?;
        page.counter(
            "roomful_writes",
            "Writes that took at least one byte.",
            gauges.writes(),
        )?;
        page.counter(
            "roomful_skipped_messages",
            "Messages that slow readers were not sent, counted for each reader; \
             each reader is told exactly which.",
            gauges.skipped_lines(),
        )?;
        page.gauge(
            "roomful_slow_readers",
            "Connections that have not taken all that was written to them.",
            gauges.slow_readers(),
        )?;
        page.bytes_gauge(
            "roomful_outbox",
            "What waits for slow readers, with 64 bytes more for each piece.",
            gauges.held(),
        )?;
        page.bytes_gauge(
            "roomful_outbox_peak",
            "The most that ever waited for one connection.",
            gauges.held_peak(),
        )?;
        page.seconds_histogram(
            "roomful_delivery_latency",
            "From the moment at which the oldest line of a turn was read and decoded until \
             an I/O worker had written the turn to all its recipients who were ready; \
             counted for each turn and worker that wrote.",
            gauges.latency(),
        )
    }

    fn tell_of_load(&self, page: &mut Page<'_>) -> fmt::Result {
        page.seconds_histogram(
            "roomful_engine_step",
            "How long one event took: the engine, encoding what it makes people hear, \
             and the hub until the next event.",
            &self.hub.engine_step,
        )?;
        page.seconds_counter(
            "roomful_hub_busy",
            "Time in which the hub was at work; it is one task, so that 1 a second is the most.",
            self.hub.busy.seconds(),
        )?;
        page.seconds_counter(
            "roomful_io_workers_busy",
            "Time in which the I/O workers were at work, all together.",
            self.gauges.busy().seconds(),
        )?;
        page.gauge(
            "roomful_io_workers",
            "I/O workers; as many seconds a second is the most that they can be busy.",
            self.io_workers as u64,
        )?;
        page.gauge(
            "roomful_inbound_queue",
            "Batches of up to 16 lines that waited for the hub when its latest turn was over.",
            self.hub.inbound_queue.get(),
        )
    }

    fn tell_of_itself(&self, page: &mut Page<'_>) -> fmt::Result {
        page.info(
            "roomful_build_info",
            "The version of the server.",
            ("version", env!("CARGO_PKG_VERSION")),
        )?;
        let since_epoch = self.started - DateTime::UNIX_EPOCH;
        page.gauge(
            "roomful_start_time_seconds",
            "When the server started, in seconds since 1970.",
            since_epoch.as_seconds_f64(),
        )?;
        // Set by whoever serves a certificate; without one there is no such figure.
        match self.certificate.seconds_left(self.clock.now()) {
            Some(seconds) => page.gauge(
                "roomful_certificate_remaining_seconds",
                "Seconds until the certificate ends; negative after that.",
                seconds,
            ),
            None => Ok(()),
        }
    }
}

fn tell_of_history(history: &HistoryFigures, page: &mut Page<'_>) -> fmt::Result {
    page.seconds_histogram(
        "roomful_store_commit",
        "How long it took to commit what had come together.",
        &history.commit,
    )?;
    page.counter(
        "roomful_store_commit_failures",
        "Commits that failed; each is tried again.",
        history.commit_failures.get(),
    )?;
    page.bytes_gauge(
        "roomful_store_backlog",
        "What was said and is not committed yet.",
        history.backlog_bytes.get(),
    )?;
    page.gauge(
        "roomful_history_troubled",
        "1 while what is said cannot be kept: commits fail or hang, or the keeper is gone.",
        history.is_troubled.get(),
    )?;
    page.counter(
        "roomful_history_gaps",
        "Times that lines began not to be kept, since the start.",
        history.gaps.get(),
    )?;
    page.counter(
        "roomful_history_lines_not_kept",
        "Lines that are not in history and never will be, since the start.",
        history.lines_not_kept.get(),
    )
}

impl Collector for Metrics {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.tell_of_connections(&mut page)?;
        self.tell_of_talk(&mut page)?;
        self.tell_of_traffic(&mut page)?;
        self.tell_of_load(&mut page)?;
        if let Some(history) = &self.history {
            tell_of_history(history, &mut page)?;
        }
        self.tell_of_itself(&mut page)
    }
}
