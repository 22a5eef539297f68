//! In which directory history is kept, and when nothing is touched.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::process::{Process, end_of, roomful};

/// The program with history on, in an environment of nothing but these.
fn keeping(variables: &[(&str, &Path)]) -> Command {
    let mut command = roomful(&["--history", "on"]);
    command.envs(variables.iter().copied());
    command
}

/// With these variables it keeps history in this place, and does.
fn keeps_in(dir: &Path, variables: &[(&str, &Path)]) {
    let server = Process::spawn(keeping(variables));
    assert_eq!(server.data(), dir);
    assert!(dir.join("roomful.db").is_file());
}

#[test]
fn what_is_more_particular_goes_first() {
    let there = TempDir::new().unwrap();
    let [home, state, unit, variable] =
        ["home", "state", "unit", "variable"].map(|name| there.path().join(name));
    let several = format!("{}:/nowhere", unit.display());
    let mut variables = vec![("HOME", home.as_path())];
    keeps_in(&home.join(".local/state/roomful"), &variables);
    variables.push(("XDG_STATE_HOME", &state));
    keeps_in(&state.join("roomful"), &variables);
    variables.push(("STATE_DIRECTORY", Path::new(&several)));
    keeps_in(&unit, &variables);
    variables.push(("ROOMFUL_DATA", &variable));
    keeps_in(&variable, &variables);
}

#[test]
fn a_flag_wins_over_all_of_them() {
    let (there, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut command = keeping(&[("HOME", there.path()), ("ROOMFUL_DATA", there.path())]);
    command.arg("--data").arg(data.path());
    assert_eq!(Process::spawn(command).data(), data.path());
    assert!(is_empty(there.path()));
}

/// A home that is no absolute path is none. (Without the variable it would be that
/// of who runs the tests.) The port is taken, so that nothing could be written even
/// if this went wrong.
#[test]
fn without_a_home_it_asks_where() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = keeping(&[("HOME", Path::new("home"))]);
    command.args(["--listen", &taken.local_addr().unwrap().to_string()]);
    let (said, status) = end_of(&mut command);
    assert_eq!(
        said,
        "roomful: there is no home directory to keep history in. \
         Say where with --data DIR, or keep none with --history off.\n"
    );
    assert_eq!(status, Some(1));
}

#[test]
fn without_history_nothing_is_written() {
    let home = TempDir::new().unwrap();
    let mut command = roomful(&[]);
    command.env("HOME", home.path());
    let mut server = Process::spawn(command);
    assert_eq!(server.history, "History is not kept.");
    server.signal("TERM");
    assert!(server.ended().1.success());
    assert!(is_empty(home.path()));
}

#[test]
fn a_port_in_use_leaves_no_directory_behind() {
    let (home, taken) = (
        TempDir::new().unwrap(),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let mut command = keeping(&[("HOME", home.path())]);
    command.args(["--listen", &taken.local_addr().unwrap().to_string()]);
    let (said, _) = end_of(&mut command);
    assert!(said.contains("is in use by another program"), "{said}");
    assert!(is_empty(home.path()));
}

#[test]
fn two_servers_do_not_share_a_directory() {
    let data = TempDir::new().unwrap();
    let _first = Process::start_in(data.path(), &[]);
    let mut command = keeping(&[("ROOMFUL_DATA", data.path())]);
    let (said, status) = end_of(command.args(["--listen", "127.0.0.1:0"]));
    let start = format!(
        "roomful: {} is in use by another roomful.",
        data.path().display()
    );
    assert!(said.starts_with(&start), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert_eq!(status, Some(1));
}

fn is_empty(dir: &Path) -> bool {
    dir.read_dir().unwrap().next().is_none()
}
