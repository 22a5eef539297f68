//! Asking a server whether it is ready: `roomful health`.

use std::io;
use std::net::SocketAddr;

use http_body_util::{BodyExt as _, Limited};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};

use crate::shell::banner::reachable;

/// How long an answer may take: longer than a server waits for its hub.
const PATIENCE: Duration = Duration::from_secs(4);
/// What is read of an answer, in bytes.
const ANSWER_BYTES_MAX: usize = 4096;

/// Why a server is not known to be ready. One line.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It says so.
    #[error("not ready: {0}")]
    NotReady(String),
    /// Nobody is there.
    #[error(
        "nothing answers at {address}: {source}. \
         Is the server running, with --admin {address}?"
    )]
    NobodyThere {
        /// Where it was looked for.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// It takes too long.
    #[error("{address} has not answered within {} seconds", PATIENCE.as_secs())]
    TooLate {
        /// Where it was asked.
        address: SocketAddr,
    },
    /// Somebody else is there.
    #[error("what answers at {address} is not the admin address of a roomful server: {what}")]
    NotUnderstood {
        /// Where it was asked.
        address: SocketAddr,
        /// What is wrong with the answer.
        what: String,
    },
}

/// Asks the server with this admin address whether people can come in, and waits a
/// few seconds at most. What it says, in one line. An address that stands for all of
/// a machine's is asked by loopback.
///
/// # Errors
/// When it is not ready, or not there.
pub fn ask(address: SocketAddr) -> Result<String, AskError> {
    let address = reachable(address);
    let nobody_there = |source| AskError::NobodyThere { address, source };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(nobody_there)?;
    let asking = async { timeout(PATIENCE, asked(address)).await };
    let in_time = runtime.block_on(asking);
    let (status, said) = in_time.unwrap_or(Err(AskError::TooLate { address }))?;
    match status {
        StatusCode::OK => Ok(said),
        StatusCode::SERVICE_UNAVAILABLE => Err(AskError::NotReady(said)),
        other => Err(AskError::NotUnderstood {
            address,
            what: format!("status {other}"),
        }),
    }
}

async fn asked(address: SocketAddr) -> Result<(StatusCode, String), AskError> {
    let stream = TcpStream::connect(address).await;
    let stream = stream.map_err(|source| AskError::NobodyThere { address, source })?;
    read_answer(stream, address)
        .await
        .map_err(|what| AskError::NotUnderstood { address, what })
}

async fn read_answer(
    stream: TcpStream,
    address: SocketAddr,
) -> Result<(StatusCode, String), String> {
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let mut tasks = JoinSet::new();
    // Its errors are the request's too.
    tasks.spawn(async { drop(connection.await) });
    let request = Request::get("/readyz")
        .header(HOST, address.to_string())
        .body(String::new())
        .map_err(|error| error.to_string())?;
    let response = sender.send_request(request).await;
    let response = response.map_err(|error| error.to_string())?;
    let status = response.status();
    let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
        .collect()
        .await
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&body.to_bytes()).into_owned();
    Ok((status, one_line(&said)))
}

/// Lines joined, without anything that a terminal would take for an order.
fn one_line(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines.join("; ").replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_one_line() {
        assert_eq!(one_line("ready\n"), "ready");
        assert_eq!(one_line("ready\r\nnote: \x1b[2J\n"), "ready; note:  [2J");
    }
}
