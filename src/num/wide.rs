//! Sixteen numbers side by side, in vectors.
//!
//! Every operation is the same IEEE operation on each lane, so that a lane has the bits that it would have alone. All is inlined but in
//! unoptimised builds: see `lanes`.

use std::array::from_fn;
use std::ops::{Add, AddAssign, BitAnd, BitOr, Div, Mul, Not, Sub};

use super::lanes::Lanes;

/// Numbers side by side.
pub(crate) const LANES: usize = 16;

/// Sixteen numbers in vectors, with the instructions to compute with.
#[derive(Clone, Copy, Debug)]
// A vector that lies across two lines of the cache costs twice.
#[repr(align(64))]
pub(crate) struct Wide<S: pulp::Simd, const N: usize> {
    simd: S,
    x: [S::f64s; N],
}

/// A truth value for each of several numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WideMask<S: pulp::Simd, const N: usize> {
    simd: S,
    x: [S::m64s; N],
}

/// Sixteen numbers in vectors.
pub(crate) trait Group: Lanes {
    /// One of the vectors.
    type Part: Lanes;

    /// 2 or 4.
    const PARTS: usize;

    /// These numbers, with the instructions of `self`.
    fn load(self, x: &[f64; LANES]) -> Self;

    fn array(self) -> [f64; LANES];

    fn part(self, n: usize) -> Self::Part;

    fn set_part(&mut self, n: usize, part: Self::Part);

    /// True if there is a true one in a part.
    fn any_part(mask: Self::Mask, n: usize) -> bool;

    /// Writes a part to its place.
    fn store_part(part: Self::Part, n: usize, to: &mut [f64; LANES]);

    /// Another function of each lane, one after the other.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn each(self, f: impl FnMut(f64) -> f64) -> Self {
        self.load(&self.array().map(f))
    }

    /// Four rows of four numbers into columns.
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4];

    /// Carries out an operation that is compiled once, not into each place that asks for it.
    fn call<O: Operation>(self, operation: O) -> O::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn flags(self, mask: Self::Mask) -> [bool; LANES] {
        Self::select(mask, self.same(1.0), self.same(0.0)).array().map(|x| x > 0.0)
    }
}

/// Four rows of four numbers into columns.
pub(crate) trait Transpose {
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4];
}

impl Transpose for pulp::Scalar256b {
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
        from_fn(|column| rows.map(|row| row[column]))
    }
}

// The compiler would move the numbers one by one.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Transpose for pulp::x86::V3 {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
        let (avx, [a, b, c, d]) = (self.avx, rows.map(pulp::cast));
        let (even, odd) = (
            [avx._mm256_unpacklo_pd(a, b), avx._mm256_unpacklo_pd(c, d)],
            [avx._mm256_unpackhi_pd(a, b), avx._mm256_unpackhi_pd(c, d)],
        );
        [
            pulp::cast(avx._mm256_permute2f128_pd::<0x20>(even[0], even[1])),
            pulp::cast(avx._mm256_permute2f128_pd::<0x20>(odd[0], odd[1])),
            pulp::cast(avx._mm256_permute2f128_pd::<0x31>(even[0], even[1])),
            pulp::cast(avx._mm256_permute2f128_pd::<0x31>(odd[0], odd[1])),
        ]
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Transpose for pulp::x86::V4 {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
        (*self).transpose(rows)
    }
}

/// Something to do with vectors, by [`Group::call`].
pub(crate) trait Operation {
    type Output;

    /// Is to be inlined.
    fn run(self) -> Self::Output;
}

/// Eight numbers in vectors: the accumulators of a long sum.
pub(crate) trait Eight: Lanes {
    /// These numbers, with the instructions of `self`.
    fn load_eight(self, x: &[f64; 8]) -> Self;

    fn eight(self) -> [f64; 8];
}

/// Four numbers in a vector: four studies of a short sum.
pub(crate) trait Four: Lanes {
    /// These numbers, with the instructions of `self`.
    fn load_four(self, x: &[f64; 4]) -> Self;

    fn four(self) -> [f64; 4];

    /// Four rows of four numbers into columns.
    fn transpose(rows: [Self; 4]) -> [Self; 4];
}

struct Called<O>(O);

impl<O: Operation> pulp::WithSimd for Called<O> {
    type Output = O::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn with_simd<S: pulp::Simd>(self, _: S) -> O::Output {
        self.0.run()
    }
}

impl<S: pulp::Simd, const N: usize> Wide<S, N> {
    /// The same number in all lanes.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn all(simd: S, x: f64) -> Self {
        Self { simd, x: [simd.splat_f64s(x); N] }
    }
}

impl<S: pulp::Simd, const N: usize> Eight for Wide<S, N> {
    #[inline(always)]
    fn load_eight(self, x: &[f64; 8]) -> Self {
        let (vectors, _) = S::as_simd_f64s(x);
        Self { simd: self.simd, x: from_fn(|n| vectors[n]) }
    }

