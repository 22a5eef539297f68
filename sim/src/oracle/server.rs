//! What is seen of the server itself: its log, its end, what it held.

use std::collections::BTreeMap;

use roomful::shell::Outcome;

use super::{Oracle, Violation};
use crate::atlas::FaultKind;
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Disk, Door, Event, Log, What};
use crate::world::{Run, World};

pub(super) fn judge(plan: &Plan, run: &Run) -> Result<(), Violation> {
    one_life_each(&run.events)?;
    ended_in_order(run)?;
    memory_is_bounded(plan, run)?;
    nothing_is_left(plan, run)
}

/// Nothing that must never be was logged, no task has panicked.
pub(super) fn no_errors(run: &Run) -> Result<(), Violation> {
    // The disk's own faults are errors to an operator, and none of the server's.
    let is_of_disk = |what: &str| what.starts_with("the server ends, and could not keep");
    let was_ill = run.events.iter().any(|event| {
        matches!(
            event.what,
            What::Disk(Disk::WasFull | Disk::Failed | Disk::Tore)
        )
    });
    let error = run.events.iter().find_map(|event| match &event.what {
        What::Log(Log::Error(what)) if !(was_ill && is_of_disk(what)) => Some(what),
        _ => None,
    });
    match error {
        Some(what) => Err(Violation::new(
            Oracle::Progress,
            format!("the server logged an error: {what}"),
        )),
        None => Ok(()),
    }
}

/// What the server's log says of one connection.
#[derive(Default)]
struct Seen {
    entered: u32,
    ended: u32,
    closed: u32,
    /// What the engine was told of it after its end.
    after: u32,
}

/// The engine is told once of each connection's beginning and once of its end,
/// and not of anything of it afterwards.
fn one_life_each(events: &[Event]) -> Result<(), Violation> {
    let mut seen: BTreeMap<u64, Seen> = BTreeMap::new();
    for event in events {
        let (conn, change): (u64, fn(&mut Seen)) = match &event.what {
            What::Log(Log::Entered(conn)) => (*conn, |seen| seen.entered += 1),
            What::Log(Log::Left(conn) | Log::Closing(conn)) => (*conn, |seen| seen.ended += 1),
            What::Log(Log::Closed(conn, _)) => (*conn, |seen| seen.closed += 1),
            // A tick is of no connection.
            What::Log(Log::Handled(conn, _)) if *conn > 0 => {
                (*conn, |seen| seen.after += seen.ended)
            }
            // Ids begin anew with a new process.
            What::Struck(FaultKind::ServerKill, ..) => {
                seen.clear();
                continue;
            }
            What::Door(Door::Ended(_)) => {
                all_closed_once(&seen)?;
                seen.clear();
                continue;
            }
            _ => continue,
        };
        let seen = seen.entry(conn).or_default();
        change(seen);
        let is_sound =
            seen.entered == 1 && seen.ended <= 1 && seen.closed <= seen.ended && seen.after == 0;
        if !is_sound {
            return Err(Violation::new(
                Oracle::Lifecycle,
                format!(
                    "connection {conn}: {} beginnings, {} ends, closed {} times, {} events after the end, at {} ms",
                    seen.entered, seen.ended, seen.closed, seen.after, event.at
                ),
            ));
        }
    }
    Ok(())
}

fn all_closed_once(seen: &BTreeMap<u64, Seen>) -> Result<(), Violation> {
    match seen.iter().find(|(_, seen)| seen.closed != 1) {
        Some((conn, seen)) => Err(Violation::new(
            Oracle::Lifecycle,
            format!(
                "connection {conn}: {} ends, closed {} times, when all was over",
                seen.ended, seen.closed
            ),
        )),
        None => Ok(()),
    }
}

fn ended_in_order(run: &Run) -> Result<(), Violation> {
    match run.outcome {
        Some(Outcome::Stopped) => Ok(()),
        Some(Outcome::Failed) => Err(Violation::new(Oracle::Progress, "the server failed".into())),
        None => {
            let was_killed = run
                .events
                .iter()
                .any(|event| matches!(event.what, What::Struck(FaultKind::ServerKill, ..)));
            if was_killed {
                Ok(())
            } else {
                Err(Violation::new(
                    Oracle::Progress,
                    "the server never ended".into(),
                ))
            }
        }
    }
}

