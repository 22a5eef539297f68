//! What depends on time: nobody waits for anybody, and when the faults have
//! stopped, everything is answered.

use std::collections::BTreeMap;

use super::delivery::is_followed;
use super::view::View;
use super::views::Views;
use super::{Oracle, Violation};
use crate::atlas::FaultKind;
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Deed, Disk, Door, HowEnded, Life, What};
use crate::world::{Run, World};

/// What a calm network and a server with nothing else to do may take, in
/// milliseconds, beyond the latencies.
const SLACK: u64 = 40;

/// How long after the last trouble somebody counts as calm, in milliseconds.
const CALM_AFTER: u64 = 5_000;

/// Whoever heard something so shortly before the end was being told, in milliseconds.
const CUT_AFTER: u64 = 1_000;

/// Pipes smaller than this are slow by themselves.
const AMPLE_BYTES: u64 = 64 * 1024;

pub(super) fn judge(plan: &Plan, run: &Run, views: &Views) -> Result<(), Violation> {
    let troubles = Troubles::of(plan, run);
    unheard(run, &troubles)?;
    for view in views.all.values() {
        is_answered(plan, run, view, &troubles)?;
        is_told_of_shutdown(
            plan.settings.get(Key::ShutdownGrace),
            run,
            view,
            views,
            &troubles,
        )?;
    }
    nobody_waits(plan, run, views, &troubles)
}

/// When whom something troubled.
#[derive(Default)]
struct Troubles {
    /// Of single connections.
    of_life: Vec<Trouble>,
    /// Of all, at moments in milliseconds.
    of_all: Vec<u64>,
    /// Of those, the disk's.
    of_disk: Vec<u64>,
}

/// What lasts: from when to when in milliseconds, without an end where nothing
/// lifted it.
struct Trouble {
    life: Life,
    kind: FaultKind,
    from: u64,
    to: Option<u64>,
}

impl Troubles {
    fn of(plan: &Plan, run: &Run) -> Self {
        let mut troubles = Self::default();
        let latency = plan.settings.get(Key::DiskLatencyMax);
        for event in &run.events {
            troubles.take(event.at, &event.what);
            if is_of_disk(&event.what, latency) {
                troubles.of_all.push(event.at);
                troubles.of_disk.push(event.at);
            }
        }
        // What a world does not note of single connections.
        if run.world != World::Memory {
            troubles.of_all.extend(
                plan.faults
                    .iter()
                    .map(|(at, _)| u64::try_from(at.as_millis()).unwrap_or(u64::MAX)),
            );
        }
        troubles
    }

    fn take(&mut self, at: u64, what: &What) {
        use FaultKind::{Hold, NeverReads, OneWayHold, ReadsSlowly};
        match what {
            What::Struck(kind, _, Some(life)) if is_lasting(*kind) => {
                self.of_life.push(Trouble {
                    life: *life,
                    kind: *kind,
                    from: at,
                    to: None,
                });
            }
            What::Lifted(Hold, Some(life)) => self.lift(at, *life, &[Hold, OneWayHold]),
            What::Lifted(OneWayHold, Some(life)) => self.lift(at, *life, &[OneWayHold]),
            What::Did(life, Deed::ReadOn) => self.lift(at, *life, &[NeverReads, ReadsSlowly]),
            What::Struck(_, _, None) | What::Lifted(_, None) => self.of_all.push(at),
            _ => {}
        }
    }

    fn lift(&mut self, at: u64, life: Life, kinds: &[FaultKind]) {
        for trouble in &mut self.of_life {
            if trouble.life == life && kinds.contains(&trouble.kind) {
                trouble.to.get_or_insert(at);
            }
        }
    }

    /// Whether nothing troubles a connection from one moment to another, and
    /// nothing has for a while.
    fn is_calm(&self, life: Life, from: u64, to: u64) -> bool {
        let reaches = |began: u64, ended: Option<u64>| {
            began <= to && ended.is_none_or(|ended| ended + CALM_AFTER > from)
        };
        let is_troubled = self.own(life).any(|own| reaches(own.from, own.to))
            || self.of_all.iter().any(|at| reaches(*at, Some(*at)));
        !is_troubled
    }

