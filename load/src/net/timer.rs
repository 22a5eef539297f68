//! Waits that end within some microseconds, where the system has them.

use std::{io, time::Duration};

use mio::{Registry, Token};

/// Nothing waits longer than this at once.
const WAIT_MAX: Duration = Duration::from_millis(100);

#[cfg(target_os = "linux")]
mod precise {
    use super::{Duration, Registry, Token, WAIT_MAX, io};

    use std::os::fd::{AsRawFd as _, OwnedFd};

    use mio::{Interest, unix::SourceFd};
    use rustix::time::{
        Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
        timerfd_settime,
    };

    /// A timer of the kernel beside the sockets: a poll counts only whole
    /// milliseconds.
    pub(in crate::net) struct Timer {
        timer: OwnedFd,
        /// The moment that it is set to, in nanoseconds of the run.
        set_to: u64,
    }

    impl Timer {
        pub(in crate::net) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
            let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
            let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
            registry.register(&mut SourceFd(&timer.as_raw_fd()), token, Interest::READABLE)?;
            Ok(Self { timer, set_to: 0 })
        }

        /// Sets the timer, and says how long a poll may take that waits from `now`
        /// until `until`.
        pub(in crate::net) fn timeout(&mut self, now: u64, until: u64) -> io::Result<Duration> {
            let left = Duration::from_nanos(until.saturating_sub(now));
            if left.is_zero() || left >= WAIT_MAX || self.set_to == until {
                return Ok(left.min(WAIT_MAX));
            }
            self.set_to = until;
            let time = Itimerspec {
                it_interval: Timespec::default(),
                it_value: Timespec {
                    tv_sec: 0,
                    tv_nsec: left.subsec_nanos().into(),
                },
            };
            timerfd_settime(&self.timer, TimerfdTimerFlags::empty(), &time)?;
            Ok(WAIT_MAX)
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod coarse {
    use super::{Duration, Registry, Token, WAIT_MAX, io};

    /// The poll's own time, in whole milliseconds.
    pub(in crate::net) struct Timer;

    impl Timer {
        #[expect(clippy::unnecessary_wraps, reason = "as on Linux, where it may fail")]
        pub(in crate::net) fn new(_: &Registry, _: Token) -> io::Result<Self> {
            Ok(Self)
        }

        #[expect(clippy::unnecessary_wraps, reason = "as on Linux, where it may fail")]
        pub(in crate::net) fn timeout(&mut self, now: u64, until: u64) -> io::Result<Duration> {
            Ok(Duration::from_nanos(until.saturating_sub(now)).min(WAIT_MAX))
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) use coarse::Timer;
#[cfg(target_os = "linux")]
pub(super) use precise::Timer;
