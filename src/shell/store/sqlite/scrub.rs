//! What the database leaves behind in its pages, wiped off.
//!
//! SQLite overwrites what it deletes (`secure_delete`). But when it divides a page, it
//! leaves copies of the rows that it moves in the unused middle of the page, out of
//! which they are deleted never. So pages are looked at, as they are in the file, and
//! where the middle is not empty, a row of the page grows until it needs all of the
//! page's free space, for which SQLite moves the rows together and overwrites the rest,
//! and shrinks again.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

/// What the first byte of a page says that holds a table's rows.
const LEAF: u8 = 0x0d;
/// What the sizes of a row and of its text may take more room for when they grow.
const SIZES: usize = 3;
/// A row that is longer by this than a page lies elsewhere in part.
const NOT_FOR_ROWS: usize = 35;

/// Where rows with words in them are: the table and its column.
const TABLES: [(&str, &str); 2] = [("messages", "text"), ("search_data", "block")];

/// Looks at so many pages, from the given one on, and wipes those that need it. Which
/// one is next, and whether something was wiped; no page is next after the last one.
///
/// The file must hold everything: nothing may be in the write-ahead log alone.
pub(super) fn wipe(
    connection: &mut Connection,
    file: &File,
    first: u64,
    pages: u64,
) -> rusqlite::Result<(Option<u64>, bool)> {
    let size: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    let bytes = read(file, first * u64::from(size), pages * u64::from(size)).map_err(|_| {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_READ);
        rusqlite::Error::SqliteFailure(code, None)
    })?;
    let found: Vec<Page<'_>> = bytes
        .chunks_exact(size as usize)
        .filter_map(Page::with_remains)
        .collect();
    let has_more = bytes.len() as u64 == pages * u64::from(size);
    if !found.is_empty() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for page in &found {
            page.wipe(&transaction)?;
        }
        transaction.commit()?;
    }
    Ok((has_more.then_some(first + pages), !found.is_empty()))
}

fn read(mut file: &File, at: u64, count: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    file.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A page with rows of a table, and with something in its unused middle.
struct Page<'a> {
    bytes: &'a [u8],
    /// How many bytes are free, in the middle and between rows.
    free: usize,
}

/// A row in a page.
struct Cell {
    /// How many bytes it has.
    length: usize,
    rowid: i64,
}

impl<'a> Page<'a> {
    fn with_remains(bytes: &'a [u8]) -> Option<Self> {
        if bytes[0] != LEAF {
            return None;
        }
        let start = 8 + 2 * word(bytes, 3)?;
        let middle = bytes.get(start..word(bytes, 5)?)?;
        let has_remains = middle.iter().any(|byte| *byte != 0);
        let between = holes(bytes).sum::<usize>() + usize::from(bytes[7]);
        has_remains.then_some(Self {
            bytes,
            free: middle.len() + between,
        })
    }

    fn wipe(&self, connection: &Connection) -> rusqlite::Result<()> {
        let longest = self.bytes.len() - NOT_FOR_ROWS;
        for cell in self.cells() {
            let room = longest.saturating_sub(cell.length);
            let growth = self.free.saturating_sub(SIZES).min(room);
            for (table, column) in TABLES {
                let select = format!("SELECT {column} FROM {table} WHERE rowid = ?1");
                let found: Option<Value> = connection
                    .prepare_cached(&select)?
                    .query_row([cell.rowid], |row| row.get(0))
                    .optional()?;
                if let Some((value, longer)) = found.and_then(|value| self.grown(value, growth)) {
                    let update = format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1");
                    let mut update = connection.prepare_cached(&update)?;
                    update.execute(params![cell.rowid, longer])?;
                    update.execute(params![cell.rowid, value])?;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A value and a longer one, if it lies in this page: there may be rows of the same
    /// number in several tables.
    fn grown(&self, value: Value, growth: usize) -> Option<(Value, Value)> {
        let (bytes, longer) = match &value {
            Value::Text(text) => {
                let longer = text.clone() + &" ".repeat(growth);
                (text.as_bytes(), Value::Text(longer))
            }
            Value::Blob(blob) => {
                let longer = [&**blob, &*vec![0; growth]].concat();
                (&**blob, Value::Blob(longer))
            }
            Value::Null | Value::Integer(_) | Value::Real(_) => return None,
        };
        let is_here = !bytes.is_empty()
            && self
                .bytes
                .windows(bytes.len())
                .any(|window| window == bytes);
        is_here.then_some((value, longer))
    }

    fn cells(&self) -> impl Iterator<Item = Cell> {
        let count = word(self.bytes, 3).unwrap_or_default();
        (0..count).filter_map(|place| {
            let mut rest = self.bytes.get(word(self.bytes, 8 + 2 * place)?..)?;
            let length = varint(&mut rest)?;
            let rowid = varint(&mut rest)?;
            Some(Cell {
                length: usize::try_from(length).ok()?,
                rowid,
            })
        })
    }
}

/// The sizes of the free pieces between rows: a list through the page.
fn holes(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let hole = |at: usize| word(bytes, at).filter(|next| *next != 0);
    // Each lies behind the one before, or the list is broken.
    let holes = std::iter::successors(hole(1), move |at| hole(*at).filter(|next| next > at));
    holes.filter_map(|at| word(bytes, at + 2))
}

/// Two bytes as a number.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + 2)?;
    Some(usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
}

/// SQLite's numbers of one to nine bytes.
fn varint(rest: &mut &[u8]) -> Option<i64> {
    let mut value: i64 = 0;
    for count in 1..=9 {
        let (first, others) = rest.split_first()?;
        *rest = others;
        if count == 9 {
            return Some(value << 8 | i64::from(*first));
        }
        value = value << 7 | i64::from(first & 0x7f);
        if first & 0x80 == 0 {
            break;
        }
    }
    Some(value)
}