    /// Whether nothing has troubled all for a while before a moment, or does after it;
    /// but for what happens at it.
    fn is_calm_for_all(&self, at: u64) -> bool {
        let mut others = self.of_disk.iter();
        !others.any(|other| other + CALM_AFTER > at)
    }

    fn is_for_good(&self, life: Life) -> bool {
        self.own(life).any(|own| own.to.is_none())
    }

    /// The last moment of trouble of a connection, or of all.
    fn last_of(&self, life: Life) -> u64 {
        let own = self.own(life).map(|own| own.to.unwrap_or(own.from));
        own.chain(self.of_all.iter().copied()).max().unwrap_or(0)
    }

    fn own(&self, life: Life) -> impl Iterator<Item = &Trouble> {
        self.of_life
            .iter()
            .filter(move |trouble| trouble.life == life)
    }
}

/// Whether the disk fails, or takes longer than it usually does at most.
fn is_of_disk(what: &What, latency: u64) -> bool {
    match what {
        What::Disk(
            Disk::WasFull | Disk::Failed | Disk::Tore | Disk::Refused | Disk::Unreadable,
        ) => true,
        What::Disk(Disk::Wrote { took, .. } | Disk::Read { took }) => *took > latency,
        _ => false,
    }
}

/// Faults that last until they are lifted.
fn is_lasting(kind: FaultKind) -> bool {
    matches!(
        kind,
        FaultKind::Hold
            | FaultKind::OneWayHold
            | FaultKind::NeverReads
            | FaultKind::ReadsSlowly
            | FaultKind::PowerLoss
            | FaultKind::Reboot
            | FaultKind::Crash
    )
}

/// Who waited for words, undisturbed, has heard them.
fn unheard(run: &Run, troubles: &Troubles) -> Result<(), Violation> {
    for event in &run.events {
        if let What::Unheard(life, words) = &event.what
            && troubles.last_of(*life) == 0
        {
            let what = format!(
                "person {} waited for {words:?} and never heard it",
                life.person
            );
            return Err(Violation::new(Oracle::Liveness, what));
        }
    }
    Ok(())
}

/// Who closed in calm, long after their last request, has had every answer.
fn is_answered(plan: &Plan, run: &Run, view: &View, troubles: &Troubles) -> Result<(), Violation> {
    let closed = view.deeds.iter().find(|(_, _, deed)| *deed == Deed::Close);
    let (Some((_, closed, _)), Some(asked)) = (closed, view.unanswered()) else {
        return Ok(());
    };
    let was_alive = view.ended.is_none_or(|(_, at, _)| at >= *closed);
    let typed = view.last_typed.map_or(0, |(_, at)| at);
    let ended_input = view
        .deeds
        .iter()
        .any(|(_, _, deed)| *deed == Deed::EndInput);
    let calm_from = troubles.last_of(view.life).max(typed) + CALM_AFTER + patience(plan, run, view);
    if was_alive && !ended_input && *closed > calm_from && !troubles.is_for_good(view.life) {
        return Err(Violation::new(
            Oracle::Liveness,
            format!(
                "person {} waited from {} to {closed} ms, in calm, and {asked:?} was never answered (the run is {} ms)",
                view.life.person, typed, run.ended_at
            ),
        ));
    }
    Ok(())
}

