//! Several outcomes side by side: arithmetic on arrays that the compiler turns into vector instructions.
//!
//! Every operation is the same IEEE operation on each lane, so that a lane has the bits that it would have alone.

use std::array::from_fn;
use std::ops::{Add, Div, Mul, Sub};

/// Two vectors of AVX2, four of SSE2.
pub(in crate::batch) const LANES: usize = 8;

/// One number of each of several outcomes.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Wide(pub(in crate::batch) [f64; LANES]);

/// A truth value for each lane.
pub(in crate::batch) type Mask = [bool; LANES];

impl Wide {
    pub(super) const ZERO: Self = Self([0.0; LANES]);
    pub(super) const ONE: Self = Self([1.0; LANES]);

    #[inline(always)]
    pub(super) const fn all(x: f64) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    pub(super) fn map(self, f: impl Fn(f64) -> f64) -> Self {
        Self(from_fn(|l| f(self.0[l])))
    }

    #[inline(always)]
    pub(super) fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        Self(from_fn(|l| f(self.0[l], other.0[l])))
    }

    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }

    /// `max(x, 0)`, with 0 for NaN.
    #[inline(always)]
    pub(super) fn at_least_zero(self) -> Self {
        self.map(|x| if x > 0.0 { x } else { 0.0 })
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:tt;)*) => {$(
        impl $trait for Wide {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        }
    )*};
}

operators! {
    Add add +;
    Sub sub -;
    Mul mul *;
    Div div /;
}

/// `a` where the mask is true, `b` elsewhere.
#[inline(always)]
pub(super) fn select(mask: &Mask, a: Wide, b: Wide) -> Wide {
    Wide(from_fn(|l| if mask[l] { a.0[l] } else { b.0[l] }))
}
