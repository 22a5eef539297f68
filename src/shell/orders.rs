//! What an operator orders by signals, passed on to the server that runs.

use std::convert::Infallible;

use tracing::info;

use super::systemd::Notifier;
use super::{Handle, Hangups, Reload, Signals};

/// Where orders come from.
#[derive(Debug)]
pub struct Orders {
    signals: Signals,
    hangups: Hangups,
}

impl Orders {
    /// Catches the signals that are orders from now on.
    ///
    /// # Errors
    /// When the system refuses.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn catch() -> std::io::Result<Self> {
        let (signals, hangups) = (Signals::catch()?, Hangups::catch()?);
        Ok(Self { signals, hangups })
    }

    /// The first signal stops the server, the second ends it at once. SIGHUP has
    /// everything read again that may change while the server runs: here, where the
    /// caller is, so that it must be no thread of the server's that reads files. So is a
    /// certificate that has changed. Never returns; may be dropped at any moment.
    pub async fn pass_on(
        &mut self,
        server: &Handle,
        manager: &Notifier,
        reload: &mut Reload<'_>,
    ) -> Infallible {
        let name = loop {
            tokio::select! {
                biased;
                name = self.signals.next() => break name,
                () = self.hangups.next() => {
                    manager.reloading();
                    reload.run().await;
                    manager.ready();
                }
                never = reload.watch() => match never {},
            }
        };
        info!("{name} received; a second signal ends at once");
        manager.stopping(reload.shutdown_grace());
        server.stop();
        loop {
            self.signals.next().await;
            server.end();
        }
    }

    /// Waits for the next signal to stop, and names it.
    pub async fn next_signal(&mut self) -> &'static str {
        self.signals.next().await
    }
}
