//! The first lines that an operator sees.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use super::{Durability, Place};

/// Where a server listens.
#[derive(Clone, Debug, Default)]
pub struct Listening {
    /// For everybody.
    pub addresses: Vec<SocketAddr>,
    /// Whether TLS is taken there too.
    pub takes_tls: bool,
    /// For TLS alone.
    pub tls_only: Vec<SocketAddr>,
    /// For metrics and health.
    pub admin: Option<SocketAddr>,
}

/// What a server that has started says of itself: where it listens, how to try it
/// from this machine, where history is kept, if it is, where its metrics are, if it
/// shows any, and which configuration file was read, if one was. Lines without the
/// last line's end.
///
/// ```
/// use roomful::shell::{Listening, banner};
/// let addresses = vec!["0.0.0.0:4000".parse().unwrap()];
/// let banner = banner(&Listening { addresses, ..Listening::default() }, None, None);
/// let lines: Vec<_> = banner.lines().skip(1).collect();
/// assert_eq!(lines, ["Try it: nc -N 127.0.0.1 4000", "History is not kept."]);
/// ```
#[must_use]
pub fn banner(listening: &Listening, history: Option<&Place>, file: Option<&Path>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let place = of_listening(listening);
    let mut banner = format!("roomful {version} listens on {place}");
    if let Some(first) = listening.addresses.first() {
        let first = reachable(*first);
        banner += &format!("\nTry it: nc -N {} {}", first.ip(), first.port());
    }
    let first_tls = listening.addresses.first().filter(|_| listening.takes_tls);
    if let Some(first) = first_tls.or(listening.tls_only.first()) {
        banner += &format!(
            "\nTry TLS: openssl s_client -quiet -connect {}",
            reachable(*first)
        );
    }
    banner += &format!("\n{}", of_history(history));
    if let Some(admin) = listening.admin {
        banner += &format!("\nMetrics and health: http://{}/", reachable(admin));
    }
    if let Some(file) = file {
        banner += &format!("\nIts configuration is in {}.", file.display());
    }
    banner
}

/// Where it is reached from this machine.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(from_here(address.ip()), address.port())
}

fn of_listening(listening: &Listening) -> String {
    let mut places = listed(&listening.addresses);
    if listening.takes_tls && !places.is_empty() {
        places += " (plain or TLS)";
    }
    if !listening.tls_only.is_empty() {
        let and = if places.is_empty() { "" } else { ", " };
        places += &format!("{and}{} (TLS)", listed(&listening.tls_only));
    }
    places
}

fn listed(addresses: &[SocketAddr]) -> String {
    let listed: Vec<String> = addresses.iter().map(SocketAddr::to_string).collect();
    listed.join(" and ")
}

fn of_history(history: Option<&Place>) -> String {
    let Some(Place { dir, config }) = history else {
        return "History is not kept.".to_owned();
    };
    let dir = dir.display();
    let period = config.retention.map_or("for ever".to_owned(), in_days);
    let risk = match config.durability {
        Durability::Relaxed => {
            "A crash loses the last moment of it (--durability strict: nothing)."
        }
        Durability::Strict => "A crash loses nothing that anybody has seen.",
    };
    format!("History is kept in {dir} {period}. {risk}")
}

fn in_days(period: Duration) -> String {
    let days = period.as_secs().div_ceil(24 * 60 * 60);
    let plural = if days == 1 { "" } else { "s" };
    format!("for {days} day{plural}")
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
    use crate::shell::HistoryConfig;
    use expect_test::{Expect, expect};

    fn parsed(addresses: &[&str]) -> Vec<SocketAddr> {
        addresses.iter().map(|text| text.parse().unwrap()).collect()
    }

    fn says(addresses: &[&str], expected: Expect) {
        let addresses = parsed(addresses);
        says_of(
            &Listening {
                addresses,
                ..Listening::default()
            },
            expected,
        );
    }

    fn says_of(listening: &Listening, expected: Expect) {
        let version = concat!("roomful ", env!("CARGO_PKG_VERSION"), " ");
        let banner = banner(listening, None, None);
        let rest = banner.strip_prefix(version).unwrap();
        expected.assert_eq(rest.strip_suffix("\nHistory is not kept.").unwrap());
    }

    fn says_of_history(config: HistoryConfig, expected: Expect) {
        let place = Place {
            dir: "/var/lib/roomful".into(),
            config,
        };
        expected.assert_eq(&of_history(Some(&place)));
    }

    #[test]
    fn it_says_where_history_is_kept_and_what_a_crash_costs() {
        let default = HistoryConfig::default();
        says_of_history(
            default,
            expect![
                "History is kept in /var/lib/roomful for 90 days. A crash loses the last moment of it (--durability strict: nothing)."
            ],
        );
        let strict = HistoryConfig {
            durability: Durability::Strict,
            retention: None,
            ..default
        };
        says_of_history(
            strict,
            expect![
                "History is kept in /var/lib/roomful for ever. A crash loses nothing that anybody has seen."
            ],
        );
    }

    #[test]
    fn it_says_where_metrics_are() {
        let listening = Listening {
            admin: Some("[::]:4001".parse().unwrap()),
            ..Listening::default()
        };
        let said = banner(&listening, None, None);
        let last = said.lines().last();
        assert_eq!(last, Some("Metrics and health: http://[::1]:4001/"));
    }

    #[test]
    fn it_says_where_tls_is_taken() {
        says_of(
            &Listening {
                addresses: parsed(&["127.0.0.1:4000"]),
                takes_tls: true,
                tls_only: parsed(&["0.0.0.0:6697", "[::]:6697"]),
                ..Listening::default()
            },
            expect![[r#"
                listens on 127.0.0.1:4000 (plain or TLS), 0.0.0.0:6697 and [::]:6697 (TLS)
                Try it: nc -N 127.0.0.1 4000
                Try TLS: openssl s_client -quiet -connect 127.0.0.1:4000"#]],
        );
        says_of(
            &Listening {
                tls_only: parsed(&["[::]:6697"]),
                takes_tls: true,
                ..Listening::default()
            },
            expect![[r#"
                listens on [::]:6697 (TLS)
                Try TLS: openssl s_client -quiet -connect [::1]:6697"#]],
        );
    }

    #[test]
    fn it_names_the_configuration_file_last() {
        let listening = Listening {
            admin: Some("127.0.0.1:4001".parse().unwrap()),
            ..Listening::default()
        };
        let file = Path::new("/etc/roomful/roomful.toml");
        let banner = banner(&listening, None, Some(file));
        let last = "Its configuration is in /etc/roomful/roomful.toml.";
        assert_eq!(banner.lines().last(), Some(last));
    }

    #[test]
    fn days_are_counted() {
        let day = 24 * 60 * 60;
        for (seconds, said) in [(day, "for 1 day"), (2 * day, "for 2 days")] {
            assert_eq!(in_days(Duration::from_secs(seconds)), said);
        }
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
