//! Complex numbers: the few operations that a contour integral needs.

use std::ops::{Add, Mul, Sub};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Complex {
    pub(super) re: f64,
    pub(super) im: f64,
}

impl Complex {
    pub(super) const ZERO: Self = Self { re: 0.0, im: 0.0 };
    pub(super) const ONE: Self = Self { re: 1.0, im: 0.0 };

    #[inline]
    pub(super) fn scaled(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }

    /// 1 / self, for a self whose square is within range.
    #[inline]
    pub(super) fn inverse(self) -> Self {
        let norm = self.re * self.re + self.im * self.im;
        Self { re: self.re / norm, im: -self.im / norm }
    }

    pub(super) fn modulus(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// The principal logarithm.
    pub(super) fn ln(self) -> Self {
        Self { re: self.modulus().ln(), im: self.im.atan2(self.re) }
    }

    /// The principal logarithm of 1 + self, without forming that sum where it is near 1.
    pub(super) fn ln_1p(self) -> Self {
        let re = 1.0 + self.re;
        // |1 + self|² - 1
        let excess = self.re * (2.0 + self.re) + self.im * self.im;
        let log = if excess.abs() < 0.5 { 0.5 * excess.ln_1p() } else { re.hypot(self.im).ln() };
        Self { re: log, im: self.im.atan2(re) }
    }

    /// The logarithm with an argument in [0, 2π).
    pub(super) fn ln_counterclockwise(self) -> Self {
        let Self { re, im } = self.ln();
        Self { re, im: if self.im < 0.0 { im + std::f64::consts::TAU } else { im } }
    }
}

impl Add for Complex {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for Complex {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for Complex {
    type Output = Self;

    #[inline]
    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}
