//! What people do in a drawn plan.

use std::time::Duration;

use proptests::dice::Dice;

use super::{PASTE_LINES, Swarm, place};
use crate::plan::{Fault, PersonPlan, Plan, Step};
use crate::settings::Key;
use crate::world::World;

/// How many things people may do: the rows of [`draw_weights`].
pub(super) const DEEDS: usize = 25;

/// When the first one connects who is not the witness.
const FIRST: u64 = 200;

const ROOMS: [&str; 4] = ["ops", "dev", "Ops", "tea"];
const NICKS: [&str; 8] = [
    "ada",
    "bob",
    "Ada",
    "carol",
    "scope",
    "ѕсоре",
    "dan",
    "guest1",
];

/// What is looked for.
const SOUGHT: [&str; 6] = [
    "said",
    "said 2",
    "SAID-1-3.",
    "grüße",
    "final",
    "nothing like that",
];

/// Who does not read.
const SLOTH: &str = "sloth";

/// What exists at all in this plan, and how often it is done.
pub(super) fn draw_weights(dice: &mut Dice, is_plain: bool) -> [u64; DEEDS] {
    let plain = [
        30, 6, 6, 4, 2, 6, 3, 3, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 1, 0,
    ];
    if is_plain {
        return plain;
    }
    let mut weights = [
        30, 6, 8, 6, 3, 6, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 3, 2, 1,
    ];
    for weight in &mut weights[1..] {
        *weight = match dice.roll(3) {
            0 => 0,
            1 => *weight,
            _ => *weight * 2,
        };
    }
    weights
}

/// Everybody, up to the moment at which the talking ends.
pub(super) fn add(dice: &mut Dice, swarm: &Swarm, plan: &mut Plan) {
    if swarm.has_witness {
        plan.person(0, vec![Step::At(Duration::ZERO), Step::Connect]);
    }
    let is_storm = dice.once_in(6);
    let is_scene = has_scene(swarm, plan);
    for number in plan.people.len()..swarm.people.max(2) {
        let host = 1 + place(dice.roll(swarm.hosts as u64));
        let begins = match is_storm {
            true => FIRST,
            false => FIRST + dice.roll(millis(swarm.talk) / 2),
        };
        let mut talker = Talker {
            number,
            said: 0,
            at: begins,
            script: vec![Step::At(Duration::from_millis(begins)), Step::Connect],
            is_connected: true,
        };
        if swarm.has_sloth && number == 1 {
            talker.be_slothful(dice, swarm);
        } else {
            if swarm.has_sloth && number == 2 {
                talker.pester(begins);
            }
            talker.talk(dice, swarm, plan);
        }
        if is_scene {
            talker.part_from_a_correspondent(swarm, number);
        }
        let script = talker.script;
        plan.people.push(PersonPlan { host, script });
    }
}

/// Whether somebody who was written to answers when the other has left: rare by itself,
/// so that the few plans of turmoil might have none. Drawn apart, so that the others are
/// what they would be without it.
fn has_scene(swarm: &Swarm, plan: &Plan) -> bool {
    let is_few = swarm.world == World::Turmoil && !swarm.has_sloth;
    is_few && Dice::new(plan.seed ^ 0x1ef7).once_in(10)
}

/// Somebody whose script is being drawn.
struct Talker {
    number: usize,
    said: u64,
    at: u64,
    script: Vec<Step>,
    is_connected: bool,
}

impl Talker {
    fn talk(&mut self, dice: &mut Dice, swarm: &Swarm, plan: &Plan) {
        let ends = FIRST + millis(swarm.talk);
        let pause = (millis(swarm.talk) / swarm.lines.max(1)).max(1);
        for _ in 0..swarm.lines {
            self.at += dice.roll(2 * pause);
            if self.at >= ends {
                return;
            }
            self.script.push(Step::At(Duration::from_millis(self.at)));
            if self.is_connected {
                self.act(dice, swarm, plan);
            } else {
                self.come_back();
            }
        }
    }

