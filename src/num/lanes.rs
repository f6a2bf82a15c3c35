//! Formulas for one number and for several side by side, with the same bits.
//!
//! A formula that is written once, for any [`Lanes`], without branches on the numbers and without fused multiply-adds, gives each
//! lane of a vector the bits that it gives a number alone: every operation is the same IEEE operation on each lane.

use std::ops::{Add, Div, Mul, Sub};

/// 1.5 times 2^52: adding and subtracting it rounds to the nearest whole number, as the place of its last bit is 1.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// The bias of the exponent of a double.
const BIAS: f64 = 1_023.0;

/// One number, or several with the instructions to compute with them side by side.
pub(crate) trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// The same number in all lanes.
    fn same(self, x: f64) -> Self;

    fn sqrt(self) -> Self;

    fn abs(self) -> Self;

    /// `a` where this is less than `bound`, `b` elsewhere, NaN included.
    fn below(self, bound: Self, a: Self, b: Self) -> Self;

    /// `a` where this is greater than `bound`, `b` elsewhere, NaN included.
    fn above(self, bound: Self, a: Self, b: Self) -> Self;

    /// A function of each lane; bit arithmetic becomes vector instructions, a call is made for one after the other.
    fn each(self, f: impl Fn(f64) -> f64) -> Self;

    /// A function of each lane and the same lane of `other`, one after the other.
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self;

    /// The least and the greatest of all lanes.
    fn extremes(self) -> (f64, f64);

    /// The nearest whole number, the even one of two, of a number below 2^50 in size; and for
    /// [`exp2_of_biased`](Self::exp2_of_biased) the number to which more whole ones may be added.
    #[inline(always)]
    fn nearest(self) -> (Self, Self) {
        let rounder = self.same(ROUNDER + BIAS);
        let biased = self + rounder;
        (biased - rounder, biased)
    }

    /// 2 to the power of a whole number from -1022 to 1023.
    #[inline(always)]
    fn exp2_of_biased(self) -> Self {
        // The last bits are the exponent of the power.
        self.each(|x| f64::from_bits(x.to_bits() << 52))
    }

    /// The polynomial with these coefficients, the constant first, by Estrin's scheme in eights: short chains of operations that wait
    /// for one another.
    #[inline(always)]
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

// No closures and no iterators in what follows: a vector that is handed to a function which is not inlined is slow.

/// The polynomial of eight coefficients from `first` on, as far as there are any.
#[inline(always)]
fn eight<L: Lanes, const N: usize>(powers: [L; 3], coefficients: &[f64; N], first: usize) -> L {
    let low = four(powers, coefficients, first);
    if first + 4 < N { low + powers[2] * four(powers, coefficients, first + 4) } else { low }
}

#[inline(always)]
fn four<L: Lanes, const N: usize>(powers: [L; 3], coefficients: &[f64; N], first: usize) -> L {
    let low = two(powers, coefficients, first);
    if first + 2 < N { low + powers[1] * two(powers, coefficients, first + 2) } else { low }
}

#[inline(always)]
fn two<L: Lanes, const N: usize>(powers: [L; 3], coefficients: &[f64; N], first: usize) -> L {
    let x = powers[0];
    let low = x.same(coefficients[first]);
    if first + 1 < N { low + x * x.same(coefficients[first + 1]) } else { low }
}

impl Lanes for f64 {
    #[inline(always)]
    fn same(self, x: f64) -> Self {
        x
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn abs(self) -> Self {
        self.abs()
    }

    #[inline(always)]
    fn below(self, bound: Self, a: Self, b: Self) -> Self {
        if self < bound { a } else { b }
    }

    #[inline(always)]
    fn above(self, bound: Self, a: Self, b: Self) -> Self {
        if self > bound { a } else { b }
    }

    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        f(self)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        f(self, other)
    }

    #[inline(always)]
    fn extremes(self) -> (f64, f64) {
        (self, self)
    }
}
