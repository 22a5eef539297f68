//! Whether the server is well, and whether people can come in.

use tokio::time::{Duration, timeout};

use crate::shell::{Handle, Stage};

/// How long the hub may take to answer. It works in turns of milliseconds.
const HUB_PATIENCE: Duration = Duration::from_secs(2);

/// Well, or not; with a line (or two) for whoever asked.
pub(super) type Verdict = Result<String, String>;

/// Whether the process lives and its hub goes on. One that is not, is to be started
/// again.
pub(super) async fn alive(server: &Handle) -> Verdict {
    if server.stage() == Stage::Failing {
        return Err("a fault of the server's own was found; it ends".into());
    }
    match timeout(HUB_PATIENCE, server.pulse()).await {
        Ok(true) => Ok("ok".into()),
        Ok(false) => Err("the server has ended".into()),
        Err(_) => Err(format!(
            "the hub has not answered for {} seconds",
            HUB_PATIENCE.as_secs()
        )),
    }
}

/// Whether people can come in. That history suffers is said and keeps nobody out:
/// the chat goes on.
pub(super) async fn ready(server: &Handle) -> Verdict {
    match server.stage() {
        Stage::Serving | Stage::Failing => {
            alive(server).await?;
        }
        Stage::Stopping | Stage::Ending => return Err("stopping: nobody new is let in".into()),
    }
    Ok(if server.metrics().is_history_troubled() {
        "ready\nnote: what is said cannot be kept in history at the moment; see the log".into()
    } else {
        "ready".into()
    })
}
