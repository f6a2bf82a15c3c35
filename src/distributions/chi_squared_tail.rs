//! The upper tail of chi-squared for whole degrees of freedom, for one number or several side by side.
//!
//! The finite sums of Abramowitz and Stegun (1964, 26.4.4 and 26.4.5), all terms positive: with `h = x / 2`, `exp(-h)` times
//! `sum of h^j / j!` for even degrees of freedom, and the normal tail at `sqrt x` plus `sqrt(2 x / pi) exp(-h)` times
//! `sum of h^j / ((3/2) (5/2) ... (j + 1/2))` for odd ones.

use super::chi_squared_sf;
use super::exponential::ExpNegHalf;
use super::normal_tail::scaled_tails;
use crate::num::lanes::Lanes;
use crate::num::wide::{Group, LANES, Operation};

/// Whole degrees of freedom up to which the tail is a finite sum.
pub(super) const FINITE_SUM_DF: f64 = 60.0;
/// Terms of the longest sum.
const TERMS: usize = 30;
/// From here on the tail with at most 60 degrees of freedom is below the smallest double.
const LARGEST: f64 = 2_000.0;
/// `1 / j!`.
const EVEN: [f64; TERMS] = [
    1.0,
    1.0,
    0.5,
    0.166_666_666_666_666_66,
    0.041_666_666_666_666_664,
    0.008_333_333_333_333_333,
    0.001_388_888_888_888_889,
    0.000_198_412_698_412_698_4,
    2.480_158_730_158_73e-5,
    2.755_731_922_398_589_3e-6,
    2.755_731_922_398_589e-7,
    2.505_210_838_544_172e-8,
    2.087_675_698_786_81e-9,
    1.605_904_383_682_161_3e-10,
    1.147_074_559_772_972_5e-11,
    7.647_163_731_819_816e-13,
    4.779_477_332_387_385e-14,
    2.811_457_254_345_520_6e-15,
    1.561_920_696_858_622_5e-16,
    8.220_635_246_624_33e-18,
    4.110_317_623_312_165e-19,
    1.957_294_106_339_126_3e-20,
    8.896_791_392_450_574e-22,
    3.868_170_170_630_684e-23,
    1.611_737_571_096_118_4e-24,
    6.446_950_284_384_474e-26,
    2.479_596_263_224_797_6e-27,
    9.183_689_863_795_546e-29,
    3.279_889_237_069_838e-30,
    1.130_996_288_644_771_6e-31,
];
/// `sqrt(2 / pi) / ((3/2) (5/2) ... (j + 1/2))`.
const ODD: [f64; TERMS] = [
    0.797_884_560_802_865_4,
    0.531_923_040_535_243_5,
    0.212_769_216_214_097_42,
    0.060_791_204_632_599_266,
    0.013_509_156_585_022_058,
    0.002_456_210_288_185_829,
    0.000_377_878_505_874_742_9,
    5.038_380_078_329_905_5e-5,
    5.927_505_974_505_771e-6,
    6.239_479_973_163_97e-7,
    5.942_361_879_203_780_5e-8,
    5.167_271_199_307_635e-9,
    4.133_816_959_446_108e-10,
    3.062_086_636_626_747e-11,
    2.111_783_887_328_791e-12,
    1.362_441_217_631_478e-13,
    8.257_219_500_796_836e-15,
    4.718_411_143_312_478e-16,
    2.550_492_509_898_636_7e-17,
    1.307_944_876_871_095_7e-18,
    6.380_218_911_566_321e-20,
    2.967_543_679_798_288_8e-21,
    1.318_908_302_132_572_7e-22,
    5.612_375_753_755_629e-24,
    2.290_765_613_777_807_7e-25,
    8.983_394_563_834_54e-27,
    3.389_960_212_767_751e-28,
    1.232_712_804_642_818_5e-29,
    4.325_308_086_466_03e-31,
    1.466_206_131_005_434e-32,
];

/// The polynomial with `count` coefficients of a table, by two of Horner's schemes. Coefficients of 0 at its end change no bit.
#[inline(always)]
fn sum<L: Lanes>(h: L, table: &[f64; TERMS], count: usize) -> L {
    let square = h * h;
    let mut pairs = count / 2;
    let (mut even, mut odd) = (h.same(if count % 2 == 1 { table[count - 1] } else { 0.0 }), h.same(0.0));
    while pairs > 0 {
        pairs -= 1;
        odd = odd * square + h.same(table[2 * pairs + 1]);
        even = even * square + h.same(table[2 * pairs]);
    }
    even + h * odd
}

/// The same where the degrees of freedom differ, and with them the table and how many of its coefficients count.
#[inline(always)]
fn mixed_sum<L: Lanes>(h: L, df: L, odd_df: L::Mask, count: usize) -> L {
    let square = h * h;
    let (mut even, mut odd) = (h.same(0.0), h.same(0.0));
    let mut pairs = count.div_ceil(2);
    while pairs > 0 {
        pairs -= 1;
        odd = odd * square + coefficient(df, odd_df, 2 * pairs + 1);
        even = even * square + coefficient(df, odd_df, 2 * pairs);
    }
    even + h * odd
}

