//! Somebody who does not read: nobody else notices, and they are told.

use roomful::shell::Config;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt};

use crate::support::{People, Person, TestServer, plain_and_mixed, unlimited, untimed};

plain_and_mixed! {
    skips_is_told_exactly_and_goes_on,
    a_long_list_reaches_a_dribbling_reader_whole_while_others_talk,
    arrivals_in_a_large_room_cost_summaries,
    private_messages_to_who_does_not_read_are_refused_to_their_sender,
    replies_to_who_does_not_read_cost_a_reserve_and_are_all_there_later,
    who_takes_nothing_at_all_for_the_stall_timeout_is_lost,
}

const OUTBOX: usize = 256 * 1024;

async fn skips_is_told_exactly_and_goes_on(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut slow = server.connect_with_small_window().await;
    let mut crowd = Vec::new();
    for _ in 0..198 {
        crowd.push(server.connect().await);
    }
    let mut speaker = server.person("speaker").await;
    let mut listener = crowd.pop().unwrap();
    let text = "x".repeat(1000);

    // Until the server has begun to skip, and then as much again. The others
    // read along all the time.
    let mut reading = tokio::task::JoinSet::new();
    for mut person in crowd {
        reading.spawn(async move { while person.line_or_end().await.is_some() {} });
    }
    let mut said = 0_u64;
    let mut more_after_skip = 500;
    while more_after_skip > 0 {
        said += 1;
        speaker.send(&format!("{said} {text}")).await;
        listener
            .until(&format!("#lobby speaker: {said} {text}"))
            .await;
        if server.handle.gauges().skipped_lines() > 0 {
            more_after_skip -= 1;
        }
        assert!(said < 100_000, "the slow reader is never skipped");
    }
    let peak = server.handle.gauges().held_peak();
    assert!(peak <= OUTBOX as u64, "{peak} bytes in one outbox");

    let seen = read_until_live(&mut slow, &mut speaker, &text).await;
    check_nothing_is_missing(&seen, said + 1);
    reading.abort_all();
}

/// What the slow reader saw of the room: numbers of lines, and ranges skipped.
#[derive(Debug)]
enum Seen {
    Line(u64),
    Skipped { count: u64, first: u64, last: u64 },
}

/// Reads all that waits; what is said meanwhile comes live at the end.
async fn read_until_live(slow: &mut Person, speaker: &mut Person, text: &str) -> Vec<Seen> {
    let mut seen = Vec::new();
    let mut has_asked = false;
    loop {
        let line = untimed(&slow.line().await);
        if let Some(said) = line.strip_prefix("#lobby speaker: ") {
            let Some((number, _)) = said.split_once(' ') else {
                assert_eq!(said, "live");
                return seen;
            };
            seen.push(Seen::Line(number.parse().unwrap()));
        } else if let Some(skip) = line.strip_prefix("-- You were too slow: ") {
            seen.push(parse_skip(skip));
        }
        if !has_asked && matches!(seen.last(), Some(Seen::Skipped { .. })) {
            has_asked = true;
            speaker
                .send(&format!("{} {text}", next_number(&seen)))
                .await;
            speaker.send("live").await;
        }
    }
}

fn next_number(seen: &[Seen]) -> u64 {
    match seen.last() {
        Some(Seen::Skipped { last, .. }) => last + 1,
        Some(Seen::Line(number)) => number + 1,
        None => 1,
    }
}

/// `312 messages skipped in #ops (4711 to 5022).`, with or without notices.
fn parse_skip(skip: &str) -> Seen {
    let count = skip
        .split(' ')
        .next()
        .unwrap()
        .replace(',', "")
        .parse()
        .unwrap();
    let range = skip.split('(').nth(1).unwrap().split(')').next().unwrap();
    let (first, last) = range.split_once(" to ").unwrap_or((range, range));
    Seen::Skipped {
        count,
        first: first.parse().unwrap(),
        last: last.parse().unwrap(),
    }
}

/// The lobby's numbers are the speaker's own, since nobody else spoke.
fn check_nothing_is_missing(seen: &[Seen], last: u64) {
    let mut next = 1;
    let mut skips = 0;
    for step in seen {
        match *step {
            Seen::Line(number) => {
                assert_eq!(number, next, "a line is missing, doubled or out of order");
                next += 1;
            }
            Seen::Skipped { count, first, last } => {
                assert_eq!(first, next, "the skip begins where the lines end");
                assert_eq!(count, last - first + 1, "the count is that of the range");
                next = last + 1;
                skips += 1;
            }
        }
    }
    assert_eq!(next, last + 1, "up to the last line");
    assert!(skips > 0);
}

