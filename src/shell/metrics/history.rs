//! What becomes of what is said.

use super::{Figure, Histogram};

/// Brought up to date by the keeper (commits) and the hub (all else).
#[derive(Debug, Default)]
pub(crate) struct HistoryFigures {
    /// How long a commit that succeeded took.
    pub(crate) commit: Histogram,
    /// Commits that failed; each is tried again.
    pub(crate) commit_failures: Figure,
    /// Bytes that are not decided on yet.
    pub(crate) backlog_bytes: Figure,
    /// 1 while commits fail or hang, or the keeper is gone; else 0.
    pub(crate) is_troubled: Figure,
    /// Times that lines began not to be kept.
    pub(crate) gaps: Figure,
    /// Lines that are not kept and never will be.
    pub(crate) lines_not_kept: Figure,
}
