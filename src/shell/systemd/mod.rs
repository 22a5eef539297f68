//! The service manager: sockets that it hands over, and what it is told.
//!
//! Two protocols of environment variables and a datagram socket, which others than
//! systemd speak too. Where nobody set the variables, nothing happens.

mod notifier;
mod sockets;

pub use notifier::Notifier;
pub use sockets::{HandedOver, SocketError, handed_over};
