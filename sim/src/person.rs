//! Somebody at a terminal, in any world.

mod ear;

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::atlas::{FaultKind, Phase};
use crate::heap;
use crate::plan::{PersonPlan, Step};
use crate::trace::{Deed, HowEnded, Life, Trace, What};
use ear::{Ear, Mode};

/// How long somebody waits for words, or for the end.
const PATIENCE: Duration = Duration::from_secs(60);

/// More than this at once is no line that anybody types.
const PASTE_BYTES_MIN: usize = 200;

/// What a world has for people: a way to connect, and ways to go.
pub(crate) trait Network: Clone + Send + 'static {
    /// What they hear by.
    type Read: AsyncRead + Unpin + Send + 'static;
    /// What they speak by.
    type Write: AsyncWrite + Unpin + Send + 'static;

    /// Connects from a host.
    fn connect(
        &self,
        life: Life,
        host: usize,
    ) -> impl Future<Output = io::Result<(Self::Read, Self::Write)>> + Send;

    /// Where in its life a connection is; as far as this world knows.
    fn phase(&self, write: &Self::Write, was_heard: bool) -> Phase;

    /// Goes in some way other than closing.
    fn go(&self, way: Way, read: Self::Read, write: Self::Write)
    -> impl Future<Output = ()> + Send;
}

/// Ways to go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// By a reset.
    Reset,
    /// Without a word.
    Vanish,
    /// Having forgotten everything.
    Reboot,
}

/// Somebody.
pub(crate) struct Person<N: Network> {
    number: usize,
    host: usize,
    /// Connections so far.
    lives: usize,
    link: Option<Link<N>>,
    net: N,
    trace: Trace,
    start: Instant,
}

/// A connection.
struct Link<N: Network> {
    life: Life,
    write: N::Write,
    ear: Arc<Ear>,
    /// The one task that reads; it gives the half back when told to quit.
    reader: JoinSet<N::Read>,
}

/// Does what the script says; at the end the connection is closed.
pub(crate) async fn play<N: Network>(
    number: usize,
    plan: PersonPlan,
    net: N,
    trace: Trace,
    start: Instant,
) {
    let mut person = Person {
        number,
        host: plan.host,
        lives: 0,
        link: None,
        net,
        trace,
        start,
    };
    for step in plan.script {
        person.take(step).await;
    }
    person.close().await;
}

impl<N: Network> Person<N> {
    async fn take(&mut self, step: Step) {
        match step {
            Step::At(at) => sleep_until(self.start + at).await,
            Step::Wait(duration) => sleep(duration).await,
            Step::Connect => self.connect().await,
            Step::Say(line) => self.send(format!("{line}\n").into_bytes()).await,
            Step::Dribble(line) => self.dribble(&format!("{line}\n")).await,
            Step::Send(bytes) => {
                if bytes.len() > PASTE_BYTES_MIN || str::from_utf8(&bytes).is_err() {
                    self.strike(FaultKind::Flood);
                }
                self.send(bytes).await;
            }
            Step::Hear(words) => self.hear(&words).await,
            Step::StopReading => self.read_as(Mode::Stopped, Some(FaultKind::NeverReads)),
            Step::ReadSlowly(bytes) => {
                self.read_as(Mode::Slow(bytes.max(1)), Some(FaultKind::ReadsSlowly));
            }
            Step::ReadOn => self.read_as(Mode::Full, None),
            Step::EndInput => self.end_input().await,
            Step::HearOut => self.hear_out().await,
            Step::FetchSkipped => self.fetch_skipped().await,
            Step::Close => self.close().await,
            Step::Reset => self.go(Way::Reset, FaultKind::Reset).await,
            Step::Vanish => self.go(Way::Vanish, FaultKind::PowerLoss).await,
            Step::Reboot => self.go(Way::Reboot, FaultKind::Reboot).await,
        }
    }

