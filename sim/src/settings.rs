//! What a plan can set: the server's limits, and what the network is like.

use std::time::Duration;

use roomful::chat::Limits;
use roomful::shell::{Config, Durability, HistoryConfig};

/// One thing that can be set; every value is a whole number. Durations are in
/// milliseconds, sizes in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    missing_docs,
    reason = "each is named in Config, Limits, or just below"
)]
pub enum Key {
    ConnectionsMax,
    ConnectionsPerAddressMax,
    ConnectBurst,
    ConnectsPerSecond,
    LineBytesMax,
    OutboxBytesMax,
    OutboxReserveBytes,
    StallTimeout,
    InputAfterEnd,
    ShutdownGrace,
    RoomsPerUserMax,
    RoomsMax,
    TopicCharsMax,
    ReasonCharsMax,
    IgnoredPerUserMax,
    AnnounceMembersMax,
    SummarySeconds,
    RateBurst,
    RatePerSecond,
    /// The shortest time from one end of the network to the other.
    LatencyMin,
    /// The longest.
    LatencyMax,
    /// What one direction of a connection holds, read or on its way, in bytes.
    Capacity,
    /// One read or write in so many is cut short at a byte drawn from the seed;
    /// 0 for none.
    Split,
    /// One read or write in so many makes its task wait for another turn first;
    /// 0 for none.
    Yields,
    /// Whether what is said is kept: 0 for no.
    History,
    /// Whether nobody is shown a line before it is committed: 0 for no.
    Strict,
    /// How many of the last lines somebody sees who joins.
    LinesOnJoin,
    CommitInterval,
    HistoryBufferBytes,
    /// For how long lines are kept; 0 for ever.
    Retention,
    /// The shortest time that anything on the disk takes.
    DiskLatencyMin,
    /// The longest.
    DiskLatencyMax,
    /// One commit in so many fails, and nothing is written; 0 for none.
    DiskFails,
    /// One commit in so many is durable, and answered as if it had failed; 0 for none.
    DiskTears,
    /// One read in so many fails; 0 for none.
    DiskReadFails,
    /// Whether TLS is taken beside plain connections, so that the first byte decides: 0
    /// for no.
    Tls,
}

/// Every key, with its name in plans and its value unless a plan says otherwise.
const KEYS: [(Key, &str, u64); 36] = [
    (Key::ConnectionsMax, "connections_max", 10_000),
    // The hosts of simulated networks are no loopback.
    (
        Key::ConnectionsPerAddressMax,
        "connections_per_address_max",
        10_000,
    ),
    (Key::ConnectBurst, "connect_burst", 10_000),
    (Key::ConnectsPerSecond, "connects_per_second", 2),
    (Key::LineBytesMax, "line_bytes_max", 4096),
    (Key::OutboxBytesMax, "outbox_bytes_max", 256 * 1024),
    (Key::OutboxReserveBytes, "outbox_reserve_bytes", 64 * 1024),
    (Key::StallTimeout, "stall_timeout", 300_000),
    (Key::InputAfterEnd, "input_after_end", 60_000),
    (Key::ShutdownGrace, "shutdown_grace", 5_000),
    (Key::RoomsPerUserMax, "rooms_per_user_max", 50),
    (Key::RoomsMax, "rooms_max", 10_000),
    (Key::TopicCharsMax, "topic_chars_max", 300),
    (Key::ReasonCharsMax, "reason_chars_max", 200),
    (Key::IgnoredPerUserMax, "ignored_per_user_max", 100),
    (Key::AnnounceMembersMax, "announce_members_max", 100),
    (Key::SummarySeconds, "summary_seconds", 10),
    // Off, so that a plan says when it wants it.
    (Key::RateBurst, "rate_burst", 0),
    (Key::RatePerSecond, "rate_per_second", 5),
    (Key::LatencyMin, "latency_min", 1),
    (Key::LatencyMax, "latency_max", 10),
    (Key::Capacity, "capacity", 256 * 1024),
    (Key::Split, "split", 0),
    (Key::Yields, "yields", 0),
    // Off, so that a plan says when it wants it.
    (Key::History, "history", 0),
    (Key::Strict, "strict", 0),
    (Key::LinesOnJoin, "lines_on_join", 10),
    (Key::CommitInterval, "commit_interval", 20),
    (
        Key::HistoryBufferBytes,
        "history_buffer_bytes",
        32 * 1024 * 1024,
    ),
    (Key::Retention, "retention", 0),
    (Key::DiskLatencyMin, "disk_latency_min", 0),
    (Key::DiskLatencyMax, "disk_latency_max", 3),
    (Key::DiskFails, "disk_fails", 0),
    (Key::DiskTears, "disk_tears", 0),
    (Key::DiskReadFails, "disk_read_fails", 0),
    (Key::Tls, "tls", 0),
];

