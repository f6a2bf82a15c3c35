//! The unbiased estimate of a correlation.

use crate::num::quadrature::integrate;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_4};

use super::gamma::{SQRT_TWO_PI, gamma_half_ratio};

/// Sizes from which the series needs few terms whatever the correlation.
const LARGE: f64 = 60.0;

/// Olkin and Pratt's (1958) unbiased estimate `r F(1/2, 1/2; (n - 2)/2; 1 - r^2)` of the
/// correlation of two normal variables, from a correlation `r` of `n > 4` pairs, `F` being Gauss's
/// hypergeometric function. NaN for other `r` or `n`.
///
/// Measured error 2e-15.
#[cfg(test)]
pub(crate) fn unbiased_correlation(r: f64, n: f64) -> f64 {
    r + r * excess(r, n)
}

/// One minus the unbiased estimate of a correlation, to full precision near 1 as well.
pub(crate) fn one_minus_unbiased_correlation(r: f64, n: f64) -> f64 {
    (1.0 - r) - r * excess(r, n)
}

/// `F(1/2, 1/2; (n - 2)/2; 1 - r^2) - 1`.
fn excess(r: f64, n: f64) -> f64 {
    // Written so that NaN fails.
    if !(r.abs() <= 1.0 && n > 4.0) {
        return f64::NAN;
    }
    let x = (1.0 - r) * (1.0 + r);
    let c = 0.5 * (n - 2.0);
    if n >= LARGE || x < 0.5 { series(x, c) } else { integral(r.abs(), x, c) - 1.0 }
}