async fn a_long_list_reaches_a_dribbling_reader_whole_while_others_talk(people: People) {
    const PEOPLE: usize = 2_000;
    let server = TestServer::start_for(people, unlimited()).await;
    let mut crowd = Vec::new();
    for _ in 0..PEOPLE - 2 {
        crowd.push(server.connect().await);
    }
    let mut talker = server.person("talker").await;
    let mut reader = server.person("reader").await;
    server.until_people(PEOPLE).await;
    reader.send("/who").await;
    reader.send("/nick done").await;
    for _ in 0..20 {
        talker.send("chatter").await;
    }
    let mut text = String::new();
    let mut bytes = [0; 100];
    while !text.contains("-- You are now done.") {
        let count = reader.read_some(&mut bytes).await;
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }
    let named = |line: &&str| line.starts_with("-- ") && line.contains("guest");
    let names: Vec<&str> = text
        .lines()
        .filter(named)
        .flat_map(|line| line.split([' ', ',']))
        .filter(|word| word.starts_with("guest"))
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(names.len(), PEOPLE - 2, "each member is listed, and once");
    assert_eq!(sorted.len(), PEOPLE - 2);
    server.inspect().await.audit.unwrap();
}

async fn arrivals_in_a_large_room_cost_summaries(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut crowd = Vec::new();
    for _ in 0..1_000 {
        crowd.push(server.connect().await);
    }
    for _ in 0..1_000 {
        crowd.push(server.connect().await);
    }
    server.until_people(2_000).await;
    let bytes_out = server.handle.gauges().bytes_out();
    // A notice to each of a thousand for each of a thousand would be 25 MB.
    assert!(
        bytes_out < 2_000_000,
        "{bytes_out} bytes for two thousand arrivals"
    );
    let summary = loop {
        let line = crowd[0].line().await;
        if line.starts_with("-- #lobby: ") {
            break line;
        }
    };
    assert!(summary.contains(" joined"), "{summary}");
}

async fn private_messages_to_who_does_not_read_are_refused_to_their_sender(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut stuck = server.connect_with_small_window().await;
    stuck.send("/nick stuck").await;
    stuck.until("-- You are now stuck.").await;
    let mut sender = server.person("sender").await;
    let text = "x".repeat(4000);
    let mut sent = 0_u64;
    loop {
        sender.send(&format!("/msg stuck {sent} {text}")).await;
        let answer = untimed(&sender.line().await);
        if answer == "!! stuck is not reading at the moment. Not sent; try again later." {
            break;
        }
        assert_eq!(answer, format!("you -> stuck: {sent} {text}"));
        sent += 1;
        assert!(sent < 100_000, "nothing bounds what waits");
    }
    // What was accepted is there, whole; then the way is free again.
    for number in 0..sent {
        stuck
            .until(&format!("sender -> you: {number} {text}"))
            .await;
    }
    loop {
        sender.send("/msg stuck again").await;
        if untimed(&sender.line().await) == "you -> stuck: again" {
            break;
        }
    }
    stuck.until("sender -> you: again").await;
}

async fn replies_to_who_does_not_read_cost_a_reserve_and_are_all_there_later(people: People) {
    const TIMES: usize = 5_000;
    let server = TestServer::start_for(people, unlimited()).await;
    let mut stuck = server.connect_with_small_window().await;
    let mut writing = tokio::task::JoinSet::new();
    let mut write = stuck.write;
    writing.spawn(async move {
        let paste = "/help\n".repeat(TIMES) + "/nick done\n";
        write.write_all(paste.as_bytes()).await.unwrap();
        write.flush().await.unwrap();
        write
    });
    // The server takes what it may; what is more waits with the sender.
    let mut other = server.person("other").await;
    while server.handle.gauges().held() < 64 * 1024 {
        other.send("/msg other tick").await;
        other.until("other -> you: tick").await;
    }
    let mut helped = 0;
    loop {
        let mut line = String::new();
        stuck.read.read_line(&mut line).await.unwrap();
        helped += usize::from(line.starts_with("-- /help COMMAND"));
        if line == "-- You are now done.\n" {
            break;
        }
    }
    assert_eq!(helped, TIMES);
    let peak = server.handle.gauges().held_peak();
    assert!(
        peak <= (OUTBOX + 64 * 1024) as u64,
        "{peak} bytes in one outbox"
    );
    writing.join_all().await;
}

async fn who_takes_nothing_at_all_for_the_stall_timeout_is_lost(people: People) {
    let stall_timeout = std::time::Duration::from_secs(1);
    let server = TestServer::start_for(
        people,
        Config {
            stall_timeout,
            ..unlimited()
        },
    )
    .await;
    let mut stuck = server.connect_with_small_window().await;
    stuck.send("/nick stuck").await;
    stuck.until("-- You are now stuck.").await;
    let mut speaker = server.person("speaker").await;
    let text = "x".repeat(4000);
    while server.handle.gauges().skipped_lines() == 0 {
        speaker.send(&text).await;
    }
    speaker.until("-- stuck left: connection lost.").await;
    server.until_people(1).await;
    server.until_connections(1).await;
}
