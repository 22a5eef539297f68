//! Which file is read, and reading it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

/// What systemd has made for a unit with `ConfigurationDirectory=`; several have
/// colons between them.
const OF_SYSTEMD: &str = "CONFIGURATION_DIRECTORY";
/// In any of the directories.
const NAME: &str = "roomful.toml";
/// Where programs of this system have theirs.
const OF_THE_SYSTEM: &str = "/etc/roomful/roomful.toml";
/// Named so, no file is read, not even one in a usual place.
const NONE: &str = "/dev/null";
/// No configuration is longer than 1 MiB.
const BYTES_MAX: u64 = 1024 * 1024;

/// Where a configuration file may be.
#[derive(Clone, Debug, Default)]
pub(in crate::shell::cli) struct Places {
    /// The first that is there is read, unless one is named.
    usual: Vec<PathBuf>,
    /// The one that was read before; it has to be there, and is read again.
    known: Option<PathBuf>,
}

/// A configuration file, as it is.
#[derive(Debug)]
pub(in crate::shell::cli) struct Text {
    pub(in crate::shell::cli) path: PathBuf,
    pub(super) text: String,
}

impl Places {
    /// Where it is unless it is named.
    pub(in crate::shell::cli) fn usual() -> Self {
        let home = etcetera::choose_base_strategy().ok();
        let home = home.map(|places| places.config_dir());
        Self {
            usual: in_order(std::env::var_os(OF_SYSTEMD), home),
            known: None,
        }
    }

    /// These, for tests.
    #[cfg(test)]
    pub(in crate::shell::cli) fn these(usual: &[&Path]) -> Self {
        let usual = usual.iter().map(|path| path.to_path_buf()).collect();
        Self { usual, known: None }
    }

    /// The same, with the one that was read before, if one was.
    pub(in crate::shell::cli) fn after(self, known: Option<PathBuf>) -> Self {
        Self { known, ..self }
    }

    /// Reads the file that was named, else the first in a usual place; nothing when
    /// there is none.
    ///
    /// # Errors
    /// When it is not there although it was named, or cannot be read. One line.
    pub(in crate::shell::cli) fn read(&self, named: Option<&Path>) -> Result<Option<Text>, String> {
        if named == Some(Path::new(NONE)) {
            return Ok(None);
        }
        if let Some(known) = &self.known {
            return read_again(known).map(Some);
        }
        let is_there = |path: &&Path| fs::metadata(path).is_ok();
        let mut usual = self.usual.iter().map(PathBuf::as_path);
        let path = named.or_else(|| usual.find(is_there));
        path.map(read).transpose()
    }

    /// What to say when there is none.
    pub(in crate::shell::cli) fn nothing(&self) -> String {
        let listed: Vec<_> = self
            .usual
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        let listed = listed.join(", ");
        format!("there is no configuration file: none is named, and there is no {listed}.")
    }
}

/// A path that is not absolute would depend on where the server was started.
fn in_order(of_systemd: Option<OsString>, home: Option<PathBuf>) -> Vec<PathBuf> {
    let unit = of_systemd
        .as_ref()
        .and_then(|paths| std::env::split_paths(paths).next());
    let home = home.map(|home| home.join("roomful"));
    let directories = [unit, home].into_iter().flatten();
    directories
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(NAME))
        .chain([OF_THE_SYSTEM.into()])
        .collect()
}

/// Reads a file once more.
fn read_again(path: &Path) -> Result<Text, String> {
    let is_pipe = fs::metadata(path).is_ok_and(|file| file.file_type().is_fifo());
    if is_pipe {
        // Empty by now: everything would be as by default. Or nobody writes to it.
        let path = path.display();
        return Err(format!("{path} is a pipe, which can be read only once."));
    }
    read(path)
}

/// Reads a file.
///
/// # Errors
/// One line that says what is the matter with it.
pub(in crate::shell::cli) fn read(path: &Path) -> Result<Text, String> {
    let bytes = bytes_of(path).map_err(|error| unreadable(path, &error))?;
    if bytes.len() as u64 > BYTES_MAX {
        let path = path.display();
        return Err(format!(
            "{path} has more than 1 MiB: it is no configuration file."
        ));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let (good, bad) = error.as_bytes().split_at(valid);
        let line = 1 + good.iter().filter(|byte| **byte == b'\n').count();
        let (path, bad) = (path.display(), bad.first().copied().unwrap_or_default());
        format!("{path}:{line}: the byte 0x{bad:02x} is not UTF-8. Save the file as UTF-8.")
    })?;
    let path = path.to_owned();
    Ok(Text { path, text })
}

/// One more than there may be, so that one sees it.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    let path = path.display();
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the standard library's list of errors is open"
    )]
    match error.kind() {
        io::ErrorKind::NotFound => format!("there is no file {path}. Name one that is there."),
        io::ErrorKind::IsADirectory => {
            format!("{path} is a directory. Name a file, such as {path}/{NAME}.")
        }
        io::ErrorKind::PermissionDenied => {
            format!("{path} may not be read by this user. Change its permissions or its owner.")
        }
        _ => format!("{path} cannot be read: {error}."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_units_directory_goes_before_the_persons_and_the_systems() {
        let found = in_order(
            Some("/etc/chat:/etc/other".into()),
            Some("/home/ada/.config".into()),
        );
        let expected = [
            "/etc/chat/roomful.toml",
            "/home/ada/.config/roomful/roomful.toml",
            "/etc/roomful/roomful.toml",
        ];
        assert_eq!(found, expected.map(PathBuf::from));
        let nothing = in_order(Some("".into()), Some("config".into()));
        assert_eq!(nothing, [PathBuf::from(OF_THE_SYSTEM)]);
    }

    #[test]
    fn the_first_that_is_there_is_read_unless_one_is_named() {
        let dir = tempfile::TempDir::new().unwrap();
        let [none, first, second] = ["none", "first", "second"].map(|name| dir.path().join(name));
        fs::write(&first, "1").unwrap();
        fs::write(&second, "2").unwrap();
        let text = |places: &Places, named| places.read(named).unwrap().map(|read| read.text);
        let places = Places::these(&[&none, &first, &second]);
        assert_eq!(text(&places, None).unwrap(), "1");
        assert_eq!(text(&places, Some(&second)).unwrap(), "2");
        assert_eq!(text(&places, Some(Path::new(NONE))), None);
        assert_eq!(text(&Places::these(&[&none]), None), None);
        let gone = places.after(Some(none));
        assert!(
            gone.read(None)
                .unwrap_err()
                .starts_with("there is no file ")
        );
    }
}
