//! A thousand people in one room, all of them talking.

use std::collections::BTreeMap;

use tokio::task::JoinSet;

use crate::support::{People, Person, TestServer, plain_and_mixed, unlimited, untimed};
use roomful::shell::Config;

plain_and_mixed! {
    a_thousand_speak_and_all_hear_one_order,
}

const PEOPLE: usize = 1_000;
const LINES_EACH: usize = 3;

async fn a_thousand_speak_and_all_hear_one_order(people: People) {
    let config = Config {
        outbox_bytes_max: 64 * 1024 * 1024,
        ..unlimited()
    };
    let server = TestServer::start_for(people, config).await;
    let mut people = Vec::new();
    for _ in 0..PEOPLE {
        people.push(server.connect().await);
    }
    server.until_people(PEOPLE).await;
    let mut talking = JoinSet::new();
    for person in people {
        talking.spawn(talk_and_listen(person));
    }
    let heard: Vec<Heard> = talking.join_all().await;
    let order = whole_order(&heard);
    for heard in &heard {
        let others = order
            .iter()
            .filter(|line| !line.starts_with(&format!("{}:", heard.nick)));
        assert!(
            heard.lines.iter().eq(others),
            "{} heard another order",
            heard.nick
        );
    }
    server.inspect().await.audit.unwrap();
    assert_eq!(server.handle.gauges().skipped_lines(), 0);
}

/// What somebody heard: `nick: text`, in the order in which it came.
struct Heard {
    nick: String,
    lines: Vec<String>,
}

async fn talk_and_listen(mut person: Person) -> Heard {
    let nick = person.nick.clone();
    for number in 0..LINES_EACH {
        person.send(&format!("line {number} of {nick}")).await;
    }
    let mut lines = Vec::new();
    while lines.len() < (PEOPLE - 1) * LINES_EACH {
        let line = untimed(&person.line().await);
        if let Some(said) = line.strip_prefix("#lobby ") {
            lines.push(said.to_owned());
        }
    }
    Heard { nick, lines }
}

/// The room's order, from what two people heard: each lacks only their own.
/// Every line is there once: each speaker's lines are counted.
fn whole_order(heard: &[Heard]) -> Vec<String> {
    let (first, second) = (&heard[0], &heard[1]);
    let own = format!("{}:", first.nick);
    let mut order = Vec::new();
    let mut rest = first.lines.iter().peekable();
    for line in &second.lines {
        while let Some(missing) =
            rest.next_if(|next| next.starts_with(&format!("{}:", second.nick)))
        {
            order.push(missing.clone());
        }
        if !line.starts_with(&own) {
            assert_eq!(rest.next(), Some(line), "two people heard different orders");
        }
        order.push(line.clone());
    }
    order.extend(rest.cloned());
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &order {
        *counts.entry(line).or_default() += 1;
    }
    assert_eq!(counts.len(), PEOPLE * LINES_EACH, "every line is heard");
    assert_eq!(order.len(), PEOPLE * LINES_EACH, "no line is heard twice");
    order
}