/// What the limits on lines and on new connections, and pipes as narrow as a byte,
/// may take: milliseconds.
fn patience(plan: &Plan, run: &Run, view: &View) -> u64 {
    let settings = &plan.settings;
    let latency = settings.get(Key::LatencyMax);
    let limited = settings.get(Key::RateBurst) > 0 && settings.get(Key::RatePerSecond) > 0;
    let by_rate = if limited {
        view.lines_typed * 1000 / settings.get(Key::RatePerSecond)
    } else {
        0
    };
    // A narrow pipe takes a latency for each filling.
    let narrow = AMPLE_BYTES * 8 / settings.get(Key::Capacity).max(1);
    let connected = run
        .events
        .iter()
        .filter(|event| matches!(event.what, What::Connected(_)));
    let by_connecting = if (connected.clone().count() as u64) > settings.get(Key::ConnectBurst) {
        connected.count() as u64 * 1000 / settings.get(Key::ConnectsPerSecond).max(1)
    } else {
        0
    };
    let by_disk = match settings.get(Key::History) {
        0 => 0,
        _ => 1_000 + 40 * settings.get(Key::DiskLatencyMax),
    };
    // Whoever says nothing is greeted after a moment, if they might have begun TLS.
    let by_silence = if settings.get(Key::Tls) > 0 { 300 } else { 0 };
    2 * latency + by_rate + by_connecting + narrow * latency + by_disk + by_silence
}

/// Who was calm when the server was told to stop has heard the goodbye, and the
/// end in order.
fn is_told_of_shutdown(
    grace: u64,
    run: &Run,
    view: &View,
    views: &Views,
    troubles: &Troubles,
) -> Result<(), Violation> {
    let Some((place, at)) = views.stopped else {
        return Ok(());
    };
    // Who does not run cannot take their leave in time, nor who waits for a disk; and a
    // disk may take longer than a server that stops is left alive.
    if stands_still_after(run, place)
        || is_killed_while_it_stops(run, place)
        || !troubles.is_calm_for_all(at)
    {
        return Ok(());
    }
    let came = view.stays.first().map_or(place, |stay| stay.from);
    let was_killed = run.events[came.min(place)..place]
        .iter()
        .any(|event| matches!(event.what, What::Struck(FaultKind::ServerKill, ..)));
    let was_there = view.is_welcome
        && !was_killed
        && !view.is_unsure
        && view.answers.iter().any(|(_, answered)| *answered < place)
        && view
            .deeds
            .iter()
            .all(|(_, _, deed)| !matches!(deed, Deed::EndInput | Deed::Vanish))
        && view
            .deeds
            .iter()
            .all(|(_, closed, deed)| *deed != Deed::Close || *closed > at + CALM_AFTER)
        && view.ended.is_none_or(|(ended, _, _)| ended > place);
    let own_troubles = troubles.own(view.life).next().is_some();
    let ended_well = view
        .ended
        .is_some_and(|(_, _, how)| how == HowEnded::Closed);
    // Through a thin pipe not all of it fits into the grace, however well it flows.
    let was_cut_short = view
        .ended
        .is_some_and(|(_, ended, _)| ended >= at + grace && view.was_told_within(ended, CUT_AFTER));
    let was_told = (view.was_told_of_end && ended_well) || was_cut_short;
    if was_there && !own_troubles && !was_told {
        let what = format!(
            "person {} was there when the server stopped, and was not told",
            view.life.person
        );
        return Err(Violation::new(Oracle::Liveness, what));
    }
    Ok(())
}

fn stands_still_after(run: &Run, place: usize) -> bool {
    run.events[place..]
        .iter()
        .any(|event| matches!(event.what, What::Struck(FaultKind::Pause, ..)))
}

fn is_killed_while_it_stops(run: &Run, place: usize) -> bool {
    let mut rest = run.events[place..].iter();
    let end = rest.find(|event| {
        matches!(
            event.what,
            What::Door(Door::Ended(_)) | What::Struck(FaultKind::ServerKill, ..)
        )
    });
    end.is_some_and(|event| !matches!(event.what, What::Door(_)))
}

