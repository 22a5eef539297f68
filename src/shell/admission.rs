//! Who may come in, and when: connections in all, connections from one
//! address, and how fast new ones come from it.
//!
//! Time is an argument. What is remembered is bounded: an address is forgotten
//! when it has no connection and has its whole burst again.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::Config;
use super::metrics::EntryFigures;
use crate::chat::Refusal;

/// The most addresses without a connection that are remembered for their rate
/// alone. Past it, the one that would have been forgotten first is.
const IDLE_MAX: usize = 65_536;

/// The bounds on connections, and who has them now. Clones share them, so that
/// several listeners hold to one bound.
#[derive(Clone, Debug)]
pub(crate) struct Admission(Arc<Shared>);

/// A connection that may come in.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Its place. Held as long as the connection lives.
    pub(crate) permit: Permit,
    /// When it may be served: now, or later if its address connects too fast.
    pub(crate) not_before: Instant,
}

/// The place of one connection; dropping it gives the place back.
#[derive(Debug)]
pub(crate) struct Permit {
    shared: Arc<Shared>,
    /// `None` for loopback, which is not counted by address.
    address: Option<Address>,
    is_greeted: bool,
}

impl Admission {
    /// Nobody is in yet. Takes `connections_max`, `connections_per_address_max`,
    /// `connect_burst` and `connects_per_second` from the configuration; 0 in
    /// either of the last two switches the delay off. `now` is the earliest
    /// time that [`Self::admit`] will be told.
    #[must_use]
    pub(crate) fn new(config: &Config, now: Instant, figures: Arc<EntryFigures>) -> Self {
        figures.places_max.set(config.connections_max as u64);
        Self(Arc::new(Shared {
            rate: Rate::new(config.connect_burst, config.connects_per_second, now),
            state: Mutex::new(State {
                connections_max: config.connections_max,
                per_address_max: config.connections_per_address_max,
                ..State::default()
            }),
            figures,
        }))
    }

    /// Where it counts, and the accept loops too.
    pub(crate) fn figures(&self) -> &EntryFigures {
        &self.0.figures
    }

    /// Other bounds on connections, in all and from one address. Who is in stays.
    pub(crate) fn set_bounds(&self, connections_max: usize, per_address_max: usize) {
        let mut state = self.0.lock();
        self.0.figures.places_max.set(connections_max as u64);
        state.connections_max = connections_max;
        state.per_address_max = per_address_max;
    }

    /// Admits a new connection, or says why not. A delayed connection counts
    /// from now on. Loopback counts in the total alone.
    ///
    /// # Errors
    /// [`Refusal::ServerFull`] or [`Refusal::AddressFull`]; nothing has changed then.
    pub(crate) fn admit(&self, peer: IpAddr, now: Instant) -> Result<Admitted, Refusal> {
        let Shared { rate, figures, .. } = &*self.0;
        let mut state = self.0.lock();
        state.forget_idle(rate.mark(now));
        if state.connections >= state.connections_max {
            figures.refused_server_full.add(1);
            let max = state.connections_max;
            return Err(Refusal::ServerFull { max });
        }
        let address = Address::counted(peer);
        let not_before = match address {
            Some(address) => self.0.admit_address(&mut state, address, now)?,
            None => now,
        };
        state.connections += 1;
        figures.places.set(state.connections as u64);
        figures.admitted.add(1);
        figures.delayed.add(u64::from(not_before > now));
        let shared = Arc::clone(&self.0);
        let permit = Permit {
            shared,
            address,
            is_greeted: false,
        };
        Ok(Admitted { permit, not_before })
    }

    /// How many connections are in, delayed ones included.
    #[cfg(test)]
    pub(crate) fn connections(&self) -> usize {
        self.0.lock().connections
    }
}

impl Permit {
    /// Whose place it is, is in.
    pub(crate) fn greet(&mut self) {
        self.is_greeted = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let figures = &self.shared.figures;
        figures.never_greeted.add(u64::from(!self.is_greeted));
        let mut state = self.shared.lock();
        state.release(self.address);
        figures.places.set(state.connections as u64);
    }
}

