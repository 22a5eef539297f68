//! The commands that read or change what a server has kept.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::errand::ErrandKind;
use super::values;
use crate::chat::{Nickname, RoomName};
use crate::shell::store::offline::{ExportFilter, ExportFormat};

/// What can be done with what was said.
#[derive(Debug, Subcommand)]
pub(super) enum HistoryCommand {
    /// Print what was said, room by room, to standard output
    ///
    /// May run while a server does.
    Export(Export),
    /// Take back what was said under a nickname, whoever had it
    ///
    /// Words and name leave the files; the numbers and times of the lines stay. Topics
    /// that were set under it are cleared. The server has to be stopped meanwhile.
    Erase(Erase),
}

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Only this room
    #[arg(long, value_name = "ROOM", value_parser = room)]
    room: Option<RoomName>,

    /// Only from this moment on
    ///
    /// A day such as 2026-01-31, or a moment such as 2026-01-31T14:05:00Z (RFC
    /// 3339). Days begin at midnight UTC.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<DateTime<Utc>>,

    /// How a line looks
    #[arg(long, value_name = "FORMAT", default_value = "jsonl")]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The nickname
    #[arg(long, value_name = "NICK", value_parser = nickname)]
    nick: Nickname,
}

/// Copying the history.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The file to write; it must not be there yet
    #[arg(value_name = "FILE", value_parser = values::path("it must name a file."))]
    file: PathBuf,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// One JSON object a line, for programs
    Jsonl,
    /// As people see it
    Text,
}

impl HistoryCommand {
    pub(super) fn into_errand(self) -> ErrandKind {
        match self {
            Self::Export(export) => export.into_errand(),
            Self::Erase(Erase { nick }) => ErrandKind::Erase { nick },
        }
    }
}

impl Export {
    fn into_errand(self) -> ErrandKind {
        let Self {
            room,
            since,
            format,
        } = self;
        ErrandKind::Export {
            filter: ExportFilter { room, since },
            format: match format {
                Format::Jsonl => ExportFormat::Jsonl,
                Format::Text => ExportFormat::Text,
            },
        }
    }
}

impl Backup {
    pub(super) fn into_errand(self) -> ErrandKind {
        ErrandKind::Backup { file: self.file }
    }
}

/// A room, with or without the `#` that stands before it elsewhere.
fn room(text: &str) -> Result<RoomName, String> {
    let name = text.strip_prefix('#').unwrap_or(text).parse();
    name.map_err(|error| format!("{error}."))
}

/// A nickname.
fn nickname(text: &str) -> Result<Nickname, String> {
    text.parse().map_err(|error| format!("{error}."))
}

/// A moment, or the first one of a day.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.to_utc());
    }
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d");
    day.map(|day| day.and_time(NaiveTime::MIN).and_utc())
        .map_err(|_| {
            "it must be a day such as 2026-01-31, or a moment such as \
             2026-01-31T14:05:00Z (RFC 3339)."
                .to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_days() {
        for (text, expected) in [
            ("2026-01-31", "2026-01-31T00:00:00Z"),
            ("2026-01-31T14:05:00Z", "2026-01-31T14:05:00Z"),
            ("2026-01-31T14:05:00.25+02:00", "2026-01-31T12:05:00.250Z"),
        ] {
            assert_eq!(format!("{:?}", moment(text).unwrap()), expected, "{text}");
        }
        for wrong in [
            "",
            "yesterday",
            "2026-02-30",
            "31.1.2026",
            "2026-01-31T14:05",
        ] {
            let said = moment(wrong).unwrap_err();
            assert!(said.starts_with("it must be a day such as"), "{wrong}");
        }
    }

    #[test]
    fn a_room_with_and_without_its_sign() {
        assert_eq!(room("#ops").unwrap(), room("Ops").unwrap());
        assert_eq!(room("##ops").unwrap_err(), "a name may not begin with '#'.");
        assert_eq!(
            room("#").unwrap_err(),
            "a name needs at least one character."
        );
    }
}
