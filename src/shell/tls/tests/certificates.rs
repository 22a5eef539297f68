//! What can be served, and what is said of the rest.

use std::fs;

use expect_test::{Expect, expect};

use super::{make, today};
use crate::shell::tls::TlsFiles;

/// What is said of files, without the directory's name.
fn says(spoil: impl FnOnce(&TlsFiles), expected: Expect) {
    says_of((1, 90), spoil, expected);
}

fn says_of(days: (i64, i64), spoil: impl FnOnce(&TlsFiles), expected: Expect) {
    let dir = tempfile::tempdir().unwrap();
    let files = make(dir.path(), days);
    spoil(&files);
    let said = files.load(today()).unwrap_err().to_string();
    let place = format!("{}/", dir.path().display());
    expected.assert_eq(&said.replace(&place, ""));
}

#[test]
fn a_certificate_tells_how_long_it_is_valid() {
    let dir = tempfile::tempdir().unwrap();
    let identity = make(dir.path(), (0, 30)).load(today()).unwrap();
    assert_eq!(identity.days_left(today()), 30);
    assert_eq!(identity.days_left(identity.expires()), 0);
    let after = identity.expires() + chrono::TimeDelta::seconds(1);
    assert_eq!(identity.days_left(after), -1);
    assert!(!format!("{identity:?}").contains("key"));
}

#[test]
fn files_that_are_not_there_or_hold_something_else() {
    says(
        |files| fs::remove_file(&files.cert).unwrap(),
        expect![
            "cert.pem cannot be read: No such file or directory (os error 2). Check its name and who may read it."
        ],
    );
    says(
        |files| fs::remove_file(&files.key).unwrap(),
        expect![
            "key.pem cannot be read: No such file or directory (os error 2). Check its name and who may read it."
        ],
    );
    says(
        |files| fs::write(&files.cert, "nothing of the kind").unwrap(),
        expect![
            "cert.pem holds no certificate. It must be in PEM: a block that begins with -----BEGIN CERTIFICATE-----."
        ],
    );
    says(
        |files| {
            fs::copy(&files.cert, &files.key).unwrap();
        },
        expect![
            "key.pem holds no private key. It must be in PEM: a block that begins with -----BEGIN PRIVATE KEY-----."
        ],
    );
    says(
        |files| {
            let whole = fs::read_to_string(&files.cert).unwrap();
            fs::write(&files.cert, &whole[..whole.len() / 2]).unwrap();
        },
        expect!["cert.pem cannot be used: it ends in the middle of a block. Make it again."],
    );
    says(
        |files| {
            let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
            fs::write(&files.cert, pem).unwrap();
        },
        expect![
            "cert.pem cannot be used: its first block is no certificate (unknown/unsupported ASN.1 DER tag: 0x00). Make it again."
        ],
    );
}

#[test]
fn a_key_with_a_password() {
    for text in [
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n",
    ] {
        says(
            |files| fs::write(&files.key, text).unwrap(),
            expect![
                "the key in key.pem has a password, and nobody is there to type it. Take it off: openssl pkey -in key.pem -out FILE"
            ],
        );
    }
}

#[test]
fn a_key_of_another_certificate() {
    says(
        |files| {
            let other = tempfile::tempdir().unwrap();
            fs::copy(make(other.path(), (1, 90)).key, &files.key).unwrap();
        },
        expect![
            "the key in key.pem does not belong to the certificate in cert.pem. Give the key that the certificate was made with."
        ],
    );
}

#[test]
fn a_certificate_that_is_not_valid_now() {
    says_of(
        (90, -1),
        |_| {},
        expect![
            "the certificate in cert.pem expired at 2026-09-20 14:13:20 UTC. Renew it: nobody would accept it."
        ],
    );
    says_of(
        (-1, 90),
        |_| {},
        expect![
            "the certificate in cert.pem is valid only from 2026-09-22 14:13:20 UTC on. Is this machine's clock right?"
        ],
    );
    says_of(
        (90, 0),
        |_| {},
        expect![
            "the certificate in cert.pem expired at 2026-09-21 14:13:20 UTC. Renew it: nobody would accept it."
        ],
    );
}