#[derive(Debug)]
struct Shared {
    rate: Rate,
    state: Mutex<State>,
    figures: Arc<EntryFigures>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No state is left half changed: nothing below panics between two changes.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn admit_address(
        &self,
        state: &mut State,
        address: Address,
        now: Instant,
    ) -> Result<Instant, Refusal> {
        let visitor = state.visitors.get(&address).copied().unwrap_or_default();
        if visitor.connections >= state.per_address_max {
            self.figures.refused_address_full.add(1);
            let max = state.per_address_max;
            return Err(Refusal::AddressFull { max });
        }
        let (not_before, rested) = self.rate.take(visitor.rested, now);
        state.idle.remove(&(visitor.rested, address));
        let connections = visitor.connections + 1;
        let visitor = Visitor {
            connections,
            rested,
        };
        state.visitors.insert(address, visitor);
        Ok(not_before)
    }
}

#[derive(Debug, Default)]
struct State {
    connections_max: usize,
    per_address_max: usize,
    connections: usize,
    visitors: BTreeMap<Address, Visitor>,
    /// The visitors without a connection, by when they are rested.
    idle: BTreeSet<(Mark, Address)>,
}

/// What is known of an address.
#[derive(Clone, Copy, Debug, Default)]
struct Visitor {
    connections: usize,
    /// When it will have its whole burst again.
    rested: Mark,
}

impl State {
    fn release(&mut self, address: Option<Address>) {
        self.connections -= 1;
        let Some(address) = address else { return };
        let visitor = self.visitors.get_mut(&address);
        let visitor = visitor.expect("an address with a permit is remembered");
        visitor.connections -= 1;
        if visitor.connections == 0 {
            self.idle.insert((visitor.rested, address));
        }
        if self.idle.len() > IDLE_MAX {
            self.forget_first();
        }
    }

    fn forget_idle(&mut self, now: Mark) {
        while self.idle.first().is_some_and(|(rested, _)| *rested <= now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, address)) = self.idle.pop_first() {
            self.visitors.remove(&address);
        }
    }
}

/// Time in units of which a second has as many as `connects_per_second` times
/// a billion, so that one connection takes a whole number of them.
type Mark = u128;

/// `burst` at once, then `per_second`: the virtual scheduling form of a bucket.
#[derive(Debug)]
struct Rate {
    burst: u32,
    per_second: u32,
    started: Instant,
}

impl Rate {
    /// What one connection takes.
    const COST: Mark = 1_000_000_000;

    fn new(burst: u32, per_second: u32, started: Instant) -> Self {
        Self {
            burst,
            per_second,
            started,
        }
    }

    /// Takes one connection from somebody who has the whole burst at `rested`.
    /// Returns when it may be served, and when they have the whole burst again.
    fn take(&self, rested: Mark, now: Instant) -> (Instant, Mark) {
        if self.burst == 0 || self.per_second == 0 {
            return (now, 0);
        }
        let before = rested.max(self.mark(now));
        let credit = Mark::from(self.burst - 1) * Self::COST;
        let at = self.instant(before.saturating_sub(credit));
        (at.max(now), before + Self::COST)
    }

    fn mark(&self, at: Instant) -> Mark {
        at.saturating_duration_since(self.started).as_nanos() * Mark::from(self.per_second)
    }

    /// Rounded up to a nanosecond: never too early.
    fn instant(&self, mark: Mark) -> Instant {
        let nanos = mark.div_ceil(Mark::from(self.per_second));
        self.started + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// What counts as one address: an IPv4 address, or an IPv6 /64, which is what
/// one customer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Address {
    V4(Ipv4Addr),
    V6Network([u8; 8]),
}

impl Address {
    /// `None` for loopback.
    fn counted(peer: IpAddr) -> Option<Self> {
        match peer.to_canonical() {
            ip if ip.is_loopback() => None,
            IpAddr::V4(ip) => Some(Self::V4(ip)),
            IpAddr::V6(ip) => Some(Self::V6Network(network(ip))),
        }
    }
}

fn network(ip: Ipv6Addr) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = ip.octets();
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests;
