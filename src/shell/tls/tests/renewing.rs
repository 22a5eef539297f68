//! A certificate that changes while it is served.

use std::fs;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{make, today};
use crate::shell::Clock;
use crate::shell::tls::{Renewal, Tls, TlsFiles};

/// Longer than it may take until a change is seen.
const WHILE: Duration = Duration::from_secs(10);

async fn watched(files: &TlsFiles, then: impl FnOnce(&TlsFiles)) -> Tls {
    let clock = Clock::starting_at(today());
    let mut renewal = Renewal::begin(files.clone(), clock).unwrap();
    let tls = renewal.tls();
    let change = async {
        sleep(WHILE).await;
        then(files);
        sleep(WHILE).await;
    };
    tokio::select! {
        biased;
        never = renewal.run() => match never {},
        () = change => tls,
    }
}

#[tokio::test(start_paused = true)]
async fn another_certificate_in_the_files_is_served() {
    let dir = tempfile::tempdir().unwrap();
    let files = make(dir.path(), (1, 30));
    let tls = watched(&files, |_| {
        make(dir.path(), (1, 300));
    });
    assert_eq!(tls.await.identity().days_left(today()), 300);
}

#[tokio::test(start_paused = true)]
async fn a_broken_one_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let files = make(dir.path(), (1, 30));
    let tls = watched(&files, |files| fs::write(&files.key, "half a k").unwrap());
    assert_eq!(tls.await.identity().days_left(today()), 30);
}

/// Neither who may read a file nor the time shows in how it looks.
#[tokio::test(start_paused = true)]
async fn one_that_is_not_valid_yet_is_served_when_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let files = make(dir.path(), (1, 30));
    let clock = Clock::starting_at(today());
    let mut renewal = Renewal::begin(files, clock).unwrap();
    let tls = renewal.tls();
    let run = timeout(WHILE + Duration::from_secs(2 * 24 * 60 * 60), renewal.run());
    let change = async {
        sleep(Duration::from_millis(1_500)).await;
        make(dir.path(), (-1, 300));
        sleep(WHILE).await;
        assert_eq!(tls.identity().days_left(today()), 30, "a day too early");
    };
    let (ended, ()) = tokio::join!(run, change);
    assert!(ended.is_err(), "it runs for ever");
    assert_eq!(tls.identity().days_left(today()), 300);
}

#[tokio::test(start_paused = true)]
async fn files_that_change_one_after_the_other_are_read_when_they_are_still() {
    let dir = tempfile::tempdir().unwrap();
    let files = make(dir.path(), (1, 30));
    let clock = Clock::starting_at(today());
    let mut renewal = Renewal::begin(files, clock).unwrap();
    let tls = renewal.tls();
    let run = timeout(WHILE * 4, renewal.run());
    let change = async {
        for days in [100, 200, 300] {
            // Never in the very moment in which the files are looked at.
            sleep(Duration::from_millis(1_500)).await;
            make(dir.path(), (1, days));
            assert_eq!(tls.identity().days_left(today()), 30);
        }
        sleep(WHILE).await;
        assert_eq!(tls.identity().days_left(today()), 300);
    };
    let (ran, ()) = tokio::join!(run, change);
    ran.unwrap_err();
}
