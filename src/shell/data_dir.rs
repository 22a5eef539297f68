//! Where a server keeps what it has to find again.

use std::ffi::OsString;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;

use super::HistoryConfig;

/// What systemd has made for a unit with `StateDirectory=`; several have colons
/// between them.
const OF_SYSTEMD: &str = "STATE_DIRECTORY";
/// The name in a directory that other programs use too.
const NAME: &str = "roomful";

/// There is no directory that would be the natural one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no home directory to keep history in. \
     Say where with --data DIR, or keep none with --history off."
)]
pub struct NoDataDir;

/// Where and how history is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The directory; it need not be there yet.
    pub dir: PathBuf,
    /// How.
    pub config: HistoryConfig,
}

impl Place {
    /// The place for a history that is wanted: the directory that was chosen, else the one that
    /// systemd made for this unit, else `roomful` in the place that this platform has
    /// for such things.
    ///
    /// # Errors
    /// When it is wanted, no directory was chosen, and there is no home directory.
    pub fn of(
        history: Option<HistoryConfig>,
        chosen: Option<PathBuf>,
    ) -> Result<Option<Self>, NoDataDir> {
        let place = history.map(|config| choose(chosen).map(|dir| Self { dir, config }));
        place.transpose()
    }
}

/// The directory that was chosen, else the one that systemd made for this unit,
/// else `roomful` in the place that this platform has for such things. It need
/// not be there.
///
/// # Errors
/// When none was chosen and there is no home directory.
pub(crate) fn choose(chosen: Option<PathBuf>) -> Result<PathBuf, NoDataDir> {
    chosen.map_or_else(by_default, Ok)
}

fn by_default() -> Result<PathBuf, NoDataDir> {
    let platforms = etcetera::choose_base_strategy().ok();
    let platforms = platforms.map(|places| places.state_dir().unwrap_or_else(|| places.data_dir()));
    first_of(std::env::var_os(OF_SYSTEMD), platforms).ok_or(NoDataDir)
}

/// A path that is not absolute would depend on where the server was started.
fn first_of(of_systemd: Option<OsString>, platforms: Option<PathBuf>) -> Option<PathBuf> {
    let first = of_systemd
        .as_ref()
        .and_then(|paths| std::env::split_paths(paths).next());
    let platforms = platforms.map(|places| places.join(NAME));
    [first, platforms]
        .into_iter()
        .flatten()
        .find(|path| path.is_absolute())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(of_systemd: Option<&str>, platforms: Option<&str>) -> Option<PathBuf> {
        first_of(of_systemd.map(OsString::from), platforms.map(PathBuf::from))
    }

    #[test]
    fn systemds_directory_goes_before_the_platforms() {
        let found = chosen(
            Some("/var/lib/chat:/var/lib/other"),
            Some("/home/ada/state"),
        );
        assert_eq!(found, Some("/var/lib/chat".into()));
        let found = chosen(None, Some("/home/ada/state"));
        assert_eq!(found, Some("/home/ada/state/roomful".into()));
    }

    #[test]
    fn what_is_empty_or_depends_on_the_place_is_none() {
        for nothing in ["", ":", "lib/chat"] {
            let found = chosen(Some(nothing), Some("/state"));
            assert_eq!(found, Some("/state/roomful".into()), "{nothing:?}");
        }
        assert_eq!(chosen(None, Some(".local/state")), None);
        assert_eq!(chosen(None, None), None);
    }

    #[test]
    fn what_was_chosen_is_taken_as_it_is() {
        assert_eq!(choose(Some("here".into())), Ok("here".into()));
    }
}