/// The coefficient of `h^j`: the terms of `df` degrees of freedom are those with `2 j + 1 < df`.
#[inline(always)]
fn coefficient<L: Lanes>(df: L, odd: L::Mask, j: usize) -> L {
    L::select(odd, df.same(ODD[j]), df.same(EVEN[j])).only(df.is_above(df.same(float(2 * j + 1))))
}

/// `x` within the range of the sums, and half of it. NaN stays.
#[inline(always)]
fn clamped<L: Lanes>(x: L) -> (L, L) {
    let x = x.same(LARGEST).at_most(x.same(0.0).at_least(x));
    (x, x * x.same(0.5))
}

/// `exp(-x / 2) factor`, at most 1.
#[inline(always)]
fn tail<L: Lanes>(x: L, factor: L) -> L {
    let exp = ExpNegHalf::new(x, x, x.same(0.0));
    x.same(1.0).at_most(factor * exp.near * exp.far)
}

/// The factor of `exp(-h)` for odd degrees of freedom.
#[inline(always)]
fn odd_factor<L: Lanes>(x: L, sum: L) -> L {
    let root = x.sqrt();
    let (main, inverse) = scaled_tails(root);
    main * inverse + root * sum
}

/// The upper tail for one number of degrees of freedom, from 1 to [`FINITE_SUM_DF`]; 1 for `x <= 0`.
#[inline(always)]
fn upper_sum<L: Lanes>(x: L, df: usize) -> L {
    let (x, h) = clamped(x);
    let count = (df / 2).min(TERMS);
    if df.is_multiple_of(2) {
        return tail(x, sum(h, &EVEN, count));
    }
    tail(x, odd_factor(x, sum(h, &ODD, count)))
}

/// The upper tail where the degrees of freedom differ, up to `most`.
#[inline(always)]
fn mixed_upper_sum<L: Lanes>(x: L, df: L, most: usize) -> L {
    let (x, h) = clamped(x);
    let half = df * x.same(0.5);
    let odd = !half.is(half.nearest());
    let sum = mixed_sum(h, df, odd, (most / 2).min(TERMS));
    tail(x, L::select(odd, odd_factor(x, sum), sum))
}

/// The upper tail for whole degrees of freedom from 1 to [`FINITE_SUM_DF`]; 1 for `x <= 0`.
///
/// Measured against 28 800 exact values, down to the smallest normal number: within 4.5e-16 up to 10 degrees of freedom, 9.6e-16 up
/// to 30 and 1.8e-15 up to 60.
pub(super) fn chi_squared_upper_sum(x: f64, df: f64) -> f64 {
    upper_sum(x, whole(df))
}

/// [`chi_squared_sf`] of each lane, with its bits, for whole degrees of freedom; 1 without any, as for the test of nothing.
///
/// With at most [`FINITE_SUM_DF`] in all lanes they are computed side by side: faster where all have the same.
#[inline(always)]
pub(crate) fn chi_squared_sf_lanes<W: Group>(x: W, df: W) -> W {
    let all = df.array();
    let (first, one) = (all[0], x.same(1.0));
    let p = if !W::any(!df.is(x.same(first))) && first <= FINITE_SUM_DF {
        x.call(UpperSum { x, df: whole(first) })
    } else if !W::any(df.is_above(x.same(FINITE_SUM_DF))) {
        x.call(MixedUpperSum { x, df, most: whole(all.into_iter().fold(0.0, f64::max)) })
    } else {
        x.load(&one_by_one(&x.array(), &all))
    };
    W::select(df.is_below(one), one, p)
}

#[inline(never)]
fn one_by_one(x: &[f64; LANES], df: &[f64; LANES]) -> [f64; LANES] {
    std::array::from_fn(|l| chi_squared_sf(x[l], df[l]))
}

struct UpperSum<W> {
    x: W,
    df: usize,
}

impl<W: Group> Operation for UpperSum<W> {
    type Output = W;

    #[inline(always)]
    fn run(self) -> W {
        upper_sum(self.x, self.df)
    }
}

struct MixedUpperSum<W> {
    x: W,
    df: W,
    most: usize,
}

impl<W: Group> Operation for MixedUpperSum<W> {
    type Output = W;

    #[inline(always)]
    fn run(self) -> W {
        mixed_upper_sum(self.x, self.df, self.most)
    }
}

#[allow(clippy::cast_precision_loss, reason = "at most 60")]
#[inline(always)]
const fn float(n: usize) -> f64 {
    n as f64
}

/// A small whole number that is kept as a float; 0 for a negative one.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 60")]
#[inline(always)]
const fn whole(x: f64) -> usize {
    x as usize
}
