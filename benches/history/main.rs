//! A server on a history of a million messages: how soon it greets, how long people wait
//! for what was said, and how much memory that takes.
//!
//! `cargo bench --bench history` fills a directory and starts the real server on it.
//! Without `--bench`, as a test runs it, the history is small: it shows that all of it
//! works.

mod archive;
mod person;
mod server;
mod table;
mod words;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use archive::{Size, room};
use person::Person;
use server::Server;
use table::Table;

/// What can go wrong here is told, and ends the measurement.
type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How much is measured.
struct Plan {
    size: Size,
    starts: u32,
    /// Rooms that are joined, and joined again.
    joins: u32,
    /// Rooms that somebody who searches in many is in, besides the lobby.
    many: u32,
    /// Searches of each kind, and histories.
    repeats: u32,
}

const WHOLE: Plan = Plan {
    size: Size {
        rooms: 1_000,
        lines: 1_000,
    },
    starts: 5,
    joins: 200,
    many: 49,
    repeats: 20,
};

const SMALL: Plan = Plan {
    size: Size {
        rooms: 20,
        lines: 60,
    },
    starts: 1,
    joins: 10,
    many: 10,
    repeats: 2,
};

fn main() -> ExitCode {
    let is_whole = std::env::args().any(|argument| argument == "--bench");
    let plan = if is_whole { WHOLE } else { SMALL };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let measured = runtime
        .map_err(Into::into)
        .and_then(|runtime| runtime.block_on(measure(&plan)));
    match measured.and_then(|text| Ok(io::stdout().write_all(text.as_bytes())?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "history: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(plan: &Plan) -> Result<String> {
    // Beside what is built: a folder for temporary files is in memory on many machines.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let filling = archive::fill(dir.path(), plan.size).await?;
    let mut table = Table::default();
    let mut server = start(plan, dir.path(), &mut table).await?;
    let fresh = server.memory();
    joins(plan, &server, &mut table).await?;
    searches(plan, &server, &mut table).await?;
    histories(plan, &server, &mut table).await?;
    let used = server.memory();
    server.stop().await?;
    Ok(format!(
        "\n{} messages in {} rooms, {} MB on the disk, filled and indexed in {:.1} s.\n\n{table}\n\
         Memory of the server (RSS): {} at its start, {} in the end.\n",
        plan.size.rooms * plan.size.lines,
        plan.size.rooms,
        archive::bytes(dir.path())? / 1_000_000,
        filling.as_secs_f64(),
        megabytes(fresh),
        megabytes(used),
    ))
}

/// Starts a server several times, each time from the disk; the last one stays.
async fn start(plan: &Plan, dir: &Path, table: &mut Table) -> Result<Server> {
    let mut times = Vec::new();
    loop {
        archive::forget_cached(dir)?;
        let (mut server, greeted_after) = Server::start(dir).await?;
        times.push(greeted_after);
        if times.len() >= plan.starts as usize {
            table.add("start to the first greeting", times, Some(SECOND));
            return Ok(server);
        }
        server.stop().await?;
    }
}

const SECOND: Duration = Duration::from_secs(1);
const JOIN: Duration = Duration::from_millis(10);
const SEARCH: Duration = Duration::from_millis(100);

/// Rooms that nobody is in, first as they lie on the disk.
async fn joins(plan: &Plan, server: &Server, table: &mut Table) -> Result<()> {
    let mut ada = Person::arrive(server.address()).await?;
    let apart = plan.size.rooms / plan.joins;
    for what in ["join, never read before", "join, again"] {
        let mut times = Vec::new();
        for index in 0..plan.joins {
            let room = room(index * apart);
            times.push(ada.join(&room).await?);
            ada.leave(&room).await?;
        }
        table.add(what, times, Some(JOIN));
    }
    Ok(())
}

async fn searches(plan: &Plan, server: &Server, table: &mut Table) -> Result<()> {
    let mut ada = Person::arrive(server.address()).await?;
    for (word, what) in words::SEARCHED {
        let mut times = Vec::new();
        for index in 0..plan.repeats.min(plan.size.rooms) {
            let room = room(index);
            ada.join(&room).await?;
            times.push(ada.search(word).await?);
            ada.leave(&room).await?;
        }
        table.add(&format!("search, {what}, 1 room"), times, Some(SEARCH));
    }
    for index in 0..plan.many {
        ada.join(&room(index * (plan.size.rooms / plan.many)))
            .await?;
    }
    for (word, what) in words::SEARCHED {
        let mut times = Vec::new();
        for _ in 0..plan.repeats {
            times.push(ada.search(word).await?);
        }
        let what = format!("search, {what}, {} rooms", plan.many + 1);
        table.add(&what, times, Some(SEARCH));
    }
    Ok(())
}

async fn histories(plan: &Plan, server: &Server, table: &mut Table) -> Result<()> {
    let mut ada = Person::arrive(server.address()).await?;
    let mut times = Vec::new();
    for index in 0..plan.repeats {
        let room = room(plan.size.rooms - 1 - index);
        ada.join(&room).await?;
        times.push(ada.history(plan.size.lines).await?);
        ada.leave(&room).await?;
    }
    let what = format!("/history {}", plan.size.lines);
    table.add(&what, times, None);
    Ok(())
}

fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or("unknown".to_owned(), |bytes| {
        format!("{} MB", bytes / 1_000_000)
    })
}
