//! People talk: rooms, nicknames, private messages.

use crate::support::{People, TestServer, plain_and_mixed, unlimited};
use roomful::shell::{Config, Outcome};

plain_and_mixed! {
    a_first_session,
    a_join_and_a_line_in_one_segment,
    help_a_hundred_times_in_one_segment,
    lines_in_pieces_and_pieces_of_lines,
    a_script_says_something_and_ends_its_input,
    a_private_message_reaches_two_people_only,
    ignoring_is_not_told,
}

async fn a_first_session(people: People) {
    let server = TestServer::start_for(people, Config::default()).await;
    let mut bob = server.person("bob").await;
    let mut ada = server.connect().await;
    bob.expect(&format!("-- {} joined #lobby.", ada.nick)).await;

    ada.send("/nick ada").await;
    ada.expect("-- You are now ada.").await;
    bob.expect(&format!("-- {} is now ada.", ada.nick)).await;
    ada.send("hi all").await;
    bob.expect("#lobby ada: hi all").await;
    bob.send("hey ada!").await;
    ada.expect("#lobby bob: hey ada!").await;
    bob.send("/me waves").await;
    ada.expect("#lobby * bob waves").await;

    ada.send("/msg bob yes, 12:30").await;
    ada.expect("you -> bob: yes, 12:30").await;
    bob.expect("ada -> you: yes, 12:30").await;
    bob.send("/reply see you there").await;
    bob.expect("you -> ada: see you there").await;
    ada.expect("bob -> you: see you there").await;

    ada.send("/jion x").await;
    ada.expect("!! No command /jion. Did you mean /join?").await;
    ada.send("/quit off home").await;
    ada.expect("-- Bye, ada.").await;
    assert_eq!(ada.line_or_end().await, None);
    bob.expect("-- ada left: off home.").await;
    assert_eq!(server.stop().await, Outcome::Stopped);
}

async fn a_join_and_a_line_in_one_segment(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut dan = server.person("dan").await;
    dan.send("/join ops").await;
    dan.until("-- You joined #ops. Nobody else is here yet. What you type goes here now.")
        .await;
    let mut ada = server.person("ada").await;
    ada.send_bytes(b"/join ops\nhi\n").await;
    dan.until("#ops ada: hi").await;

    // The join is refused, so what follows is said where the focus was.
    let mut bob = server.person("bob").await;
    ada.until("-- guest3 is now bob.").await;
    bob.send_bytes(b"/join -bad\nstill here\n").await;
    ada.until("#lobby bob: still here").await;
}

async fn help_a_hundred_times_in_one_segment(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut ada = server.person("ada").await;
    ada.send("/help").await;
    ada.send("/jion").await;
    let end = "!! No command /jion. Did you mean /join?";
    let once = ada.until(end).await;
    assert!(
        once.len() <= 23,
        "help fits a terminal: {} lines",
        once.len()
    );
    let paste = "/help\n".repeat(100) + "/jion\n";
    ada.send_bytes(paste.as_bytes()).await;
    let mut all = ada.until(end).await;
    all.pop();
    assert_eq!(all.len(), 100 * (once.len() - 1));
    assert!(
        all.chunks(once.len() - 1)
            .all(|help| help == &once[..once.len() - 1])
    );
}

async fn lines_in_pieces_and_pieces_of_lines(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut bob = server.person("bob").await;
    let mut ada = server.person("ada").await;
    bob.until("-- guest2 is now ada.").await;
    for byte in "naïve ☺\r\n/me is here\rthird\n".as_bytes() {
        ada.send_bytes(&[*byte]).await;
    }
    bob.expect("#lobby ada: naïve ☺").await;
    bob.expect("#lobby * ada is here").await;
    bob.expect("#lobby ada: third").await;
}

async fn a_script_says_something_and_ends_its_input(people: People) {
    let server = TestServer::start_for(people, Config::default()).await;
    let mut bob = server.person("bob").await;
    let mut script = server.connect().await;
    script.send_bytes(b"deploy done").await;
    script.end_input().await;
    bob.expect(&format!("-- {} joined #lobby.", script.nick))
        .await;
    bob.expect(&format!("#lobby {}: deploy done", script.nick))
        .await;
    bob.expect(&format!("-- {} left.", script.nick)).await;
    assert_eq!(script.line_or_end().await, None);
    server.until_people(1).await;
}

async fn a_private_message_reaches_two_people_only(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut eve = server.person("eve").await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    ada.until("-- guest3 is now bob.").await;
    ada.send("/msg bob the secret").await;
    ada.expect("you -> bob: the secret").await;
    bob.expect("ada -> you: the secret").await;
    ada.send("in public").await;
    let heard = eve.until("#lobby ada: in public").await;
    assert!(
        heard.iter().all(|line| !line.contains("secret")),
        "{heard:?}"
    );
}

async fn ignoring_is_not_told(people: People) {
    let server = TestServer::start_for(people, unlimited()).await;
    let mut ada = server.person("ada").await;
    let mut bob = server.person("bob").await;
    ada.send("/ignore bob").await;
    ada.until("-- You ignore bob now. /unignore bob undoes it.")
        .await;
    bob.send("you there?").await;
    bob.send("/msg ada psst").await;
    bob.until("you -> ada: psst").await;
    ada.send("/unignore bob").await;
    ada.expect("-- You hear bob again.").await;
    bob.send("now?").await;
    ada.expect("#lobby bob: now?").await;
}
