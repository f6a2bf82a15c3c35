//! Both tails of the normal distribution, for one number or several side by side.

use super::exponential::ExpNegHalf;
use crate::num::lanes::Lanes;
use crate::num::wide::{Group, Operation};

/// Beyond this both tails together are below the smallest double.
const LARGEST: f64 = 40.0;
/// 2^27 + 1 (Dekker 1971).
const SPLITTER: f64 = 134_217_729.0;
/// The polynomial is in `(z - CENTRE) / (z + SHIFT)`. The centre is such that the first coefficient is almost a double.
const CENTRE: f64 = 4.171_875;
const SHIFT: f64 = 6.0;

/// The constant of the polynomial below, which is added last for the sake of rounding.
const SCALED_AT_CENTRE: f64 = 0.940_051_485_998_399_3;
/// `(1 + z) exp(z^2 / 2) erfc(z / sqrt 2)` for `z` from 0 to 45, after Shepherd and Laframboise (1981, "Chebyshev approximation of
/// (1 + 2x) exp(x^2) erfc(x) in 0 <= x < infinity"): minimax in relative error by Remez' exchange, with 60 digits; within 4e-18.
const SCALED: [f64; 22] = [
    -0.234_153_499_698_094_24,
    0.103_993_510_903_545_68,
    0.057_104_216_352_535_05,
    -0.190_997_360_648_172_08,
    0.254_176_897_686_003_7,
    -0.239_640_777_496_698_96,
    0.174_597_841_113_394_1,
    -0.098_744_810_476_075_33,
    0.041_078_752_964_410_41,
    -0.010_208_759_027_971_021,
    -0.000_423_924_167_725_957_04,
    0.001_537_930_054_511_320_8,
    -0.000_486_617_690_291_685_04,
    -7.737_440_358_774_824e-5,
    9.538_827_139_052_639e-5,
    -8.939_191_372_833_725e-6,
    -1.410_898_047_584_187_3e-5,
    3.672_590_972_509_128_3e-6,
    1.937_235_682_896_730_4e-6,
    -8.094_346_337_255_836e-7,
    -2.062_676_516_283_619e-7,
    1.151_286_659_413_888_6e-7,
];

/// `exp(z^2 / 2) erfc(z / sqrt 2)`, Mills' ratio times `sqrt(2 / pi)`, for `z` from 0 to 45: two factors.
#[inline(always)]
pub(super) fn scaled_tails<L: Lanes>(z: L) -> (L, L) {
    let one = z.same(1.0);
    let t = (z - z.same(CENTRE)) / (z + z.same(SHIFT));
    (z.same(SCALED_AT_CENTRE) + t * t.polynomial(&SCALED), one / (one + z))
}

/// The probability of the standard normal beyond `-z` and `z` together; NaN for NaN, 1 at 0.
#[inline(always)]
fn two_sided<L: Lanes>(z: L) -> L {
    let (one, largest) = (z.same(1.0), z.same(LARGEST));
    // NaN stays.
    let z = largest.at_most(z.abs());
    let (main, inverse) = scaled_tails(z);
    // z^2 = high^2 + (z - high) (z + high), of which the first is exact: `high` has 26 bits.
    let scaled = z * z.same(SPLITTER);
    let high = scaled - (scaled - z);
    let exp = ExpNegHalf::new(z * z, high * high, (z - high) * (z + high));
    one.at_most(main * (exp.near * inverse) * exp.far)
}

/// The probability of the standard normal beyond `-z` and `z` together; NaN for NaN, 1 at 0.
///
/// Measured against 22 000 exact values: within 4.4e-16 down to the smallest normal number, and within the least subnormal one below.
pub(crate) fn normal_two_sided(z: f64) -> f64 {
    two_sided(z)
}

/// [`normal_two_sided`] of each lane, with its bits.
#[inline(always)]
pub(crate) fn normal_two_sided_lanes<W: Group>(z: W) -> W {
    z.call(TwoSided(z))
}

struct TwoSided<W>(W);

impl<W: Group> Operation for TwoSided<W> {
    type Output = W;

    #[inline(always)]
    fn run(self) -> W {
        two_sided(self.0)
    }
}
