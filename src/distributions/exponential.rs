//! The exponential function of the tails.

use crate::num::lanes::Lanes;
use std::f64::consts::LOG2_E;

/// `2 ln 2` cut after 33 bits, so that its product with an exponent is exact.
const TWO_LN2_HIGH: f64 = 2.0 * 6.931_471_803_691_238e-1;
/// `2 ln 2 - TWO_LN2_HIGH`.
const TWO_LN2_LOW: f64 = 2.0 * 1.908_214_929_270_587_7e-10;
/// From twice this exponent on the power of two is applied in two steps, the second of which may reach the subnormal numbers.
const FAR: f64 = 600.0;
/// The second step: 2^-600.
const FAR_SCALE: f64 = f64::from_bits((1_023 - 600) << 52);

/// `2 (exp(r / 2) - 1 - r / 2) / r^2` for `|r| <= ln 2`: interpolation at Chebyshev's nodes, by 60 digits; `exp` within 3.4e-19.
const SECOND_ORDER: [f64; 11] = [
    0.25,
    0.041_666_666_666_666_68,
    0.005_208_333_333_333_334,
    0.000_520_833_333_332_883_8,
    4.340_277_777_776_172_6e-5,
    3.100_198_417_937_667_7e-6,
    1.937_624_009_807_326_6e-7,
    1.076_455_290_039_438e-8,
    5.382_280_011_879_388e-10,
    2.451_680_339_910_26e-11,
    1.021_224_589_629_772_2e-12,
];

/// `exp(-x / 2)` as a product whose second part is 2^-600 where x is large, else 1. To be multiplied by it last: the result then
/// underflows as if it were rounded once.
#[derive(Clone, Copy, Debug)]
pub(super) struct ExpNegHalf<L> {
    pub(super) near: L,
    pub(super) far: L,
}

impl<L: Lanes> ExpNegHalf<L> {
    /// `x` from 0 to 2000 as the sum of `high` and a `low` below 1e-3 in size, of which `about` is that sum to 1e-5.
    ///
    /// Measured error 0.6 ulp.
    #[inline(always)]
    pub(super) fn new(about: L, high: L, low: L) -> Self {
        let (half, one) = (high.same(0.5), high.same(1.0));
        let n = (about * high.same(-0.5 * LOG2_E)).nearest();
        // -high - 2 n ln 2 is exact for the first part of ln 2, by Sterbenz' lemma; `lost` is what the remainder loses by rounding.
        let first = n * high.same(-TWO_LN2_HIGH) - high;
        let second = n * high.same(TWO_LN2_LOW) + low;
        let r = first - second;
        let lost = first - r - second;
        let power = one + half * (r + (lost + r * r * r.polynomial(&SECOND_ORDER)));
        let beyond = high.is_above(high.same(2.0 * FAR));
        let near = power * (n + high.same(FAR).only(beyond)).exp2_of_whole();
        Self { near, far: L::select(beyond, high.same(FAR_SCALE), one) }
    }
}
