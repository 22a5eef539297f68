use super::*;

const ADA: &str = "203.0.113.1";
const BOB: &str = "203.0.113.2";

/// A server's door, with a clock that the test sets.
struct Door {
    admission: Admission,
    started: Instant,
    nanos: u64,
}

impl Door {
    fn new(config: Config) -> Self {
        let started = Instant::now();
        Self {
            admission: Admission::new(&config, started),
            started,
            nanos: 0,
        }
    }

    fn at_millis(&mut self, millis: u64) {
        self.nanos = millis * 1_000_000;
    }

    fn admit(&self, peer: &str) -> Result<Admitted, Refusal> {
        let now = self.started + Duration::from_nanos(self.nanos);
        self.admission.admit(peer.parse().unwrap(), now)
    }

    /// Admits, and says when it is served, in nanoseconds since the start.
    fn served_at(&self, peer: &str) -> (Permit, u128) {
        let Admitted { permit, not_before } = self.admit(peer).unwrap();
        (permit, (not_before - self.started).as_nanos())
    }

    fn remembered(&self) -> usize {
        self.admission.0.lock().visitors.len()
    }
}

/// No bounds but those that a test sets.
fn wide() -> Config {
    Config {
        connections_max: usize::MAX,
        connections_per_address_max: usize::MAX,
        connect_burst: 0,
        ..Config::default()
    }
}

fn refused(result: Result<Admitted, Refusal>) -> Refusal {
    result.map(|_| ()).unwrap_err()
}

#[test]
fn the_server_is_full_one_past_its_bound_and_not_after_one_has_left() {
    let door = Door::new(Config {
        connections_max: 2,
        ..wide()
    });
    let first = door.admit(ADA).unwrap();
    let _loopback = door.admit("127.0.0.1").unwrap();
    for peer in [ADA, BOB, "127.0.0.1", "::1"] {
        assert_eq!(refused(door.admit(peer)), Refusal::ServerFull { max: 2 });
    }
    assert_eq!(door.admission.connections(), 2);
    drop(first);
    assert_eq!(door.admission.connections(), 1);
    let _second = door.admit(BOB).unwrap();
    assert_eq!(refused(door.admit(ADA)), Refusal::ServerFull { max: 2 });
}

#[test]
fn an_address_is_full_one_past_its_bound_and_others_are_not() {
    let door = Door::new(Config {
        connections_per_address_max: 2,
        ..wide()
    });
    let first = door.admit(ADA).unwrap();
    let _second = door.admit(ADA).unwrap();
    assert_eq!(refused(door.admit(ADA)), Refusal::AddressFull { max: 2 });
    assert_eq!(
        door.admission.connections(),
        2,
        "who is refused does not count"
    );
    let _bob = door.admit(BOB).unwrap();
    drop(first);
    let _third = door.admit(ADA).unwrap();
    assert_eq!(refused(door.admit(ADA)), Refusal::AddressFull { max: 2 });
}

#[test]
fn an_ipv6_network_counts_as_one_address() {
    let door = Door::new(Config {
        connections_per_address_max: 1,
        ..wide()
    });
    let _one = door.admit("2001:db8:0:1::1").unwrap();
    assert!(door.admit("2001:db8:0:1:ffff:ffff:ffff:ffff").is_err());
    let _next_network = door.admit("2001:db8:0:2::1").unwrap();
}

#[test]
fn an_ipv4_address_written_as_ipv6_is_itself() {
    let door = Door::new(Config {
        connections_per_address_max: 1,
        ..wide()
    });
    let _ada = door.admit(ADA).unwrap();
    assert!(door.admit("::ffff:203.0.113.1").is_err());
    let _bob = door.admit("::ffff:203.0.113.2").unwrap();
}

#[test]
fn loopback_is_exempt_but_from_the_total() {
    let door = Door::new(Config {
        connections_max: 9,
        connections_per_address_max: 1,
        connect_burst: 1,
        connects_per_second: 1,
        ..Config::default()
    });
    let loopback = ["127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1"];
    let permits: Vec<_> = [loopback, loopback]
        .concat()
        .iter()
        .map(|peer| door.served_at(peer))
        .collect();
    assert!(permits.iter().all(|(_, at)| *at == 0), "none is delayed");
    assert_eq!(door.admission.connections(), 8);
    assert_eq!(door.remembered(), 0);
    let _ada = door.admit(ADA).unwrap();
    assert_eq!(refused(door.admit("::1")), Refusal::ServerFull { max: 9 });
}

#[test]
fn a_burst_is_served_at_once_and_one_past_it_is_delayed() {
    let door = Door::new(Config {
        connect_burst: 3,
        connects_per_second: 2,
        ..wide()
    });
    let (_permits, at): (Vec<_>, Vec<_>) = (0..6).map(|_| door.served_at(ADA)).unzip();
    assert_eq!(at, [0, 0, 0, 500_000_000, 1_000_000_000, 1_500_000_000]);
    assert_eq!(door.admission.connections(), 6, "the delayed count");
    assert_eq!(door.served_at(BOB).1, 0, "nobody else waits");
}

