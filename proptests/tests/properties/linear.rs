//! That a decoder goes over each byte once, whatever comes.

use std::time::Duration;

use roomful::dialect::{Decoder, Flavor};
use rustix::time::{ClockId, clock_gettime};

/// What a line may be made of so that a careless decoder, or whatever looks at the
/// line when it is whole, goes over it again for each piece.
const SHAPES: [&[u8]; 13] = [
    b"a",
    b" ",
    b"/",
    b"\t",
    b"\0",
    b"\r",
    b"/j ",
    b"#a,",
    "é".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{202e}".as_bytes(),
    b"\xff\xfa\x18",
    b"\x80\xff\xff",
];

/// So many times as much of a shape takes not much more than so many times as long,
/// however it comes: were the time that of the square, it would take that often again.
const TIMES: usize = 8;

/// One line of a shape is decoded, a byte at a time, in time that grows as its length
/// does. The best of several attempts counts: a busy machine makes some slow, and none
/// fast. What counts is the time that this thread ran, not what passed meanwhile.
fn decoded_in_linear_time(shape: &[u8]) {
    const BYTES: usize = 16 * 1024;
    const ATTEMPTS: usize = 15;
    for begin in [&b""[..], b"/", b"/msg ada ", b"/nick ", b"/help "] {
        let (mut short, mut long) = (Duration::MAX, Duration::MAX);
        for _ in 0..ATTEMPTS {
            short = short.min(time_of(begin, shape, BYTES));
            long = long.min(time_of(begin, shape, BYTES * TIMES));
            if long < short * 2 * TIMES as u32 {
                break;
            }
        }
        assert!(
            long < short * 4 * TIMES as u32,
            "{TIMES} times {BYTES} bytes of {:?} after {:?} take {long:?}, and once {short:?}",
            shape.escape_ascii().to_string(),
            begin.escape_ascii().to_string(),
        );
    }
}

fn time_of(begin: &[u8], shape: &[u8], bytes: usize) -> Duration {
    let mut line = begin.to_vec();
    line.extend(shape.iter().cycle().take(bytes));
    let mut decoder = Decoder::new(Flavor::Text, line.len());
    let started = time_run();
    for byte in &line {
        let mut piece = std::slice::from_ref(byte);
        while decoder.decode(&mut piece).is_some() {}
    }
    decoder.finish();
    time_run() - started
}

/// For how long this thread has run.
fn time_run() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("a time that has passed")
}

#[test]
fn a_stream_is_decoded_in_linear_time() {
    for shape in SHAPES {
        decoded_in_linear_time(shape);
    }
}
