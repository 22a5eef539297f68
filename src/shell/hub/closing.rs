//! The end of a server: everybody is told, everything is flushed and closed.

use tokio::time::{Duration, Instant, sleep_until};
use tracing::{error, info, warn};

use super::link::Why;
use super::{Arrival, Hub};
use crate::chat::{ConnId, Message};
use crate::engine::Ending;
use crate::shell::Listener;
use crate::shell::connection::Closing;
use crate::shell::stage::{Outcome, Stage};

/// How long ends of what was cut are waited for: they need no other side.
const CUT_GRACE: Duration = Duration::from_secs(2);

impl<L: Listener> Hub<L> {
    /// Told to stop: what has been taken is delivered before the goodbye.
    pub(super) async fn stop(mut self) -> Outcome {
        info!(connections = self.links.len(), "stopping");
        self.take_batches();
        self.end_turn().await;
        for conn in self.all_conns() {
            if self.open_link(conn).is_some() {
                self.leave_the_engine(conn, Ending::Shutdown, Closing::Drain);
                self.reply(conn, &Message::ShuttingDown);
                self.turn.finish(conn);
            }
        }
        self.turn_away_newcomers(&Message::ShuttingDown).await;
        self.close_all().await;
        self.close_archive().await;
        if self.has_failed || self.is_inconsistent() {
            Outcome::Failed
        } else {
            Outcome::Stopped
        }
    }

    /// With everybody gone, the engine must equal a new one.
    fn is_inconsistent(&self) -> bool {
        let audit = self.engine.audit();
        if let Err(violation) = &audit {
            error!(%violation, "the engine was found inconsistent at the end");
        }
        let is_left_over = !self.engine.equals_new();
        if is_left_over {
            error!("the engine still holds something of people who are gone");
        }
        audit.is_err() || is_left_over
    }

    /// A fault was found, here or in a worker: everybody who can be reached is
    /// told, and nothing more is taken.
    pub(super) async fn fail(mut self) -> Outcome {
        // The accept loops end by this too.
        self.inlets.progress.raise(Stage::Failing);
        for conn in self.all_conns() {
            if let Some(link) = self.open_link(conn) {
                link.begin_closing(Why::ServerFailed, Closing::Drain);
                self.reply(conn, &Message::ServerFailed);
                self.turn.finish(conn);
            }
        }
        self.turn_away_newcomers(&Message::ServerFailed).await;
        self.close_all().await;
        self.close_archive().await;
        Outcome::Failed
    }

    /// Tells those who were let in and are not in yet; no more come.
    async fn turn_away_newcomers(&mut self, why: &Message) {
        self.inlets.accepted.close();
        while let Some(accepted) = self.inlets.accepted.recv().await {
            accepted.turn_away(why);
        }
    }

    /// Waits until every connection is flushed and closed, for as long as the
    /// grace lasts; then cuts what is left.
    async fn close_all(&mut self) {
        self.end_turn().await;
        let progress = self.inlets.progress.clone();
        let give_up = Instant::now() + self.config.shutdown_grace;
        while !self.links.is_empty() {
            let arrival = tokio::select! {
                biased;
                () = progress.reached(Stage::Ending) => break,
                () = sleep_until(give_up) => break,
                arrival = self.next_end() => arrival,
            };
            self.take(arrival);
            self.end_turn().await;
        }
        if !self.links.is_empty() {
            warn!(
                connections = self.links.len(),
                "not everything was flushed in time; the rest is closed"
            );
            self.cut_all().await;
        }
    }

    /// Cuts what is left. A worker that is gone reports no end: nobody waits for
    /// it longer than this.
    async fn cut_all(&mut self) {
        self.give_up_undecided();
        for conn in self.all_conns() {
            if let Some(link) = self.links.get(conn) {
                link.gate.close(Closing::Cut);
            }
            self.turn.cut(conn);
        }
        self.end_turn().await;
        let give_up = Instant::now() + CUT_GRACE;
        while !self.links.is_empty() {
            let arrival = tokio::select! {
                biased;
                () = sleep_until(give_up) => return,
                arrival = self.next_end() => arrival,
            };
            self.take(arrival);
            self.end_turn().await;
        }
    }

    /// Waits for something that brings a connection nearer to its end.
    async fn next_end(&mut self) -> Arrival<L> {
        loop {
            tokio::select! {
                biased;
                Some(report) = self.inlets.reports.recv() => return Arrival::Report(report),
                answer = super::next_answer(&mut self.archive) => return Arrival::History(answer),
                Some(done) = self.readers.join_next_with_id() => return super::reader_end(done),
                Some(_) = self.batches.recv() => {} // Too late: not accepted.
            }
        }
    }

    fn all_conns(&self) -> Vec<ConnId> {
        self.links.iter().map(|link| link.conn).collect()
    }
}
