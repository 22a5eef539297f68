//! SIGHUP: what changes at once, what needs a restart, and what changes nothing.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::person::Person;
use crate::process::{Process, roomful};

/// A server with a configuration file.
struct Configured {
    server: Process,
    file: PathBuf,
    _dir: TempDir,
}

impl Configured {
    fn start(text: &str, flags: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let file = dir.path().join("roomful.toml");
        fs::write(&file, text).unwrap();
        let mut command = roomful(flags);
        command.arg("--config").arg(&file);
        let server = Process::spawn(command);
        let _dir = dir;
        Self { server, file, _dir }
    }

    /// Changes the file, has it read, and gives the line that says this.
    fn change(&self, text: &str, part: &str) -> String {
        fs::write(&self.file, text).unwrap();
        self.hang_up(part)
    }

    fn hang_up(&self, part: &str) -> String {
        self.server.signal("HUP");
        let line = self.server.until_logged(part);
        line.replace(&self.file.display().to_string(), "FILE")
    }
}

#[test]
fn what_may_change_changes_at_once() {
    let text = "[limits]\nconnections_max = 2\n[log]\nlog_level = \"info\"\n";
    let configured = Configured::start(text, &[]);
    let addr = configured.server.addr;
    let (mut ada, _bob) = (Person::connect(addr), Person::connect(addr));
    let text = "[limits]\nconnections_max = 3\nrate_burst = 0\n[log]\nlog_level = \"debug\"\n";
    assert_eq!(
        configured.change(text, "was read again"),
        " INFO FILE was read again: connections_max 2 → 3, rate_burst 20 → 0, \
         log_level \"info\" → \"debug\""
    );
    let _eve = Person::connect(addr);
    let refused = TcpStream::connect(addr).unwrap();
    let mut line = String::new();
    BufReader::new(refused).read_line(&mut line).unwrap();
    assert!(line.starts_with("!! ") && line.contains('3'), "{line}");
    // Nobody makes her wait any more.
    ada.send(&"hi\n".repeat(100));
    ada.send("/quit\n");
    let told = ada.rest();
    assert!(
        !told.iter().any(|line| line.contains("a second")),
        "{told:?}"
    );
    configured.server.until_logged("engine event");
    assert_eq!(
        configured.change("[log]\nlog_level = \"warn\"\n", "was read again"),
        " INFO FILE was read again: connections_max 3 → 10000, rate_burst 0 → 20, \
         log_level \"debug\" → \"warn\""
    );
}

#[test]
fn newcomers_are_shown_as_many_lines_as_are_wanted_now() {
    let data = TempDir::new().unwrap();
    let dir = data.path().to_str().unwrap();
    let text = |lines| format!("[history]\nhistory_on_join = {lines}\n[limits]\nrate_burst = 0");
    let flags = ["--history", "on", "--data", dir];
    let configured = Configured::start(&text(3), &flags);
    let addr = configured.server.addr;
    let mut ada = Person::connect(addr);
    ada.send(&"hi\n".repeat(5));
    ada.send("/nick ada\n");
    ada.until("-- You are now ada.");
    for (lines, said) in [(1, "3 → 1"), (0, "1 → 0"), (3, "0 → 3")] {
        let line = configured.change(&text(lines), "was read again");
        assert!(
            line.ends_with(&format!(": history_on_join {said}")),
            "{line}"
        );
        if lines == 3 {
            // They are there once they are said.
            ada.send(&"hi\n".repeat(5));
            ada.send("/nick eve\n");
            ada.until("-- You are now eve.");
        }
        let mut bob = Person::connect(addr);
        bob.send("/quit\n");
        let shown = bob
            .rest()
            .iter()
            .filter(|line| line.ends_with(": hi"))
            .count();
        assert_eq!(shown, lines);
    }
    // A room that is opened now is read from the disk.
    ada.send("/join ops\nhi\nhi\nhi\nhi\n/leave\n");
    ada.until("What you type goes to #lobby now.");
    configured.change(&text(2), "was read again");
    ada.send("/join ops\n");
    let shown = ada.until("-- you are live --");
    assert_eq!(
        shown.iter().filter(|line| line.ends_with(": hi")).count(),
        2
    );
}