/// The values of a plan.
///
/// ```
/// use sim::{Key, Settings};
/// let mut settings = Settings::default();
/// settings.set(Key::OutboxBytesMax, 1024);
/// assert_eq!(settings.config().outbox_bytes_max, 1024);
/// assert_eq!(settings.changed().collect::<Vec<_>>(), [("outbox_bytes_max", 1024)]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings([u64; KEYS.len()]);

impl Default for Settings {
    fn default() -> Self {
        Self(KEYS.map(|(_, _, value)| value))
    }
}

impl Settings {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: Key) -> u64 {
        self.0[key as usize]
    }

    /// Sets the value of a key.
    pub fn set(&mut self, key: Key, value: u64) {
        self.0[key as usize] = value;
    }

    /// Sets by name; false when there is no such name.
    pub fn set_named(&mut self, name: &str, value: u64) -> bool {
        let found = KEYS.iter().find(|(_, known, _)| *known == name);
        found.is_some_and(|(key, _, _)| {
            self.set(*key, value);
            true
        })
    }

    /// Sets back by name what a plan has changed.
    pub fn reset(&mut self, name: &str) {
        if let Some((key, _, value)) = KEYS.iter().find(|(_, known, _)| *known == name) {
            self.set(*key, *value);
        }
    }

    /// What differs from the default, by name.
    pub fn changed(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KEYS.iter()
            .filter(|(key, _, value)| self.get(*key) != *value)
            .map(|(key, name, _)| (*name, self.get(*key)))
    }

    /// A duration, of a key that is one.
    #[must_use]
    pub fn millis(&self, key: Key) -> Duration {
        Duration::from_millis(self.get(key))
    }

    /// The server's configuration.
    #[must_use]
    pub fn config(&self) -> Config {
        Config {
            listen: Vec::new(),
            listen_tls: Vec::new(),
            limits: self.limits(),
            connections_max: self.size(Key::ConnectionsMax),
            connections_per_address_max: self.size(Key::ConnectionsPerAddressMax),
            connect_burst: self.small(Key::ConnectBurst),
            connects_per_second: self.small(Key::ConnectsPerSecond),
            line_bytes_max: self.size(Key::LineBytesMax),
            // One, so that a run is the same each time.
            io_workers: 1,
            outbox_bytes_max: self.size(Key::OutboxBytesMax),
            outbox_reserve_bytes: self.size(Key::OutboxReserveBytes),
            stall_timeout: self.millis(Key::StallTimeout),
            // As they are outside: simulated people begin no handshake.
            handshake_timeout: Config::default().handshake_timeout,
            input_after_end: self.millis(Key::InputAfterEnd),
            shutdown_grace: self.millis(Key::ShutdownGrace),
            history: self.history(),
        }
    }

    /// How what is said is kept; `None` when it is not.
    #[must_use]
    pub fn history(&self) -> Option<HistoryConfig> {
        let durability = match self.get(Key::Strict) {
            0 => Durability::Relaxed,
            _ => Durability::Strict,
        };
        let retention = Some(self.millis(Key::Retention));
        (self.get(Key::History) > 0).then(|| HistoryConfig {
            durability,
            lines_on_join: self.small(Key::LinesOnJoin),
            retention: retention.filter(|kept| !kept.is_zero()),
            commit_interval: self.millis(Key::CommitInterval),
            buffer_bytes_max: self.size(Key::HistoryBufferBytes),
        })
    }

    /// The engine's limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            rooms_per_user_max: self.size(Key::RoomsPerUserMax),
            rooms_max: self.size(Key::RoomsMax),
            topic_chars_max: self.size(Key::TopicCharsMax),
            reason_chars_max: self.size(Key::ReasonCharsMax),
            ignored_per_user_max: self.size(Key::IgnoredPerUserMax),
            announce_members_max: self.size(Key::AnnounceMembersMax),
            summary_seconds: self.small(Key::SummarySeconds),
            rate_burst: self.small(Key::RateBurst),
            rate_per_second: self.small(Key::RatePerSecond),
        }
    }

    fn size(&self, key: Key) -> usize {
        usize::try_from(self.get(key)).unwrap_or(usize::MAX)
    }

    fn small(&self, key: Key) -> u32 {
        u32::try_from(self.get(key)).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_their_order_so_that_each_finds_its_value() {
        for (place, (key, _, _)) in KEYS.iter().enumerate() {
            assert_eq!(*key as usize, place);
        }
    }
}
