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
pub(crate) fn olkin_pratt(r: f64, n: f64) -> f64 {
    // Written so that NaN fails.
    if !(r.abs() <= 1.0 && n > 4.0) {
        return f64::NAN;
    }
    let x = (1.0 - r) * (1.0 + r);
    let c = 0.5 * (n - 2.0);
    r * if n >= LARGE || x < 0.5 { series(x, c) } else { integral(r.abs(), x, c) }
}

/// Gauss's series. Its terms fall like `x^k k^-c`: at most some 50 are needed for `x` below 1/2, or for `c` from 29 on.
fn series(x: f64, c: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
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
/// Both square roots vanish or nearly so at an end. Above `u = 1/sqrt 2` the angle `u = cos a` takes the first one away,
/// below it `u = (r / sqrt x) sinh b` the second one.
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

    /// Correlation, number of pairs, and the value by mpmath with 60 digits: Gauss's series, or Euler's integral in the angle
    /// checked against mpmath's own function.
    #[rustfmt::skip]
    #[test]
    fn it_is_exact() {
        let cases: &[(f64, f64, f64)] = &[
            (1e-12, 5.0, 1.5707963267938966e-12),
            (0.001, 5.0, 0.0015697971115269819),
            (-0.1, 5.0, -0.14780376623747749),
            (0.3, 5.0, 0.39817118456780348),
            (-0.7, 5.0, -0.77964679853622323),
            (0.70710678, 5.0, 0.78539816243963407),
            (0.8, 5.0, 0.85800147839104588),
            (0.999999, 5.0, 0.99999933333313331),
            (1.0, 5.0, 1.0),
            (1e-12, 6.0, 1.2732395447351627e-12),
            (0.001, 6.0, 0.0012732352195039018),
            (-0.1, 6.0, -0.12591402448345307),
            (0.3, 6.0, 0.36097512928546034),
            (-0.7, 6.0, -0.75652592452092453),
            (0.70710678, 6.0, 0.7627597624630687),
            (0.8, 6.0, 0.84203847014442443),
            (0.999999, 6.0, 0.99999924999981248),
            (1.0, 6.0, 1.0),
            (1e-12, 7.0, 1.1780972450961724e-12),
            (0.3, 7.0, 0.34326953682329575),
            (0.8, 7.0, 0.83283247093855663),
            (1e-12, 8.0, 1.1317684842090335e-12),
            (0.001, 8.0, 0.0011317682012709724),
            (-0.1, 8.0, -0.11290546335404152),
            (0.3, 8.0, 0.33325294500387413),
            (-0.7, 8.0, -0.73526422309299519),
            (0.70710678, 8.0, 0.74189052482767075),
            (0.8, 8.0, 0.82687961963288865),
            (0.999999, 8.0, 0.99999916666651039),
            (1.0, 8.0, 1.0),
            (1e-12, 13.0, 1.0570086366524496e-12),
            (0.3, 13.0, 0.31513867188637952),
            (0.8, 13.0, 0.81400069061280362),
            (1e-300, 59.0, 1.0091318516589172e-300),
            (-0.1, 59.0, -0.10090366925056612),
            (0.70710678, 59.0, 0.71026938582957906),
            (1.0, 59.0, 1.0),
            (0.001, 60.0, 0.001008968062082685),
            (-0.7, 60.0, -0.70313856752031261),
            (0.999999, 60.0, 0.99999901724135471),
            (1e-12, 1000.0, 1.000502133974865e-12),
            (0.3, 1000.0, 0.30013705465657186),
            (0.8, 1000.0, 0.80014440562624792),
            (1e-300, 1000000000000000.0, 1.0000000000000005e-300),
            (-0.1, 1000000000000000.0, -0.10000000000000006),
            (0.70710678, 1000000000000000.0, 0.70710678000000022),
            (1.0, 1000000000000000.0, 1.0),
        ];
        let mut worst = 0.0_f64;
        for &(r, n, exact) in cases {
            let error = (olkin_pratt(r, n) / exact - 1.0).abs();
            assert!(error < 5e-15, "r = {r}, n = {n}: {:e}, exact {exact:e}, error {error:.1e}", olkin_pratt(r, n));
            worst = worst.max(error);
        }
        println!("{} cases, worst relative error {worst:.1e}", cases.len());
    }

    #[test]
    fn the_edges_are_as_documented() {
        assert_eq!(olkin_pratt(0.0, 5.0), 0.0, "no correlation");
        assert_eq!(olkin_pratt(-1.0, 5.0), -1.0, "all of it");
        assert!(olkin_pratt(0.5, 4.0).is_nan() && olkin_pratt(1.5, 9.0).is_nan(), "outside its range");
        // asin(1) = pi/2 is the limit at five pairs.
        let least = olkin_pratt(5e-300, 5.0) / 5e-300;
        assert!((least / std::f64::consts::FRAC_PI_2 - 1.0).abs() < 1e-14, "a tiny correlation: {least}");
        // Both ways meet.
        let (below, above) = (olkin_pratt(0.2, LARGE - 1e-9), olkin_pratt(0.2, LARGE));
        assert!((below / above - 1.0).abs() < 1e-11, "{below} and {above}");
    }
}
