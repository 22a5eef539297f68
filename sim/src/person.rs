//! Somebody at a terminal, on a turmoil host.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, sleep, sleep_until, timeout};
use turmoil::net::TcpStream;
use turmoil::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::net::PORT;
use crate::plan::Step;
use crate::trace::Trace;

/// How long somebody waits for words, in simulated time.
const PATIENCE: Duration = Duration::from_secs(300);

/// Somebody who is connected.
struct Person {
    number: usize,
    read: OwnedReadHalf,
    write: OwnedWriteHalf,
    /// What came after the last line end.
    unfinished: Vec<u8>,
    trace: Trace,
}

/// Does what the script says.
pub(crate) async fn play(number: usize, script: Vec<Step>, trace: Trace) {
    let mut steps = script.into_iter();
    for step in steps.by_ref() {
        match step {
            Step::Wait(duration) => sleep(duration).await,
            Step::Connect => break,
            Step::Say(_) | Step::Hear(_) | Step::EndInput | Step::HearOut | Step::Reset => {
                panic!("person {number} is not connected: {step:?}")
            }
        }
    }
    let stream = TcpStream::connect(("server", PORT))
        .await
        .expect("the server listens");
    let (read, write) = stream.into_split();
    let mut person = Person {
        number,
        read,
        write,
        unfinished: Vec::new(),
        trace,
    };
    for step in steps {
        person.take(step).await;
    }
}

impl Person {
    async fn take(&mut self, step: Step) {
        match step {
            Step::Connect => panic!("person {} is connected already", self.number),
            Step::Wait(duration) => self.read_until_time(Instant::now() + duration).await,
            Step::Say(line) => self.say(&line).await,
            Step::Hear(words) => self.hear(&words).await,
            Step::EndInput => {
                let _ = self.write.shutdown().await;
                self.hear_out().await;
            }
            Step::HearOut => self.hear_out().await,
            Step::Reset => {
                self.say("/help").await;
                sleep(Duration::from_secs(1)).await; // The answer is there, unread.
            }
        }
    }

    /// A connection that is gone takes nothing; its end was heard, or will be.
    async fn say(&mut self, line: &str) {
        let _ = self.write.write_all(format!("{line}\n").as_bytes()).await;
    }

    async fn read_until_time(&mut self, until: Instant) {
        loop {
            tokio::select! {
                biased;
                line = self.line() => {
                    if line.is_none() {
                        sleep_until(until).await;
                        return;
                    }
                }
                () = sleep_until(until) => return,
            }
        }
    }

    async fn hear(&mut self, words: &str) {
        let number = self.number;
        let heard = timeout(PATIENCE, async {
            while let Some(line) = self.line().await {
                if line.contains(words) {
                    return true;
                }
            }
            false
        });
        assert_eq!(
            heard.await,
            Ok(true),
            "person {number} never heard {words:?}"
        );
    }

    async fn hear_out(&mut self) {
        let ended = timeout(PATIENCE, async { while self.line().await.is_some() {} });
        ended.await.expect("the server closes in time");
    }

    /// The next line, recorded. May be dropped while it waits.
    async fn line(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.unfinished.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unfinished.drain(..=end).collect();
                let line = String::from_utf8(line).expect("the server sends text");
                let line = untimed(line.trim_end_matches('\n'));
                self.trace.record(self.number, Some(line.clone()));
                return Some(line);
            }
            let mut bytes = [0; 4096];
            match self.read.read(&mut bytes).await {
                Ok(0) | Err(_) => {
                    self.trace.record(self.number, None);
                    return None;
                }
                Ok(count) => self.unfinished.extend_from_slice(&bytes[..count]),
            }
        }
    }
}

/// A line without its time of day, if it begins with one.
fn untimed(line: &str) -> String {
    let is_timed = line.as_bytes().get(2) == Some(&b':') && line.as_bytes().get(5) == Some(&b' ');
    if is_timed {
        line[6..].into()
    } else {
        line.into()
    }
}
