//! What is done to a history without a server.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Stop;
use crate::chat::Nickname;
use crate::shell::data_dir;
use crate::shell::store::offline::{self, ExportFilter, ExportFormat};

/// Something done to what a server has kept.
#[derive(Clone, Debug)]
pub struct Errand {
    /// Where it is kept, if that was said.
    pub data: Option<PathBuf>,
    /// What is done.
    pub kind: ErrandKind,
}

/// What is done to what a server has kept.
#[derive(Clone, Debug)]
pub enum ErrandKind {
    /// Lines are printed.
    Export {
        /// Which.
        filter: ExportFilter,
        /// How they look.
        format: ExportFormat,
    },
    /// What somebody said is taken back.
    Erase {
        /// Who.
        nick: Nickname,
    },
    /// Everything is copied.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
}

impl Errand {
    /// Does it, and tells the person on standard error what was done.
    ///
    /// # Errors
    /// When it could not be done.
    pub fn run(self) -> Result<(), Stop> {
        let dir = data_dir::choose(self.data).map_err(Stop::failed)?;
        let done = match self.kind {
            ErrandKind::Export { filter, format } => export(&dir, &filter, format)?,
            ErrandKind::Erase { nick } => Some(erase(&dir, &nick)?),
            ErrandKind::Backup { file } => Some(back_up(&dir, &file)?),
        };
        if let Some(done) = done {
            // Nobody may be there to read it, and it is done all the same.
            let _ = writeln!(io::stderr(), "roomful: {done}");
        }
        Ok(())
    }
}

/// Lines speak for themselves; only that there are none is said.
fn export(dir: &Path, filter: &ExportFilter, format: ExportFormat) -> Result<Option<String>, Stop> {
    let mut out = Pipe::new(io::BufWriter::new(io::stdout().lock()));
    let exported = offline::export(dir, filter, format, &mut out);
    let flushed = out.flush();
    if out.is_closed {
        return Ok(None); // `export | head` is nobody's fault.
    }
    let count = exported.map_err(Stop::failed)?;
    flushed.map_err(|error| Stop::failed(format!("standard output takes nothing: {error}.")))?;
    Ok((count == 0).then(|| "nothing is kept that matches.".to_owned()))
}

fn erase(dir: &Path, nick: &Nickname) -> Result<String, Stop> {
    let count = offline::erase(dir, nick).map_err(Stop::failed)?;
    Ok(match count {
        0 => format!("nothing is kept of {nick}."),
        1 => format!("erased 1 message of {nick}; its number stays."),
        _ => format!("erased {count} messages of {nick}; their numbers stay."),
    })
}

fn back_up(dir: &Path, file: &Path) -> Result<String, Stop> {
    let bytes = offline::backup(dir, file).map_err(Stop::failed)?;
    Ok(format!(
        "copied the history to {} ({bytes} bytes).",
        file.display()
    ))
}

/// Notices that nobody reads any more.
struct Pipe<W> {
    out: W,
    is_closed: bool,
}

impl<W: Write> Pipe<W> {
    fn new(out: W) -> Self {
        let is_closed = false;
        Self { out, is_closed }
    }

    fn noticed<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        let kind = result.as_ref().err().map(io::Error::kind);
        self.is_closed |= kind == Some(io::ErrorKind::BrokenPipe);
        result
    }
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.noticed(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.noticed(flushed)
    }
}