/// A line goes from one calm person to another in the time of the network.
fn nobody_waits(
    plan: &Plan,
    run: &Run,
    views: &Views,
    troubles: &Troubles,
) -> Result<(), Violation> {
    let settings = &plan.settings;
    let is_narrow = settings.get(Key::Capacity) < AMPLE_BYTES;
    let is_limited = settings.get(Key::RateBurst) > 0 && settings.get(Key::RatePerSecond) > 0;
    if is_narrow
        || is_limited
        || settings.get(Key::OutboxBytesMax) < AMPLE_BYTES / 16
        || run.world != World::Memory
    {
        return Ok(());
    }
    let bound = 2 * settings.get(Key::LatencyMax) + SLACK;
    let said = views
        .all
        .values()
        .flat_map(|view| view.said.iter().map(move |said| (view, said)));
    let said = said.filter(|(_, said)| is_followed(&said.text));
    let said: BTreeMap<&str, _> = said
        .map(|(view, said)| (&*said.text, (view, said)))
        .collect();
    for view in views.all.values() {
        for heard in &view.heard {
            let Some((author, said)) = said.get(&*heard.text) else {
                continue;
            };
            let is_calm = troubles.is_calm(view.life, said.at, heard.at)
                && troubles.is_calm(author.life, said.at, heard.at)
                && author
                    .nicks
                    .first()
                    .is_some_and(|(welcomed, _)| *welcomed < said.typed)
                && view.skips.is_empty();
            let took = heard.at.saturating_sub(said.at);
            let bound = bound + by_disk(plan, run, said.at, heard.at);
            if is_calm && took > bound + is_large(author) {
                return Err(Violation::new(
                    Oracle::BlastRadius,
                    format!(
                        "promise P4: {:?} of person {} took {took} ms to person {}; {bound} is the bound",
                        heard.text, author.life.person, view.life.person
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// What the keeper may take for what it is asked meanwhile, each after the other, and
/// for its commits.
fn by_disk(plan: &Plan, run: &Run, from: u64, to: u64) -> u64 {
    let settings = &plan.settings;
    if settings.get(Key::History) == 0 {
        return 0;
    }
    let first = run.events.partition_point(|event| event.at < from);
    let meanwhile = run.events[first..]
        .iter()
        .take_while(|event| event.at <= to);
    let reads = meanwhile.filter(|event| matches!(event.what, What::Disk(Disk::Read { .. })));
    let each = settings.get(Key::DiskLatencyMax) + 1;
    settings.get(Key::CommitInterval) + (4 + reads.count() as u64) * each
}

/// Somebody who pastes more than the pipe holds waits for themselves.
fn is_large(author: &View) -> u64 {
    author.lines_typed / 16 * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::atlas::Phase;

    const LIFE: Life = Life { person: 7, life: 0 };

    /// Memory seed 237550: somebody read slowly for 5.7 seconds, and counted as
    /// calm five seconds after they had begun to.
    #[test]
    fn who_reads_slowly_is_troubled_until_they_read_on() {
        let mut troubles = Troubles::default();
        let slow = What::Struck(FaultKind::ReadsSlowly, Phase::Idle, Some(LIFE));
        troubles.take(209, &slow);
        troubles.take(5_931, &What::Did(LIFE, Deed::ReadOn));
        assert!(!troubles.is_calm(LIFE, 5_563, 5_633));
        assert!(!troubles.is_calm(LIFE, 10_000, 10_100));
        assert!(troubles.is_calm(LIFE, 100, 200));
        assert!(troubles.is_calm(LIFE, 11_000, 11_100));
    }

    #[test]
    fn to_read_on_lifts_no_hold() {
        let mut troubles = Troubles::default();
        let held = What::Struck(FaultKind::Hold, Phase::Idle, Some(LIFE));
        troubles.take(100, &held);
        troubles.take(200, &What::Did(LIFE, Deed::ReadOn));
        assert!(troubles.is_for_good(LIFE));
        troubles.take(300, &What::Lifted(FaultKind::Hold, Some(LIFE)));
        assert!(!troubles.is_for_good(LIFE));
        assert_eq!(troubles.last_of(LIFE), 300);
    }
}