#[test]
fn credit_comes_back_with_time_up_to_the_burst() {
    let mut door = Door::new(Config {
        connect_burst: 2,
        connects_per_second: 2,
        ..wide()
    });
    let _first = [door.served_at(ADA), door.served_at(ADA)];
    door.at_millis(499);
    assert_eq!(door.served_at(ADA).1, 500_000_000);
    door.at_millis(60_000);
    let at = [(); 3].map(|()| door.served_at(ADA).1);
    assert_eq!(at, [60_000_000_000, 60_000_000_000, 60_500_000_000]);
}

#[test]
fn leaving_does_not_give_the_rate_back() {
    let door = Door::new(Config {
        connect_burst: 1,
        connects_per_second: 1,
        ..wide()
    });
    drop(door.served_at(ADA));
    assert_eq!(door.served_at(ADA).1, 1_000_000_000);
}

#[test]
fn thirds_of_a_second_do_not_drift() {
    let door = Door::new(Config {
        connect_burst: 1,
        connects_per_second: 3,
        ..wide()
    });
    let at: Vec<_> = (0..=3_000).map(|_| door.served_at(ADA).1).collect();
    assert_eq!(at[..4], [0, 333_333_334, 666_666_667, 1_000_000_000]);
    assert_eq!(at[3_000], 1_000_000_000_000, "3,000 later, exactly 1,000 s");
}

#[test]
fn zero_for_burst_or_rate_switches_the_delay_off() {
    for (connect_burst, connects_per_second) in [(0, 2), (20, 0), (0, 0)] {
        let door = Door::new(Config {
            connect_burst,
            connects_per_second,
            ..wide()
        });
        assert!((0..100).all(|_| door.served_at(ADA).1 == 0));
        let _bob = door.admit(BOB).unwrap();
        assert_eq!(door.remembered(), 1, "ada is forgotten");
    }
}

#[test]
fn an_address_is_forgotten_when_nothing_is_left_of_it() {
    let mut door = Door::new(Config {
        connect_burst: 2,
        connects_per_second: 1,
        ..wide()
    });
    let ada = door.admit(ADA).unwrap();
    drop(door.admit(BOB).unwrap());
    door.at_millis(999);
    let _wakes = door.admit("::1").unwrap();
    assert_eq!(door.remembered(), 2, "bob's rate is not whole again");
    door.at_millis(1_000);
    let _wakes = door.admit("::1").unwrap();
    assert_eq!(door.remembered(), 1, "ada is connected");
    drop(ada);
    let _wakes = door.admit("::1").unwrap();
    assert_eq!(door.remembered(), 0);
}

#[test]
fn who_comes_back_before_being_forgotten_stays_remembered() {
    let mut door = Door::new(Config {
        connect_burst: 1,
        connects_per_second: 1,
        ..wide()
    });
    drop(door.admit(ADA).unwrap());
    let ada = door.admit(ADA).unwrap();
    door.at_millis(5_000);
    let _wakes = door.admit("::1").unwrap();
    assert_eq!(door.remembered(), 1);
    drop(ada);
    let _wakes = door.admit("::1").unwrap();
    assert_eq!(door.remembered(), 0);
}

#[test]
fn memory_is_bounded_however_many_addresses_come_and_go() {
    let door = Door::new(Config {
        connect_burst: 2,
        connects_per_second: 1,
        ..wide()
    });
    let come_and_go =
        |number: u32| drop(door.admit(&Ipv4Addr::from(0x0a00_0000 + number).to_string()));
    let idle_max = u32::try_from(IDLE_MAX).unwrap();
    (0..idle_max).for_each(come_and_go);
    assert_eq!(door.remembered(), IDLE_MAX);
    come_and_go(idle_max);
    assert_eq!(door.remembered(), IDLE_MAX);
    assert_eq!(door.admission.0.lock().idle.len(), IDLE_MAX);
}

#[test]
fn a_clock_before_the_start_is_the_start() {
    let door = Door::new(Config {
        connect_burst: 1,
        connects_per_second: 1,
        ..wide()
    });
    let early = door.started.checked_sub(Duration::from_secs(1));
    if let Some(early) = early {
        let admitted = door.admission.admit(ADA.parse().unwrap(), early).unwrap();
        assert_eq!(admitted.not_before, door.started);
    }
}

#[tokio::test(start_paused = true)]
async fn other_bounds_hold_for_who_comes_next() {
    let door = Door::new(Config {
        connections_max: 2,
        connections_per_address_max: 1,
        ..Config::default()
    });
    let _ada = door.admit(ADA).unwrap();
    let full = |max| Err(Refusal::AddressFull { max });
    assert_eq!(door.admit(ADA).map(|_| ()), full(1));
    door.admission.set_bounds(3, 2);
    let (_second, _bob) = (door.admit(ADA).unwrap(), door.admit(BOB).unwrap());
    let full = Err(Refusal::ServerFull { max: 3 });
    assert_eq!(door.admit(BOB).map(|_| ()), full);
    door.admission.set_bounds(1, 1);
    let full = Err(Refusal::ServerFull { max: 1 });
    assert_eq!(door.admit(BOB).map(|_| ()), full, "who is in stays");
    assert_eq!(door.admission.connections(), 3);
}
