//! The complementary error function.

use super::double_double::DoubleDouble;
use std::f64::consts::PI;

/// The complementary error function, within 1 ulp.
pub(super) fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The error function, within 1 ulp.
pub(super) fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `erfc(s + shift)` for a rounding error `shift` of `s >= 0`.
///
/// The relative error of `erfc` is `2 s` times the absolute error of `s`, up to
/// 700 ulp; one Newton term with the bound `s + sqrt(s^2 + 4 / pi)` for the
/// hazard (Abramowitz and Stegun 1964, 7.1.13) removes it.
pub(super) fn erfc_shifted(s: f64, shift: f64) -> f64 {
    let hazard = s + (s * s + 4.0 / PI).sqrt();
    libm::erfc(s) * (1.0 - shift * hazard)
}

/// `erfc(sqrt(h))` for `h >= 0`, free of the rounding of the root.
pub(super) fn erfc_of_sqrt(h: f64) -> f64 {
    let s = h.sqrt();
    if s == 0.0 {
        return 1.0;
    }
    erfc_shifted(s, -s.mul_add(s, -h) / (2.0 * s))
}

/// `exp(y^2) erfc(y)` for `y >= 0`.
pub(super) fn erfcx(y: f64) -> f64 {
    if y < 6.0 {
        let square = DoubleDouble::product(y, y).negate();
        return square.exp_neg_times(erfc(y));
    }
    // Laplace's continued fraction (Abramowitz and Stegun 1964, 7.1.14), from
    // the inside out; 14 levels give full accuracy from 6 on.
    let inner = (1..=14).rev().fold(y, |tail, k| y + 0.5 * f64::from(k) / tail);
    1.0 / (inner * PI.sqrt())
}
