//! Several outcomes side by side: arithmetic on arrays that the compiler turns into vector instructions.
//!
//! Every operation is the same IEEE operation on each lane, so that a lane has the bits that it would have alone. Loops are
//! written out, since a closure that is not inlined keeps its numbers in memory.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

/// One vector of AVX2, two of SSE2.
pub(in crate::batch) const LANES: usize = 4;

/// One number of each of several outcomes.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Wide(pub(in crate::batch) [f64; LANES]);

/// A truth value for each lane.
pub(in crate::batch) type Mask = [bool; LANES];

/// A function of each lane, written out.
macro_rules! lanes {
    ($l:ident => $value:expr) => {{
        let mut wide = [0.0; LANES];
        for $l in 0..LANES {
            wide[$l] = $value;
        }
        Wide(wide)
    }};
}
pub(super) use lanes;

impl Wide {
    pub(super) const ZERO: Self = Self([0.0; LANES]);
    pub(super) const ONE: Self = Self([1.0; LANES]);

    #[inline(always)]
    pub(super) const fn all(x: f64) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        lanes!(l => self.0[l].sqrt())
    }

    /// `max(x, 0)`, with 0 for NaN.
    #[inline(always)]
    pub(super) fn at_least_zero(self) -> Self {
        lanes!(l => if self.0[l] > 0.0 { self.0[l] } else { 0.0 })
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $op:tt;)*) => {$(
        impl $trait for Wide {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                lanes!(l => self.0[l] $op other.0[l])
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

impl AddAssign for Wide {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
