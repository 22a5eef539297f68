//! The bounds that the engine holds.

/// Every bound that the engine holds, by name. The shell's own bounds
/// (connections, lines, outboxes) are in its configuration.
///
/// ```
/// use roomful::chat::Limits;
/// let strict = Limits { rooms_per_user_max: 2, ..Limits::default() };
/// assert_eq!(strict.topic_chars_max, 300);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rooms that one person may be in at once.
    pub rooms_per_user_max: usize,
    /// Rooms that may be open at once, the lobby included.
    pub rooms_max: usize,
    /// Length of a topic, in characters.
    pub topic_chars_max: usize,
    /// Length of the reason after `/quit`, in characters.
    pub reason_chars_max: usize,
    /// People whom one person may ignore.
    pub ignored_per_user_max: usize,
    /// The largest room, in members, in which joins, leaves and renames are told
    /// one by one. A larger room gets summaries.
    pub announce_members_max: usize,
    /// The least time between two summaries of a large room, in seconds.
    pub summary_seconds: u32,
    /// Commands that may come at once before a person is slowed down. 0 here or
    /// in `rate_per_second` switches the limiter off.
    pub rate_burst: u32,
    /// Commands a second at which a person goes on after that.
    pub rate_per_second: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rooms_per_user_max: 50,
            rooms_max: 10_000,
            topic_chars_max: 300,
            reason_chars_max: 200,
            ignored_per_user_max: 100,
            announce_members_max: 100,
            summary_seconds: 10,
            rate_burst: 20,
            rate_per_second: 5,
        }
    }
}
