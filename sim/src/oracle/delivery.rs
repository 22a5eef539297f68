//! Delivery (promises P1 to P3): from what sockets received, and nothing else.
//!
//! Nothing here depends on times, only on what came before what: somebody who
//! typed a request after a line was known to be handled, and was answered, has
//! been sent that line before the answer, or was told that it was skipped.

use std::collections::{BTreeMap, BTreeSet};

use super::view::{Heard, Place, Said, Stay, View};
use super::views::Views;
use super::{Oracle, Violation, order};
use crate::plan::Plan;
use crate::settings::Key;
use crate::trace::HowEnded;
use crate::world::Run;

/// Lines that were said once, by their text, with who said them.
pub(super) type Spoken<'a> = BTreeMap<&'a str, (&'a View, &'a Said)>;

pub(super) fn judge(plan: &Plan, run: &Run, views: &Views) -> Result<(), Violation> {
    let delivery = Delivery {
        views,
        spoken: spoken(views),
        heard_by: heard_by(views),
        restarts: views.was_killed,
        ends: run.events.len(),
        can_skip: plan.settings.get(Key::OutboxBytesMax) < 256 * 1024,
        keeps_history: run.archive.is_some(),
    };
    delivery.heard_is_said()?;
    delivery.nothing_twice()?;
    order::judge(views, run.archive.as_ref())?;
    delivery.nothing_lost_in_between()?;
    delivery.nothing_lost()?;
    delivery.skips_are_exact()?;
    delivery.whispers()
}

struct Delivery<'a> {
    views: &'a Views,
    spoken: Spoken<'a>,
    /// When a line was first heard by anybody.
    heard_by: BTreeMap<&'a str, Place>,
    restarts: bool,
    ends: Place,
    /// Outboxes are so small that somebody may skip.
    can_skip: bool,
    /// What is said is kept, and says better what was skipped.
    keeps_history: bool,
}

pub(super) fn spoken(views: &Views) -> Spoken<'_> {
    let mut spoken = Spoken::new();
    let mut again = BTreeSet::new();
    for view in views.all.values() {
        for said in view.said.iter().filter(|said| is_followed(&said.text)) {
            if spoken.insert(&*said.text, (view, said)).is_some() {
                again.insert(&*said.text);
            }
        }
    }
    // What was said twice cannot be told apart.
    spoken.retain(|text, _| !again.contains(text));
    spoken
}

fn heard_by(views: &Views) -> BTreeMap<&str, Place> {
    let mut heard_by = BTreeMap::new();
    for heard in views.all.values().flat_map(|view| &view.heard) {
        let first = heard_by.entry(&*heard.text).or_insert(heard.place);
        *first = (*first).min(heard.place);
    }
    heard_by
}

fn violation(what: String) -> Violation {
    Violation::new(Oracle::Delivery, what)
}

fn numbered(view: &View) -> impl Iterator<Item = (&str, usize)> {
    let heard = view.heard.iter().enumerate();
    heard.map(|(number, heard)| (&*heard.text, number))
}

/// Texts that plans make to be followed; others are noise.
pub(super) fn is_followed(text: &str) -> bool {
    text.starts_with("said-") || text.starts_with("half-")
}

