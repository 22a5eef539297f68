use tokio::io::{AsyncRead, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::{JoinSet, yield_now};

use super::*;
use crate::chat::{Command, Text};
use crate::dialect::Flavor;

/// One end of a pipe, as the read half of a connection.
struct Half(DuplexStream);

impl AsyncRead for Half {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl ReadHalf for Half {}

/// A reader, and everything around it. The hub takes one batch at a time.
struct Scene {
    person: DuplexStream,
    gate: Arc<Gate>,
    hub: mpsc::Sender<Batch>,
    batches: mpsc::Receiver<Batch>,
    readers: JoinSet<ReaderDone>,
}

impl Scene {
    fn new() -> Self {
        let (person, read) = duplex(64 * 1024);
        let (hub, batches) = mpsc::channel(1);
        let gate = Arc::new(Gate::default());
        let decoder = Decoder::new(Flavor::Text, 4096);
        let after_end = Duration::from_secs(60);
        let mut reader = Reader::new(
            ConnId(1),
            Half(read),
            Arc::clone(&gate),
            hub.clone(),
            decoder,
            after_end,
        );
        let mut readers = JoinSet::new();
        readers.spawn(async move { reader.run().await });
        Self {
            person,
            gate,
            hub,
            batches,
            readers,
        }
    }

    /// Takes the one place at the hub.
    fn crowd(&self) {
        let other = Batch {
            conn: ConnId(2),
            items: Vec::new(),
            end: None,
            read_at: Instant::now(),
            bytes_in: 0,
        };
        self.hub.try_send(other).unwrap();
    }

    async fn next(&mut self) -> Batch {
        self.batches.recv().await.unwrap()
    }

    async fn type_lines(&mut self, numbers: std::ops::Range<usize>) {
        for number in numbers {
            let line = format!("{number}\n");
            self.person.write_all(line.as_bytes()).await.unwrap();
        }
    }
}

/// What was said, in a batch.
fn said(batch: &Batch) -> Vec<String> {
    let text = |item: &Decoded| {
        let Decoded::Command {
            command: Command::Say { text, .. },
            ..
        } = item
        else {
            panic!("{item:?} was not typed");
        };
        Text::as_str(text).to_owned()
    };
    batch.items.iter().map(text).collect()
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|number| number.to_string()).collect()
}

async fn quiet() {
    for _ in 0..20 {
        yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_finds_the_hub_full_waits_for_a_place_and_comes_once() {
    let mut scene = Scene::new();
    scene.crowd();
    scene.type_lines(0..3).await;
    quiet().await;
    scene.type_lines(3..5).await;
    quiet().await;
    assert_eq!(scene.next().await.conn, ConnId(2));
    let first = scene.next().await;
    assert_eq!((first.conn, said(&first)), (ConnId(1), numbers(0..3)));
    quiet().await;
    assert!(scene.batches.is_empty(), "no credit, no batch");
    scene.gate.open(None);
    assert_eq!(said(&scene.next().await), numbers(3..5));
}

#[tokio::test(start_paused = true)]
async fn an_end_that_finds_the_hub_full_comes_after_what_was_said() {
    let mut scene = Scene::new();
    scene.person.write_all(b"last words").await.unwrap();
    scene.person.shutdown().await.unwrap();
    let words = scene.next().await;
    assert_eq!((said(&words), words.end), (vec!["last words".into()], None));
    scene.crowd();
    scene.gate.open(None);
    quiet().await;
    assert_eq!(scene.next().await.conn, ConnId(2));
    let end = scene.next().await.end.unwrap();
    assert_eq!((end.why, end.is_cut), (Ending::InputEnded, false));
    assert_eq!(
        scene.readers.join_next().await.unwrap().unwrap().bytes_in,
        10
    );
}

/// What looks like lines in a handshake was said in the lobby, and kept.
#[tokio::test(start_paused = true)]
async fn who_begins_tls_says_nothing_and_is_told() {
    let mut scene = Scene::new();
    scene.person.write_all(b"\x16").await.unwrap();
    let told = scene.next().await;
    let [Decoded::Answer(line)] = &told.items[..] else {
        panic!("{told:?}");
    };
    assert!(line.starts_with(b"!! That is TLS"), "{told:?}");
    let _ = scene.person.write_all(b"\x03\x01secret.example\n").await;
    scene.gate.open(None);
    let rest = scene.next().await;
    let why = rest.end.map(|end| end.why);
    assert_eq!((rest.items.len(), why), (0, Some(Ending::InputEnded)));
}

#[tokio::test(start_paused = true)]
async fn a_paste_comes_in_batches_of_the_credit_each_for_an_opening() {
    let mut scene = Scene::new();
    let paste: String = (0..50).map(|number| format!("{number}\n")).collect();
    scene.person.write_all(paste.as_bytes()).await.unwrap();
    for batch in [0..16, 16..32, 32..48, 48..50] {
        assert_eq!(said(&scene.next().await), numbers(batch));
        quiet().await;
        assert!(scene.batches.is_empty());
        scene.gate.open(None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_what_is_left_and_only_until_its_moment() {
    let mut scene = Scene::new();
    scene.type_lines(0..20).await;
    assert_eq!(scene.next().await.items.len(), CREDIT);
    let until = Instant::now() + Duration::from_secs(3);
    scene.gate.open(Some(until));
    assert_eq!(said(&scene.next().await), numbers(16..20));
    assert!(Instant::now() >= until);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_anything_hears_of_a_cut() {
    // For input, for credit, for the end of a pause.
    for waits_for in 0..3 {
        let mut scene = Scene::new();
        if waits_for > 0 {
            scene.type_lines(0..1).await;
            scene.next().await;
        }
        if waits_for > 1 {
            scene
                .gate
                .open(Some(Instant::now() + Duration::from_secs(3_600)));
        }
        quiet().await;
        scene.gate.close(Closing::Cut);
        scene.readers.join_next().await.unwrap().unwrap();
    }
}

/// With what the runtime adds, the task of an idle connection fits into 256 bytes.
#[test]
fn an_idle_reader_is_small() {
    #[expect(
        clippy::manual_async_fn,
        reason = "as the hub spawns it: an `async fn` would keep two copies of its argument"
    )]
    fn task<R: ReadHalf>(mut reader: Reader<R>) -> impl Future<Output = ReaderDone> {
        async move { reader.run().await }
    }
    fn size<R: ReadHalf, F: Future>(_: fn(Reader<R>) -> F) -> usize {
        size_of::<F>()
    }
    let size = size(task::<crate::shell::tls::Incoming<crate::shell::TcpRead>>);
    assert!(size <= 152, "{size}");
}
