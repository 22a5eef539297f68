//! The disk on which history is kept: what it is, and how long it takes.

use std::{
    fs,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

/// So often a write is tried.
const TRIES: usize = 50;

/// A disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Disk {
    /// Its kind, such as `ext4`; nothing where the system does not tell.
    pub kind: Option<String>,
    /// How long it takes to write 4 KiB and have them safe: the median.
    pub sync: Duration,
}

impl Disk {
    /// Looks at the disk that a folder is on, by fifty writes.
    ///
    /// # Errors
    /// If nothing can be written there, or if it is no disk but memory.
    pub fn of(folder: &Path) -> Result<Self> {
        let folder = folder.canonicalize()?;
        let kind = kind(&folder);
        let is_memory = matches!(kind.as_deref(), Some("tmpfs" | "ramfs"));
        anyhow::ensure!(
            !is_memory,
            "{} is in memory, so what is kept there costs nothing; set CARGO_TARGET_DIR to a \
             folder on a disk",
            folder.display()
        );
        let sync = sync_time(&folder)
            .with_context(|| format!("nothing can be written in {}", folder.display()))?;
        Ok(Self { kind, sync })
    }
}

/// The file system that a whole path is in, as Linux names it.
fn kind(path: &Path) -> Option<String> {
    kind_in(&fs::read_to_string("/proc/mounts").ok()?, path)
}

fn kind_in(mounts: &str, path: &Path) -> Option<String> {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((Path::new(words.next()?), words.next()?))
    });
    // The innermost; of several at one place, the last is on top.
    mounts
        .filter(|(mount, _)| path.starts_with(mount))
        .max_by_key(|(mount, _)| mount.components().count())
        .map(|(_, kind)| kind.to_owned())
}

fn sync_time(folder: &Path) -> Result<Duration> {
    let mut file = tempfile::tempfile_in(folder)?;
    let mut times = Vec::new();
    for _ in 0..TRIES {
        let start = Instant::now();
        file.write_all(&[b'x'; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[TRIES / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_mount_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\n\
                      tmpfs /tmp tmpfs rw 0 0\n\
                      /dev/b /tmp/disk xfs rw 0 0\n\
                      /dev/c /tmp/disk btrfs rw 0 0\n";
        let kind = |path| kind_in(mounts, Path::new(path));
        assert_eq!(kind("/home/ada").as_deref(), Some("ext4"));
        assert_eq!(kind("/tmp/x").as_deref(), Some("tmpfs"));
        assert_eq!(kind("/tmporary").as_deref(), Some("ext4"));
        assert_eq!(kind("/tmp/disk/x").as_deref(), Some("btrfs"));
        assert_eq!(kind_in("", Path::new("/")), None);
    }
}