    fn act(&mut self, dice: &mut Dice, swarm: &Swarm, plan: &Plan) {
        let total: u64 = swarm.weights.iter().sum();
        let mut rolled = dice.roll(total);
        let mut deed = 0;
        while rolled >= swarm.weights[deed] {
            rolled -= swarm.weights[deed];
            deed += 1;
        }
        let number = dice.roll(1000);
        match deed {
            0 => self.say_something(dice, plan),
            1 => self.say(format!("/nick {}", dice.pick(&NICKS))),
            2 => self.say(format!("/join {}", dice.pick(&ROOMS))),
            3 => self.say("/leave".into()),
            4 => self.say("/join lobby".into()),
            5 => self.whisper(dice, swarm, plan),
            6 => {
                let secret = self.text("secret");
                self.say(format!("/reply {secret}"));
            }
            7 => {
                let said = self.text("said");
                self.say(format!("/me {said}"));
            }
            8 => self.say((*dice.pick(&["/who", "/rooms", "/help", "/who", "/topic"])).into()),
            9 => self.say(format!(
                "/topic {}",
                dice.pick(&["hi", "much longer than that"])
            )),
            10 => self.say(format!("/ignore {}", dice.pick(&NICKS))),
            11 => self.say(format!("/unignore {}", dice.pick(&NICKS))),
            12 => {
                let slashed = format!("//{}", self.text("shout"));
                let odd = ["/jion x", "/nick", "/", &slashed, ""];
                self.say((*dice.pick(&odd)).into());
            }
            13 => self.part(vec![Step::Say(
                (*dice.pick(&["/quit", "/quit off home"])).into(),
            )]),
            14 => self.paste(dice, plan),
            _ if swarm.has_sloth && dice.once_in(2) => self.whisper(dice, swarm, plan),
            15 => self.disturb(dice, plan),
            16 => self.script.push(Step::StopReading),
            17 => self.script.push(Step::ReadSlowly(1 + place(number % 20))),
            18 => self.script.push(Step::ReadOn),
            19 => self.leave_somehow(dice),
            20 => self.leave_in_mid_line(dice),
            22 => self.look_back(dice),
            23 => self.say(format!("/search {}", dice.pick(&SOUGHT))),
            24 => self.script.push(Step::FetchSkipped),
            _ => {
                let said = self.text("said");
                self.script.push(Step::Dribble(said));
            }
        }
    }

    fn say(&mut self, line: String) {
        self.script.push(Step::Say(line));
    }

    /// Something that was never said before.
    fn text(&mut self, kind: &str) -> String {
        self.said += 1;
        // With an end, so that a part of one is never another.
        format!("{kind}-{}-{}.", self.number, self.said)
    }

    /// To somebody, and often to somebody who does not read.
    fn whisper(&mut self, dice: &mut Dice, swarm: &Swarm, plan: &Plan) {
        let to = match swarm.has_sloth && !dice.once_in(3) {
            true => SLOTH,
            false => dice.pick(&NICKS),
        };
        let mut secret = self.text("secret");
        if plan.settings.get(Key::LineBytesMax) > 1000 && dice.once_in(2) {
            secret += &".".repeat(place(dice.roll(500)));
        }
        self.say(format!("/msg {to} {secret}"));
    }

    /// Writes to somebody who does not read, again and again.
    fn pester(&mut self, begins: u64) {
        for late in [500, 700, 900] {
            self.script
                .push(Step::At(Duration::from_millis(begins + late)));
            let secrets: Vec<String> = (0..24)
                .map(|_| format!("/msg {SLOTH} {}{}\n", self.text("secret"), "-".repeat(40)))
                .collect();
            self.script.push(Step::Send(secrets.concat().into_bytes()));
        }
        self.at = begins + 1000;
    }

    /// Takes a name, and reads nothing for a while, or for good.
    fn be_slothful(&mut self, dice: &mut Dice, swarm: &Swarm) {
        let talk = millis(swarm.talk);
        self.say(format!("/nick {SLOTH}"));
        self.script.push(Step::Wait(Duration::from_millis(100)));
        self.script.push(Step::StopReading);
        let wakes = Duration::from_millis(self.at + 100 + dice.roll(talk));
        self.script.push(Step::At(wakes));
        match dice.roll(4) {
            0 => self.script.extend([
                Step::ReadOn,
                Step::Wait(Duration::from_millis(500)),
                Step::FetchSkipped,
            ]),
            1 => self.script.push(Step::ReadSlowly(1 + place(dice.roll(50)))),
            2 => self.script.extend([
                Step::EndInput,
                Step::Wait(Duration::from_millis(50)),
                Step::ReadOn,
            ]),
            _ => {}
        }
        self.at += talk;
    }

    fn say_something(&mut self, dice: &mut Dice, plan: &Plan) {
        let mut text = self.text("said");
        if dice.once_in(8) {
            text += " grüße, 李明 ☺";
        }
        if dice.once_in(10) && plan.settings.get(Key::LineBytesMax) > 1000 {
            text += &"!".repeat(place(dice.roll(400)));
        }
        self.say(text);
    }

    /// Many lines at once, in one piece.
    fn paste(&mut self, dice: &mut Dice, plan: &Plan) {
        let end = *dice.pick(&["\n", "\r\n"]);
        let mut pasted = String::new();
        if dice.once_in(3) {
            pasted += &format!("/join {}{end}", dice.pick(&ROOMS));
        }
        for _ in 0..dice.between(3, PASTE_LINES) {
            pasted += &format!("{}{end}", self.text("said"));
        }
        // A narrow outbox cannot take many answers; a paste of questions is rare.
        if dice.once_in(4) && plan.settings.get(Key::OutboxReserveBytes) >= 64 * 1024 {
            pasted += &format!("/help{end}").repeat(place(dice.between(2, 20)));
        }
        self.script.push(Step::Send(pasted.into_bytes()));
    }

    /// Bytes that are no line, or a line that is too long.
    fn disturb(&mut self, dice: &mut Dice, plan: &Plan) {
        let mut bytes = self.text("junk").into_bytes();
        if dice.once_in(2) {
            let more = place(plan.settings.get(Key::LineBytesMax)) + 10;
            bytes.extend(vec![b'x'; more]);
        } else {
            bytes.extend([0, 7, 0xc3, 0x28, 0x1b, b'[', 0xf0, 0x9f]);
        }
        bytes.push(b'\n');
        self.script.push(Step::Send(bytes));
    }

