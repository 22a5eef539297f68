//! Scrapes a server's figures once a second, as Prometheus would, and more often than
//! it does.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::mpsc::{RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};

/// From one scrape to the next.
const EVERY: Duration = Duration::from_secs(1);

/// An answer takes no longer than this.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// What every answer ends with that is whole.
const END: &str = "# EOF\n";

/// A thread that scrapes, until it is told to finish.
pub struct Scraper {
    finish: Sender<()>,
    thread: JoinHandle<Result<u64>>,
}

impl Scraper {
    /// Begins with `address`, at once.
    #[must_use]
    pub fn start(address: SocketAddr) -> Self {
        let (finish, finished) = channel();
        let thread = thread::spawn(move || {
            let mut scrapes = 0;
            loop {
                scrape(address).context("the figures could not be scraped")?;
                scrapes += 1;
                if finished.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return Ok(scrapes);
                }
            }
        });
        Self { finish, thread }
    }

    /// How many scrapes there were.
    ///
    /// # Errors
    /// If one of them failed.
    pub fn finish(self) -> Result<u64> {
        // A thread that has failed is gone already, and says why.
        let _ = self.finish.send(());
        let scraped = self.thread.join();
        scraped.map_err(|_| anyhow!("the thread that scrapes panicked"))?
    }
}

fn scrape(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_MAX)?;
    stream.set_read_timeout(Some(ANSWER_MAX))?;
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let is_whole = answer.starts_with("HTTP/1.1 200 ") && answer.ends_with(END);
    ensure!(is_whole, "what answers is not whole: {answer:.200}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Answers one connection with this.
    fn answering(answer: &'static str) -> (SocketAddr, JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let thread = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let count = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&request[..count]).into_owned()
        });
        (address, thread)
    }

    #[test]
    fn it_scrapes_at_once() {
        let (address, asked) = answering("HTTP/1.1 200 OK\r\n\r\nx 1\n# EOF\n");
        assert_eq!(Scraper::start(address).finish().unwrap(), 1);
        assert!(
            asked
                .join()
                .unwrap()
                .starts_with("GET /metrics HTTP/1.1\r\n")
        );
    }

    #[test]
    fn what_is_not_whole_is_told() {
        for answer in [
            "HTTP/1.1 200 OK\r\n\r\nx 1\n",
            "HTTP/1.1 404 Not Found\r\n\r\n",
        ] {
            let (address, asked) = answering(answer);
            let error = Scraper::start(address).finish().unwrap_err();
            asked.join().unwrap();
            let error = format!("{error:#}");
            assert!(error.contains("not whole: HTTP/1.1"), "{error}");
        }
    }
}
