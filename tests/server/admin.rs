//! The admin address: what it shows, and that who asks there costs nobody anything.

use std::net::SocketAddr;
use std::time::Duration;

use roomful::shell::admin::{Admin, AdminThread, CLIENTS_MAX};
use roomful::shell::{Clock, Config, Handle, Outcome, Server, TcpListener};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::support::{PATIENCE, Person, TestDisk, TestServer, unlimited};

/// The admin address of a server.
struct Door {
    addr: SocketAddr,
    _serves: AdminThread,
}

/// An answer: its head in lower case, and its body.
struct Answer {
    head: String,
    body: String,
}

impl Answer {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }
}

impl Door {
    fn of(handle: &Handle) -> Self {
        let admin = Admin::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let addr = admin.local_addr();
        let serves = admin.start(handle.clone()).unwrap();
        Self {
            addr,
            _serves: serves,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.addr).await.unwrap()
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: roomful\r\n\r\n"))
            .await
    }

    async fn ask(&self, request: &str) -> Answer {
        let mut stream = self.connect().await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let read = timeout(PATIENCE, stream.read_to_string(&mut answer)).await;
        read.expect("it answers in time").unwrap();
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .unwrap_or_else(|| panic!("no answer: {answer:?}"));
        Answer {
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_what_is_none() {
    let server = TestServer::start(unlimited()).await;
    let door = Door::of(&server.handle);

    let metrics = door.get("/metrics").await;
    assert_eq!(metrics.status(), "200");
    let kind = "content-type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert!(metrics.head.contains(kind), "{}", metrics.head);
    assert!(
        metrics.body.contains("\nroomful_people 0\n"),
        "{}",
        metrics.body
    );
    assert!(metrics.body.ends_with("# EOF\n"));

    let index = door.get("/").await;
    assert_eq!((index.status(), index.body.lines().count()), ("200", 1));
    for path in ["/metrics", "/healthz", "/readyz"] {
        assert!(index.body.contains(path), "{}", index.body);
    }
    let none = door.get("/debug").await;
    assert_eq!((none.status(), none.body.lines().count()), ("404", 1));
    assert!(none.body.contains("/metrics"));
    let posted = "POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    let posted = door.ask(posted).await;
    assert_eq!(posted.status(), "405");
    assert!(posted.head.contains("allow: get, head"), "{}", posted.head);
    let head = door.ask("HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!((head.status(), head.body.as_str()), ("200", ""));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_the_older_format_gets_it() {
    let server = TestServer::start(unlimited()).await;
    let door = Door::of(&server.handle);
    let request = "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\n\r\n";
    let answer = door.ask(request).await;
    let kind = "content-type: text/plain; version=0.0.4";
    assert!(answer.head.contains(kind), "{}", answer.head);
    let described = "# TYPE roomful_requests_total counter\nroomful_requests_total 0\n";
    assert!(answer.body.contains(described), "{}", answer.body);
}

/// To be started again would help nobody, so that it is no reason to.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_is_ready_and_says_that_it_is_full() {
    let server = TestServer::start(Config {
        connections_max: 1,
        ..unlimited()
    })
    .await;
    let door = Door::of(&server.handle);
    let _ada = server.connect().await;
    let ready = door.get("/readyz").await;
    let said = "ready\nnote: the server is full; one more is told so and sent away\n";
    assert_eq!((ready.status(), ready.body.as_str()), ("200", said));
}

#[tokio::test(flavor = "multi_thread")]
async fn well_and_ready_until_it_stops() {
    let server = TestServer::start(Config {
        shutdown_grace: PATIENCE,
        ..unlimited()
    })
    .await;
    let door = Door::of(&server.handle);
    let well = door.get("/healthz").await;
    assert_eq!((well.status(), well.body.as_str()), ("200", "ok\n"));
    let ready = door.get("/readyz").await;
    assert_eq!((ready.status(), ready.body.as_str()), ("200", "ready\n"));

    // Somebody who takes nothing keeps it from its end.
    let slow = server.connect_with_small_window().await;
    let mut ada = server.person("ada").await;
    while server.handle.gauges().slow_readers() == 0 {
        ada.send(&"x".repeat(4_000)).await;
        ada.send("/nick ada").await;
    }
    server.handle.stop();
    let stopping = door.get("/readyz").await;
    assert_eq!(stopping.status(), "503");
    assert_eq!(stopping.body, "stopping: nobody new is let in\n");
    // It is not to be ended before its time, also when only history is still written.
    let well = door.get("/healthz").await;
    assert_eq!((well.status(), well.body.as_str()), ("200", "stopping\n"));
    drop((slow, ada));
    assert_eq!(server.stop().await, Outcome::Stopped);
    let well = door.get("/healthz").await;
    assert_eq!((well.status(), well.body.as_str()), ("200", "stopping\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_does_not_answer_is_not_well() {
    let any_port = "127.0.0.1:0".parse().unwrap();
    let listener = TcpListener::bind(any_port, PATIENCE).unwrap();
    let server = Server::new(Config::default(), vec![listener], Clock::system());
    // It never runs.
    let door = Door::of(&server.handle());
    for path in ["/healthz", "/readyz"] {
        let answer = door.get(path).await;
        assert_eq!(answer.status(), "503");
        assert_eq!(answer.body, "the hub has not answered for 2 seconds\n");
    }
    assert_eq!(door.get("/metrics").await.status(), "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn trouble_with_history_is_noted_and_keeps_nobody_out() {
    let disk = TestDisk::new();
    let history = roomful::shell::HistoryConfig::default();
    let server = TestServer::start_with(disk.clone(), unlimited(), history).await;
    let door = Door::of(&server.handle);
    let mut ada = Person::connect(server.addr).await;
    disk.fail();
    ada.send("hello?").await;
    let noted = timeout(PATIENCE, async {
        loop {
            let answer = door.get("/readyz").await;
            assert_eq!(answer.status(), "200");
            if answer.body != "ready\n" {
                return answer.body;
            }
            sleep(Duration::from_millis(20)).await;
        }
    });
    let noted = noted.await.expect("it is noted in time");
    assert!(noted.starts_with("ready\nnote: what is said cannot be kept"));
    assert_eq!(door.get("/healthz").await.body, "ok\n");
}

/// Those who say nothing, never end, say nonsense or far too much.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_clients_cost_nobody_anything() {
    let server = TestServer::start(unlimited()).await;
    let door = Door::of(&server.handle);
    let mut ada = Person::connect(server.addr).await;
    let mut bob = Person::connect(server.addr).await;
    let mut crowd = Vec::new();
    for _ in 0..2 * CLIENTS_MAX {
        crowd.push(door.connect().await);
    }
    let mut dribbling = door.connect().await;
    dribbling.write_all(b"GET /metrics HT").await.unwrap();
    let mut deaf = door.connect().await;
    let asks = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    deaf.write_all(asks.as_bytes()).await.unwrap();
    let mut long = door.connect().await;
    // It may be closed in the middle of it.
    let _ = long.write_all(&[b'x'; 64 * 1024]).await;
    for number in 0..10 {
        ada.send(&number.to_string()).await;
        bob.until(&format!("#lobby guest1: {number}")).await;
    }
    // They are shown out, and others get their turn.
    assert_eq!(door.get("/healthz").await.status(), "200");
    for mut stream in crowd.into_iter().chain([dribbling, long]) {
        let mut rest = Vec::new();
        let ended = timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        // A reset is an end too.
        let _ = ended.expect("it is closed in time");
        assert!(rest.len() < 1_000, "{}", String::from_utf8_lossy(&rest));
    }
    assert_eq!(server.stop().await, Outcome::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_its_thread() {
    let server = TestServer::start(unlimited()).await;
    let door = Door::of(&server.handle);
    let addr = door.addr;
    door.get("/").await;
    drop(door);
    let closed = timeout(PATIENCE, async {
        while TcpStream::connect(addr).await.is_ok() {
            sleep(Duration::from_millis(1)).await;
        }
    });
    closed.await.expect("nobody listens there any more");
}
