//! A certificate: what is said of it at the start, before it expires, and when it is
//! replaced.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use expect_test::{Expect, expect};
use rcgen::{CertificateParams, KeyPair};
use tempfile::TempDir;

use roomful::shell::Clock;

use crate::admin::get;
use crate::process::{Process, end_of, roomful};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The time since 1970.
fn now() -> Duration {
    let seconds = Clock::system().now().timestamp();
    Duration::from_secs(seconds.try_into().unwrap())
}

/// A directory with a certificate, its key and a configuration file that names both.
struct Place(TempDir);

impl Place {
    /// The certificate is valid for so many days and an hour more.
    fn new(days: u32) -> Self {
        let place = Self(TempDir::new().unwrap());
        place.renew(now() + DAY * days + DAY / 24);
        let text = "[tls]\ntls_cert = \"cert.pem\"\ntls_key = \"key.pem\"\n";
        fs::write(place.file("roomful.toml"), text).unwrap();
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts another certificate in place of the one that is there.
    fn renew(&self, until: Duration) {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        params.not_after = epoch + until;
        let key = KeyPair::generate().unwrap();
        let cert = params.self_signed(&key).unwrap();
        fs::write(self.file("cert.pem"), cert.pem()).unwrap();
        fs::write(self.file("key.pem"), key.serialize_pem()).unwrap();
    }

    fn start(&self) -> Process {
        let mut command = roomful(&["--config"]);
        command.arg(self.file("roomful.toml"));
        Process::spawn(command)
    }

    /// What a server says that cannot start.
    fn fails(&self, expected: Expect) {
        let mut command = roomful(&["--listen", "127.0.0.1:0", "--config"]);
        command.arg(self.file("roomful.toml"));
        self.says(&mut command, 1, expected);
    }

    fn says(&self, command: &mut Command, status: i32, expected: Expect) {
        let (said, ended) = end_of(command);
        expected.assert_eq(&self.without_place(&said));
        assert_eq!(ended, Some(status));
    }

    fn without_place(&self, said: &str) -> String {
        let place = format!("{}/", self.0.path().display());
        let mut words: Vec<String> = Vec::new();
        for word in said.replace(&place, "").split(' ') {
            // A day, and the time after it.
            let is_day = word.len() == 10 && word.matches('-').count() == 2;
            let is_time = words.last().is_some_and(|last| last == "DAY")
                && word.trim_end_matches(['.', '\n']).matches(':').count() == 2;
            words.push(match (is_day, is_time) {
                (true, _) => "DAY".to_owned(),
                (_, true) => "TIME".to_owned(),
                (false, false) => word.to_owned(),
            });
        }
        words.join(" ")
    }

    fn hang_up(&self, server: &Process, part: &str) -> String {
        server.signal("HUP");
        self.without_place(&server.until_logged(part))
    }
}

#[test]
fn what_cannot_be_served_is_said_at_the_start() {
    let place = Place::new(90);
    place.renew(now() - DAY);
    place.fails(expect![[r#"
        roomful: the certificate in cert.pem expired at DAY TIME UTC. Renew it: nobody would accept it.
    "#]]);
    place.renew(now() + DAY);
    fs::write(place.file("key.pem"), "").unwrap();
    place.fails(expect![[r#"
        roomful: key.pem holds no private key. It must be in PEM: a block that begins with -----BEGIN PRIVATE KEY-----.
    "#]]);
    fs::remove_file(place.file("cert.pem")).unwrap();
    place.fails(expect![[r#"
        roomful: cert.pem cannot be read: No such file or directory (os error 2). Check its name and who may read it.
    "#]]);
}

#[test]
fn half_of_what_tls_takes_is_no_use_wherever_it_is_set() {
    let place = Place::new(90);
    let file = place.file("roomful.toml");
    let with = |text: &str| {
        fs::write(&file, text).unwrap();
        let mut command = roomful(&["--config"]);
        command.arg(&file);
        command
    };
    let cert = "[tls]\ntls_cert = \"cert.pem\"\n";
    place.says(
        &mut with(cert),
        2,
        expect![[r#"
        roomful: roomful.toml:2: tls_cert is set without the certificate's key: set --tls-key too.
    "#]],
    );
    place.says(
        with("").env("ROOMFUL_TLS_KEY", "key.pem"),
        2,
        expect![[r#"
        roomful: ROOMFUL_TLS_KEY is set without its certificate: set --tls-cert too.
    "#]],
    );
    let listen = "[network]\nlisten_tls = \"127.0.0.1:0\"\n";
    place.says(&mut with(listen), 2, expect![[r#"
        roomful: roomful.toml:2: listen_tls is set without a certificate: set --tls-cert and --tls-key too.
    "#]]);
    with(cert);
    let mut check = roomful(&["config", "check"]);
    check.arg(&file);
    place.says(
        &mut check,
        2,
        expect![[r#"
        roomful: roomful.toml:2: tls_cert is set without the certificate's key: set --tls-key too.
    "#]],
    );
    // One from the file, the other from the environment.
    let mut command = with(cert);
    command.env("ROOMFUL_TLS_KEY", place.file("key.pem"));
    Process::spawn(command);
}

#[test]
fn it_warns_of_the_days_that_are_left() {
    let place = Place::new(13);
    let warned = |server: &Process| place.without_place(&server.until_logged("expires"));
    expect![" WARN the certificate expires in 13 days, at DAY TIME UTC. Renew it."]
        .assert_eq(&warned(&place.start()));
    let place = Place::new(1);
    let warned = |server: &Process| place.without_place(&server.until_logged("expires"));
    expect![" WARN the certificate expires in 1 day, at DAY TIME UTC. Renew it."]
        .assert_eq(&warned(&place.start()));
}

#[test]
fn a_hangup_has_it_read_again() {
    let place = Place::new(90);
    let server = place.start();
    expect![" INFO cert.pem was read again: the same certificate, valid until DAY TIME UTC"]
        .assert_eq(&place.hang_up(&server, "cert.pem"));
    place.renew(now() + DAY * 80);
    expect![" INFO cert.pem was read again: new connections see the new certificate, valid until DAY TIME UTC"].assert_eq(&place.hang_up(&server, "cert.pem"));
    fs::write(place.file("key.pem"), "half a k").unwrap();
    expect!["ERROR the certificate stays the one it was: key.pem holds no private key. It must be in PEM: a block that begins with -----BEGIN PRIVATE KEY-----."].assert_eq(&place.hang_up(&server, "stays"));
}

#[test]
fn it_is_read_again_when_it_changes() {
    let place = Place::new(90);
    let server = place.start();
    place.renew(now() + DAY * 80);
    // However coarse the clock of the files is.
    touch(&place.file("cert.pem"));
    expect![" INFO cert.pem was read again: new connections see the new certificate, valid until DAY TIME UTC"].assert_eq(&place.without_place(&server.until_logged("cert.pem")));
}

#[test]
fn the_days_that_are_left_are_a_figure_that_follows() {
    let place = Place::new(90);
    let mut command = roomful(&["--admin", "127.0.0.1:0", "--config"]);
    command.arg(place.file("roomful.toml"));
    let server = Process::spawn(command);
    let admin = server.admin();
    let days = || {
        let metrics = get(admin, "/metrics");
        let name = "roomful_certificate_remaining_seconds ";
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.expect("it is there").parse::<f64>().unwrap() / 86_400.0
    };
    // It is valid for an hour more than so many days.
    assert!((90.0..90.1).contains(&days()), "{}", days());
    place.renew(now() + DAY * 80);
    place.hang_up(&server, "cert.pem");
    assert!((79.9..=80.0).contains(&days()), "{}", days());
}

fn touch(file: &Path) {
    let file = fs::File::options().write(true).open(file).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
}

#[test]
fn an_address_in_use_is_said_of_the_flag_that_chose_it() {
    let place = Place::new(90);
    let first = place.start();
    let address = first.addr;
    let mut command = roomful(&["--listen", "127.0.0.1:0", "--listen-tls"]);
    command.arg(address.to_string());
    command.arg("--config").arg(place.file("roomful.toml"));
    let (said, status) = end_of(&mut command);
    let start = format!("roomful: {address} is in use by another program. Stop it, or ");
    let rest = said.strip_prefix(&start);
    let rest = rest.unwrap_or_else(|| panic!("{said}"));
    assert!(
        rest.starts_with("choose another port with --listen-tls "),
        "{rest}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn without_a_configuration_file_a_hangup_reads_the_certificate_alone() {
    let place = Place::new(90);
    let mut command = roomful(&["--tls-cert"]);
    command.arg(place.file("cert.pem"));
    command.arg("--tls-key").arg(place.file("key.pem"));
    let server = Process::spawn(command);
    // The very next line.
    let line = place.hang_up(&server, "");
    assert!(
        line.starts_with(" INFO cert.pem was read again: the same certificate"),
        "{line}"
    );
}

#[test]
fn a_broken_configuration_file_keeps_no_certificate_from_being_renewed() {
    let place = Place::new(90);
    let server = place.start();
    fs::write(place.file("roomful.toml"), "[tls").unwrap();
    place.renew(now() + DAY * 80);
    expect![[r#"ERROR the configuration stays as it was: roomful.toml:1: "[tls" is not TOML: unclosed table, expected `]`."#]].assert_eq(&place.hang_up(&server, "stays"));
    expect![" INFO cert.pem was read again: new connections see the new certificate, valid until DAY TIME UTC"].assert_eq(&place.without_place(&server.until_logged("cert.pem")));
}
