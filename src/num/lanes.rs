//! One formula for one number and for several side by side.
//!
//! A function of [`Lanes`] carries out the same IEEE operations whether it works on a double or on the vectors of a batch, so that
//! both have the same bits. Such functions call no closures and are inlined: what is not is compiled without the vectors'
//! instructions, and calls a function for each of them. In unoptimised builds they are not inlined: each operation would have a place
//! of its own on the stack, more than a thread has.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub};

/// 1.5 times 2^52: adding and subtracting it rounds to a whole number, as the place of its last bit is 1.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// 2^32, from which place on the upper half of a double's bits shows a whole number that is added to [`ROUNDER`].
const UPPER_HALF: f64 = 4_294_967_296.0;
/// The bias of the exponent of a double.
const BIAS: f64 = 1_023.0;

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

    /// The smaller of two numbers; either if one is NaN.
    fn smaller(self, other: Self) -> Self;

    /// The larger of two numbers; either if one is NaN.
    fn larger(self, other: Self) -> Self;

    /// Where both are equal; NaN is not equal to itself.
    fn is(self, other: Self) -> Self::Mask;

    /// `a` where the mask is true, `b` elsewhere.
    fn select(mask: Self::Mask, a: Self, b: Self) -> Self;

    fn any(mask: Self::Mask) -> bool;

    /// Each half of the bits, shifted left by 20: what stands in the upper half becomes an exponent.
    fn shift_halves_by_20(self) -> Self;

    /// Where this is greater; false for NaN.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_above(self, other: Self) -> Self::Mask {
        other.is_below(self)
    }

    /// The smaller; `other` if one is NaN.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_most(self, other: Self) -> Self {
        Self::select(self.is_below(other), self, other)
    }

    /// The larger; `other` if one is NaN.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_least(self, other: Self) -> Self {
        Self::select(self.is_above(other), self, other)
    }

    /// `max(x, 0)`, with 0 for NaN.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn at_least_zero(self) -> Self {
        self.at_least(self.same(0.0))
    }

    /// This where the mask is true, 0 elsewhere.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, mask: Self::Mask) -> Self {
        Self::select(mask, self, self.same(0.0))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn abs(self) -> Self {
        let zero = self.same(0.0);
        Self::select(self.is_below(zero), zero - self, self)
    }

    /// The nearest whole number, the even one of two, of a number below 2^50 in size.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn nearest(self) -> Self {
        let rounder = self.same(ROUNDER);
        self + rounder - rounder
    }

    /// 2 to the power of this whole number, from -1022 to 1023.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn exp2_of_whole(self) -> Self {
        let exponent = self * self.same(UPPER_HALF) + self.same(ROUNDER + BIAS * UPPER_HALF);
        exponent.shift_halves_by_20()
    }

    /// The polynomial with these coefficients, the constant first, by Estrin's scheme in eights: short chains of operations that wait
    /// for one another.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn polynomial<const N: usize>(self, coefficients: &[f64; N]) -> Self {
        let square = self * self;
        let fourth = square * square;
        let powers = [self, square, fourth];
        let eighth = fourth * fourth;
        let mut first = (N - 1) / 8 * 8;
        let mut sum = eight(powers, coefficients, first);
        while first > 0 {
            first -= 8;
            sum = sum * eighth + eight(powers, coefficients, first);
        }
        sum
    }
}

/// The polynomial of eight coefficients from `first` on, as far as there are any.
#[cfg_attr(not(debug_assertions), inline(always))]
fn eight<L: Lanes, const N: usize>(powers: [L; 3], coefficients: &[f64; N], first: usize) -> L {
    let low = four(powers, coefficients, first);
    if first + 4 < N { low + powers[2] * four(powers, coefficients, first + 4) } else { low }
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn four<L: Lanes, const N: usize>(powers: [L; 3], coefficients: &[f64; N], first: usize) -> L {
    let low = two(powers, coefficients, first);
    if first + 2 < N { low + powers[1] * two(powers, coefficients, first + 2) } else { low }
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn two<L: Lanes, const N: usize>(powers: [L; 3], coefficients: &[f64; N], first: usize) -> L {
    let x = powers[0];
    let low = x.same(coefficients[first]);
    if first + 1 < N { low + x * x.same(coefficients[first + 1]) } else { low }
}

impl Lanes for f64 {
    type Mask = bool;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn same(self, x: f64) -> Self {
        x
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_below(self, other: Self) -> bool {
        self < other
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn smaller(self, other: Self) -> Self {
        self.min(other)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn larger(self, other: Self) -> Self {
        self.max(other)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    #[allow(clippy::float_cmp, reason = "that is what it is for")]
    fn is(self, other: Self) -> bool {
        self == other
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn select(mask: bool, a: Self, b: Self) -> Self {
        if mask { a } else { b }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any(mask: bool) -> bool {
        mask
    }

    // By bits, as a branch is what the compiler makes of a choice.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn only(self, mask: bool) -> Self {
        Self::from_bits(self.to_bits() & u64::from(mask).wrapping_neg())
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_halves_by_20(self) -> Self {
        let bits = self.to_bits();
        let (upper, lower) = (bits >> 32 << 52, bits << 20 & 0xffff_ffff);
        Self::from_bits(upper | lower)
    }
}

#[cfg(test)]
mod tests {
    use super::Lanes;

    #[test]
    fn powers_of_two_are_exact() {
        let mut power = f64::MIN_POSITIVE;
        for n in -1_022..=1_023 {
            assert_eq!(f64::from(n).exp2_of_whole().to_bits(), power.to_bits(), "2^{n}");
            power *= 2.0;
        }
    }

    #[test]
    fn nearest_rounds_ties_to_even() {
        for (x, whole) in [(0.5, 0.0), (1.5, 2.0), (-2.5, -2.0), (-0.2, 0.0), (1e6 + 0.7, 1e6 + 1.0)] {
            assert_eq!(x.nearest().to_bits() << 1, f64::to_bits(whole) << 1, "{x}");
        }
    }

    #[test]
    fn polynomials_of_any_length() {
        assert_eq!(3.0.polynomial(&[2.0]), 2.0);
        assert_eq!(2.0.polynomial(&[1.0; 7]), 127.0);
        assert_eq!(2.0.polynomial(&[1.0; 8]), 255.0);
        assert_eq!(2.0.polynomial(&[1.0; 9]), 511.0);
        assert_eq!(2.0.polynomial(&[1.0; 22]), 4_194_303.0);
    }
}
