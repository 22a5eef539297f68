//! TLS beside plain connections: simulated people are plain, and the first byte decides
//! about each of them, whether it comes early, late or never.

use std::path::Path;
use std::sync::OnceLock;

use chrono::DateTime;
use roomful::shell::tls::{Tls, TlsFiles};

use crate::heap;
use crate::settings::{Key, Settings};

/// A moment at which the certificate is valid: simulated clocks show none of ours.
const VALID_AT: i64 = 2_000_000_000;

/// What a server of this plan answers handshakes with, if it takes TLS.
pub(crate) fn of(settings: &Settings) -> Option<Tls> {
    static TLS: OnceLock<Tls> = OnceLock::new();
    let is_taken = settings.get(Key::Tls) > 0;
    is_taken.then(|| TLS.get_or_init(|| heap::apart(load)).clone())
}

fn load() -> Tls {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("certificate");
    let files = TlsFiles {
        cert: dir.join("cert.pem"),
        key: dir.join("key.pem"),
    };
    let moment = DateTime::from_timestamp(VALID_AT, 0).expect("a moment");
    Tls::new(files.load(moment).expect("a certificate that is served"))
}
