//! Sums over studies by vector instructions, where the processor has them: in the order of [`sum_pairs`], so with its bits.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use super::lanes::Lanes;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use super::short_sum::{FOUR, ShortSum};
use super::sum::{BLOCK, Compensated, IN_SEQUENCE, LANES, in_sequence, sum_pairs, tree};
use super::wide::{Eight, Wide};
use crate::real::Real;

/// The weight of a study with variance v. It takes long, as it divides, and is begun one step before it is needed. To be inlined.
pub(crate) trait Weigh: Copy {
    fn weight<L: Lanes>(&self, v: L) -> L;
}

/// What is summed over studies with effect d and a weight. To be inlined.
pub(crate) trait Terms<const N: usize>: Copy {
    fn of<L: Lanes>(&self, d: L, weight: L) -> [L; N];
}

/// Studies with their change of variable: d = (y - pivot) unit, and v in the square of the unit.
#[derive(Debug)]
pub(crate) struct Columns<'a, F> {
    pub(crate) y: &'a [F],
    pub(crate) v: &'a [F],
    pub(crate) pivot: f64,
    /// 1 for data of ordinary size: only for those vectors are made use of.
    pub(crate) unit: f64,
}

impl<F: Real> Columns<'_, F> {
    /// Sums N terms of every study at once.
    #[inline(always)]
    pub(crate) fn sums<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        if self.unit != 1.0 {
            self.in_unit(weigh, terms)
        } else if self.y.len() > IN_SEQUENCE {
            self.many(weigh, terms)
        } else {
            self.few(weigh, terms)
        }
    }

    #[inline(never)]
    fn in_unit<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        sum_pairs(self.y, self.v, |y, v| {
            terms.of((y - self.pivot) * self.unit, weigh.weight(v * self.unit * self.unit))
        })
    }

    #[inline(always)]
    fn few<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if self.y.len() >= FOUR
            && let Some(avx2) = V3::try_new()
        {
            return avx2.vectorize(ShortSum { avx2, columns: self, weigh, terms });
        }
        in_sequence(self.y, self.v, &|y, v| terms.of(y - self.pivot, weigh.weight(v)))
    }

    #[inline(never)]
    fn many<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        by_eight(LongSum { columns: self, weigh, terms })
    }

    #[inline(always)]
    fn in_blocks<W: Eight, G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T, zero: W) -> [f64; N] {
        let pivot = zero.same(self.pivot);
        let mut totals = [Compensated::default(); N];
        for (y, v) in self.y.chunks(BLOCK).zip(self.v.chunks(BLOCK)) {
            let mut sums = [zero; N];
            let ((whole_y, rest_y), (whole_v, rest_v)) = (y.as_chunks::<LANES>(), v.as_chunks::<LANES>());
            if let Some((first, others)) = whole_v.split_first() {
                let mut weight = weigh.weight(zero.load_eight(&first.map(Real::f64)));
                for (y, next) in whole_y.iter().zip(others) {
                    let next = weigh.weight(zero.load_eight(&next.map(Real::f64)));
                    add(&mut sums, terms.of(zero.load_eight(&y.map(Real::f64)) - pivot, weight));
                    weight = next;
                }
                if let Some(last) = whole_y.last() {
                    add(&mut sums, terms.of(zero.load_eight(&last.map(Real::f64)) - pivot, weight));
                }
            }
            let mut sums = sums.map(Eight::eight);
            for (lane, (y, v)) in rest_y.iter().zip(rest_v).enumerate() {
                let all = terms.of(y.f64() - self.pivot, weigh.weight(v.f64()));
                for n in 0..N {
                    sums[n][lane] += all[n];
                }
            }
            for n in 0..N {
                totals[n].add(tree(&sums[n]));
            }
        }
        totals.map(Compensated::total)
    }
}

#[inline(always)]
pub(super) fn add<W: Lanes, const N: usize>(sums: &mut [W; N], terms: [W; N]) {
    for n in 0..N {
        sums[n] += terms[n];
    }
}

/// A sum over many studies with eight accumulators.
pub(super) trait ByEight {
    type Output;

    /// Is to be inlined.
    fn sum<W: Eight>(self, zero: W) -> Self::Output;
}

/// Carries it out with the best instructions that the processor has.
#[inline(always)]
pub(super) fn by_eight<B: ByEight>(sum: B) -> B::Output {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if let Some(avx512) = V4::try_new() {
            return avx512.vectorize(With { sum, zero: Wide::<_, 1>::all(avx512, 0.0) });
        }
        if let Some(avx2) = V3::try_new() {
            return avx2.vectorize(With { sum, zero: Wide::<_, 2>::all(avx2, 0.0) });
        }
    }
    sum.sum(Wide::<_, 2>::all(pulp::Scalar256b, 0.0))
}

