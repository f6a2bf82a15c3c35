//! The error function, and its complement scaled.

use super::normal_tail::scaled_tails;
use std::f64::consts::{PI, SQRT_2};

/// The error function, within 1 ulp.
pub(super) fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `exp(y^2) erfc(y)` for `y >= 0`.
pub(super) fn erfcx(y: f64) -> f64 {
    if y < 30.0 {
        let (main, inverse) = scaled_tails(SQRT_2 * y);
        return main * inverse;
    }
    // Laplace's continued fraction (Abramowitz and Stegun 1964, 7.1.14), from
    // the inside out; 14 levels give full accuracy from 6 on.
    let inner = (1..=14).rev().fold(y, |tail, k| y + 0.5 * f64::from(k) / tail);
    1.0 / (inner * PI.sqrt())
}
