//! Chance from a seed: the same on every machine, for ever.

/// A generator of numbers (`SplitMix64`, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// The numbers of this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number from 0 to `sides` − 1; 0 when there are no sides.
    pub fn roll(&mut self, sides: u64) -> u64 {
        let rolled = mix(self.0) % sides.max(1);
        self.0 = self.0.wrapping_add(STEP);
        rolled
    }

    /// True once in so many times; never for 0.
    pub fn once_in(&mut self, times: u64) -> bool {
        times > 0 && self.roll(times) == 0
    }

    /// A number from one to another, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.roll(most.saturating_sub(least) + 1)
    }

    /// One of these.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<'a, T>(&mut self, among: &'a [T]) -> &'a T {
        let place = self.roll(among.len() as u64);
        &among[usize::try_from(place).expect("smaller than a length")]
    }
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// A number that looks like chance and depends on another alone.
#[must_use]
pub fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(STEP);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
