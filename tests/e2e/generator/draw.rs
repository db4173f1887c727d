//! A source of numbers, the same for the same seed, with a taste for those that are at a limit.

/// Draws numbers from a seed.
pub(super) struct Draw {
    state: u64,
    /// One in so many numbers is wild: at a limit, or anywhere. The others are such that most values are valid.
    wild: u64,
}

impl Draw {
    pub(super) fn new(seed: u64) -> Self {
        let mut draw = Self { state: seed, wild: 1 };
        draw.wild = [2, 4, 8, 16, 32, 64][draw.below(6)];
        draw
    }

    fn next(&mut self) -> u64 {
        // splitmix64
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number that is less than `n`.
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    /// True once in `n` times.
    pub(super) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// True as often as numbers are wild.
    pub(super) fn is_wild(&mut self) -> bool {
        self.next().is_multiple_of(self.wild)
    }

    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A word of any meaning.
    pub(super) fn word(&mut self) -> u32 {
        const LIMITS: [u32; 22] = [
            0,
            1,
            2,
            3,
            7,
            8,
            127,
            255,
            256,
            0xd7ff,
            0xd800,
            0xdfff,
            65_528,
            65_535,
            65_536,
            65_537,
            0x10_ffff,
            0x11_0000,
            0x7fff_ffff,
            0x8000_0000,
            0xffff_fff8,
            u32::MAX,
        ];
        match self.below(8) {
            0 => self.next() as u32,
            1 => 0x8000_0000 | self.below(64) as u32,
            _ => self.pick(&LIMITS),
        }
    }

    /// An address, most often one at which a list or a string may be.
    pub(super) fn address(&mut self) -> u32 {
        if self.is_wild() { self.word() } else { 8 * self.below(1024) as u32 }
    }

    /// A length, most often a small one.
    pub(super) fn len(&mut self) -> u32 {
        match self.is_wild() {
            true if self.once_in(2) => 1 << self.below(20),
            true => self.word(),
            false => self.below(4) as u32,
        }
    }

    /// A discriminant, a handle or a length.
    pub(super) fn small(&mut self) -> u32 {
        if self.is_wild() { self.word() } else { self.below(3) as u32 }
    }
}