    #[inline(always)]
    fn eight(self) -> [f64; 8] {
        let mut array = [0.0; 8];
        for (to, x) in S::as_mut_simd_f64s(&mut array).0.iter_mut().zip(self.x) {
            *to = x;
        }
        array
    }
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl Four for Wide<pulp::x86::V3, 1> {
    #[inline(always)]
    fn load_four(self, x: &[f64; 4]) -> Self {
        Self { simd: self.simd, x: [pulp::cast(*x)] }
    }

    #[inline(always)]
    fn four(self) -> [f64; 4] {
        pulp::cast(self.x)
    }

    #[inline(always)]
    fn transpose(rows: [Self; 4]) -> [Self; 4] {
        let [Self { simd, .. }, ..] = rows;
        simd.transpose(rows.map(Self::four)).map(|column| Self { simd, x: [pulp::cast(column)] })
    }
}

impl<S: pulp::Simd + Transpose, const N: usize> Group for Wide<S, N> {
    type Part = Wide<S, 1>;

    const PARTS: usize = N;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn load(self, x: &[f64; LANES]) -> Self {
        let (vectors, _) = S::as_simd_f64s(x);
        Self { simd: self.simd, x: from_fn(|n| vectors[n]) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn array(self) -> [f64; LANES] {
        let mut array = [0.0; LANES];
        for (to, x) in S::as_mut_simd_f64s(&mut array).0.iter_mut().zip(self.x) {
            *to = x;
        }
        array
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
        self.simd.transpose(rows)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn call<O: Operation>(self, operation: O) -> O::Output {
        self.simd.vectorize(Called(operation))
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn part(self, n: usize) -> Wide<S, 1> {
        Wide { simd: self.simd, x: [self.x[n]] }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn set_part(&mut self, n: usize, part: Wide<S, 1>) {
        [self.x[n]] = part.x;
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any_part(mask: WideMask<S, N>, n: usize) -> bool {
        mask.simd.first_true_m64s(mask.x[n]) < S::F64_LANES
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn store_part(part: Wide<S, 1>, n: usize, to: &mut [f64; LANES]) {
        [S::as_mut_simd_f64s(to).0[n]] = part.x;
    }
}

impl<S: pulp::Simd, const N: usize> Lanes for Wide<S, N> {
    type Mask = WideMask<S, N>;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn same(self, x: f64) -> Self {
        Self::all(self.simd, x)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn sqrt(self) -> Self {
        let Self { simd, x } = self;
        Self { simd, x: from_fn(|n| simd.sqrt_f64s(x[n])) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_below(self, other: Self) -> WideMask<S, N> {
        let Self { simd, x } = self;
        WideMask { simd, x: from_fn(|n| simd.less_than_f64s(x[n], other.x[n])) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn smaller(self, other: Self) -> Self {
        let Self { simd, x } = self;
        Self { simd, x: from_fn(|n| simd.min_f64s(x[n], other.x[n])) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn larger(self, other: Self) -> Self {
        let Self { simd, x } = self;
        Self { simd, x: from_fn(|n| simd.max_f64s(x[n], other.x[n])) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is(self, other: Self) -> WideMask<S, N> {
        let Self { simd, x } = self;
        WideMask { simd, x: from_fn(|n| simd.equal_f64s(x[n], other.x[n])) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn select(mask: WideMask<S, N>, a: Self, b: Self) -> Self {
        let simd = a.simd;
        Self { simd, x: from_fn(|n| simd.select_f64s(mask.x[n], a.x[n], b.x[n])) }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn any(mask: WideMask<S, N>) -> bool {
        mask.x.into_iter().any(|x| mask.simd.first_true_m64s(x) < S::F64_LANES)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn shift_halves_by_20(self) -> Self {
        let Self { simd, x } = self;
        let by = simd.splat_u32s(20);
        Self { simd, x: from_fn(|n| pulp::cast(simd.wrapping_dyn_shl_u32s(pulp::cast(x[n]), by))) }
    }
}

macro_rules! operators {
    ($($of:ident: $trait:ident $method:ident $by:ident;)*) => {$(
        impl<S: pulp::Simd, const N: usize> $trait for $of<S, N> {
            type Output = Self;

            #[cfg_attr(not(debug_assertions), inline(always))]
            fn $method(self, other: Self) -> Self {
                let Self { simd, x } = self;
                Self { simd, x: from_fn(|n| simd.$by(x[n], other.x[n])) }
            }
        }
    )*};
}

operators! {
    Wide: Add add add_f64s;
    Wide: Sub sub sub_f64s;
    Wide: Mul mul mul_f64s;
    Wide: Div div div_f64s;
    WideMask: BitAnd bitand and_m64s;
    WideMask: BitOr bitor or_m64s;
}

impl<S: pulp::Simd, const N: usize> Not for WideMask<S, N> {
    type Output = Self;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn not(self) -> Self {
        let Self { simd, x } = self;
        Self { simd, x: from_fn(|n| simd.not_m64s(x[n])) }
    }
}

impl<S: pulp::Simd, const N: usize> AddAssign for Wide<S, N> {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}
