//! A small deterministic source of chance (xorshift64*): the same seed makes the same choices.

/// The source.
pub struct Rng(u64);

impl Rng {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        // Spread small seeds over all bits; never zero.
        Self(seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// A number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n.max(1)
    }

    /// True so many times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these, or nothing of nothing.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        let index = self.below(from.len().try_into().unwrap());
        from.get(usize::try_from(index).unwrap()).cloned()
    }
}
