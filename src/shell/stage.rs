//! How far a server has come, and how it ended.

/// How far a server has come on its way to the end. Only ever goes up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It serves.
    #[default]
    Serving,
    /// A fault of its own was found: everybody is told, and it ends.
    Failing,
    /// It was told to stop: it takes no more, flushes and closes.
    Stopping,
    /// It was told again: it ends at once.
    Ending,
}

/// How a server came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was told to stop.
    Stopped,
    /// A fault of its own stopped it.
    Failed,
}
