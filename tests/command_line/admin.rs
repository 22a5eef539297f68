//! The admin address as an operator sees it, and `roomful health`.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use tempfile::TempDir;

use crate::process::{PATIENCE, Process, end_of, roomful};

/// Asks the admin address of a server: what it prints, what it tells, and the status.
fn health(admin: SocketAddr) -> (String, String, Option<i32>) {
    let output = roomful(&["health", "--admin", &admin.to_string()])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

/// What is at a path of the admin address.
pub(crate) fn get(admin: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(admin).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_server_is_ready_until_it_has_ended() {
    let mut server = Process::start(&["--admin", "127.0.0.1:0"]);
    let admin = server.admin();
    assert_eq!(health(admin), ("ready\n".into(), String::new(), Some(0)));
    let metrics = get(admin, "/metrics");
    let build = concat!(
        "roomful_build_info{version=\"",
        env!("CARGO_PKG_VERSION"),
        "\"} 1\n"
    );
    assert!(metrics.contains(build), "{metrics}");
    assert!(
        metrics.contains("\nroomful_history_troubled 0\n"),
        "{metrics}"
    );
    server.signal("TERM");
    assert!(server.ended().1.success());
    let (printed, told, status) = health(admin);
    assert_eq!((printed.as_str(), status), ("", Some(1)));
    let start = format!("roomful: nothing answers at {admin}: ");
    let end = format!(" Is the server running, with --admin {admin}?\n");
    assert!(told.starts_with(&start) && told.ends_with(&end), "{told}");
}

#[test]
fn whom_to_ask_may_be_in_the_configuration_file() {
    let server = Process::start(&["--admin", "127.0.0.1:0"]);
    let there = TempDir::new().unwrap();
    let file = there.path().join("roomful.toml");
    let admin = server.admin().to_string();
    std::fs::write(&file, format!("[network]\nadmin = \"{admin}\"\n")).unwrap();
    let asked = roomful(&["health", "--config"])
        .arg(&file)
        .output()
        .unwrap();
    assert_eq!(asked.stdout, b"ready\n");
    assert_eq!(asked.status.code(), Some(0));
    // Who is told whom to ask does not mind what has become of the file.
    std::fs::write(&file, "[network\n").unwrap();
    let mut command = roomful(&["health", "--admin", &admin, "--config"]);
    let asked = command.arg(&file).output().unwrap();
    assert_eq!(asked.stdout, b"ready\n");
    assert_eq!(asked.status.code(), Some(0));
}

#[test]
fn without_an_address_health_is_not_known() {
    let (said, status) = end_of(&mut roomful(&["health"]));
    assert!(
        said.starts_with("roomful: roomful health needs to know whom to ask. "),
        "{said}"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn without_history_there_are_no_figures_of_it() {
    let mut command = roomful(&["--admin", "127.0.0.1:0"]);
    command.env("ROOMFUL_HISTORY", "off");
    let server = Process::spawn(command);
    let metrics = get(server.admin(), "/metrics");
    assert!(metrics.contains("roomful_people 0\n"), "{metrics}");
    for absent in ["roomful_store", "roomful_history", "roomful_certificate"] {
        assert!(!metrics.contains(absent), "{absent}: {metrics}");
    }
}

#[test]
fn whoever_else_answers_is_told_as_such() {
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let admin = other.local_addr().unwrap();
    let answering = std::thread::spawn(move || {
        let (mut stream, _) = other.accept().unwrap();
        stream.write_all(b"220 mail.example ESMTP\r\n").unwrap();
        // It reads on, or its close would be a reset.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let (printed, told, status) = health(admin);
    assert_eq!((printed.as_str(), status), ("", Some(1)));
    let start =
        format!("roomful: what answers at {admin} is not the admin address of a roomful server: ");
    assert!(
        told.starts_with(&start) && told.lines().count() == 1,
        "{told}"
    );
    answering.join().unwrap();
}

#[test]
fn a_port_in_use_is_told_with_its_own_flag() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--admin", &addr.to_string()];
    let (said, status) = end_of(&mut roomful(&arguments));
    let another = addr.port().checked_add(1).unwrap_or(4000);
    assert_eq!(
        said,
        format!(
            "roomful: {addr} is in use by another program. \
             Stop it, or choose another port with --admin 127.0.0.1:{another}.\n"
        )
    );
    assert_eq!(status, Some(1));
}
