//! What people say: made up, and the same in every run.

/// Words that are searched for, and how often they were said.
pub(crate) const SEARCHED: [(&str, &str); 2] = [
    (RARE, "a word of 1 message in the room"),
    (COMMON, "a word of every 10th message"),
];

/// In the middle of each room's history.
const RARE: &str = "zanzibar";
const COMMON: &str = "release";

/// Words are two or three of these.
const SYLLABLES: [&str; 16] = [
    "ka", "lo", "mi", "ne", "ru", "ta", "so", "vi", "de", "fa", "go", "hu", "pe", "ja", "wo", "by",
];

/// Words of which all others are said: with three syllables, 4,096 of them.
const WORDS: u64 = 4_096;

/// Makes what is said.
pub(crate) struct Talk(u64);

impl Talk {
    pub(crate) fn new() -> Self {
        Self(1)
    }

    /// The line of this number, of so many in its room: 5 to 12 words.
    pub(crate) fn line(&mut self, number: u32, of: u32) -> String {
        let mut line = String::new();
        for _ in 0..5 + self.next() % 8 {
            self.word(&mut line);
            line.push(' ');
        }
        if number == of / 2 {
            line.push_str(RARE);
        } else if number.is_multiple_of(10) {
            line.push_str(COMMON);
        } else {
            self.word(&mut line);
        }
        line
    }

    /// Some words are said far more often than others.
    fn word(&mut self, line: &mut String) {
        let even = self.next() % WORDS;
        let mut rest = even * even / WORDS * even / WORDS;
        for _ in 0..3 {
            line.push_str(SYLLABLES[(rest % 16) as usize]);
            rest /= 16;
        }
    }

    /// The generator SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
