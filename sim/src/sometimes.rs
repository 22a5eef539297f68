//! "Sometimes": rare situations that must each occur in a sweep, or it fails. A
//! suite that never gets somebody to skip has not tested skipping.

mod table;

use crate::atlas::{FaultKind, Phase};
use crate::oracle::{Refusal, Row, Views};
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Door, Event, Life, Log, What, Wire};
use crate::world::World;
use table::{SITUATIONS, Situation};

/// What a situation is looked for in.
pub(crate) struct Seen<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) events: &'a [Event],
    pub(crate) views: &'a Views,
}

impl Seen<'_> {
    fn any_view(&self, is_it: impl Fn(&crate::oracle::view::View) -> bool) -> bool {
        self.views.all.values().any(is_it)
    }

    fn refused(&self, refusal: Refusal) -> bool {
        self.any_view(|view| view.refusals.contains(&refusal))
    }

    fn struck(&self, kind: FaultKind, phase: Phase) -> bool {
        self.events.iter().any(|event| {
            matches!(&event.what, What::Struck(struck, at, _) if *struck == kind && *at == phase)
        })
    }

    fn closed(&self, why: &str) -> bool {
        self.events
            .iter()
            .any(|event| matches!(&event.what, What::Log(Log::Closed(_, reason)) if reason == why))
    }

    fn heard(&self, is_it: impl Fn(&str) -> bool) -> bool {
        self.events
            .iter()
            .any(|event| matches!(&event.what, What::Heard(_, line) if is_it(line)))
    }

    fn wire(&self, is_it: impl Fn(Wire) -> bool) -> bool {
        self.events
            .iter()
            .any(|event| matches!(event.what, What::Wire(_, wire) if is_it(wire)))
    }

    fn door(&self, door: Door) -> bool {
        self.events
            .iter()
            .any(|event| event.what == What::Door(door))
    }

    fn was_renamed_to(&self, nick: &str) -> bool {
        self.any_view(|view| view.nicks.len() > 2 && view.nicks.iter().any(|(_, had)| had == nick))
    }

    /// Somebody ignored another who spoke later, in a room of both.
    fn ignores(&self) -> bool {
        self.any_view(|view| {
            view.ignored.iter().any(|(nick, from, _)| {
                self.views.all.values().any(|other| {
                    other.life != view.life
                        && other
                            .said
                            .iter()
                            .any(|said| said.nick == *nick && said.typed > *from)
                })
            })
        })
    }

    fn is_strict(&self) -> bool {
        self.plan.settings.get(Key::Strict) > 0
    }

    /// Where the server was killed first.
    fn killed(&self) -> Option<usize> {
        self.events
            .iter()
            .position(|event| matches!(event.what, What::Struck(FaultKind::ServerKill, ..)))
    }

    /// Whether somebody was shown a row of history like this.
    fn shows(&self, is_it: impl Fn(&Row) -> bool) -> bool {
        self.any_view(|view| {
            let tails = view.tails.iter().flat_map(|tail| &tail.rows);
            let browsed = view.browsed.iter().flat_map(|browsed| &browsed.rows);
            tails.chain(browsed).any(&is_it)
        })
    }

    /// Somebody came in, and then heard a line that was typed before they did.
    fn joins_while_a_line_waits(&self) -> bool {
        self.any_view(|view| {
            view.heard.iter().any(|heard| {
                let came = view.stays[heard.stay].from;
                let mut authors = self.views.all.values();
                authors.any(|author| {
                    let mut said = author.said.iter();
                    said.any(|said| said.text == heard.text && said.typed < came)
                })
            })
        })
    }

    /// Somebody plain was let in by a server with a certificate, and their first byte came
    /// so.
    fn lets_in(&self, first: FirstByte) -> bool {
        self.plan.settings.get(Key::Tls) > 0
            && self.any_view(|view| view.is_welcome && self.first_byte(view.life) == first)
    }

    /// When the first byte came.
    fn first_byte(&self, life: Life) -> FirstByte {
        let mut has_heard = false;
        for event in self.events {
            match &event.what {
                What::Heard(who, _) if *who == life => has_heard = true,
                What::Typing(who, _) if *who == life && has_heard => return FirstByte::Late,
                What::Typing(who, _) if *who == life => return FirstByte::Early,
                _ => {}
            }
        }
        FirstByte::Never
    }

    fn comes_back(&self) -> bool {
        self.killed().is_some_and(|place| {
            self.events[place..]
                .iter()
                .any(|event| matches!(event.what, What::Connected(_)))
        })
    }
}

/// When somebody said something first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FirstByte {
    /// Before they were greeted.
    Early,
    /// After that.
    Late,
    Never,
}

/// How often each situation occurred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sometimes([u64; SITUATIONS.len()]);

impl Default for Sometimes {
    fn default() -> Self {
        Self([0; SITUATIONS.len()])
    }
}

impl Sometimes {
    pub(crate) fn add(&mut self, seen: &Seen<'_>) {
        for (count, situation) in self.0.iter_mut().zip(&SITUATIONS) {
            *count += u64::from((situation.look)(seen));
        }
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// Each with how often it occurred.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        SITUATIONS
            .iter()
            .zip(self.0)
            .map(|(situation, count)| (situation.name, count))
    }

    /// Adds to a situation by its number.
    pub fn put(&mut self, number: usize, count: u64) {
        if let Some(sum) = self.0.get_mut(number) {
            *sum += count;
        }
    }

    /// How many occurred, of how many that a world can reach.
    #[must_use]
    pub fn coverage(&self, world: World) -> (usize, usize) {
        let reachable = SITUATIONS
            .iter()
            .zip(self.0)
            .filter(|(situation, _)| situation.is_of(world));
        let reached = reachable.clone().filter(|(_, count)| *count > 0).count();
        (reached, reachable.count())
    }

    /// What a world can reach and did not.
    #[must_use]
    pub fn missing(&self, world: World) -> Vec<&'static str> {
        let unreached = SITUATIONS
            .iter()
            .zip(self.0)
            .filter(|(situation, count)| situation.is_of(world) && *count == 0);
        unreached.map(|(situation, _)| situation.name).collect()
    }
}

impl Situation {
    fn is_of(&self, world: World) -> bool {
        self.in_turmoil || world == World::Memory
    }
}
