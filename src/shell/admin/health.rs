//! Whether the server is well, and whether people can come in.

use tokio::time::{Duration, timeout};

use crate::shell::{Handle, Stage};

/// How long the hub may take to answer. It works in turns of milliseconds.
const HUB_PATIENCE: Duration = Duration::from_secs(2);

/// Well, or not; with a line (or two) for whoever asked.
pub(super) type Verdict = Result<String, String>;

/// Whether the process lives and its hub goes on. One that is not, is to be started
/// again; one that stops is well, and is to be left to what it still has to write.
pub(super) async fn alive(server: &Handle) -> Verdict {
    if let Some(verdict) = at_its_end(server.stage()) {
        return verdict;
    }
    let beat = beat(server).await;
    // Its end may have begun since, and then the hub answers nobody.
    at_its_end(server.stage()).unwrap_or(beat)
}

fn at_its_end(stage: Stage) -> Option<Verdict> {
    match stage {
        Stage::Serving => None,
        Stage::Failing => Some(Err("a fault of the server's own was found; it ends".into())),
        Stage::Stopping | Stage::Ending => Some(Ok("stopping".into())),
    }
}

async fn beat(server: &Handle) -> Verdict {
    match timeout(HUB_PATIENCE, server.pulse()).await {
        Ok(true) => Ok("ok".into()),
        Ok(false) => Err("the server has ended".into()),
        Err(_) => Err(format!(
            "the hub has not answered for {} seconds",
            HUB_PATIENCE.as_secs()
        )),
    }
}

/// Whether the server lets people in. That history suffers is said and keeps nobody out:
/// the chat goes on. That it is full is said too: to be started again would help nobody.
pub(super) async fn ready(server: &Handle) -> Verdict {
    alive(server).await?;
    if server.stage() != Stage::Serving {
        return Err("stopping: nobody new is let in".into());
    }
    let mut said = "ready".to_owned();
    if server.metrics().is_full() {
        said += "\nnote: the server is full; one more is told so and sent away";
    }
    if server.metrics().is_history_troubled() {
        said += "\nnote: what is said cannot be kept in history at the moment; see the log";
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_stops_is_well_and_one_with_a_fault_is_not() {
        assert_eq!(at_its_end(Stage::Serving), None);
        for stage in [Stage::Stopping, Stage::Ending] {
            assert_eq!(at_its_end(stage), Some(Ok("stopping".into())));
        }
        let fault = "a fault of the server's own was found; it ends";
        assert_eq!(at_its_end(Stage::Failing), Some(Err(fault.into())));
    }
}