/// Gauss's series without its first term, 1. Its terms fall like `x^k k^-c`: at most some 50 are needed for `x` below
/// 1/2, or for `c` from 29 on.
fn series(x: f64, c: f64) -> f64 {
    let (mut sum, mut term) = (0.0, 1.0);
    for k in 0..200_u8 {
        let k = f64::from(k);
        term *= x * (k + 0.5) * (k + 0.5) / (c + k) / (k + 1.0);
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// Euler's integral with `t = 1 - u^2`,
/// `2 / B(1/2, c - 1/2)` times the integral of `u^(2c-2) / sqrt((1 - u^2)(r^2 + x u^2))` over `[0, 1]`.
///
/// Both square roots vanish or nearly so at an end. Above `u = 1/sqrt 2` the angle `u = cos a` takes the first one
/// away, below it `u = (r / sqrt x) sinh b` the second one.
fn integral(r: f64, x: f64, c: f64) -> f64 {
    let power = 2.0 * c - 2.0;
    let upper = integrate(|a: f64| a.cos().powf(power) / (1.0 - x * a.sin().powi(2)).sqrt(), 0.0, FRAC_PI_4, 1e-11);
    let scale = r / x.sqrt();
    // From the end downwards, by b = end - back: far below it the integrand is 0. The end is infinite for r = 0.
    let end = (FRAC_1_SQRT_2 / scale).asinh();
    // scale sinh (end - back), without the rounding of a large difference.
    let u = |back: f64| FRAC_1_SQRT_2 * (-back).exp() * (-2.0 * (end - back)).exp_m1() / (-2.0 * end).exp_m1();
    let depth = end.min(40.0 / power.min(1.0));
    let lower = integrate(
        |back| {
            let u = u(back);
            u.powf(power) / (1.0 - u * u).sqrt()
        },
        0.0,
        depth,
        1e-11,
    );
    // 1 / B(1/2, c - 1/2) = Gamma(c) / (Gamma(c - 1/2) sqrt pi), and sqrt pi = sqrt(2 pi) / sqrt 2.
    let beta = gamma_half_ratio(c - 0.5) / (SQRT_TWO_PI * FRAC_1_SQRT_2);
    2.0 * beta * (upper + lower / x.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Correlation, number of pairs, and the value by mpmath with 60 digits: Gauss's series, or Euler's integral in the
    /// angle checked against mpmath's own function.
    #[rustfmt::skip]
    #[test]
    fn it_is_exact() {
        let cases: &[(f64, f64, f64)] = &[
            (1e-12, 5.0, 1.570_796_326_793_896_7e-12),
            (0.001, 5.0, 0.001_569_797_111_526_981_8),
            (-0.1, 5.0, -0.147_803_766_237_477_49),
            (0.3, 5.0, 0.398_171_184_567_803_5),
            (-0.7, 5.0, -0.779_646_798_536_223_2),
            (0.8, 5.0, 0.858_001_478_391_045_9),
            (0.999_999, 5.0, 0.999_999_333_333_133_3),
            (1.0, 5.0, 1.0),
            (0.706, 5.0, 0.784_504_386_248_307_5),
            (0.709, 5.0, 0.786_925_392_456_212_3),
            (1e-12, 6.0, 1.273_239_544_735_162_7e-12),
            (0.001, 6.0, 0.001_273_235_219_503_901_8),
            (-0.1, 6.0, -0.125_914_024_483_453_07),
            (0.3, 6.0, 0.360_975_129_285_460_3),
            (-0.7, 6.0, -0.756_525_924_520_924_5),
            (0.8, 6.0, 0.842_038_470_144_424_5),
            (0.999_999, 6.0, 0.999_999_249_999_812_5),
            (1.0, 6.0, 1.0),
            (0.706, 6.0, 0.761_790_550_938_629_7),
            (0.709, 6.0, 0.764_416_280_546_612_1),
            (1e-12, 7.0, 1.178_097_245_096_172_5e-12),
            (0.3, 7.0, 0.343_269_536_823_295_75),
            (0.8, 7.0, 0.832_832_470_938_556_6),
            (0.706, 7.0, 0.748_992_047_455_835_1),
            (0.709, 7.0, 0.751_722_997_782_584_9),
            (1e-12, 8.0, 1.131_768_484_209_033_5e-12),
            (0.001, 8.0, 0.001_131_768_201_270_972_3),
            (-0.1, 8.0, -0.112_905_463_354_041_52),
            (0.3, 8.0, 0.333_252_945_003_874_15),
            (-0.7, 8.0, -0.735_264_223_092_995_2),
            (0.8, 8.0, 0.826_879_619_632_888_7),
            (0.999_999, 8.0, 0.999_999_166_666_510_3),
            (1.0, 8.0, 1.0),
            (1e-12, 13.0, 1.057_008_636_652_449_6e-12),
            (0.3, 13.0, 0.315_138_671_886_379_5),
            (0.8, 13.0, 0.814_000_690_612_803_7),
            (0.706, 13.0, 0.723_732_746_154_543_5),
            (0.709, 13.0, 0.726_641_093_034_596_2),
            (1e-300, 59.0, 1.009_131_851_658_917_1e-300),
            (-0.1, 59.0, -0.100_903_669_250_566_12),
            (1.0, 59.0, 1.0),
            (0.001, 60.0, 0.001_008_968_062_082_685),
            (-0.7, 60.0, -0.703_138_567_520_312_6),
            (0.999_999, 60.0, 0.999_999_017_241_354_8),
            (1e-12, 1000.0, 1.000_502_133_974_865e-12),
            (0.3, 1000.0, 0.300_137_054_656_571_87),
            (0.8, 1000.0, 0.800_144_405_626_247_9),
            (1e-300, 1e15, 1.000_000_000_000_000_5e-300),
            (-0.1, 1e15, -0.100_000_000_000_000_06),
            (1.0, 1e15, 1.0),
        ];
        let mut worst = 0.0_f64;
        for &(r, n, exact) in cases {
            let error = (unbiased_correlation(r, n) / exact - 1.0).abs();
            assert!(error < 5e-15, "r = {r}, n = {n}: {:e}, exact {exact:e}, error {error:.1e}", unbiased_correlation(r, n));
            worst = worst.max(error);
        }
        println!("{} cases, worst relative error {worst:.1e}", cases.len());
    }

    /// Correlation, number of pairs, and one minus the unbiased estimate by mpmath with 40 digits.
    #[rustfmt::skip]
    #[test]
    fn one_minus_it_keeps_its_digits() {
        let cases: &[(f64, f64, f64)] = &[
            (0.999_999_999_999, 5.0, 6.666_519_188_534_523e-13),
            (0.999, 5.0, 0.000_666_866_742_888_903_3),
            (0.999_999_999_999_999_9, 5.0, 7.401_486_830_834_378e-17),
            (0.999_999_999_999, 9.0, 8.571_238_956_686_101e-13),
            (0.999, 9.0, 0.000_857_285_731_596_731_4),
            (0.999_999_999_999_999_9, 9.0, 9.516_197_353_929_914e-17),
            (0.999_999_999_999, 60.0, 9.827_368_803_785_258e-13),
            (0.999, 60.0, 0.000_982_783_183_445_671_3),
            (0.999_999_999_999_999_9, 60.0, 1.091_081_248_338_515_9e-16),
            (0.999_999_999_999, 1000.0, 9.989_758_964_379_162e-13),
            (0.999, 1000.0, 0.000_998_999_493_996_951_8),
            (0.999_999_999_999_999_9, 1000.0, 1.109_110_576_704_690_5e-16),
        ];
        for &(r, n, exact) in cases {
            let found = one_minus_unbiased_correlation(r, n);
            assert!((found / exact - 1.0).abs() < 2e-15, "r = {r}, n = {n}: {found:e}, exact {exact:e}");
        }
    }

    #[test]
    fn the_edges_are_as_documented() {
        assert_eq!(unbiased_correlation(0.0, 5.0), 0.0, "no correlation");
        assert_eq!(unbiased_correlation(-1.0, 5.0), -1.0, "all of it");
        assert!(
            unbiased_correlation(0.5, 4.0).is_nan() && unbiased_correlation(1.5, 9.0).is_nan(),
            "outside its range"
        );
        // asin(1) = pi/2 is the limit at five pairs.
        let least = unbiased_correlation(5e-300, 5.0) / 5e-300;
        assert!((least / std::f64::consts::FRAC_PI_2 - 1.0).abs() < 1e-14, "a tiny correlation: {least}");
        // Both ways meet.
        let (below, above) = (unbiased_correlation(0.2, LARGE - 1e-9), unbiased_correlation(0.2, LARGE));
        assert!((below / above - 1.0).abs() < 1e-11, "{below} and {above}");
    }
}
