//! Sums over many studies in which two weights share a division.
//!
//! With p = c / (a b), p b is c / a and p a is c / b, to two units in the last place: a division takes as long as eight
//! multiplications. A largest weight is then not exactly 1, which is why few studies, of which one may dominate, are not
//! weighed like this. The order is that of [`sum_pairs`](super::sum::sum_pairs) for many terms.

use std::array::from_fn;

use super::lanes::Lanes;
use super::sum::{BLOCK, Compensated, LANES, tree};
use super::vector_sum::{ByEight, Columns, Terms, Weigh, add, by_eight};
use super::wide::Eight;
use crate::real::Real;

/// Two vectors.
const TWO: usize = 2 * LANES;

/// The weights of two studies with variances v. To be inlined.
pub(crate) trait WeighTwo: Weigh {
    fn weights<L: Lanes>(&self, v: [L; 2]) -> [L; 2];
}

/// c / a and c / b by one division.
#[inline(always)]
pub(crate) fn quotients<L: Lanes>(c: L, [a, b]: [L; 2]) -> [L; 2] {
    let both = c / (a * b);
    [both * b, both * a]
}

/// The smallest and the largest variance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl<F: Real> Columns<'_, F> {
    /// Sums N terms of every study at once, of columns in their own unit.
    #[inline(always)]
    pub(crate) fn sums_in_pairs<G: WeighTwo, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        self.in_pairs::<_, _, N, false>(weigh, terms).0
    }

    /// The same, and the range of the variances.
    #[inline(always)]
    pub(crate) fn sums_and_range<G: WeighTwo, T: Terms<N>, const N: usize>(
        &self,
        weigh: G,
        terms: T,
    ) -> ([f64; N], Range) {
        self.in_pairs::<_, _, N, true>(weigh, terms)
    }

    #[inline(never)]
    fn in_pairs<G: WeighTwo, T: Terms<N>, const N: usize, const RANGE: bool>(
        &self,
        weigh: G,
        terms: T,
    ) -> ([f64; N], Range) {
        by_eight(PairSum::<_, _, _, N, RANGE> { columns: self, weigh, terms })
    }

    #[inline(always)]
    fn pairs_in_blocks<W: Eight, G: WeighTwo, T: Terms<N>, const N: usize, const RANGE: bool>(
        &self,
        weigh: G,
        terms: T,
        zero: W,
    ) -> ([f64; N], Range) {
        let pivot = zero.same(self.pivot);
        let mut totals = [Compensated::default(); N];
        let (mut low, mut high) = (zero.same(f64::INFINITY), zero.same(f64::NEG_INFINITY));
        let mut rest = Range { min: f64::INFINITY, max: f64::NEG_INFINITY };
        for (y, v) in self.y.chunks(BLOCK).zip(self.v.chunks(BLOCK)) {
            let mut sums = [zero; N];
            let ((twos_y, rest_y), (twos_v, rest_v)) = (y.as_chunks::<TWO>(), v.as_chunks::<TWO>());
            for (y, v) in twos_y.iter().zip(twos_v) {
                let (y, v) = (two(zero, y), two(zero, v));
                let weights = weigh.weights(v);
                for n in 0..2 {
                    if RANGE {
                        (low, high) = (low.smaller(v[n]), high.larger(v[n]));
                    }
                    add(&mut sums, terms.of(y[n] - pivot, weights[n]));
                }
            }
            let ((ones_y, rest_y), (ones_v, rest_v)) = (rest_y.as_chunks::<LANES>(), rest_v.as_chunks::<LANES>());
            for (y, v) in ones_y.iter().zip(ones_v) {
                let (y, v) = (zero.load_eight(&y.map(Real::f64)), zero.load_eight(&v.map(Real::f64)));
                if RANGE {
                    (low, high) = (low.smaller(v), high.larger(v));
                }
                add(&mut sums, terms.of(y - pivot, weigh.weight(v)));
            }
            let mut sums = sums.map(Eight::eight);
            for (lane, (y, v)) in rest_y.iter().zip(rest_v).enumerate() {
                let (y, v) = (y.f64(), v.f64());
                rest = Range { min: rest.min.min(v), max: rest.max.max(v) };
                let all = terms.of(y - self.pivot, weigh.weight(v));
                for n in 0..N {
                    sums[n][lane] += all[n];
                }
            }
            for n in 0..N {
                totals[n].add(tree(&sums[n]));
            }
        }
        let range = Range {
            min: low.eight().into_iter().fold(rest.min, f64::min),
            max: high.eight().into_iter().fold(rest.max, f64::max),
        };
        (totals.map(Compensated::total), range)
    }
}

