//! The generator's own randomness. The sample is checked in and compared byte for byte, so the stream behind it must
//! never change with a dependency's version; hence these few lines and no crate.

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Predictable on purpose.
#[derive(Debug, Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    /// The stream of one seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The stream of one thing among many: any customer can be made without making the ones before it.
    pub fn of(seed: u64, stream: u64, index: u64) -> Self {
        let mut rng = Self(seed);
        for part in [stream, index] {
            rng = Self(rng.next_u64() ^ part);
        }
        Self(rng.next_u64())
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 where `end` is 0. The bias is under one in 2^32 for the small ends used here.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next_u64().checked_rem(end).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of the words; empty where there are none.
    pub fn pick(&mut self, words: &[&'static str]) -> &'static str {
        let len = u64::try_from(words.len()).unwrap_or(0);
        let at = usize::try_from(self.below(len)).unwrap_or(0);
        words.get(at).copied().unwrap_or("")
    }

    /// So many decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(b'0'.saturating_add(u8::try_from(self.below(10)).unwrap_or(0))))
            .collect()
    }
}