/// When all have gone, the engine is as new, and tasks and memory are back.
fn nothing_is_left(plan: &Plan, run: &Run) -> Result<(), Violation> {
    let leak = |what: String| Err(Violation::new(Oracle::Leak, what));
    let Some(inspection) = &run.inspection else {
        return Ok(()); // It was stopped before, and audited itself at its end.
    };
    if let Err(violation) = &inspection.audit {
        return leak(violation.to_string());
    }
    if inspection.stats.people > 0 || inspection.connections > 0 {
        return leak(format!(
            "promise P3: all have gone, and there are still: {inspection:?}"
        ));
    }
    if !inspection.equals_new {
        return leak("promise P3: all have gone, and the engine is not as new".into());
    }
    if let Some(tasks) = run.held.tasks_left.filter(|tasks| *tasks > 0) {
        return leak(format!("all have gone, and {tasks} tasks are left"));
    }
    let bound = 64 * 1024 + 3 * 1024 * lives(run);
    match run.held.bytes_left.filter(|bytes| *bytes > bound) {
        Some(bytes) => leak(format!(
            "all have gone, and {bytes} bytes are left; {bound} is the bound ({} people)",
            plan.people.len()
        )),
        None => Ok(()),
    }
}

fn lives(run: &Run) -> isize {
    let entered = run
        .events
        .iter()
        .filter(|event| matches!(event.what, What::Log(Log::Entered(_))));
    isize::try_from(entered.count()).unwrap_or(isize::MAX)
}

/// The bound of what one outbox holds: its own, its reserve, the replies to one
/// batch until they are held back, and private messages that came before the engine
/// knew that the reserve is half full: at most all there were.
fn outbox_bound(plan: &Plan, run: &Run) -> u64 {
    let settings = &plan.settings;
    let private = run.events.iter().map(|event| match &event.what {
        What::Typing(_, bytes) => private_bytes(bytes),
        _ => 0,
    });
    settings.get(Key::OutboxBytesMax)
        + settings.get(Key::OutboxReserveBytes)
        + REPLIED_BYTES
        + private.sum::<u64>()
}

/// 8 KiB of replies until requests are held back, and a longest one of 4 KiB.
const REPLIED_BYTES: u64 = 12 * 1024;

/// What a line costs in an outbox beyond its text: a time, a name, a place.
const LINE_BYTES: u64 = 128;

fn private_bytes(bytes: &[u8]) -> u64 {
    let lines = bytes.split(|byte| *byte == b'\n');
    let private = lines.filter(|line| line.starts_with(b"/msg ") || line.starts_with(b"/reply "));
    private.map(|line| line.len() as u64 + LINE_BYTES).sum()
}

/// What waits at most to be shown, in bytes.
const HELD_BYTES: u64 = 8 * 1024 * 1024;

/// What is handed to the disk beyond the buffer: marks, topics and gaps of each room.
const RECORDS_BYTES: u64 = 16 * 1024;

/// One turn, the channels, and what a thread lends to readers.
const SERVER_BYTES: u64 = 1024 * 1024;

/// Tasks, tables and buffers of one connection: a read of 16 KiB that is being
/// decoded, twice (`Vec` grows by doubling), and some KiB for itself.
const CONNECTION_BYTES: u64 = 40 * 1024;

fn memory_is_bounded(plan: &Plan, run: &Run) -> Result<(), Violation> {
    let memory = |what: String| Err(Violation::new(Oracle::Memory, what));
    let outbox = outbox_bound(plan, run);
    if run.outbox_peak > outbox {
        return memory(format!(
            "one outbox held {} bytes; {} is the bound",
            run.outbox_peak, outbox
        ));
    }
    // What nobody is shown before it is committed is bounded with what waits to be shown.
    let buffer = match plan.settings.get(Key::Strict) {
        0 => plan.settings.get(Key::HistoryBufferBytes),
        _ => HELD_BYTES,
    };
    let buffer = buffer.saturating_add(RECORDS_BYTES);
    if run.batch_peak as u64 > buffer {
        return memory(format!(
            "{} bytes were handed to the disk at once; {buffer} is the bound",
            run.batch_peak
        ));
    }
    if run.world != World::Memory {
        return Ok(());
    }
    let people = u64::try_from(lives(run)).unwrap_or(0);
    let each = CONNECTION_BYTES + 2 * plan.settings.get(Key::LineBytesMax) + 2 * outbox;
    let bound = SERVER_BYTES + people * each;
    match run.held.bytes_peak {
        Some(peak) if u64::try_from(peak).unwrap_or(0) > bound => memory(format!(
            "the server held {peak} bytes; {bound} is the bound"
        )),
        Some(_) | None => Ok(()),
    }
}
