//! How many connections the limit on open files allows.

use super::accept::LINGERING_MAX;

/// Descriptors that are no connections: standard streams, the runtimes' own,
/// files read now and then, those who ask for metrics.
const RESERVE: u64 = 48;

/// Raises the limit on open files as far as this process may, and returns how
/// many connections can be had: `connections_max`, or fewer, with one warning
/// that says how to get them all.
#[must_use]
pub fn connections_that_fit(connections_max: usize, listeners: usize) -> usize {
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(open_files) => warned(connections_max, listeners, open_files),
        Err(error) => {
            tracing::warn!(%error, "the limit on open files is unknown; connections may fail to open");
            connections_max
        }
    }
}

fn warned(connections_max: usize, listeners: usize, open_files: u64) -> usize {
    let fit = fitting(listeners, open_files);
    if fit >= connections_max {
        return connections_max;
    }
    let needed = to_u64(connections_max).saturating_add(not_for_connections(listeners));
    tracing::warn!(
        "only {fit} connections fit into this process's limit of {open_files} open files, \
         not {connections_max}. Raise its hard limit to {needed} (`ulimit -Hn {needed}`, \
         or LimitNOFILE={needed} in a systemd unit), or set --connections-max {fit}."
    );
    fit
}

/// At least one, so that a server always serves.
fn fitting(listeners: usize, open_files: u64) -> usize {
    let fit = open_files
        .saturating_sub(not_for_connections(listeners))
        .max(1);
    usize::try_from(fit).unwrap_or(usize::MAX)
}

/// Each listener is one, and may hold refused connections for a moment.
fn not_for_connections(listeners: usize) -> u64 {
    let listening = listeners.saturating_mul(1 + LINGERING_MAX);
    RESERVE.saturating_add(to_u64(listening))
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_the_limit_less_a_reserve() {
        let reserve = RESERVE + 1 + LINGERING_MAX as u64;
        assert_eq!(fitting(1, reserve + 100), 100);
        assert_eq!(fitting(1, reserve + 1), 1);
        assert_eq!(fitting(1, reserve), 1, "never none");
        assert_eq!(fitting(2, 1024), 1024 - 48 - 2 * 65);
        assert_eq!(fitting(1, u64::MAX) as u64, u64::MAX - reserve);
    }

    #[test]
    fn the_bound_is_lowered_only_when_it_must_be() {
        let reserve = not_for_connections(1);
        assert_eq!(warned(1000, 1, reserve + 1001), 1000);
        assert_eq!(warned(1000, 1, reserve + 1000), 1000);
        assert_eq!(warned(1000, 1, reserve + 999), 999);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_soft_limit_becomes_the_hard_limit() {
        let (_, hard) = rlimit::Resource::NOFILE.get().unwrap();
        rlimit::Resource::NOFILE.set(hard - 1, hard).unwrap();
        assert_eq!(connections_that_fit(1, 1), 1);
        assert_eq!(rlimit::Resource::NOFILE.get().unwrap(), (hard, hard));
    }
}