impl Delivery<'_> {
    /// Every line heard was said, there, by that person, under that name.
    fn heard_is_said(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            for heard in view.heard.iter().filter(|heard| is_followed(&heard.text)) {
                self.is_said(view, heard)?;
            }
        }
        Ok(())
    }

    fn is_said(&self, view: &View, heard: &Heard) -> Result<(), Violation> {
        let wrong = |what: String| {
            let (who, text, room) = (view.life, &heard.text, &heard.room);
            Err(violation(format!(
                "{who} heard {text:?} in #{room}: {what}"
            )))
        };
        let Some((author, said)) = self.spoken.get(&*heard.text) else {
            let was_typed = self
                .views
                .all
                .values()
                .any(|view| view.is_unsure || view.unanswered().is_some());
            let was_said_twice = self.count_said(&heard.text) > 1;
            return match was_typed || was_said_twice {
                true => Ok(()), // Somebody said it whose words cannot all be placed.
                false => wrong("nobody said that".into()),
            };
        };
        if author.life == view.life {
            return wrong("they said it themselves".into());
        }
        if heard.place < said.typed {
            return wrong("it was not said yet".into());
        }
        let is_placed = said.handled.is_some() || author.unanswered().is_none();
        if !is_placed || !author.is_welcome {
            return Ok(()); // The author may have been elsewhere, and never heard of it.
        }
        if said.room.as_ref() != Some(&heard.room) {
            return wrong(format!("it was said to {:?} (P3)", said.room));
        }
        if said.nick != heard.nick {
            return wrong(format!("{:?} said it, not {:?}", said.nick, heard.nick));
        }
        Ok(())
    }

    fn count_said(&self, text: &str) -> usize {
        let said = self.views.all.values().flat_map(|view| &view.said);
        said.filter(|said| said.text == text).count()
    }

    fn nothing_twice(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            let mut seen = BTreeSet::new();
            for heard in &view.heard {
                if self.spoken.contains_key(&*heard.text) && !seen.insert(&heard.text) {
                    let (who, text) = (view.life, &heard.text);
                    return Err(violation(format!("promise P2: {who} heard {text:?} twice")));
                }
            }
        }
        Ok(())
    }

    /// Whether somebody need not hear a line: their own, or of somebody whom
    /// they ignored.
    fn is_exempt(&self, view: &View, text: &str, before: Place) -> bool {
        let Some((author, _)) = self.spoken.get(text) else {
            return true; // Nobody knows who said it.
        };
        // Whom they ignore by a name that its owner was never told of, too.
        let mut heard = self.views.all.values().flat_map(|view| &view.heard);
        let called =
            |nick: &str| heard.any(|heard| heard.text == text && heard.nick.to_lowercase() == nick);
        author.life == view.life
            || self.views.may_ignore(view, author, before)
            || view
                .ignored_before(before)
                .collect::<Vec<_>>()
                .iter()
                .map(String::as_str)
                .any(called)
    }

    /// Between two lines that somebody heard in one stay, with no skip told in
    /// between, they heard what others heard between them.
    fn nothing_lost_in_between(&self) -> Result<(), Violation> {
        for other in self.views.all.values() {
            let places: BTreeMap<&str, usize> = numbered(other)
                .filter(|(text, _)| self.spoken.contains_key(text))
                .collect();
            for view in self
                .views
                .all
                .values()
                .filter(|view| view.life != other.life)
            {
                self.nothing_lost_that(view, other, &places)?;
            }
        }
        Ok(())
    }

    fn nothing_lost_that(
        &self,
        view: &View,
        other: &View,
        places: &BTreeMap<&str, usize>,
    ) -> Result<(), Violation> {
        let heard: BTreeSet<&str> = view.heard.iter().map(|heard| &*heard.text).collect();
        let mut last: BTreeMap<&str, &Heard> = BTreeMap::new();
        for line in view
            .heard
            .iter()
            .filter(|line| places.contains_key(&*line.text))
        {
            let Some(before) = last.insert(&line.room, line) else {
                continue;
            };
            let is_one_stay = before.stay == line.stay;
            if !is_one_stay || self.was_told_of_skip(view, &line.room, before.place, line.place) {
                continue;
            }
            let between =
                &other.heard[places[&*before.text]..places[&*line.text].max(places[&*before.text])];
            let missing = between.iter().find(|between| {
                between.room == line.room
                    && !heard.contains(&*between.text)
                    && !self.is_exempt(view, &between.text, line.place)
            });
            if let Some(missing) = missing {
                return Err(violation(format!(
                    "promise P2: {} heard {:?} and {:?} in #{}, and not {:?}, which {} heard between them",
                    view.life, before.text, line.text, line.room, missing.text, other.life
                )));
            }
        }
        Ok(())
    }

    fn was_told_of_skip(&self, view: &View, room: &str, from: Place, to: Place) -> bool {
        let skips = view.skips.iter();
        skips
            .filter(|(_, skipped)| skipped.room == room)
            .any(|(at, _)| (from..to).contains(at))
    }

    /// Every member who stayed, and shows it by a later answer, has every line, or
    /// was told of a skip that has place for it.
    fn nothing_lost(&self) -> Result<(), Violation> {
        for view in self.views.all.values() {
            let heard: BTreeSet<&str> = view.heard.iter().map(|heard| &*heard.text).collect();
            let mut missing: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (text, (author, said)) in &self.spoken {
                let Some(stay) = self.stay_at(view, author, said) else {
                    continue;
                };
                if !heard.contains(text) && !self.is_exempt(view, text, self.ends) {
                    missing.entry(&stay.room).or_default().push(text);
                }
            }
            for (room, texts) in missing {
                let told = view
                    .skips
                    .iter()
                    .filter(|(_, skipped)| skipped.room == room);
                let told: u64 = told.map(|(_, skipped)| skipped.lines).sum();
                if (texts.len() as u64) > told {
                    return Err(violation(format!(
                        "promise P2: {} stayed in #{room} and never heard {:?} ({} lines; told of {told} skipped)",
                        view.life,
                        texts[0],
                        texts.len()
                    )));
                }
            }
        }
        Ok(())
    }

    /// The stay of somebody that certainly covers the moment at which a line was
    /// handled, if they were certainly sent it too.
    fn stay_at<'b>(&self, view: &'b View, author: &View, said: &Said) -> Option<&'b Stay> {
        if view.life == author.life {
            return None;
        }
        let room = said.room.as_ref()?;
        if self.may_be_refused(author, &said.text) {
            return None;
        }
        let handled = [said.handled, self.heard_by.get(&*said.text).copied()];
        let handled = handled.into_iter().flatten().min()?;
        let stay = view.stays.iter().find(|stay| {
            stay.room == *room
                && stay.from < said.typed
                && stay.leaving.is_none_or(|at| at > handled)
        })?;
        self.was_sent_everything_until(view, handled)
            .then_some(stay)
    }

    /// Whether this may be what somebody was told was not said, since it was not kept.
    fn may_be_refused(&self, author: &View, text: &str) -> bool {
        !author.not_kept.is_empty() && !self.heard_by.contains_key(text)
    }

    /// Whether what was told to somebody up to a place has certainly arrived: they
    /// asked something later, and were answered; or they heard the server's end.
    fn was_sent_everything_until(&self, view: &View, place: Place) -> bool {
        let answered = view.answers.iter().filter(|(typed, _)| *typed > place);
        let was_answered = match self.can_skip {
            false => answered.count() > 0,
            // A skip is told once there is room, which may be after the answer.
            true => answered.count() > 0 && view.unanswered().is_none() && view.left_in_calm(),
        };
        let heard_the_end = view
            .ended
            .is_some_and(|(_, _, how)| how == HowEnded::Closed)
            && view.was_told_of_end
            && self
                .views
                .stopped
                .is_some_and(|(stopped, _)| stopped > place);
        was_answered || heard_the_end
    }

    /// What somebody is told of a skip can be: it begins above the end of the skip
    /// before, and counts no more lines than there are numbers from its first to its
    /// last. And it is exact, compared with somebody who was there before, says
    /// nothing, ignores nobody and missed nothing.
    fn skips_are_exact(&self) -> Result<(), Violation> {
        // Numbers begin anew with a server that keeps nothing.
        if self.restarts && !self.keeps_history {
            return Ok(());
        }
        for view in self.views.all.values() {
            let mut last: BTreeMap<&str, u64> = BTreeMap::new();
            for (place, skipped) in &view.skips {
                let before = last.insert(&skipped.room, skipped.last).unwrap_or(0);
                let is_sound = skipped.lines == 0
                    || (skipped.first > before
                        && skipped.last >= skipped.first
                        && skipped.lines <= skipped.last - skipped.first + 1);
                if !is_sound {
                    let who = view.life;
                    return Err(violation(format!(
                        "promise P2: {who} was told of a skip that cannot be: {skipped:?}; the skip before ended at {before}"
                    )));
                }
                if self.keeps_history {
                    continue;
                }
                if let Some(witness) = self.witness(&skipped.room) {
                    self.is_exact(view, witness, *place, skipped)?;
                }
            }
        }
        Ok(())
    }

    /// Somebody who heard everything in a room, from its first line on: before them,
    /// nobody said anything, nor after they had connected and were not greeted yet.
    fn witness(&self, room: &str) -> Option<&View> {
        self.views.all.values().find(|view| {
            let came = view.stays.first().map_or(0, |stay| stay.from);
            let mut others = self.views.all.values();
            let is_first = !others.any(|other| other.first_typed.is_some_and(|at| at < came));
            let is_silent = view.lines_typed == 0 || view.said.is_empty();
            let stayed = view
                .stays
                .first()
                .is_some_and(|stay| stay.room == room && stay.to.is_none());
            let is_whole = view.skips.is_empty() && view.ignored.is_empty() && !view.is_unsure;
            is_silent && stayed && is_whole && is_first && view.was_first && view.life.life == 0
        })
    }

    fn is_exact(
        &self,
        view: &View,
        witness: &View,
        place: Place,
        skipped: &super::grammar::Skipped,
    ) -> Result<(), Violation> {
        if skipped.lines == 0 {
            return Ok(());
        }
        // The first line of a room has the number 1, and the witness heard them all.
        let all: Vec<&Heard> = witness
            .heard
            .iter()
            .filter(|heard| heard.room == skipped.room)
            .collect();
        let number = |number: u64| usize::try_from(number - 1).unwrap_or(usize::MAX);
        let Some(range) = all.get(number(skipped.first)..=number(skipped.last)) else {
            return if self.was_sent_everything_until(witness, place) {
                Err(violation(format!(
                    "promise P2: {} was told of numbers that there are not: {skipped:?}",
                    view.life
                )))
            } else {
                Ok(())
            };
        };
        let mut seen = BTreeSet::new();
        if !all.iter().all(|line| seen.insert(&*line.text)) {
            return Ok(()); // Lines that cannot be told apart.
        }
        let heard: BTreeSet<&str> = view.heard.iter().map(|heard| &*heard.text).collect();
        let is_missed = |line: &&&Heard| {
            !heard.contains(&*line.text)
                && !view.has_said(&line.text)
                && !self.is_ignored(view, line)
        };
        let missed: Vec<&&Heard> = range.iter().filter(is_missed).collect();
        let ends_are_missed = range.first().is_some_and(|first| is_missed(&first))
            && range.last().is_some_and(|last| is_missed(&last));
        let has_ignored = !view.ignored.is_empty();
        if !has_ignored && (missed.len() as u64 != skipped.lines || !ends_are_missed) {
            return Err(violation(format!(
                "promise P2: {} was told {skipped:?}; {} of these were missed",
                view.life,
                missed.len()
            )));
        }
        Ok(())
    }

    fn is_ignored(&self, view: &View, line: &Heard) -> bool {
        view.ignored
            .iter()
            .any(|(nick, _, _)| nick.to_lowercase() == line.nick.to_lowercase())
    }

    /// A private message reaches the one it was confirmed for, and nobody else.
    fn whispers(&self) -> Result<(), Violation> {
        let mut hearers: BTreeMap<&str, Vec<(&View, &super::view::Whisper)>> = BTreeMap::new();
        for view in self.views.all.values() {
            for whisper in view
                .whispers
                .iter()
                .filter(|whisper| whisper.text.starts_with("secret-"))
            {
                hearers
                    .entry(&whisper.text)
                    .or_default()
                    .push((view, whisper));
            }
            let secret = |heard: &&Heard| heard.text.starts_with("secret-");
            if let Some(heard) = view.heard.iter().find(secret) {
                let (who, text) = (view.life, &heard.text);
                return Err(violation(format!(
                    "promise P3: {who} heard {text:?} in a room"
                )));
            }
        }
        for (text, hearers) in &hearers {
            if hearers.len() > 1 {
                return Err(violation(format!(
                    "P2, P3: {text:?} was heard {} times",
                    hearers.len()
                )));
            }
        }
        for sender in self.views.all.values() {
            for sent in &sender.whispered {
                match hearers.get(&*sent.text).and_then(|hearers| hearers.first()) {
                    Some((_, heard)) if heard.to != sent.to || heard.from != sent.from => {
                        return Err(violation(format!(
                            "promise P3: {:?} went from {:?} to {:?}, and came from {:?} to {:?}",
                            sent.text, sent.from, sent.to, heard.from, heard.to
                        )));
                    }
                    Some(_) => {}
                    None => self.was_not_due(sender, sent)?,
                }
            }
        }
        Ok(())
    }

    /// Nobody heard a private message that was confirmed: nobody has to have.
    fn was_not_due(&self, sender: &View, sent: &super::view::Whispered) -> Result<(), Violation> {
        let was_called = |view: &&View| {
            let before = view.nicks.iter().rfind(|(from, _)| *from < sent.typed);
            let after = view.nicks.iter().find(|(from, _)| *from > sent.typed);
            before.is_some_and(|(_, nick)| *nick == sent.to)
                && after.is_none_or(|(from, _)| *from > sent.confirmed)
                && self.asked_for_no_other_name(view, sent)
                && self.was_sent_everything_until(view, sent.confirmed)
        };
        let receiver = self.views.all.values().find(was_called);
        match receiver.filter(|view| !self.views.may_ignore(view, sender, self.ends)) {
            Some(view) => Err(violation(format!(
                "promise P2: {:?} was confirmed to {}, and {} never heard it",
                sent.text, sender.life, view.life
            ))),
            None => Ok(()),
        }
    }

    /// A rename that was on its way when the message was sent makes it uncertain.
    fn asked_for_no_other_name(&self, view: &View, sent: &super::view::Whispered) -> bool {
        let told_after = view.nicks.iter().filter(|(told, _)| *told > sent.typed);
        let typed = told_after.filter_map(|(told, _)| {
            view.answers
                .iter()
                .find(|(_, answered)| answered == told)
                .map(|(typed, _)| *typed)
        });
        typed.min().is_none_or(|typed| typed > sent.confirmed)
    }
}
