//! One formula for one number and for several side by side.
//!
//! A function of [`Lanes`] carries out the same IEEE operations whether it works on a double or on the vectors of a batch, so that
//! both have the same bits. Such functions call no closures and are inlined: what is not is compiled without the vectors'
//! instructions, and calls a function for each of them.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub};

/// A double, or several side by side.
pub(crate) trait Lanes:
    Copy + Debug + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self> + AddAssign
{
    /// A truth value for each lane.
    type Mask: Copy + Debug + BitAnd<Output = Self::Mask> + BitOr<Output = Self::Mask> + Not<Output = Self::Mask>;

    /// The same number in all lanes.
    fn same(self, x: f64) -> Self;

    fn sqrt(self) -> Self;

    /// Where this is less; false for NaN.
    fn is_below(self, other: Self) -> Self::Mask;

    /// Where both are equal; NaN is not equal to itself.
    fn is(self, other: Self) -> Self::Mask;

    /// `a` where the mask is true, `b` elsewhere.
    fn select(mask: Self::Mask, a: Self, b: Self) -> Self;

    fn any(mask: Self::Mask) -> bool;

    /// Where this is greater; false for NaN.
    #[inline(always)]
    fn is_above(self, other: Self) -> Self::Mask {
        other.is_below(self)
    }

    /// The smaller; `other` if one is NaN.
    #[inline(always)]
    fn at_most(self, other: Self) -> Self {
        Self::select(self.is_below(other), self, other)
    }

    /// The larger; `other` if one is NaN.
    #[inline(always)]
    fn at_least(self, other: Self) -> Self {
        Self::select(self.is_above(other), self, other)
    }

    /// `max(x, 0)`, with 0 for NaN.
    #[inline(always)]
    fn at_least_zero(self) -> Self {
        self.at_least(self.same(0.0))
    }

    /// This where the mask is true, 0 elsewhere.
    #[inline(always)]
    fn only(self, mask: Self::Mask) -> Self {
        Self::select(mask, self, self.same(0.0))
    }

    #[inline(always)]
    fn abs(self) -> Self {
        let zero = self.same(0.0);
        Self::select(self.is_below(zero), zero - self, self)
    }
}

impl Lanes for f64 {
    type Mask = bool;

    #[inline(always)]
    fn same(self, x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn is_below(self, other: Self) -> bool {
        self < other
    }

    #[inline(always)]
    #[allow(clippy::float_cmp, reason = "that is what it is for")]
    fn is(self, other: Self) -> bool {
        self == other
    }

    #[inline(always)]
    fn select(mask: bool, a: Self, b: Self) -> Self {
        if mask { a } else { b }
    }

    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }

    // By bits, as a branch is what the compiler makes of a choice.
    #[inline(always)]
    fn only(self, mask: bool) -> Self {
        Self::from_bits(self.to_bits() & u64::from(mask).wrapping_neg())
    }
}