#[inline(always)]
fn two<W: Eight, F: Real>(zero: W, x: &[F; TWO]) -> [W; 2] {
    let (halves, _) = x.as_chunks::<LANES>();
    from_fn(|n| zero.load_eight(&halves[n].map(Real::f64)))
}

struct PairSum<'c, 'a, F, G, T, const N: usize, const RANGE: bool> {
    columns: &'c Columns<'a, F>,
    weigh: G,
    terms: T,
}

impl<F: Real, G: WeighTwo, T: Terms<N>, const N: usize, const RANGE: bool> ByEight
    for PairSum<'_, '_, F, G, T, N, RANGE>
{
    type Output = ([f64; N], Range);

    #[inline(always)]
    fn sum<W: Eight>(self, zero: W) -> Self::Output {
        self.columns.pairs_in_blocks::<_, _, _, N, RANGE>(self.weigh, self.terms, zero)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    use pulp::x86::V3;

    use super::*;
    use crate::num::extremes::extremes;
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    use crate::num::vector_sum::With;
    use crate::num::wide::Wide;

    /// 1 / (v + 0.1), two at a time.
    #[derive(Clone, Copy)]
    struct Shifted;

    impl Weigh for Shifted {
        #[inline(always)]
        fn weight<L: Lanes>(&self, v: L) -> L {
            v.same(1.0) / (v + v.same(0.1))
        }
    }

    impl WeighTwo for Shifted {
        #[inline(always)]
        fn weights<L: Lanes>(&self, v: [L; 2]) -> [L; 2] {
            quotients(v[0].same(1.0), v.map(|v| v + v.same(0.1)))
        }
    }

    impl Terms<2> for Shifted {
        #[inline(always)]
        fn of<L: Lanes>(&self, d: L, u: L) -> [L; 2] {
            [u, u * d]
        }
    }

    /// The stated order, and which studies share a division, written out one number at a time.
    fn in_the_stated_order(y: &[f64], v: &[f64], pivot: f64) -> [f64; 2] {
        let mut totals = [Compensated::default(); 2];
        for (y, v) in y.chunks(512).zip(v.chunks(512)) {
            let mut sums = [[0.0; 8]; 2];
            for i in 0..y.len() {
                let together = i / 16 * 16 + 16 <= y.len();
                let partner = if i % 16 < 8 { i + 8 } else { i - 8 };
                let u = if together { Shifted.weights([v[i], v[partner]])[0] } else { Shifted.weight(v[i]) };
                for (sum, term) in sums.iter_mut().zip(Shifted.of(y[i] - pivot, u)) {
                    sum[i % 8] += term;
                }
            }
            for (total, sums) in totals.iter_mut().zip(&sums) {
                total.add(tree(sums));
            }
        }
        totals.map(Compensated::total)
    }

    #[test]
    fn all_instructions_have_the_bits_of_the_stated_order() {
        for k in (1..70).chain([511, 512, 513, 600, 1024, 5000]) {
            let number = |i: usize, step: usize| f64::from(u32::try_from(i * step % 1009).unwrap()) / 1009.0;
            let y: Vec<f64> = (0..k).map(|i| number(i, 211) - 0.4).collect();
            let v: Vec<f64> = (0..k).map(|i| 0.01 + number(i, 577).powi(5)).collect();
            let columns = Columns { y: &y, v: &v, pivot: 0.3, unit: 1.0 };
            let expected = in_the_stated_order(&y, &v, 0.3).map(f64::to_bits);
            let plain = Wide::<_, 2>::all(pulp::Scalar256b, 0.0);
            let (sums, range) = columns.sums_and_range(Shifted, Shifted);
            let (plain_sums, plain_range) = columns.pairs_in_blocks::<_, _, _, 2, true>(Shifted, Shifted, plain);
            assert_eq!(sums.map(f64::to_bits), expected, "{k} studies");
            assert_eq!(plain_sums.map(f64::to_bits), expected, "{k} studies without vectors");
            assert_eq!(columns.sums_in_pairs(Shifted, Shifted), sums, "{k} studies without the range");
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            if let Some(avx2) = V3::try_new() {
                let sum = PairSum::<_, _, _, 2, true> { columns: &columns, weigh: Shifted, terms: Shifted };
                let found = avx2.vectorize(With { sum, zero: Wide::<_, 2>::all(avx2, 0.0) });
                assert_eq!(found, (sums, range), "{k} studies by AVX2");
            }
            assert_eq!(range, plain_range, "of {k} studies");
            let extremes = extremes(&v).map(|(_, min, max)| Range { min, max });
            assert_eq!(Some(range), extremes, "of {k} studies");
        }
    }
}
