//! No space for a while: the chat goes on, the gap is told and recorded, and it heals.

use std::thread;
use std::time::{Duration, Instant};

use crate::export::{assert_whole, exported};
use crate::person::Person;
use crate::process::Process;

/// How long there is no space.
const FULL: Duration = Duration::from_secs(5);

/// The size of a file is limited, so that the system refuses what the database writes,
/// as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full_for_a_while_loses_nothing_silently() {
    let data = tempfile::tempdir().unwrap();
    let arguments = ["--rate-burst", "0", "--history-buffer-bytes", "65536"];
    let mut server = Process::start_in(data.path(), &arguments);
    let mut listener = Person::connect(server.addr);
    let mut speaker = Person::connect(server.addr);
    speaker.send("before\n");
    listener.until(": before");

    limit_files(&server, 1);
    let begun = Instant::now();
    let mut said = 0;
    while begun.elapsed() < FULL {
        said += 1;
        let long = "x".repeat(100);
        speaker.send(&format!("line {said} {long}\n"));
        let heard = listener.until(&long);
        let heard = heard.last().unwrap();
        assert!(
            heard.contains(&format!(": line {said} ")),
            "the chat goes on: {heard}"
        );
        thread::sleep(Duration::from_millis(2));
    }
    limit_files(&server, rlimit::INFINITY);
    let told = listener.until("will stay missing from it.");
    let told = told.last().unwrap();
    speaker.send("after\n");
    listener.until(": after");

    server.signal("TERM");
    let (logged, status) = server.ended();
    assert!(status.success(), "{logged:?}");
    let rooms = exported(data.path());
    assert_whole(&rooms);
    let lobby = &rooms["lobby"];
    let gaps: Vec<_> = lobby.iter().filter(|row| row.text.is_none()).collect();
    let [gap] = gaps[..] else {
        panic!("one gap, not {gaps:?}");
    };
    assert!(
        told.contains(&format!("({}..{})", gap.first, gap.last)),
        "{told}: {gap:?}"
    );
    assert_eq!(lobby.last().unwrap().text.as_deref(), Some("after"));
    assert_eq!(lobby.last().unwrap().last, said + 2);
    let kept = lobby.iter().filter(|row| row.text.is_some()).count() as u64;
    assert_eq!(kept + (gap.last - gap.first + 1), said + 2);
    eprintln!("{said} lines in {FULL:?} without space: {kept} kept, told: {told}");
}

fn limit_files(server: &Process, bytes: u64) {
    let of_server = i32::try_from(server.id()).unwrap();
    rlimit::prlimit(
        of_server,
        rlimit::Resource::FSIZE,
        Some((bytes, rlimit::INFINITY)),
        None,
    )
    .unwrap();
}
