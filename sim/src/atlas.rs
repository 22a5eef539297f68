//! The atlas of faults, as code: what can strike, and what shows that it did.

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// F1: the connection is closed in order.
    CleanClose,
    /// F2: the connection is reset.
    Reset,
    /// F3: the input ends, the output is read on.
    HalfClose,
    /// F4: the other side falls silent for ever.
    PowerLoss,
    /// F5: the other side has forgotten the connection.
    Reboot,
    /// F6: nothing passes for a while.
    Hold,
    /// F7: nothing passes in one direction for a while.
    OneWayHold,
    /// F8: several hosts are cut off one by one and come back in another order.
    Swizzle,
    /// F9: somebody reads nothing.
    NeverReads,
    /// F10: somebody reads very slowly.
    ReadsSlowly,
    /// F11: bytes come in any pieces.
    Splits,
    /// F12: buffers of next to nothing.
    TinyBuffers,
    /// F13: nobody listens.
    ConnectRefused,
    /// F14: connections cannot be accepted for a while.
    AcceptError,
    /// F15: many connect at once.
    Storm,
    /// F16: lines too fast, too long, or no lines at all.
    Flood,
    /// F17: a process dies, and the system closes its connections.
    Crash,
    /// F18: the server is killed and started again.
    ServerKill,
    /// F19: the server is stopped while people talk.
    Shutdown,
    /// F20: the server does not run for a while.
    Pause,
    /// F21: tasks wait for another turn.
    Yields,
    /// F22: a limit is reached.
    Limit,
    /// F23a: the disk is full for a while.
    DiskFull,
    /// F23b: the disk is slow for a while.
    DiskSlow,
    /// F23c: a commit fails, and nothing is written.
    DiskError,
    /// F23d: a commit is durable, and answered as if it had failed.
    DiskTorn,
    /// F23e: what was kept cannot be read.
    DiskUnreadable,
    /// F23f: one line can never be kept.
    DiskRefusal,
    /// F23g: the server is killed while a commit is under way.
    DiskKill,
    /// F24: several want one nickname.
    NickRace,
}

/// Every kind, with its number in the specification, its name, and the promise
/// that holds under it. F23, the disk's, are several.
pub const ATLAS: [(FaultKind, &str, &str, &str); 30] = [
    (
        FaultKind::CleanClose,
        "F1",
        "clean close",
        "one departure, the nickname is free (P3)",
    ),
    (
        FaultKind::Reset,
        "F2",
        "reset",
        "one departure, what came before counts (P2, P3)",
    ),
    (
        FaultKind::HalfClose,
        "F3",
        "half close",
        "what was sent is said, everything is flushed (P2)",
    ),
    (
        FaultKind::PowerLoss,
        "F4",
        "power loss",
        "gone within the timeouts (P3)",
    ),
    (
        FaultKind::Reboot,
        "F5",
        "reboot",
        "gone at the next write (P3)",
    ),
    (
        FaultKind::Hold,
        "F6",
        "hold",
        "nothing lost, one order (P1, P2)",
    ),
    (
        FaultKind::OneWayHold,
        "F7",
        "one-way hold",
        "nothing lost, one order (P1, P2)",
    ),
    (
        FaultKind::Swizzle,
        "F8",
        "swizzle",
        "nothing lost, one order (P1, P2)",
    ),
    (
        FaultKind::NeverReads,
        "F9",
        "never reads",
        "bounded memory, skips told (P2, P4)",
    ),
    (
        FaultKind::ReadsSlowly,
        "F10",
        "reads slowly",
        "bounded memory, skips told (P2, P4)",
    ),
    (FaultKind::Splits, "F11", "splits", "the same commands (P2)"),
    (
        FaultKind::TinyBuffers,
        "F12",
        "tiny buffers",
        "nothing lost, nobody waits (P2, P4)",
    ),
    (
        FaultKind::ConnectRefused,
        "F13",
        "connect refused",
        "serves when it is back (P3)",
    ),
    (
        FaultKind::AcceptError,
        "F14",
        "accept error",
        "serves when it is over (P4)",
    ),
    (
        FaultKind::Storm,
        "F15",
        "storm",
        "everybody is welcomed (P4)",
    ),
    (
        FaultKind::Flood,
        "F16",
        "flood",
        "delayed, not dropped; nobody else waits (P2, P4)",
    ),
    (
        FaultKind::Crash,
        "F17",
        "crash of clients",
        "one departure each (P3)",
    ),
    (
        FaultKind::ServerKill,
        "F18",
        "server kill",
        "serves when it is back, one order (P1)",
    ),
    (
        FaultKind::Shutdown,
        "F19",
        "shutdown",
        "what was taken is flushed, all are told (P2)",
    ),
    (
        FaultKind::Pause,
        "F20",
        "pause of the server",
        "late, and nothing twice (P1, P2)",
    ),
    (
        FaultKind::Yields,
        "F21",
        "yields",
        "the same promises in any order of tasks (P1)",
    ),
    (FaultKind::Limit, "F22", "limit", "a refusal that says so"),
    (
        FaultKind::DiskFull,
        "F23a",
        "disk full",
        "told, goes on, the gap is recorded (P5)",
    ),
    (
        FaultKind::DiskSlow,
        "F23b",
        "disk slow",
        "nothing lost, nobody waits but for what is strict (P4, P5)",
    ),
    (
        FaultKind::DiskError,
        "F23c",
        "commit fails",
        "kept later, or refused, or a recorded gap (P5)",
    ),
    (
        FaultKind::DiskTorn,
        "F23d",
        "torn commit",
        "nothing twice, whatever is on the disk (P5)",
    ),
    (
        FaultKind::DiskUnreadable,
        "F23e",
        "read fails",
        "a refusal that says so; no number twice (P5)",
    ),
    (
        FaultKind::DiskRefusal,
        "F23f",
        "line refused",
        "one line is a recorded gap, the others are kept (P5)",
    ),
    (
        FaultKind::DiskKill,
        "F23g",
        "kill in commit",
        "all of it or nothing; the rest is a recorded gap (P5)",
    ),
    (FaultKind::NickRace, "F24", "nick race", "one winner (P3)"),
];

/// Where in its life a connection is when a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// It was not welcomed yet.
    Handshake,
    /// Nothing is on its way.
    Idle,
    /// Part of a line was sent.
    MidLine,
    /// Something is on its way to the person.
    MidBroadcast,
    /// Its input has ended, or the server closes it.
    Closing,
    /// It concerns no one connection.
    Server,
}

/// Every phase, with its name.
pub const PHASES: [(Phase, &str); 6] = [
    (Phase::Handshake, "handshake"),
    (Phase::Idle, "idle"),
    (Phase::MidLine, "mid-line"),
    (Phase::MidBroadcast, "mid-broadcast"),
    (Phase::Closing, "closing"),
    (Phase::Server, "server"),
];

impl FaultKind {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = ATLAS.iter().find(|(kind, ..)| *kind == self);
        found.map_or("", |(_, _, name, _)| name)
    }
}

impl Phase {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = PHASES.iter().find(|(phase, _)| *phase == self);
        found.map_or("", |(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_and_phase_has_its_place_and_its_name() {
        for (place, (kind, ..)) in ATLAS.iter().enumerate() {
            assert_eq!(*kind as usize, place);
        }
        for (place, (phase, _)) in PHASES.iter().enumerate() {
            assert_eq!(*phase as usize, place);
        }
    }
}
