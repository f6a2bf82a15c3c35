//! Several outcomes side by side, in one vector.
//!
//! Every operation is the same IEEE operation on each lane, so that a lane has the bits that it would have alone.

use std::ops::{Add, AddAssign, Div, Mul, Sub};

use pulp::{f64x4, m64x4};

use crate::num::lanes::Lanes;

/// Outcomes in a vector.
pub(in crate::batch) const LANES: usize = 4;

/// One number of each of several outcomes, out of vectors.
pub(in crate::batch) type Array = [f64; LANES];

/// A truth value for each lane.
pub(in crate::batch) type Mask = [bool; LANES];

/// Instructions that work on vectors of four.
pub(in crate::batch) trait Simd: pulp::Simd<f64s = f64x4, m64s = m64x4> {}

impl<S: pulp::Simd<f64s = f64x4, m64s = m64x4>> Simd for S {}

/// One number of each of several outcomes, with the instructions to compute with.
#[derive(Clone, Copy, Debug)]
pub(in crate::batch) struct Wide<S> {
    simd: S,
    x: f64x4,
}

impl<S: Simd> Wide<S> {
    #[inline(always)]
    pub(super) fn all(simd: S, x: f64) -> Self {
        Self { simd, x: f64x4(x, x, x, x) }
    }

    #[inline(always)]
    pub(in crate::batch) const fn load(simd: S, x: Array) -> Self {
        Self { simd, x: f64x4(x[0], x[1], x[2], x[3]) }
    }

    #[inline(always)]
    pub(in crate::batch) const fn array(self) -> Array {
        let f64x4(a, b, c, d) = self.x;
        [a, b, c, d]
    }

    /// The same number in all lanes.
    #[inline(always)]
    pub(super) fn same(self, x: f64) -> Self {
        Self::all(self.simd, x)
    }

    /// Another function of each lane, one after the other.
    #[inline(always)]
    pub(super) fn each(self, f: impl Fn(f64) -> f64) -> Self {
        Self::load(self.simd, self.array().map(f))
    }

    #[inline(always)]
    pub(super) fn sqrt(self) -> Self {
        Self { x: self.simd.sqrt_f64s(self.x), ..self }
    }

    /// `max(x, 0)`, with 0 for NaN.
    #[inline(always)]
    pub(super) fn at_least_zero(self) -> Self {
        let zero = self.same(0.0);
        self.above(zero, self, zero)
    }

    /// `a` where this is less than `bound`, `b` elsewhere.
    #[inline(always)]
    pub(super) fn below(self, bound: Self, a: Self, b: Self) -> Self {
        let mask = self.simd.less_than_f64s(self.x, bound.x);
        Self { x: self.simd.select_f64s(mask, a.x, b.x), ..self }
    }

    /// `a` where this is greater than `bound`, `b` elsewhere.
    #[inline(always)]
    pub(super) fn above(self, bound: Self, a: Self, b: Self) -> Self {
        let mask = self.simd.greater_than_f64s(self.x, bound.x);
        Self { x: self.simd.select_f64s(mask, a.x, b.x), ..self }
    }

    /// `a` where this is equal to `other`, `b` elsewhere; NaN is not equal to itself.
    #[inline(always)]
    pub(super) fn equal(self, other: Self, a: Self, b: Self) -> Self {
        let mask = self.simd.equal_f64s(self.x, other.x);
        Self { x: self.simd.select_f64s(mask, a.x, b.x), ..self }
    }
}

macro_rules! operators {
    ($($trait:ident $method:ident $by:ident;)*) => {$(
        impl<S: Simd> $trait for Wide<S> {
            type Output = Self;

            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                Self { x: self.simd.$by(self.x, other.x), ..self }
            }
        }
    )*};
}

operators! {
    Add add add_f64s;
    Sub sub sub_f64s;
    Mul mul mul_f64s;
    Div div div_f64s;
}

impl<S: Simd> AddAssign for Wide<S> {
    #[inline(always)]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The formulas that numbers alone are computed by, too.
impl<S: Simd> Lanes for Wide<S> {
    #[inline(always)]
    fn same(self, x: f64) -> Self {
        self.same(x)
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        self.sqrt()
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self { x: self.simd.abs_f64s(self.x), ..self }
    }

    #[inline(always)]
    fn below(self, bound: Self, a: Self, b: Self) -> Self {
        self.below(bound, a, b)
    }

    #[inline(always)]
    fn above(self, bound: Self, a: Self, b: Self) -> Self {
        self.above(bound, a, b)
    }

    #[inline(always)]
    fn each(self, f: impl Fn(f64) -> f64) -> Self {
        self.each(f)
    }

    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let (a, b) = (self.array(), other.array());
        Self::load(self.simd, std::array::from_fn(|l| f(a[l], b[l])))
    }

    #[inline(always)]
    fn extremes(self) -> (f64, f64) {
        let [first, rest @ ..] = self.array();
        rest.into_iter().fold((first, first), |(least, most), x| {
            (if x < least { x } else { least }, if x > most { x } else { most })
        })
    }
}
