//! The situations, by name, and how each is seen.

use super::{FirstByte, Seen};
use crate::atlas::{FaultKind, Phase};
use crate::oracle::{Cause, Refusal, RowKind, Span};
use crate::settings::Key;
use crate::trace::{Deed, Door, Event, HowEnded, Log, What, Wire};

type Look = fn(&Seen<'_>) -> bool;

/// A situation: its name, whether each world must reach it, and how it is seen.
pub(super) struct Situation {
    pub(super) name: &'static str,
    pub(super) in_turmoil: bool,
    pub(super) look: Look,
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

pub(super) const SITUATIONS: [Situation; 59] = [
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
    both("what was said last is shown to who joins", |seen| {
        seen.any_view(|view| view.tails.iter().any(|tail| tail.is_whole))
    }),
    both(
        "who comes back after a kill is shown what was said before it",
        |seen| {
            seen.killed().is_some_and(|killed| {
                seen.any_view(|view| {
                    let came = view.stays.first().is_some_and(|stay| stay.from > killed);
                    came && view.tails.iter().any(|tail| !tail.rows.is_empty())
                })
            })
        },
    ),
    memory(
        "somebody joins while a commit is pending, and is shown no more",
        |seen| seen.is_strict() && seen.joins_while_a_line_waits(),
    ),
    memory("a crash loses a line, and the gap is recorded", |seen| {
        seen.shows(|row| row.what == RowKind::Gap(Cause::Crash))
    }),
    memory("a line that cannot be kept is refused", |seen| {
        seen.is_strict() && seen.refused(Refusal::NotKept)
    }),
    memory("a line that could not be kept is shown as a gap", |seen| {
        seen.shows(|row| row.what == RowKind::Gap(Cause::Unkept))
    }),
    memory("lines are shown as no longer kept", |seen| {
        seen.shows(|row| row.what == RowKind::Gap(Cause::Expired))
    }),
    memory(
        "a room is told that it is not kept, and then that it is again",
        |seen| {
            seen.any_view(|view| {
                view.resumed
                    .iter()
                    .any(|(_, room, ..)| view.paused.iter().any(|(_, other)| other == room))
            })
        },
    ),
    memory("history cannot be read", |seen| {
        seen.refused(Refusal::HistoryUnreadable)
    }),
    both("a part of history is shown", |seen| {
        seen.any_view(|view| view.browsed.iter().any(|browsed| !browsed.rows.is_empty()))
    }),
    both("a search finds something", |seen| {
        seen.any_view(|view| view.searched.iter().any(|search| !search.rows.is_empty()))
    }),
    both("a server that keeps nothing says so", |seen| {
        seen.refused(Refusal::NoHistory)
    }),
    memory("what was skipped is had again from history", |seen| {
        seen.any_view(|view| {
            view.skips.iter().any(|(_, skip)| {
                view.browsed.iter().any(|browsed| {
                    browsed.span == Span::Between(skip.first, skip.last)
                        && browsed.room == skip.room
                        && browsed.ending.shown >= skip.lines
                })
            })
        })
    }),
    both(
        "where TLS is taken, somebody plain speaks at once",
        |seen| seen.lets_in(FirstByte::Early),
    ),
    both("where TLS is taken, somebody speaks when greeted", |seen| {
        seen.lets_in(FirstByte::Late)
    }),
    memory("where TLS is taken, somebody never speaks", |seen| {
        seen.lets_in(FirstByte::Never)
    }),
    memory("a server that was stopped starts again", |seen| {
        let ended = |event: &Event| event.what == What::Door(Door::Ended(true));
        let place = seen.events.iter().position(ended);
        place.is_some_and(|place| {
            seen.events[place..]
                .iter()
                .any(|event| matches!(event.what, What::Log(Log::Entered(_))))
        })
    }),
];
