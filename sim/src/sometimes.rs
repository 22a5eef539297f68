//! "Sometimes": rare situations that must each occur in a sweep, or it fails. A
//! suite that never gets somebody to skip has not tested skipping.

use crate::atlas::{FaultKind, Phase};
use crate::oracle::{Refusal, Views};
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::{Deed, Door, Event, HowEnded, Log, What, Wire};
use crate::world::World;

/// What a situation is looked for in.
pub(crate) struct Seen<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) events: &'a [Event],
    pub(crate) views: &'a Views,
}

type Look = fn(&Seen<'_>) -> bool;

/// A situation: its name, whether each world must reach it, and how it is seen.
struct Situation {
    name: &'static str,
    in_turmoil: bool,
    look: Look,
}

const fn both(name: &'static str, look: Look) -> Situation {
    Situation {
        name,
        in_turmoil: true,
        look,
    }
}

const fn memory(name: &'static str, look: Look) -> Situation {
    Situation {
        name,
        in_turmoil: false,
        look,
    }
}

const SITUATIONS: [Situation; 42] = [
    memory("a skip is told", |seen| {
        seen.any_view(|view| view.skips.iter().any(|(_, skipped)| skipped.lines > 0))
    }),
    memory("a skip of notices is told", |seen| {
        seen.any_view(|view| view.skips.iter().any(|(_, skipped)| skipped.notices > 0))
    }),
    memory("a skip is told before the end", |seen| {
        seen.any_view(|view| {
            let ended = view
                .deeds
                .iter()
                .find(|(_, _, deed)| *deed == Deed::EndInput);
            ended.is_some_and(|(place, ..)| view.skips.iter().any(|(told, _)| told > place))
        })
    }),
    memory("one person skips twice", |seen| {
        seen.any_view(|view| view.skips.len() > 1)
    }),
    memory(
        "a private message is refused to somebody who does not read",
        |seen| seen.refused(Refusal::NotReading),
    ),
    both("a nickname race is lost", |seen| {
        seen.refused(Refusal::NickTaken)
    }),
    both("a nickname that looks like another is refused", |seen| {
        seen.refused(Refusal::NickAlike)
    }),
    both("a reserved nickname is refused", |seen| {
        seen.refused(Refusal::NickReserved)
    }),
    both(
        "a nickname is taken by somebody else after its owner has gone",
        |seen| {
            let mut owners = seen
                .views
                .all
                .values()
                .filter(|view| view.nicks.iter().any(|(_, nick)| nick == "bob"));
            owners
                .next()
                .is_some_and(|first| owners.any(|other| other.life.person != first.life.person))
        },
    ),
    memory("a reset in the middle of a broadcast", |seen| {
        seen.struck(FaultKind::Reset, Phase::MidBroadcast)
    }),
    memory("a reset in the middle of a line", |seen| {
        seen.struck(FaultKind::Reset, Phase::MidLine)
    }),
    memory("a reset before the greeting", |seen| {
        seen.struck(FaultKind::Reset, Phase::Handshake)
    }),
    memory("the stall timeout closes somebody", |seen| {
        seen.closed("stalled")
    }),
    memory("keepalive finds somebody gone", |seen| {
        seen.closed("timed out")
    }),
    both("a reset is noticed", |seen| seen.closed("reset")),
    both("somebody quits", |seen| seen.closed("quit")),
    both("an end of input is handled", |seen| {
        seen.closed("input ended")
    }),
    both("somebody is slowed down and told so", |seen| {
        seen.any_view(|view| view.was_delayed)
    }),
    memory(
        "a delay ends, and everything after it is answered",
        |seen| seen.any_view(|view| view.was_delayed && view.unanswered().is_none()),
    ),
    memory("input is cut when time is up after its end", |seen| {
        seen.refused(Refusal::InputCut)
    }),
    both("a summary is told", |seen| {
        seen.heard(|line| line.starts_with("-- #") && line.ends_with(" now."))
    }),
    both("the server is full", |seen| {
        seen.refused(Refusal::ServerFull)
    }),
    both("an address is full", |seen| {
        seen.refused(Refusal::AddressFull)
    }),
    both("there are too many rooms", |seen| {
        seen.refused(Refusal::RoomsFull)
    }),
    both("somebody is in too many rooms", |seen| {
        seen.refused(Refusal::RoomsOfUserFull)
    }),
    both("a line is too long", |seen| {
        seen.refused(Refusal::LineTooLong)
    }),
    both("somebody in no room speaks", |seen| {
        seen.refused(Refusal::InNoRoom)
    }),
    both(
        "somebody ignores another and is not told what they say",
        |seen| seen.ignores(),
    ),
    both("an answer goes to somebody who has left", |seen| {
        seen.refused(Refusal::CorrespondentGone)
    }),
    both("an answer goes to somebody who was renamed", |seen| {
        seen.any_view(|view| {
            view.whispered
                .iter()
                .any(|sent| seen.was_renamed_to(&sent.to))
        })
    }),
    both("somebody leaves with a reason", |seen| {
        seen.heard(|line| line.ends_with(" left: off home."))
    }),
    both("a lost connection is told", |seen| {
        seen.any_view(|view| view.heard_loss)
    }),
    both("an unfinished line is said at the end of input", |seen| {
        seen.any_view(|view| {
            view.heard
                .iter()
                .any(|heard| heard.text.starts_with("half-"))
        })
    }),
    memory("a line comes in pieces", |seen| {
        seen.wire(|wire| matches!(wire, Wire::ReadPartOfLine))
    }),
    memory("a write has to wait", |seen| {
        seen.wire(|wire| matches!(wire, Wire::Pended))
    }),
    both(
        "a connection cannot be accepted, and the next can",
        |seen| seen.door(Door::Failed),
    ),
    both("the server is killed and people come back", |seen| {
        seen.comes_back()
    }),
    both("nobody listens when somebody connects", |seen| {
        seen.events
            .iter()
            .any(|event| matches!(event.what, What::NotConnected(_)))
    }),
    both("the server stops while people are there", |seen| {
        seen.any_view(|view| view.was_told_of_end)
    }),
    memory("somebody falls silent and the others are told", |seen| {
        seen.closed("timed out") && seen.any_view(|view| view.heard_loss)
    }),
    memory("a connection breaks under somebody", |seen| {
        seen.any_view(|view| {
            view.ended
                .is_some_and(|(_, _, how)| how == HowEnded::Broken)
        })
    }),
    memory("a delayed connection is served", |seen| {
        seen.plan.settings.get(Key::ConnectBurst) < 10
            && seen
                .views
                .all
                .values()
                .filter(|view| view.is_welcome)
                .count() as u64
                > seen.plan.settings.get(Key::ConnectBurst)
    }),
];

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

    fn comes_back(&self) -> bool {
        let killed = self
            .events
            .iter()
            .position(|event| matches!(event.what, What::Struck(FaultKind::ServerKill, ..)));
        killed.is_some_and(|place| {
            self.events[place..]
                .iter()
                .any(|event| matches!(event.what, What::Connected(_)))
        })
    }
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
