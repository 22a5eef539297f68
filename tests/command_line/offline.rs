//! What is done to a history without a server: export, erase, copy.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use tempfile::TempDir;

use crate::json;
use crate::person::Person;
use crate::process::{Process, end_of, roomful};

/// Runs it on this directory: what it printed, and what it told.
fn run(data: &Path, line: &str) -> (Vec<String>, String) {
    let arguments: Vec<_> = line.split(' ').collect();
    let mut command = roomful(&arguments);
    let output = command.arg("--data").arg(data).output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{line}: {told}");
    let printed = String::from_utf8(output.stdout).unwrap();
    (printed.lines().map(str::to_owned).collect(), told)
}

/// The lines of an export as text, without their times.
fn exported(data: &Path, filter: &str) -> Vec<String> {
    let line = format!("history export --format text{filter}");
    let (printed, told) = run(data, &line);
    assert_eq!(told, "");
    let time = "2026-11-25 14:05:00 ".len();
    printed.iter().map(|line| line[time..].to_owned()).collect()
}

/// Ada and Bob talk in two rooms; everything is on the disk when this returns.
fn talk(server: &Process) {
    let (mut ada, mut bob) = (Person::connect(server.addr), Person::connect(server.addr));
    ada.send("/nick ada\nhi all\n/join ops\nall green?\n");
    bob.until("#lobby ada: hi all");
    bob.send("/nick bob\n/join ops\n");
    bob.until("-- you are live --");
    bob.send("/me nods\n");
    ada.until("* bob nods");
    ada.send("/msg bob between us\n/quit\n");
    assert!(ada.rest().iter().any(|line| line.ends_with("between us")));
    bob.until("-- ada left.");
    // Asked for, history is committed first.
    bob.send("/history\n/quit\n");
    bob.rest();
}

fn stop(server: &mut Process) {
    server.signal("TERM");
    assert!(server.ended().1.success());
}

const SAID: [&str; 3] = [
    "#lobby [1] ada: hi all",
    "#ops [1] ada: all green?",
    "#ops [2] * bob nods",
];

#[test]
fn what_was_said_is_exported_and_taken_back() {
    let data = TempDir::new().unwrap();
    let mut server = Process::start_in(data.path(), &[]);
    talk(&server);
    // The server runs on.
    assert_eq!(exported(data.path(), ""), SAID);
    let mut erase = roomful(&["history", "erase", "--nick", "ada", "--data"]);
    let (told, status) = end_of(erase.arg(data.path()));
    assert!(told.contains("is in use by another roomful"), "{told}");
    assert_eq!((told.lines().count(), status), (1, Some(1)));
    stop(&mut server);
    assert_eq!(exported(data.path(), ""), SAID);
    assert_eq!(exported(data.path(), " --room #OPS"), SAID[1..]);
    assert_eq!(exported(data.path(), " --since 2026-01-31"), SAID);

    let (_, told) = run(data.path(), "history erase --nick ADA");
    assert_eq!(
        told,
        "roomful: erased 2 messages of ADA; their numbers stay.\n"
    );
    let erased = ["#lobby [1] (erased)", "#ops [1] (erased)", SAID[2]];
    assert_eq!(exported(data.path(), ""), erased);
    let (_, told) = run(data.path(), "history erase --nick bob");
    assert_eq!(
        told,
        "roomful: erased 1 message of bob; its number stays.\n"
    );
    let (_, told) = run(data.path(), "history erase --nick bob");
    assert_eq!(told, "roomful: nothing is kept of bob.\n");
    for entry in data.path().read_dir().unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        let holds = |word: &[u8]| bytes.windows(word.len()).any(|bytes| bytes == word);
        assert!(!holds(b"all green") && !holds(b"nods"));
    }
}

#[test]
fn an_export_for_programs_is_objects() {
    let data = TempDir::new().unwrap();
    let mut server = Process::start_in(data.path(), &[]);
    talk(&server);
    stop(&mut server);
    let (printed, _) = run(data.path(), "history export");
    assert_eq!(printed.len(), SAID.len());
    for (line, part) in printed.iter().zip(["hi all", "all green?", "nods"]) {
        assert!(json::is_object(line), "{line}");
        assert!(line.contains(&format!(r#""text":"{part}""#)), "{line}");
    }
}

#[test]
fn that_nothing_matches_is_told() {
    let data = TempDir::new().unwrap();
    stop(&mut Process::start_in(data.path(), &[]));
    let (printed, told) = run(data.path(), "history export --since 2999-01-01");
    assert_eq!(told, "roomful: nothing is kept that matches.\n");
    assert!(printed.is_empty());
}

#[test]
fn where_nothing_is_kept_is_told_and_stays_empty() {
    let data = TempDir::new().unwrap();
    for line in [
        "history export",
        "history erase --nick ada",
        "backup /nowhere/copy",
    ] {
        let arguments: Vec<_> = line.split(' ').collect();
        let mut command = roomful(&arguments);
        let (told, status) = end_of(command.arg("--data").arg(data.path()));
        let start = format!("roomful: {} has no history in it.", data.path().display());
        assert!(told.starts_with(&start), "{told}");
        assert_eq!((told.lines().count(), status), (1, Some(1)));
        assert!(data.path().read_dir().unwrap().next().is_none());
    }
}

#[test]
fn a_copy_made_beside_a_server_is_a_history() {
    let [data, elsewhere] = [(), ()].map(|()| TempDir::new().unwrap());
    let mut server = Process::start_in(data.path(), &[]);
    talk(&server);
    let copy = elsewhere.path().join("roomful.db");
    let line = format!("backup {}", copy.display());
    let (_, told) = run(data.path(), &line);
    let bytes = fs::metadata(&copy).unwrap().len();
    assert_eq!(
        told,
        format!(
            "roomful: copied the history to {} ({bytes} bytes).\n",
            copy.display()
        )
    );
    // What is said after it is not in it.
    let mut eve = Person::connect(server.addr);
    eve.send("too late\n/quit\n");
    eve.rest();
    stop(&mut server);
    assert_eq!(exported(data.path(), "").len(), SAID.len() + 1);
    assert_eq!(exported(elsewhere.path(), ""), SAID);

    let arguments: Vec<_> = line.split(' ').collect();
    let mut again = roomful(&arguments);
    let (told, status) = end_of(again.arg("--data").arg(data.path()));
    assert!(told.contains("exists already"), "{told}");
    assert_eq!((told.lines().count(), status), (1, Some(1)));

    let mut server = Process::start_in(elsewhere.path(), &[]);
    let mut bob = Person::connect(server.addr);
    bob.until("#lobby ada: hi all");
    stop(&mut server);
}

/// `export | head -1`: who reads no more than they want does no wrong.
#[test]
fn a_closed_pipe_is_nobodys_fault() {
    let data = TempDir::new().unwrap();
    let mut server = Process::start_in(data.path(), &["--rate-burst", "0"]);
    let mut ada = Person::connect(server.addr);
    let line = "x".repeat(3_000) + "\n";
    for _ in 0..100 {
        ada.send(&line);
    }
    ada.send("/quit\n");
    ada.rest();
    stop(&mut server);
    let mut export = roomful(&["history", "export", "--data"]);
    export.arg(data.path());
    let mut export = export
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(export.stdout.take());
    let Output { status, stderr, .. } = export.wait_with_output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    assert!(stderr.is_empty());
}
