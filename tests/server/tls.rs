//! TLS and plain people on one port: handshakes that go nowhere, and a certificate that
//! is renewed.

use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use roomful::shell::tls::{Renewal, TlsFiles};
use roomful::shell::{Clock, Config, Outcome};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{PATIENCE, People, Person, TestServer, Wire, unlimited};
use crate::support::{certificate_files, make_certificate, trusting};

/// How many connect, begin TLS with its first byte, and say nothing more.
const STUCK: usize = 500;

async fn stuck(server: &TestServer) -> Vec<TcpStream> {
    let mut stuck = Vec::new();
    for _ in 0..STUCK {
        let mut tcp = TcpStream::connect(server.addr).await.unwrap();
        tcp.write_all(&[0x16]).await.unwrap();
        stuck.push(tcp);
    }
    stuck
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_go_nowhere_hold_up_nobody() {
    let config = Config {
        handshake_timeout: PATIENCE,
        ..unlimited()
    };
    let server = TestServer::start_for(People::Mixed, config).await;
    let mut ada = server.person("ada").await; // Over TLS.
    let mut stuck = stuck(&server).await;
    let mut bob = server.person("bob").await;
    let mut eve = server.person("eve").await; // Over TLS.
    bob.send("anybody?").await;
    ada.until("#lobby bob: anybody?").await;
    eve.until("#lobby bob: anybody?").await;
    eve.send("everybody").await;
    bob.until("#lobby eve: everybody").await;
    // All of that came to pass while each of them was still there.
    for tcp in &mut stuck {
        let mut byte = [0];
        let nothing = timeout(Duration::ZERO, tcp.read(&mut byte)).await;
        assert!(nothing.is_err(), "{nothing:?}");
    }
    assert_eq!(server.inspect().await.stats.people, 3);
    // A server that stops waits for none of them.
    assert_eq!(server.stop().await, Outcome::Stopped);
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_that_go_nowhere_end_after_their_time() {
    let config = Config {
        handshake_timeout: Duration::from_millis(100),
        ..unlimited()
    };
    let server = TestServer::start_for(People::Mixed, config).await;
    for mut tcp in stuck(&server).await {
        let end = timeout(PATIENCE, tcp.read(&mut [0])).await;
        let end = end.expect("it ends in time");
        assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    }
    let mut bob = Person::raw(TcpStream::connect(server.addr).await.unwrap())
        .greeted()
        .await;
    bob.send("/quit").await;
    bob.rest().await;
    server.until_people(0).await;
}

/// A server whose certificate is watched.
struct Renewing {
    server: TestServer,
    files: TlsFiles,
    renewal: Renewal,
    _dir: TempDir,
}

impl Renewing {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = certificate_files(dir.path());
        make_certificate(&files);
        let renewal = Renewal::begin(files.clone(), Clock::system()).unwrap();
        let server = TestServer::start_tls(unlimited(), &renewal.tls());
        Self {
            server,
            files,
            renewal,
            _dir: dir,
        }
    }

    /// Somebody who trusts the certificate that was in the file at some time.
    async fn somebody(&self, trust: &Arc<rustls::ClientConfig>) -> std::io::Result<Person> {
        let wire = Wire::connect_secure(self.server.addr, Arc::clone(trust)).await?;
        Ok(Person::on(wire).greeted().await)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_replaced_while_people_talk() {
    let mut renewing = Renewing::start();
    let first = trusting(&renewing.files.cert);
    let mut ada = renewing.somebody(&first).await.unwrap();
    let mut bob = Person::connect(renewing.server.addr).await;
    talk(&mut ada, &mut bob).await;

    make_certificate(&renewing.files);
    let second = trusting(&renewing.files.cert);
    renewing.renewal.reload();
    let mut eve = renewing.somebody(&second).await.unwrap();
    let refused = renewing.somebody(&first).await.err();
    assert!(refused.is_some(), "the old certificate is shown no longer");
    talk(&mut ada, &mut bob).await;
    talk(&mut eve, &mut ada).await;

    fs::write(&renewing.files.key, "half a k").unwrap();
    renewing.renewal.reload();
    let mut dan = renewing.somebody(&second).await.unwrap();
    talk(&mut dan, &mut ada).await;
    talk(&mut bob, &mut eve).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_change_are_served_without_being_told() {
    let mut renewing = Renewing::start();
    let first = trusting(&renewing.files.cert);
    let mut ada = renewing.somebody(&first).await.unwrap();
    make_certificate(&renewing.files);
    // However coarse the clock of the files is.
    let mut options = fs::File::options();
    let file = options.write(true).open(&renewing.files.cert).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    let second = trusting(&renewing.files.cert);
    let tls = renewing.renewal.tls();
    let before = tls.identity();
    let is_seen = async {
        while tls.identity().shows_the_same_as(&before) {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        () = is_seen => {}
        never = timeout(PATIENCE, renewing.renewal.run()) => panic!("{never:?}"),
    }
    let mut eve = renewing.somebody(&second).await.unwrap();
    talk(&mut ada, &mut eve).await;
}

/// Each hears the other.
async fn talk(one: &mut Person, other: &mut Person) {
    let (ones, others) = (one.nick.clone(), other.nick.clone());
    one.send("do you hear me?").await;
    other
        .until(&format!("#lobby {ones}: do you hear me?"))
        .await;
    other.send("I do").await;
    one.until(&format!("#lobby {others}: I do")).await;
}