/// Such a sum, and the vectors of one set of instructions.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
pub(super) struct With<B, W> {
    pub(super) sum: B,
    pub(super) zero: W,
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl<B: ByEight, W: Eight> pulp::NullaryFnOnce for With<B, W> {
    type Output = B::Output;

    #[inline(always)]
    fn call(self) -> B::Output {
        self.sum.sum(self.zero)
    }
}

struct LongSum<'c, 'a, F, G, T, const N: usize> {
    columns: &'c Columns<'a, F>,
    weigh: G,
    terms: T,
}

impl<F: Real, G: Weigh, T: Terms<N>, const N: usize> ByEight for LongSum<'_, '_, F, G, T, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn sum<W: Eight>(self, zero: W) -> [f64; N] {
        self.columns.in_blocks(self.weigh, self.terms, zero)
    }
}

#[cfg(test)]
mod tests {
    use std::array::from_fn;

    use super::*;

    /// Weights and residuals, with a division.
    #[derive(Clone, Copy)]
    struct Weighted(f64);

    impl Weigh for Weighted {
        #[inline(always)]
        fn weight<L: Lanes>(&self, v: L) -> L {
            v.same(self.0) / (v + v.same(0.1))
        }
    }

    impl Terms<3> for Weighted {
        #[inline(always)]
        fn of<L: Lanes>(&self, d: L, u: L) -> [L; 3] {
            [u, u * d, u * (d * d)]
        }
    }

    fn numbers(k: usize, seed: u64) -> Vec<f64> {
        let mut state = seed;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Of several magnitudes, so that another order has other bits.
            ((state >> 11) as f64 / (1_u64 << 53) as f64 + 1e-3).powi(i32::try_from(state % 9).unwrap() + 1)
        };
        std::iter::repeat_with(next).take(k).collect()
    }

    /// The stated order, written out one number at a time.
    fn in_the_stated_order<F: Real>(columns: &Columns<'_, F>, terms: Weighted) -> [f64; 3] {
        let terms_of = |i: usize| {
            let d = (columns.y[i].f64() - columns.pivot) * columns.unit;
            terms.of(d, terms.weight(columns.v[i].f64() * columns.unit * columns.unit))
        };
        let add = |sums: [f64; 3], i| from_fn(|n| sums[n] + terms_of(i)[n]);
        if columns.y.len() <= 32 {
            return (0..columns.y.len()).fold([0.0; 3], add);
        }
        let mut totals = [Compensated::default(); 3];
        for block in (0..columns.y.len()).step_by(512) {
            let mut sums = [[0.0; 8]; 3];
            for i in block..columns.y.len().min(block + 512) {
                for (sums, term) in sums.iter_mut().zip(terms_of(i)) {
                    sums[(i - block) % 8] += term;
                }
            }
            for (total, s) in totals.iter_mut().zip(sums) {
                total.add(((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7])));
            }
        }
        totals.map(Compensated::total)
    }

    fn check<F: Real>(y: &[F], v: &[F]) {
        let k = y.len();
        let (terms, bits) = (Weighted(0.7), |sums: [f64; 3]| sums.map(f64::to_bits));
        for unit in [1.0, 4.0] {
            let columns = Columns { y, v, pivot: 0.3, unit };
            let expected = bits(in_the_stated_order(&columns, terms));
            assert_eq!(bits(columns.sums(terms, terms)), expected, "{k} studies");
            assert_eq!(bits(columns.in_unit(terms, terms)), expected, "{k} studies one by one");
        }
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if let (Some(avx2), true) = (V3::try_new(), k > IN_SEQUENCE) {
            let columns = Columns { y, v, pivot: 0.3, unit: 1.0 };
            let expected = bits(in_the_stated_order(&columns, terms));
            let sum = LongSum { columns: &columns, weigh: terms, terms };
            let by_avx2 = With { sum, zero: Wide::<_, 2>::all(avx2, 0.0) };
            assert_eq!(bits(avx2.vectorize(by_avx2)), expected, "{k} studies by AVX2");
        }
    }

    #[test]
    fn vectors_have_the_bits_of_the_stated_order() {
        for k in (1..1100).chain([9000]) {
            let (mut y, v) = (numbers(k, 1 + k as u64), numbers(k, 77 + k as u64));
            y.iter_mut().step_by(3).for_each(|y| *y = -*y);
            check(&y, &v);
            let single = |x: &[f64]| x.iter().map(|x| f32::of(*x)).collect::<Vec<f32>>();
            check(&single(&y), &single(&v));
        }
    }
}
