//! Random numbers that are the same on every run: xoshiro256++ seeded by `SplitMix64`.

use std::f64::consts::TAU;

use crate::distributions::normal_quantile;

/// The generator xoshiro256++ of Blackman & Vigna (2021, "Scrambled linear pseudorandom number generators", ACM
/// Transactions on Mathematical Software 47:36), with a period of 2^256 - 1.
#[derive(Clone, Debug)]
pub(crate) struct Xoshiro256PlusPlus([u64; 4]);

/// The state after `state` and the number that `SplitMix64` gives for it (Steele, Lea & Flood 2014).
const fn split_mix(state: u64) -> (u64, u64) {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (state, z ^ (z >> 31))
}

impl Xoshiro256PlusPlus {
    /// The generator whose state is the first four numbers of `SplitMix64`, as its authors advise. Never the zero state:
    /// `SplitMix64` gives 0 once in its period.
    pub(crate) fn from_seed(seed: u64) -> Self {
        let (mut state, mut words) = (seed, [0; 4]);
        for word in &mut words {
            (state, *word) = split_mix(state);
        }
        Self(words)
    }

    /// 64 random bits.
    pub(crate) fn next(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let result = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// Uniform on (0, 1), both ends excluded: the midpoints of 2^52 equal cells.
    #[allow(clippy::cast_precision_loss, reason = "52 bits fit")]
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.next() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Standard normal, by inversion: one uniform number each.
    pub(crate) fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }

    /// Student's t with `df` degrees of freedom, by Bailey's (1994) polar method, in the form that rejects nothing: two
    /// uniform numbers each.
    pub(crate) fn student(&mut self, df: f64) -> f64 {
        let (w, angle) = (self.uniform(), TAU * self.uniform());
        (df * (-2.0 / df * w.ln()).exp_m1()).sqrt() * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::{normal_sf, t_sf};

    #[test]
    fn the_reference_sequences_come_out() {
        // The first numbers of the authors' C program from the state 1, 2, 3, 4.
        let mut generator = Xoshiro256PlusPlus([1, 2, 3, 4]);
        for expected in [
            41_943_041,
            58_720_359,
            3_588_806_011_781_223,
            3_591_011_842_654_386,
            9_228_616_714_210_784_205,
            9_973_669_472_204_895_162,
            14_011_001_112_246_962_877,
            12_406_186_145_184_390_807,
            15_849_039_046_786_891_736,
            10_450_023_813_501_588_000,
        ] {
            assert_eq!(generator.next(), expected, "xoshiro256++");
        }
        let mut state = 1_234_567;
        for expected in [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423] {
            let value;
            (state, value) = split_mix(state);
            assert_eq!(value, expected, "SplitMix64");
        }
    }

    #[test]
    fn values_are_stable() {
        let mut generator = Xoshiro256PlusPlus::from_seed(42);
        assert_eq!([generator.next(), generator.next()], PINNED, "a seed means the same for ever");
    }

    const PINNED: [u64; 2] = [15_021_278_609_987_233_951, 5_881_210_131_331_364_753];

    /// The largest distance between the empirical and the true distribution, times the root of the number of draws.
    fn kolmogorov(mut draws: Vec<f64>, cdf: impl Fn(f64) -> f64) -> f64 {
        draws.sort_by(f64::total_cmp);
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let at = |i: usize| (i as f64 + 0.5) / draws.len() as f64;
        let distance = draws.iter().enumerate().map(|(i, &x)| (cdf(x) - at(i)).abs()).fold(0.0, f64::max);
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let n = draws.len() as f64;
        distance * n.sqrt()
    }

    #[test]
    fn draws_have_their_distributions() {
        let mut generator = Xoshiro256PlusPlus::from_seed(1);
        let n = 20_000;
        // The 99.9 % point of Kolmogorov's distribution is 1.95.
        let uniform = kolmogorov((0..n).map(|_| generator.uniform()).collect(), |x| x);
        assert!(uniform < 1.95, "uniform: {uniform}");
        let normal = kolmogorov((0..n).map(|_| generator.normal()).collect(), |x| normal_sf(-x));
        assert!(normal < 1.95, "normal: {normal}");
        for df in [1.0, 2.0, 4.0, 30.0] {
            let student = kolmogorov((0..n).map(|_| generator.student(df)).collect(), |x| t_sf(-x, df));
            assert!(student < 1.95, "t with {df} df: {student}");
        }
    }
}