    async fn connect(&mut self) {
        self.close().await;
        let life = Life {
            person: self.number,
            life: self.lives,
        };
        self.lives += 1;
        let connecting = self.net.connect(life, self.host);
        let Ok(Ok((read, write))) = timeout(PATIENCE, connecting).await else {
            self.trace.record(What::Struck(
                FaultKind::ConnectRefused,
                Phase::Handshake,
                Some(life),
            ));
            self.trace.record(What::NotConnected(life));
            return;
        };
        self.trace.record(What::Connected(life));
        let ear = Arc::new(Ear::new(life, self.trace.clone()));
        let mut reader = JoinSet::new();
        reader.spawn(heap::task_apart(Arc::clone(&ear).listen(read)));
        self.link = Some(Link {
            life,
            write,
            ear,
            reader,
        });
    }

    /// What cannot be sent any more is noted; the end is heard, or will be.
    async fn send(&mut self, bytes: Vec<u8>) {
        let Some(link) = &mut self.link else { return };
        self.trace.record(What::Typing(link.life, bytes.clone()));
        let sent = link.write.write_all(&bytes).await;
        self.trace.record(match sent {
            Ok(()) => What::Sent(link.life),
            Err(_) => What::Unsent(link.life),
        });
    }

    async fn dribble(&mut self, line: &str) {
        for byte in line.bytes() {
            self.send(vec![byte]).await;
            sleep(Duration::from_millis(1)).await;
        }
    }

    async fn hear(&mut self, words: &str) {
        let Some(link) = &self.link else { return };
        let heard = timeout(PATIENCE, link.ear.until_heard(words)).await;
        if heard != Ok(true) {
            self.trace.record(What::Unheard(link.life, words.into()));
        }
    }

    async fn hear_out(&mut self) {
        let Some(link) = &self.link else { return };
        if timeout(PATIENCE, link.ear.until_ended()).await.is_err() {
            self.trace
                .record(What::Unheard(link.life, "the end".into()));
        }
    }

    /// Types the command that was told with the last skip, if any was.
    async fn fetch_skipped(&mut self) {
        let told = self.link.as_ref().and_then(|link| link.ear.how_to_fetch());
        if let Some(command) = told {
            self.send(format!("{command}\n").into_bytes()).await;
        }
    }

    fn read_as(&mut self, mode: Mode, fault: Option<FaultKind>) {
        let Some(link) = &self.link else { return };
        let deed = match mode {
            Mode::Stopped => Deed::StopReading,
            Mode::Slow(_) => Deed::ReadSlowly,
            Mode::Full | Mode::Quit => Deed::ReadOn,
        };
        if let Some(fault) = fault {
            self.strike(fault);
        }
        self.trace.record(What::Did(link.life, deed));
        link.ear.read_as(mode);
    }

    async fn end_input(&mut self) {
        self.strike(FaultKind::HalfClose);
        let Some(link) = &mut self.link else { return };
        self.trace.record(What::Did(link.life, Deed::EndInput));
        let _ = link.write.shutdown().await;
    }

    async fn close(&mut self) {
        self.strike(FaultKind::CleanClose);
        if let Some((life, read, write)) = self.let_go().await {
            self.trace.record(What::Did(life, Deed::Close));
            drop(write);
            drop(read);
        }
    }

    async fn go(&mut self, way: Way, fault: FaultKind) {
        self.strike(fault);
        if let Some((life, read, write)) = self.let_go().await {
            self.trace.record(What::Did(life, Deed::Vanish));
            self.net.go(way, read, write).await;
        }
    }

    /// Both halves of the connection, nobody reading any more.
    async fn let_go(&mut self) -> Option<(Life, N::Read, N::Write)> {
        let mut link = self.link.take()?;
        link.ear.read_as(Mode::Quit);
        let read = link
            .reader
            .join_next()
            .await?
            .expect("a reader does not fail");
        Some((link.life, read, link.write))
    }

    fn strike(&self, fault: FaultKind) {
        if let Some(link) = &self.link {
            let phase = self.net.phase(&link.write, link.ear.has_heard());
            self.trace
                .record(What::Struck(fault, phase, Some(link.life)));
        }
    }
}

impl HowEnded {
    fn of(read: &io::Result<usize>) -> Self {
        match read {
            Ok(_) => Self::Closed,
            Err(_) => Self::Broken,
        }
    }
}
