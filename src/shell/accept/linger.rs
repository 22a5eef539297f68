//! Telling a refused connection so, such that the line really arrives.

use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// The most refused connections of one listener that are waited for; past it,
/// one is told as well as can be without waiting.
pub(crate) const LINGERING_MAX: usize = 64;
/// How long one is waited for.
pub(super) const LINGER: Duration = Duration::from_secs(2);
/// How much of what it sends is discarded, in bytes.
pub(super) const DISCARDED_MAX: u64 = 64 * 1024;

/// Says a line and closes. A close with unread bytes would be a reset, which
/// destroys the line on its way: so what comes is read and discarded, up to
/// its end, within bounds.
pub(super) async fn say_and_close<R, W>(read: R, mut write: W, line: &[u8])
where
    R: AsyncRead + Unpin,
    W: AsyncWrite + Unpin,
{
    let says = async {
        write.write_all(line).await?;
        write.shutdown().await?;
        discard(read).await
    };
    // Whoever breaks it off or takes too long has had their chance.
    let _ = timeout(LINGER, says).await;
}

/// Says as much of a line as the connection takes without waiting.
pub(super) fn say_at_once<W: AsyncWrite + Unpin>(write: &mut W, line: &[u8]) {
    let mut now = Context::from_waker(Waker::noop());
    let _ = Pin::new(write).poll_write(&mut now, line);
}

async fn discard<R: AsyncRead + Unpin>(read: R) -> std::io::Result<()> {
    let mut read = read.take(DISCARDED_MAX);
    let mut buffer = [0; 512];
    while read.read(&mut buffer).await? > 0 {}
    Ok(())
}
