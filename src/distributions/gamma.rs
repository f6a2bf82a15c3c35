//! The gamma function in the forms that do not overflow: Stirling's error, the
//! deviance, and ratios.

use super::double_double::DoubleDouble;

/// `sqrt(2 pi)`.
pub(crate) const SQRT_TWO_PI: f64 = 2.506_628_274_631_000_7;

/// Stirling's error at 1/2, 1, 3/2, ... 15, rounded from 50 digits.
const STIRLING_HALVES: [f64; 30] = [
    0.15342640972002736,
    0.08106146679532726,
    0.05481412105191765,
    0.0413406959554093,
    0.03316287351993629,
    0.02767792568499834,
    0.023746163656297496,
    0.020790672103765093,
    0.018488450532673187,
    0.016644691189821193,
    0.015134973221917378,
    0.013876128823070748,
    0.012810465242920227,
    0.01189670994589177,
    0.011104559758206917,
    0.010411265261972096,
    0.009799416126158804,
    0.009255462182712733,
    0.008768700134139386,
    0.00833056343336287,
    0.00793411456431402,
    0.007573675487951841,
    0.007244554301320383,
    0.00694284010720953,
    0.006665247032707682,
    0.006408994188004207,
    0.006171712263039458,
    0.0059513701127588475,
    0.0057462165130101155,
    0.005554733551962801,
];

/// `ln Gamma(x + 1) - [(x + 1/2) ln x - x + ln(2 pi) / 2]`, Stirling's error
/// (Loader 2000), for `x > 0`; infinite at 0, NaN below.
pub(crate) fn stirling_error(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::INFINITY;
    }
    if x > 15.0 {
        return stirling_series(x);
    }
    let doubled = 2.0 * x;
    if doubled.fract() == 0.0 {
        return STIRLING_HALVES[small_index(doubled) - 1];
    }
    let mut shifted = x;
    let mut sum = 0.0;
    // delta(x) = delta(x + 1) + [(x + 1/2) ln(1 + 1/x) - 1]: every step is
    // positive, so nothing cancels on the way up to the series.
    while shifted < 10.0 {
        sum += stirling_step(shifted);
        shifted += 1.0;
    }
    sum + stirling_series(shifted)
}

/// `(x + 1/2) ln(1 + 1/x) - 1`.
fn stirling_step(x: f64) -> f64 {
    if x < 1.0 {
        // ln x apart from ln(1 + x): 1/x may overflow.
        return (x + 0.5) * (x.ln_1p() - x.ln()) - 1.0;
    }
    // atanh(u)/u - 1 as its own series: the logarithm would cancel the 1.
    let square = (2.0 * x + 1.0).powi(-2);
    let mut power = square;
    let mut sum = 0.0;
    let mut odd = 3.0;
    while odd < 41.0 && power > 1e-19 {
        sum += power / odd;
        power *= square;
        odd += 2.0;
    }
    sum
}

/// The asymptotic series `sum B_2k / (2k (2k - 1) x^(2k - 1))` (Abramowitz and
/// Stegun 1964, 6.1.40); its first neglected term is below 1e-18 from 10 on.
fn stirling_series(x: f64) -> f64 {
    let inverse = 1.0 / x;
    let square = inverse * inverse;
    let sum = [
        0.179_644_372_368_830_57,
        -0.029_550_653_594_771_242,
        0.006_410_256_410_256_41,
        -0.001_917_526_917_526_917_6,
        8.417_508_417_508_417e-4,
        -5.952_380_952_380_953e-4,
        7.936_507_936_507_937e-4,
        -0.002_777_777_777_777_778,
        0.083_333_333_333_333_33,
    ]
    .iter()
    .fold(0.0, |sum, c| sum * square + c);
    inverse * sum
}

/// A small non-negative integer held in a double, as an index.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers pass whole numbers from 1 to 30")]
fn small_index(x: f64) -> usize {
    x as usize
}

/// The deviance `x ln(x / m) + m - x` of Loader (2000) for positive `x` and `m`, as a double-double: it is the exponent of a tail.
pub(crate) fn deviance(x: f64, m: f64) -> DoubleDouble {
    let log = DoubleDouble::ln_ratio(x.into(), m.into());
    DoubleDouble::from(x).times(log).add(DoubleDouble::sum(m, -x))
}

/// [`deviance`] rounded to one double; `m` for `x = 0`.
#[cfg(test)]
pub(crate) fn bd0(x: f64, m: f64) -> f64 {
    if x == 0.0 {
        return m;
    }
    if x == m {
        return 0.0;
    }
    let sum = deviance(x, m);
    // An infinite high part carries a NaN low part.
    if sum.hi.is_finite() { sum.hi + sum.lo } else { sum.hi }
}

/// `Gamma(x + 1/2) / Gamma(x)` for `x >= 0`; 0 at 0, infinite at infinity.
///
/// From 10 on the expansion of Fields (1966, "A note on the asymptotic
/// expansion of a ratio of gamma functions") in even powers of
/// `w = x - 1/4`; no exponential of a difference of two large logarithms.
pub(crate) fn gamma_half_ratio(x: f64) -> f64 {
    let mut shifted = x;
    let mut num = 1.0;
    let mut den = 1.0;
    // R(x) = R(x + 1) x / (x + 1/2). For half-integers both products are exact,
    // so that the division is the only rounding.
    while (0.0..10.0).contains(&shifted) {
        num *= shifted;
        den *= shifted + 0.5;
        shifted += 1.0;
    }
    let w = shifted - 0.25;
    num / den * (w.sqrt() * half_ratio_series(w))
}