#[test]
fn what_needs_a_restart_is_named_each_time() {
    let configured = Configured::start("", &[]);
    let text = "[limits]\nio_workers = 7\nrate_burst = 5\n[history]\ndurability = \"strict\"";
    for changed in ["rate_burst 20 → 5", "nothing changes"] {
        assert_eq!(
            configured.change(text, "was read again"),
            format!(" INFO FILE was read again: {changed}")
        );
        assert_eq!(
            configured.server.until_logged("restart"),
            " WARN io_workers, durability changed too, which needs a restart"
        );
    }
}

#[test]
fn a_flag_wins_over_what_is_read_again() {
    let configured = Configured::start("", &["--rate-burst", "3"]);
    assert_eq!(
        configured.change("[limits]\nrate_burst = 5", "was read again"),
        " INFO FILE was read again: nothing changes"
    );
}

#[test]
fn a_broken_file_changes_nothing() {
    let configured = Configured::start("[limits]\nconnections_max = 1", &[]);
    let broken = "[limits]\nconnections_max = 5\nrate_brust = 5\n[log]\nlog_level = \"loud\"";
    assert_eq!(
        configured.change(broken, "stays as it was"),
        "ERROR the configuration stays as it was: \
         FILE:3: there is no key rate_brust. Did you mean rate_burst?"
    );
    assert_eq!(
        configured
            .server
            .until_logged("stays as it was")
            .replace(&configured.file.display().to_string(), "FILE"),
        "ERROR the configuration stays as it was: \
         FILE:5: log_level is \"loud\": it must be one of error, warn, info, debug, trace."
    );
    let _ada = Person::connect(configured.server.addr);
    let refused = TcpStream::connect(configured.server.addr).unwrap();
    let mut line = String::new();
    BufReader::new(refused).read_line(&mut line).unwrap();
    assert!(line.starts_with("!! "), "{line}");
}

#[test]
fn a_file_that_is_gone_changes_nothing() {
    let mut configured = Configured::start("[limits]\nrate_burst = 5", &[]);
    fs::remove_file(&configured.file).unwrap();
    assert_eq!(
        configured.hang_up("stays as it was"),
        "ERROR the configuration stays as it was: there is no file FILE. Name one that is there."
    );
    configured.server.signal("TERM");
    assert!(configured.server.ended().1.success());
}

#[test]
fn without_a_file_a_hangup_says_so_and_a_new_one_is_found() {
    let home = TempDir::new().unwrap();
    let mut command = roomful(&[]);
    command
        .env_remove("ROOMFUL_CONFIG")
        .env("HOME", home.path());
    let server = Process::spawn(command);
    server.signal("HUP");
    let line = server.until_logged("SIGHUP received");
    let start = " WARN SIGHUP received, but there is no configuration file: none is named, and ";
    assert!(line.starts_with(start), "{line}");
    let file = home.path().join(".config/roomful/roomful.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "[limits]\nrate_burst = 5").unwrap();
    server.signal("HUP");
    let line = server.until_logged("was read again");
    let expected = format!(" INFO {} was read again: rate_burst 20 → 5", file.display());
    assert_eq!(line, expected);
}

/// `roomful --config <(…)`: by then it is empty, and everything would be as by default.
#[test]
fn a_pipe_is_not_read_again() {
    let mut command = roomful(&["--config", "/dev/stdin"]);
    let (stdin, mut text) = std::io::pipe().unwrap();
    text.write_all(b"[limits]\nrate_burst = 5").unwrap();
    drop(text);
    command.stdin(stdin);
    let mut server = Process::spawn(command);
    server.signal("HUP");
    assert_eq!(
        server.until_logged("stays as it was"),
        "ERROR the configuration stays as it was: \
         /dev/stdin is a pipe, which can be read only once."
    );
    server.signal("TERM");
    assert!(server.ended().1.success());
}
