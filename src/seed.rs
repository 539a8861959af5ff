//! Chance, as data: one number from which every dice roll of a run follows.

/// The seed of a run. The same seed gives the same rolls, on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seed(pub u64);

impl Seed {
    /// A seed of its own for `label`, independent of the order of the asking.
    #[must_use]
    pub fn derive(self, label: &str) -> Self {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ self.0;
        for byte in label.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Self(mix(hash))
    }

    /// The dice that this seed rolls.
    #[must_use]
    pub const fn dice(self) -> Dice {
        Dice { state: self.0 }
    }
}

/// A stream of rolls (SplitMix64, by Steele, Lea and Flood, 2014).
#[derive(Debug, Clone)]
pub struct Dice {
    state: u64,
}

impl Dice {
    /// The next 64 bits.
    pub const fn roll(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number below `bound`; zero when `bound` is zero.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.roll() % bound }
    }

    /// True with the given probability, `0.0..=1.0`.
    pub fn chance(&mut self, probability: f64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let unit = (self.roll() >> 11) as f64 / (1_u64 << 53) as f64;
        unit < probability
    }
}

const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_rolls_the_same() {
        let (mut a, mut b) = (Seed(7).dice(), Seed(7).dice());
        assert_eq!((a.roll(), a.below(10)), (b.roll(), b.below(10)));
        assert_ne!(Seed(7).derive("a"), Seed(7).derive("b"));
        assert!(!Seed(1).dice().chance(0.0));
        assert!(Seed(1).dice().chance(1.0));
    }
}
