//! The first lines that an operator sees.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// What a server that has started says of itself: where it listens, and how to
/// try it from this machine. Lines without the last line's end.
///
/// ```
/// let banner = roomful::shell::banner(&["0.0.0.0:4000".parse().unwrap()]);
/// assert!(banner.ends_with("listens on 0.0.0.0:4000\nTry it: nc -N 127.0.0.1 4000"));
/// ```
#[must_use]
pub fn banner(addresses: &[SocketAddr]) -> String {
    let listed: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
    let version = env!("CARGO_PKG_VERSION");
    let mut banner = format!("roomful {version} listens on {}", listed.join(" and "));
    if let Some(first) = addresses.first() {
        let (ip, port) = (from_here(first.ip()), first.port());
        banner += &format!("\nTry it: nc -N {ip} {port}");
    }
    banner
}

/// "All addresses" is none to connect to.
fn from_here(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn says(addresses: &[&str], expected: Expect) {
        let addresses: Vec<_> = addresses.iter().map(|text| text.parse().unwrap()).collect();
        let version = concat!("roomful ", env!("CARGO_PKG_VERSION"), " ");
        expected.assert_eq(banner(&addresses).strip_prefix(version).unwrap());
    }

    #[test]
    fn it_says_where_and_how_to_try() {
        says(
            &["127.0.0.1:4000"],
            expect![[r#"
            listens on 127.0.0.1:4000
            Try it: nc -N 127.0.0.1 4000"#]],
        );
        says(
            &["192.0.2.7:4001"],
            expect![[r#"
            listens on 192.0.2.7:4001
            Try it: nc -N 192.0.2.7 4001"#]],
        );
        says(
            &["0.0.0.0:4000", "[::]:4000"],
            expect![[r#"
            listens on 0.0.0.0:4000 and [::]:4000
            Try it: nc -N 127.0.0.1 4000"#]],
        );
        says(
            &["[::]:4000"],
            expect![[r#"
            listens on [::]:4000
            Try it: nc -N ::1 4000"#]],
        );
        says(
            &["[::1]:4000", "127.0.0.1:4000"],
            expect![[r#"
            listens on [::1]:4000 and 127.0.0.1:4000
            Try it: nc -N ::1 4000"#]],
        );
    }
}
