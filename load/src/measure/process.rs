//! What the system knows of a process. Only Linux tells.

use std::{fs, process, time::Duration};

/// A process, by its id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    id: u32,
}

impl Process {
    pub(crate) fn with_id(id: u32) -> Self {
        Self { id }
    }

    /// This one.
    pub(crate) fn own() -> Self {
        Self { id: process::id() }
    }

    /// Processor time of all its threads that run.
    pub(crate) fn cpu(&self) -> Option<Duration> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.id)).ok()?;
        let times = threads.filter_map(|thread| {
            let words = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            words.split_whitespace().next()?.parse::<u64>().ok()
        });
        let nanoseconds = times.sum();
        (nanoseconds > 0).then(|| Duration::from_nanos(nanoseconds))
    }

    /// Bytes of memory that it holds.
    pub(crate) fn rss(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kibibytes * 1024)
    }
}

/// Bytes that the system's TCP sockets hold, all of this machine.
pub(crate) fn socket_memory() -> Option<u64> {
    const PAGE: u64 = 4096;
    let statistics = fs::read_to_string("/proc/net/sockstat").ok()?;
    let tcp = statistics.lines().find(|line| line.starts_with("TCP:"))?;
    let pages: u64 = tcp.rsplit(' ').next()?.trim().parse().ok()?;
    Some(pages * PAGE)
}
