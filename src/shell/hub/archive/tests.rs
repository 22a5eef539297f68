use tokio::time::sleep;

use super::*;
use crate::chat::Text;
use crate::shell::store::{Beginning, LEAD_MIN};

/// A hub's side of history whose keeper is this test.
struct Scene {
    archive: Archive,
    next: u64,
    _keeper: (mpsc::Receiver<Request>, mpsc::Sender<Answer>),
}

impl Scene {
    fn new() -> Self {
        let (requests, requested) = mpsc::channel(10_000);
        let (answers_in, answers) = mpsc::channel(1);
        let archive = Archive::new(HistoryLink {
            config: HistoryConfig::default(),
            requests,
            answers,
            beginning: Beginning { highest: Seq(0) },
            lobby: Past::default(),
            lobby_mark: Seq(LEAD_MIN),
        });
        Self {
            archive,
            next: 1,
            _keeper: (requested, answers_in),
        }
    }

    /// How many of so many lines, said in one turn, have to wait for a commit.
    fn say(&mut self, lines: usize) -> usize {
        let wait = (0..lines).filter(|_| {
            let message = Message::Said {
                room: RoomName::lobby(),
                seq: Seq(self.next),
                at: chrono::DateTime::UNIX_EPOCH,
                from: "ada".parse().unwrap(),
                text: Text::clean("hi").unwrap(),
            };
            let seq = Seq(self.next);
            self.next += 1;
            let showing = self.archive.record(&RoomName::lobby(), seq, &message);
            matches!(showing, Showing::After(_))
        });
        let wait = wait.count();
        self.archive.hand_over();
        wait
    }

    /// Everything that was said is committed.
    fn commit(&mut self) {
        let ticket = self.archive.outgoing.ticket();
        let refused = Vec::new();
        self.archive.decide(ticket, &Fate::Kept { refused });
    }
}

/// With 50 lines on their way at any time, all of them waited for each commit: what was
/// set aside was given back whenever everything was committed.
#[tokio::test(start_paused = true)]
async fn people_who_talk_fast_do_not_wait_for_commits() {
    let mut scene = Scene::new();
    let mut waited = Vec::new();
    for _ in 0..50 {
        waited.push(scene.say(50));
        scene.commit();
        scene.archive.settle();
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(waited[5..], [0; 45], "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_room_that_is_quiet_gives_back_what_was_set_aside() {
    let mut scene = Scene::new();
    for _ in 0..20 {
        scene.say(50);
        scene.commit();
    }
    let mut looks = 0;
    while let Some(at) = scene.archive.settle_at() {
        tokio::time::sleep_until(at).await;
        scene.archive.settle();
        looks += 1;
    }
    assert!((1..=3).contains(&looks), "{looks}");
    let waited = scene.say(100);
    assert_eq!(
        waited,
        100 - LEAD_MIN as usize,
        "beyond what is set aside now"
    );
}
