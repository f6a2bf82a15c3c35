//! Both regularised incomplete gamma functions.

use super::double_double::DoubleDouble;
use super::gamma::{SQRT_TWO_PI, deviance, stirling_error};
use super::side::{Scaled, Side};
use super::temme;

/// Longest series or continued fraction. From shape 200 on the slow middle is
/// left to Temme's expansion, so that a few hundred terms always suffice.
const MAX_TERMS: u32 = 2_000;

/// `x^a exp(-x) / Gamma(a + 1)` as exponent and factor (Loader 2000).
fn gamma_prefactor(a: f64, x: f64) -> (DoubleDouble, f64) {
    let factor = (-stirling_error(a)).exp() / (a.sqrt() * SQRT_TWO_PI);
    (deviance(a, x), factor)
}

/// The side of the gamma distribution of shape `a > 0` on which `x` lies, for
/// finite `a` and `x > 0`: lower below the mean, upper above.
pub(crate) fn gamma_side(a: f64, x: f64) -> Side {
    let (exponent, factor) = gamma_prefactor(a, x);
    if temme::applies(a, x) {
        return temme::side(a, x, exponent, factor);
    }
    // For a < 1 the continued fraction is slow below 1 and P still small there.
    if x < a.max(1.0) {
        let sum = lower_series(a, x);
        Side::Lower(Scaled { exponent, factor: factor * sum, steepness: a / sum })
    } else {
        let fraction = upper_fraction(a, x);
        Side::Upper(Scaled { exponent, factor: factor * a * fraction, steepness: 1.0 / fraction })
    }
}

/// `1 + x/(a+1) + x^2/((a+1)(a+2)) + ...` (DLMF 8.7.1), all terms positive.
fn lower_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..MAX_TERMS {
        term *= x / (a + f64::from(k));
        sum += term;
        if term < 1e-17 * sum {
            break;
        }
    }
    sum
}

/// Legendre's continued fraction for `Q(a, x) Gamma(a) exp(x) x^-a` (DLMF
/// 8.9.2, even part), by Lentz' method as modified by Thompson and Barnett
/// (1986, "Coulomb and Bessel functions of complex arguments and order").
fn upper_fraction(a: f64, x: f64) -> f64 {
    // x >= a keeps every denominator above 1, so no guard against 0 is needed.
    let mut b = x + 1.0 - a;
    let mut d = 1.0 / b;
    let mut c = f64::INFINITY;
    let mut value = d;
    for k in 1..MAX_TERMS {
        let k = f64::from(k);
        let numerator = -k * (k - a);
        b += 2.0;
        d = 1.0 / (b + numerator * d);
        c = b + numerator / c;
        let change = c * d;
        value *= change;
        if (change - 1.0).abs() < 2.3e-16 {
            break;
        }
    }
    value
}
