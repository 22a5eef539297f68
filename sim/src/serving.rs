//! A server with the keeper of its history: what one process of it is.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use roomful::shell::store::{self, HistoryLink, Keeper};
use roomful::shell::{Clock, Handle, HistoryConfig, Listener, Outcome, Server};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::certificate;
use crate::disk::{Disk, DiskStore};
use crate::logs;
use crate::settings::Settings;
use crate::trace::Log;

/// After so long, whoever looks after the server starts it again when it could not.
const START_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How long a keeper may take to commit what is left.
const KEEPER_PATIENCE: Duration = Duration::from_secs(60);

/// A process that runs, or begins to.
pub(crate) struct Serving {
    handle: Arc<OnceLock<Handle>>,
    task: JoinSet<Outcome>,
    is_told_to_stop: bool,
}

impl Serving {
    /// Starts it as a task.
    pub(crate) fn start<L: Listener>(
        settings: &Settings,
        listener: L,
        clock: Clock,
        disk: &Disk,
    ) -> Self {
        let handle: Arc<OnceLock<Handle>> = Arc::default();
        let told = Arc::clone(&handle);
        let (settings, disk) = (settings.clone(), disk.clone());
        let mut task = JoinSet::new();
        task.spawn(async move {
            serve(settings, listener, clock, disk, |handle| {
                told.get_or_init(|| handle);
            })
            .await
        });
        Self {
            handle,
            task,
            is_told_to_stop: false,
        }
    }

    /// The way to reach it, once it serves.
    pub(crate) fn handle(&self) -> Option<&Handle> {
        self.handle.get()
    }

    /// The most that waited in one of its outboxes, in bytes.
    pub(crate) fn held_peak(&self) -> u64 {
        self.handle()
            .map_or(0, |handle| handle.gauges().held_peak())
    }

    /// Waits until it serves.
    pub(crate) async fn until_it_serves(&self) {
        while self.handle().is_none() {
            sleep(Duration::from_millis(1)).await;
        }
    }

    /// It ends in order from now on.
    pub(crate) fn stop(&mut self) {
        self.is_told_to_stop = true;
        if let Some(handle) = self.handle() {
            handle.stop();
        }
    }

    /// Whether it was told to stop.
    pub(crate) fn is_told_to_stop(&self) -> bool {
        self.is_told_to_stop
    }

    /// It is gone, with whatever it was about to do.
    pub(crate) async fn kill(mut self) {
        self.task.shutdown().await;
    }

    /// Stops it, and waits for its end.
    pub(crate) async fn end(mut self) -> Outcome {
        self.until_it_serves().await;
        self.stop();
        match self.task.join_next().await {
            Some(Ok(outcome)) => outcome,
            Some(Err(panic)) => {
                logs::note(Log::Error(format!("the server panicked: {panic}")));
                Outcome::Failed
            }
            None => Outcome::Failed,
        }
    }
}

/// Serves until the server has ended and all that was said is committed.
pub(crate) async fn serve<L: Listener>(
    settings: Settings,
    listener: L,
    clock: Clock,
    disk: Disk,
    tell: impl FnOnce(Handle),
) -> Outcome {
    let mut keeping = JoinSet::new();
    let config = settings.config();
    let history = config.history;
    let mut server = Server::new(config, vec![listener], clock);
    if let Some(tls) = certificate::of(&settings) {
        server = server.with_tls(&tls, Vec::new());
    }
    if let Some(history) = history {
        let (link, keeper) = open(&disk, history, clock).await;
        keeping.spawn(keeper.run());
        server = server.with_history(link);
    }
    tell(server.handle());
    let outcome = server.run().await;
    match timeout(KEEPER_PATIENCE, keeping.join_next()).await {
        Ok(None | Some(Ok(()))) => outcome,
        Ok(Some(Err(panic))) => {
            logs::note(Log::Error(format!("the keeper panicked: {panic}")));
            Outcome::Failed
        }
        Err(_) => {
            logs::note(Log::Error("the keeper does not end".into()));
            Outcome::Failed
        }
    }
}

/// A server that cannot begin with its disk ends, and is started again.
async fn open(
    disk: &Disk,
    history: HistoryConfig,
    clock: Clock,
) -> (HistoryLink, Keeper<DiskStore>) {
    loop {
        match store::open(disk.store(), history, clock).await {
            Ok(opened) => return opened,
            Err(_) => sleep(START_AGAIN_AFTER).await,
        }
    }
}
