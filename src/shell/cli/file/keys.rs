//! The keys of the file: each flag of a server is one, in one of the tables.

/// A key: the flag `--rate-burst` is `rate_burst`, below `[limits]`.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::shell::cli) struct Key {
    pub(in crate::shell::cli) table: &'static str,
    /// The key's name, which is the flag's with underscores.
    pub(in crate::shell::cli) name: &'static str,
    /// Whether a change of it holds from SIGHUP on, or from the next start on.
    pub(in crate::shell::cli) may_change: bool,
}

/// All of them, table by table. What each may be, its flag says.
pub(in crate::shell::cli) const KEYS: [Key; 21] = [
    at_start("network", "listen"),
    at_start("network", "listen_tls"),
    at_start("network", "admin"),
    at_start("tls", "tls_cert"),
    at_start("tls", "tls_key"),
    at_once("limits", "connections_max"),
    at_once("limits", "connections_per_address_max"),
    at_once("limits", "rate_burst"),
    at_once("limits", "rate_per_second"),
    at_start("limits", "io_workers"),
    at_start("limits", "outbox_bytes_max"),
    at_start("limits", "stall_timeout"),
    at_once("limits", "shutdown_grace"),
    at_start("history", "history"),
    at_start("history", "data"),
    at_start("history", "durability"),
    at_start("history", "retention"),
    at_once("history", "history_on_join"),
    at_start("history", "history_buffer_bytes"),
    at_once("log", "log_level"),
    at_start("log", "log_format"),
];

const fn at_once(table: &'static str, name: &'static str) -> Key {
    Key {
        table,
        name,
        may_change: true,
    }
}

const fn at_start(table: &'static str, name: &'static str) -> Key {
    Key {
        table,
        name,
        may_change: false,
    }
}

/// The key of this name, in whatever table.
pub(super) fn called(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The names of the tables, in their order.
pub(in crate::shell::cli) fn tables() -> impl Iterator<Item = &'static str> {
    let of_key = |place: usize| KEYS[place].table;
    let is_first = move |place: &usize| *place == 0 || of_key(place - 1) != of_key(*place);
    (0..KEYS.len()).filter(is_first).map(of_key)
}
