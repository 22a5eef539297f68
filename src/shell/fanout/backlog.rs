//! What a connection could not be sent yet, and what it will not be sent.

use std::collections::VecDeque;
use std::ops::Range;

use crate::chat::{Missed, RoomName, Seq};

use super::turn::Chunk;

/// A range is shared when it is at least one part in this many of its chunk;
/// else it is copied, so that it does not pin the rest.
const PINNED_PARTS_MAX: usize = 2;

/// The most bytes in one buffer of copies.
const COPY_BYTES_MAX: usize = 16 * 1024;

/// What outlives the round in which it was queued: held bytes, and the rooms
/// that are being skipped. Only an outbox whose connection would block has one.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    pieces: VecDeque<Piece>,
    /// In the order in which the skips began. At most one a room that the person
    /// is in.
    skips: Vec<(RoomName, Missed)>,
}

/// Held bytes, in one run.
#[derive(Debug)]
enum Piece {
    /// A range of what a whole turn said.
    Shared { chunk: Chunk, range: Range<usize> },
    /// A copy; what is before `start` is written.
    Copied { bytes: Vec<u8>, start: usize },
}

impl Backlog {
    /// Whether it can be dropped.
    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.skips.is_empty()
    }

    /// How many separate pieces are held.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The held bytes, piece by piece.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| match piece {
            Piece::Shared { chunk, range } => &chunk[range.clone()],
            Piece::Copied { bytes, start } => &bytes[*start..],
        })
    }

    /// Holds a range of a chunk: shares it, or copies it where it would pin much
    /// more than itself.
    pub(super) fn hold(&mut self, chunk: &Chunk, range: Range<usize>) {
        if range.len() * PINNED_PARTS_MAX < chunk.capacity() {
            self.copy(&chunk[range]);
        } else {
            let chunk = Chunk::clone(chunk);
            self.pieces.push_back(Piece::Shared { chunk, range });
        }
    }

    /// Holds bytes of this connection's own.
    pub(super) fn copy(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let buffer = self.last_copy();
            let (now, later) = bytes.split_at(bytes.len().min(COPY_BYTES_MAX - buffer.len()));
            append(buffer, now);
            bytes = later;
        }
    }

    /// Takes as much as there is of so many bytes from the front, and says how
    /// many that was.
    pub(super) fn advance(&mut self, count: usize) -> usize {
        let mut left = count;
        while let Some(piece) = self.pieces.front_mut() {
            let (start, end) = match piece {
                Piece::Shared { range, .. } => (&mut range.start, range.end),
                Piece::Copied { bytes, start } => (start, bytes.len()),
            };
            if left < end - *start {
                *start += left;
                return count;
            }
            left -= end - *start;
            self.pieces.pop_front();
        }
        count - left
    }

    /// Whether this room is being skipped.
    pub(super) fn is_skipping(&self, room: &RoomName) -> bool {
        self.skips.iter().any(|(skipped, _)| skipped == room)
    }

    /// Counts one line (with its number) or notice of this room as skipped.
    pub(super) fn skip(&mut self, room: &RoomName, seq: Option<Seq>) {
        let place = self.skips.iter().position(|(skipped, _)| skipped == room);
        let place = place.unwrap_or_else(|| {
            self.skips.push((room.clone(), Missed::default()));
            self.skips.len() - 1
        });
        let missed = &mut self.skips[place].1;
        let Some(seq) = seq else {
            missed.notices += 1;
            return;
        };
        if missed.lines == 0 {
            missed.first = seq;
        }
        missed.last = seq;
        missed.lines += 1;
    }

    /// Ends the skip of one room, if there is one.
    pub(super) fn end_skip(&mut self, room: &RoomName) -> Option<Missed> {
        let place = self.skips.iter().position(|(skipped, _)| skipped == room)?;
        Some(self.skips.remove(place).1)
    }

    /// Ends the skip that began first, if there is any.
    pub(super) fn end_first_skip(&mut self) -> Option<(RoomName, Missed)> {
        (!self.skips.is_empty()).then(|| self.skips.remove(0))
    }

    /// The buffer of copies at the end, with place for at least one byte.
    fn last_copy(&mut self) -> &mut Vec<u8> {
        let has_place = matches!(self.pieces.back(), Some(Piece::Copied { bytes, .. })
            if bytes.len() < COPY_BYTES_MAX);
        if !has_place {
            let bytes = Vec::new();
            self.pieces.push_back(Piece::Copied { bytes, start: 0 });
        }
        match self.pieces.back_mut() {
            Some(Piece::Copied { bytes, .. }) => bytes,
            Some(Piece::Shared { .. }) | None => unreachable!("it was pushed just now"),
        }
    }
}

/// Appends to a buffer of copies, which never grows past its bound.
fn append(buffer: &mut Vec<u8>, bytes: &[u8]) {
    if buffer.capacity() - buffer.len() < bytes.len() {
        let place = COPY_BYTES_MAX - buffer.len();
        buffer.reserve_exact(bytes.len().max(buffer.len()).min(place));
    }
    buffer.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_part_of_a_chunk_is_shared_and_a_small_one_copied() {
        let mut bytes = Vec::with_capacity(100);
        bytes.resize(100, b'x');
        let chunk = Chunk::new(bytes);
        let mut backlog = Backlog::default();
        backlog.hold(&chunk, 0..49);
        assert_eq!(Chunk::strong_count(&chunk), 1);
        backlog.hold(&chunk, 50..100);
        assert_eq!(Chunk::strong_count(&chunk), 2);
        assert_eq!(backlog.advance(99), 99);
        assert_eq!(Chunk::strong_count(&chunk), 1);
        assert!(backlog.is_empty());
    }

    #[test]
    fn copies_meet_in_buffers_of_a_bounded_size() {
        let mut backlog = Backlog::default();
        let mut expected = Vec::new();
        for round in 0..500_u32 {
            let bytes = vec![round as u8; 100];
            backlog.copy(&bytes);
            expected.extend(bytes);
        }
        assert_eq!(backlog.pieces(), 50_000_usize.div_ceil(COPY_BYTES_MAX));
        assert_eq!(backlog.parts().collect::<Vec<_>>().concat(), expected);
        let fits = |piece: &Piece| match piece {
            Piece::Shared { .. } => false,
            Piece::Copied { bytes, .. } => bytes.capacity() <= COPY_BYTES_MAX,
        };
        assert!(backlog.pieces.iter().all(fits));
    }

    #[test]
    fn advancing_takes_what_there_is() {
        let mut backlog = Backlog::default();
        backlog.copy(b"abc");
        assert_eq!(backlog.advance(2), 2);
        assert_eq!(backlog.parts().collect::<Vec<_>>(), [b"c"]);
        assert_eq!(backlog.advance(5), 1);
        assert!(backlog.is_empty());
    }
}
