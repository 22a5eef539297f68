//! The turns that a worker serves together, and who gets what of them.

use std::ops::Range;

use super::turn::Chunk;

/// "No node" in a chain.
const NONE: u32 = u32::MAX;

/// The bytes of the turns that are served now, and for each connection a chain of
/// ranges in them.
///
/// The nodes of all chains lie in one arena that is emptied, not freed: once it
/// has grown, a delivery allocates nothing and counts no reference.
#[derive(Debug, Default)]
pub(super) struct Round {
    chunks: Vec<Chunk>,
    nodes: Vec<Node>,
}

/// One connection's ranges of this round. 12 bytes; useless after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    first: u32,
    last: u32,
    ranges: u32,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    chunk: u32,
    start: u32,
    end: u32,
    next: u32,
}

impl Default for Chain {
    fn default() -> Self {
        Self {
            first: NONE,
            last: NONE,
            ranges: 0,
        }
    }
}

impl Chain {
    /// How many separate ranges it has.
    pub(super) fn ranges(&self) -> usize {
        self.ranges as usize
    }
}

impl Round {
    /// Takes one more turn's bytes; ranges refer to these from now on.
    pub(super) fn begin(&mut self, chunk: Chunk) {
        self.chunks.push(chunk);
    }

    /// Ends the round: chains made in it mean nothing any more.
    pub(super) fn clear(&mut self) {
        self.chunks.clear();
        self.nodes.clear();
    }

    /// Whether a range would only lengthen the chain's last one.
    #[inline]
    pub(super) fn extends(&self, chain: &Chain, range: &Range<u32>) -> bool {
        chain.ranges > 0 && {
            let last = &self.nodes[chain.last as usize];
            last.end == range.start && last.chunk + 1 == self.end()
        }
    }

    /// Appends a range of the latest turn's bytes.
    pub(super) fn push(&mut self, chain: &mut Chain, range: &Range<u32>) {
        if self.extends(chain, range) {
            self.lengthen(chain, range);
        } else {
            self.append(chain, range);
        }
    }

    /// Appends a range that [extends](Self::extends) the last one.
    #[inline]
    pub(super) fn lengthen(&mut self, chain: &Chain, range: &Range<u32>) {
        self.nodes[chain.last as usize].end = range.end;
    }

    /// Appends a range that does not.
    pub(super) fn append(&mut self, chain: &mut Chain, range: &Range<u32>) {
        let node = u32::try_from(self.nodes.len()).expect("a round is a few bounded turns");
        self.nodes.push(Node {
            chunk: self.end() - 1,
            start: range.start,
            end: range.end,
            next: NONE,
        });
        if chain.ranges == 0 {
            chain.first = node;
        } else {
            self.nodes[chain.last as usize].next = node;
        }
        chain.last = node;
        chain.ranges += 1;
    }

    /// Takes so many bytes from the front of a chain that has as many.
    pub(super) fn advance(&mut self, chain: &mut Chain, mut count: usize) {
        while count > 0 {
            let node = &mut self.nodes[chain.first as usize];
            let len = (node.end - node.start) as usize;
            if count < len {
                // Less than the length of a range, which is 32 bits wide.
                node.start += count as u32;
                return;
            }
            count -= len;
            chain.first = node.next;
            chain.ranges -= 1;
        }
    }

    /// The chain's ranges, each with the chunk that it is a range of.
    pub(super) fn ranges<'a>(
        &'a self,
        chain: &Chain,
    ) -> impl Iterator<Item = (&'a Chunk, Range<usize>)> + use<'a> {
        let first = self.nodes.get(chain.first as usize);
        let first = first.filter(|_| chain.ranges > 0);
        let nodes = std::iter::successors(first, |node| self.nodes.get(node.next as usize));
        nodes.map(|node| {
            let chunk = &self.chunks[node.chunk as usize];
            (chunk, node.start as usize..node.end as usize)
        })
    }

    /// How many turns it has.
    pub(super) fn turns(&self) -> usize {
        self.chunks.len()
    }

    /// The place behind the last turn's. A handful: rounds are bounded.
    fn end(&self) -> u32 {
        self.chunks.len() as u32
    }
}
