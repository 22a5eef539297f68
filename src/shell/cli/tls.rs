//! TLS takes a certificate and its key: neither is any use alone.

use std::net::SocketAddr;

use super::{Chosen, Stop};

const CERT: &str = "tls_cert";
const KEY: &str = "tls_key";
const LISTEN: &str = "listen_tls";

/// Whatever of it is set, flags, variables and the file together: whether it is whole, and
/// no address is for everybody and for TLS alone.
///
/// # Errors
/// One line that says where something is set and what is missing beside it.
pub(super) fn check(chosen: &Chosen, twice: Option<SocketAddr>) -> Result<(), Stop> {
    if let Some(address) = twice {
        let line = format!(
            "--listen and --listen-tls both name {address}. With a certificate, --listen takes \
             TLS too: leave it out of --listen-tls, or choose another port."
        );
        return Err(Stop::Wrong { line });
    }
    let set = |name| chosen.set_as(name);
    let (origin, missing) = match (set(CERT), set(KEY), set(LISTEN)) {
        (Some(_), Some(_), _) | (None, None, None) => return Ok(()),
        (Some(cert), None, _) => (cert, "the certificate's key: set --tls-key too"),
        (None, Some(key), _) => (key, "its certificate: set --tls-cert too"),
        (None, None, Some(listen)) => (listen, "a certificate: set --tls-cert and --tls-key too"),
    };
    let line = format!("{origin} is set without {missing}.");
    Err(Stop::Wrong { line })
}
