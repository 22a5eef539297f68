//! What a value after a flag may look like, and what to say when it does not.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};

/// An address to listen on. Only what is plain is taken: a port alone does not
/// say whether the whole world or this machine is meant.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| why_no_address(text))
}

/// A whole number within bounds, both included.
pub(super) fn whole_number<T: TryFrom<u64>>(
    bounds: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        digits(text)
            .filter(|number| bounds.contains(number))
            .and_then(|number| T::try_from(number).ok())
            .ok_or_else(|| {
                let (least, most) = (bounds.start(), bounds.end());
                format!("it must be a whole number from {least} to {most}.")
            })
    }
}

/// A path, which may be any but the empty one; else this is said.
pub(super) fn path(why_not_empty: &'static str) -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().try_map(move |text: OsString| {
        let is_path = !text.is_empty();
        is_path.then(|| text.into()).ok_or(why_not_empty)
    })
}

/// The addresses in their order, each once. Port 0 is a new port every time.
pub(super) fn without_repeats(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let mut once = Vec::with_capacity(addresses.len());
    for address in addresses {
        if address.port() == 0 || !once.contains(&address) {
            once.push(address);
        }
    }
    once
}

fn why_no_address(text: &str) -> String {
    const EXAMPLE: &str = "such as 127.0.0.1:4000 or [::1]:4000";
    if let Some(port) = port_alone(text) {
        return format!(
            "it does not say for whom. Write 127.0.0.1:{port} for this machine only, \
             or 0.0.0.0:{port} for everybody who can reach it."
        );
    }
    if let Ok(ip) = bare(text).parse::<IpAddr>() {
        let whole = SocketAddr::new(ip, 4000);
        return format!("the port is missing. Write {whole}, for example.");
    }
    match text.rsplit_once(':') {
        Some((host, port)) if host.parse::<IpAddr>().is_ok() || is_bracketed_ip(host) => {
            format!("{port:?} is not a port. Write a number from 0 to 65535 after the last colon.")
        }
        Some((host, _)) if looks_like_a_host(host) => {
            format!("host names are not looked up. Write an IP address and a port, {EXAMPLE}.")
        }
        Some(_) | None => format!("it must be an IP address and a port, {EXAMPLE}."),
    }
}

fn port_alone(text: &str) -> Option<u16> {
    let digits = text.strip_prefix(':').unwrap_or(text);
    digits.parse().ok().filter(|_| !digits.starts_with('+'))
}

fn is_bracketed_ip(host: &str) -> bool {
    host.starts_with('[') && bare(host).parse::<IpAddr>().is_ok()
}

fn bare(host: &str) -> &str {
    let inner = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    inner.unwrap_or(host)
}

fn looks_like_a_host(host: &str) -> bool {
    host.starts_with(|c: char| c.is_ascii_alphabetic())
        && host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

/// Digits alone: `parse` would also take a plus sign.
fn digits(text: &str) -> Option<u64> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[test]
    fn addresses_that_are_plain() {
        for text in ["127.0.0.1:4000", "0.0.0.0:0", "[::1]:4000", "[::]:65535"] {
            assert_eq!(address(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn addresses_that_are_not() {
        let says = |text: &str, expected: Expect| expected.assert_eq(&address(text).unwrap_err());
        says(
            "4000",
            expect![
                "it does not say for whom. Write 127.0.0.1:4000 for this machine only, or 0.0.0.0:4000 for everybody who can reach it."
            ],
        );
        says(
            ":4000",
            expect![
                "it does not say for whom. Write 127.0.0.1:4000 for this machine only, or 0.0.0.0:4000 for everybody who can reach it."
            ],
        );
        says(
            "127.0.0.1",
            expect!["the port is missing. Write 127.0.0.1:4000, for example."],
        );
        says(
            "::1",
            expect!["the port is missing. Write [::1]:4000, for example."],
        );
        says(
            "[::1]",
            expect!["the port is missing. Write [::1]:4000, for example."],
        );
        says(
            "127.0.0.1:65536",
            expect![[
                r#""65536" is not a port. Write a number from 0 to 65535 after the last colon."#
            ]],
        );
        says(
            "[::1]:",
            expect![[r#""" is not a port. Write a number from 0 to 65535 after the last colon."#]],
        );
        says(
            "localhost:4000",
            expect![
                "host names are not looked up. Write an IP address and a port, such as 127.0.0.1:4000 or [::1]:4000."
            ],
        );
        says(
            "",
            expect!["it must be an IP address and a port, such as 127.0.0.1:4000 or [::1]:4000."],
        );
        says(
            "300.1.1.1:4000",
            expect!["it must be an IP address and a port, such as 127.0.0.1:4000 or [::1]:4000."],
        );
    }

    #[test]
    fn numbers_at_their_bounds_and_one_past() {
        let number = whole_number::<u32>(2..=10);
        assert_eq!(number("2"), Ok(2));
        assert_eq!(number("10"), Ok(10));
        for wrong in [
            "1",
            "11",
            "",
            "-3",
            "+3",
            "3.0",
            "3k",
            " 3",
            "99999999999999999999",
        ] {
            let said = number(wrong).unwrap_err();
            assert_eq!(said, "it must be a whole number from 2 to 10.", "{wrong}");
        }
    }

    #[test]
    fn a_number_that_its_type_cannot_hold_is_refused() {
        let number = whole_number::<u8>(0..=1000);
        assert_eq!(number("255"), Ok(255));
        assert!(number("256").is_err());
    }

    #[test]
    fn an_address_given_twice_counts_once_but_port_0_each_time() {
        let given = [
            "[::1]:1",
            "127.0.0.1:1",
            "[::1]:1",
            "127.0.0.1:0",
            "127.0.0.1:0",
        ];
        let once = without_repeats(given.map(|text| text.parse().unwrap()).into());
        let text: Vec<_> = once.iter().map(SocketAddr::to_string).collect();
        assert_eq!(
            text,
            ["[::1]:1", "127.0.0.1:1", "127.0.0.1:0", "127.0.0.1:0"]
        );
    }
}