/// `Gamma(w + 3/4) / (Gamma(w + 1/4) sqrt w)` for `w >= 9.75`; coefficients by
/// exponentiating the Bernoulli series of the logarithm (DLMF 5.11.8).
fn half_ratio_series(w: f64) -> f64 {
    let square = (1.0 / w) * (1.0 / w);
    let sum = [
        -0.140_658_070_795_462_03,
        0.026_412_154_660_064_857,
        -0.006_670_963_462_056_534,
        0.002_385_557_512_752_711_8,
        -0.001_298_762_857_913_971,
        0.001_203_536_987_304_687_5,
        -0.002_319_335_937_5,
        0.015_625,
    ]
    .iter()
    .fold(0.0, |sum, c| sum * square + c);
    1.0 + square * sum
}

/// Hedges' (1981, eq. 6e) correction
/// `J(m) = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2))`.
///
/// `J(1) = 0`, as `Gamma(0)` is infinite; NaN for `m < 1`; 1 at infinity.
pub(crate) fn hedges_j(m: f64) -> f64 {
    if m.is_nan() || m < 1.0 {
        return f64::NAN;
    }
    let x = 0.5 * (m - 1.0);
    if x >= 10.0 {
        // w / (m / 2) = 1 - 3 / (2 m): the two large square roots are never
        // formed, and m = infinity gives 1.
        return (1.0 - 1.5 / m).sqrt() * half_ratio_series(x - 0.25);
    }
    gamma_half_ratio(x) / (0.5 * m).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::fixture::check;

    #[test]
    fn stirling_error_is_exact() {
        check("stirling_error", |_, _| 2e-15, |a| stirling_error(a[0]));
    }

    #[test]
    fn deviance_is_exact_near_and_far() {
        check("bd0", |_, _| 4e-16, |a| bd0(a[0], a[1]));
    }

    #[test]
    fn gamma_ratios_are_exact() {
        check("gamma_half_ratio", |_, _| 1e-15, |a| gamma_half_ratio(a[0]));
        check("hedges_j", |_, _| 1e-15, |a| hedges_j(a[0]));
    }

    /// Hedges' factor by mpmath with 60 digits, for degrees of freedom from 1.25 to 1e15.
    #[rustfmt::skip]
    #[test]
    fn hedges_j_is_exact_for_large_groups() {
        let cases: &[(f64, f64)] = &[
            (1.25, 0.240_848_530_449_518_12),
            (1.7, 0.473_915_309_155_223_84),
            (2.0, 0.564_189_583_547_756_3),
            (3.0, 0.723_601_254_558_267_6),
            (4.0, 0.797_884_560_802_865_4),
            (5.0, 0.840_748_682_459_689_3),
            (7.0, 0.888_202_907_672_751_2),
            (10.0, 0.922_745_608_053_087_1),
            (15.0, 0.949_007_587_142_702_6),
            (20.0, 0.961_944_533_740_748_7),
            (20.5, 0.962_886_127_954_909_9),
            (21.0, 0.963_782_252_284_172),
            (22.0, 0.965_450_658_790_629_9),
            (30.0, 0.974_754_378_214_402),
            (50.0, 0.984_911_942_295_572_6),
            (100.0, 0.992_478_054_981_444_9),
            (1000.0, 0.999_249_781_179_716_4),
            (12_345.0, 0.999_939_245_223_152_3),
            (189_998.0, 0.999_996_052_583_967_6),
            (1e6, 0.999_999_249_999_781_3),
            (1e8, 0.999_999_992_499_999_9),
            (1e10, 0.999_999_999_925),
            (1e12, 0.999_999_999_999_25),
            (1e15, 0.999_999_999_999_999_2),
        ];
        for &(m, exact) in cases {
            let error = (hedges_j(m) / exact - 1.0).abs();
            assert!(error < 2e-15, "J({m}) = {:e}, exact {exact:e}, error {error:.1e}", hedges_j(m));
        }
    }

    #[test]
    fn kernels_have_their_documented_edges() {
        let cases = [
            ("hedges_j(1)", hedges_j(1.0), 0.0),
            ("hedges_j(inf)", hedges_j(f64::INFINITY), 1.0),
            ("gamma_half_ratio(0)", gamma_half_ratio(0.0), 0.0),
            ("stirling_error(0)", stirling_error(0.0), f64::INFINITY),
            ("stirling_error(inf)", stirling_error(f64::INFINITY), 0.0),
            ("bd0(0, 3)", bd0(0.0, 3.0), 3.0),
            ("bd0(3, 3)", bd0(3.0, 3.0), 0.0),
        ];
        for (name, got, expected) in cases {
            assert!(got == expected, "{name} = {got}, expected {expected}");
        }
        for value in [hedges_j(0.5), hedges_j(f64::NAN), stirling_error(-1.0), stirling_error(f64::NAN)] {
            assert!(value.is_nan(), "{value} should be NaN");
        }
    }
}