    /// Asks for what was said, in one of the forms that there are.
    fn look_back(&mut self, dice: &mut Dice) {
        let (some, more) = (1 + dice.roll(12), 1 + dice.roll(12));
        let mut asked = match dice.roll(9) {
            0 => "/history".into(),
            1 => format!("/history {some}"),
            2 => format!("/history before {some}"),
            3 => format!("/history {some}..{}", some + more),
            4 => format!("/history {some}..100000"),
            5 => format!("/history {some} before {}", more + some),
            6 => format!("/history {some}.."),
            7 => format!("/history ..{some}"),
            _ => format!("/history {some}..{more}"),
        };
        if dice.once_in(4) {
            asked += " #ops";
        }
        self.say(asked);
    }

    /// The last two, when they have said everything else: one writes to the other and
    /// goes, and is answered.
    fn part_from_a_correspondent(&mut self, swarm: &Swarm, number: usize) {
        let ends = FIRST + millis(swarm.talk);
        let at = |after: u64| Step::At(Duration::from_millis(ends + after));
        let last = swarm.people.max(2) - 1;
        if number + 1 == last {
            self.script.push(at(0));
            self.come_back();
            self.say("/nick peer".into());
            self.script.push(at(800));
            let secret = self.text("secret");
            self.say(format!("/reply {secret}"));
        } else if number == last {
            self.script.push(at(300));
            self.come_back();
            let secret = self.text("secret");
            self.say(format!("/msg peer {secret}"));
            self.script.push(at(500));
            self.part(vec![Step::Say("/quit".into())]);
        }
    }

    fn come_back(&mut self) {
        if !std::mem::replace(&mut self.is_connected, true) {
            self.script.push(Step::Connect);
        }
    }

    /// Goes, and comes back with the next step, if there is one.
    fn part(&mut self, steps: Vec<Step>) {
        self.script.extend(steps);
        self.is_connected = false;
    }

    fn leave_somehow(&mut self, dice: &mut Dice) {
        let way = match dice.roll(6) {
            0 => Step::Close,
            1 => Step::Reset,
            2 => Step::EndInput,
            3 => Step::Vanish,
            4 => Step::Reboot,
            _ => Step::Reset,
        };
        // Sometimes with things still on their way.
        if dice.once_in(2) {
            let last = self.text("said");
            self.say(last);
        }
        self.part(vec![way]);
    }

    fn leave_in_mid_line(&mut self, dice: &mut Dice) {
        let way = match dice.roll(4) {
            0 => Step::Reset,
            1 => Step::Close,
            2 => Step::EndInput,
            _ => Step::Vanish,
        };
        let wait = Step::Wait(Duration::from_millis(dice.roll(60)));
        let half = self.text("half").into_bytes();
        self.part(vec![Step::Send(half), wait, way]);
    }
}

/// Calm: everybody reads, there is time, and then everybody is heard once more.
pub(super) fn end(dice: &mut Dice, swarm: &Swarm, plan: &mut Plan) {
    let struck = plan
        .faults
        .iter()
        .map(|(at, _)| *at)
        .max()
        .unwrap_or_default();
    // While the server's process does not run, time passes for everybody.
    let paused = plan.faults.iter().map(|(_, fault)| match fault {
        Fault::Pause(duration) => *duration,
        _ => Duration::ZERO,
    });
    let talked = struck + paused.sum::<Duration>() + disturbed(plan);
    let calm = talked.max(swarm.talk + Duration::from_millis(FIRST)) + Duration::from_millis(100);
    let last_words = calm + swarm.settle;
    let close = last_words + swarm.settle + Duration::from_secs(1);
    for (number, person) in plan.people.iter_mut().enumerate() {
        let words = last_words + Duration::from_millis(dice.roll(300));
        person.script.extend([
            Step::At(calm),
            Step::ReadOn,
            Step::At(words),
            Step::Say("/join lobby".into()),
        ]);
        if swarm.keeps_history && dice.once_in(2) {
            person.script.extend([
                Step::FetchSkipped,
                Step::Say("/history 1..100000 #lobby".into()),
            ]);
        }
        if !(swarm.has_witness && number == 0) {
            person
                .script
                .push(Step::Say(format!("said-final-{number}.")));
        }
        person.script.extend([
            Step::At(words + Duration::from_millis(600)),
            Step::Say("/who".into()),
            Step::At(close),
            Step::Close,
        ]);
    }
    plan.ends_at = close + Duration::from_secs(1);
}

/// How long what went wrong may last beyond its beginning: a disk's fault, and a server
/// that takes its leave.
fn disturbed(plan: &Plan) -> Duration {
    let faults = plan.faults.iter();
    let lasts = faults.map(|(_, fault)| match fault {
        Fault::DiskFull(long) => *long,
        Fault::DiskSlow(long, by) => *long + *by,
        Fault::Stop => Duration::from_secs(12),
        _ => Duration::ZERO,
    });
    lasts.max().unwrap_or_default()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
