//! Sums over many studies by vector instructions, where the processor has them: in the order of [`sum_pairs`], so with its bits.

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use pulp::x86::{V3, V4};

use super::lanes::Lanes;
use super::sum::{BLOCK, Compensated, IN_SEQUENCE, LANES, sum_pairs, tree};
use super::wide::Eight;
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
use super::wide::Wide;
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
    pub(crate) unit: f64,
}

impl<F: Real> Columns<'_, F> {
    /// Sums N terms of every study at once.
    #[inline(always)]
    pub(crate) fn sums<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        if self.y.len() <= IN_SEQUENCE { self.plainly(weigh, terms) } else { self.by_vectors(weigh, terms) }
    }

    #[inline(always)]
    fn plainly<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        sum_pairs(self.y, self.v, |y, v| {
            terms.of((y - self.pivot) * self.unit, weigh.weight(v * self.unit * self.unit))
        })
    }

    #[inline(never)]
    fn by_vectors<G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T) -> [f64; N] {
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        // Where the square of the unit is a normal number, multiplying by it has the bits of multiplying by the unit twice.
        if (self.unit * self.unit).is_normal() {
            if let Some(avx512) = V4::try_new() {
                let zero = Wide::<_, 1>::all(avx512, 0.0);
                return avx512.vectorize(With { columns: self, weigh, terms, zero });
            }
            if let Some(avx2) = V3::try_new() {
                let zero = Wide::<_, 2>::all(avx2, 0.0);
                return avx2.vectorize(With { columns: self, weigh, terms, zero });
            }
        }
        self.plainly(weigh, terms)
    }

    #[inline(always)]
    fn in_blocks<W: Eight, G: Weigh, T: Terms<N>, const N: usize>(&self, weigh: G, terms: T, zero: W) -> [f64; N] {
        let (pivot, unit) = (zero.same(self.pivot), zero.same(self.unit));
        let square = unit * unit;
        let mut totals = [Compensated::default(); N];
        for (y, v) in self.y.chunks(BLOCK).zip(self.v.chunks(BLOCK)) {
            let mut sums = [zero; N];
            let ((whole_y, rest_y), (whole_v, rest_v)) = (y.as_chunks::<LANES>(), v.as_chunks::<LANES>());
            if let Some((first, others)) = whole_v.split_first() {
                let mut weight = weigh.weight(zero.load_eight(&first.map(Real::f64)) * square);
                for (y, next) in whole_y.iter().zip(others) {
                    let next = weigh.weight(zero.load_eight(&next.map(Real::f64)) * square);
                    let all = terms.of((zero.load_eight(&y.map(Real::f64)) - pivot) * unit, weight);
                    for n in 0..N {
                        sums[n] += all[n];
                    }
                    weight = next;
                }
                if let Some(last) = whole_y.last() {
                    let all = terms.of((zero.load_eight(&last.map(Real::f64)) - pivot) * unit, weight);
                    for n in 0..N {
                        sums[n] += all[n];
                    }
                }
            }
            let mut sums = sums.map(Eight::eight);
            for (lane, (y, v)) in rest_y.iter().zip(rest_v).enumerate() {
                let all = terms.of((y.f64() - self.pivot) * self.unit, weigh.weight(v.f64() * self.unit * self.unit));
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

/// Sums by the vectors of one set of instructions.
#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
struct With<'c, 'a, F, G, T, W, const N: usize> {
    columns: &'c Columns<'a, F>,
    weigh: G,
    terms: T,
    zero: W,
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
impl<F: Real, G: Weigh, T: Terms<N>, W: Eight, const N: usize> pulp::NullaryFnOnce for With<'_, '_, F, G, T, W, N> {
    type Output = [f64; N];

    #[inline(always)]
    fn call(self) -> [f64; N] {
        self.columns.in_blocks(self.weigh, self.terms, self.zero)
    }
}

/// How many numbers are compared on the way to one more look at which is the smallest.
const FAR: usize = 4096;

/// The first of the smallest numbers, by its place and value, and the largest; `None` for no numbers.
#[inline]
pub(crate) fn extremes<F: Real>(v: &[F]) -> Option<(usize, F, F)> {
    let &first = v.first()?;
    if v.len() > IN_SEQUENCE {
        return Some(far_extremes(Extremes { v, first }));
    }
    let (mut at, mut min, mut max) = (0, first, first);
    for (i, &v) in v.iter().enumerate() {
        if v < min {
            (at, min) = (i, v);
        }
        max = if v > max { v } else { max };
    }
    Some((at, min, max))
}

#[inline(never)]
fn far_extremes<F: Real>(extremes: Extremes<'_, F>) -> (usize, F, F) {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if let Some(avx512) = V4::try_new() {
            return avx512.vectorize(extremes);
        }
        if let Some(avx2) = V3::try_new() {
            return avx2.vectorize(extremes);
        }
    }
    pulp::NullaryFnOnce::call(extremes)
}

struct Extremes<'a, F> {
    v: &'a [F],
    first: F,
}

impl<F: Real> pulp::NullaryFnOnce for Extremes<'_, F> {
    type Output = (usize, F, F);

    #[inline(always)]
    fn call(self) -> (usize, F, F) {
        let Self { v, first } = self;
        let (mut start, mut min, mut max) = (0, first, first);
        for (b, v) in v.chunks(FAR).enumerate() {
            let (low, high) = range(v, first);
            if low < min {
                (start, min) = (b * FAR, low);
            }
            max = if high > max { high } else { max };
        }
        let found = v.iter().skip(start).position(|v| *v == min);
        (start + found.unwrap_or(0), min, max)
    }
}

/// The smallest and the largest of some numbers and one more, which the compiler lays into vectors.
#[inline(always)]
fn range<F: Real>(v: &[F], first: F) -> (F, F) {
    const WIDTH: usize = 32;
    let (mut low, mut high) = ([first; WIDTH], [first; WIDTH]);
    let (whole, rest) = v.as_chunks::<WIDTH>();
    for v in whole {
        for lane in 0..WIDTH {
            low[lane] = if v[lane] < low[lane] { v[lane] } else { low[lane] };
            high[lane] = if v[lane] > high[lane] { v[lane] } else { high[lane] };
        }
    }
    let (mut min, mut max) = (first, first);
    for &x in low.iter().chain(rest) {
        min = if x < min { x } else { min };
    }
    for &x in high.iter().chain(rest) {
        max = if x > max { x } else { max };
    }
    (min, max)
}

#[cfg(test)]
mod tests {
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
        let mut totals = [Compensated::default(); 3];
        for block in (0..columns.y.len()).step_by(512) {
            let mut sums = [[0.0; 8]; 3];
            for i in block..columns.y.len().min(block + 512) {
                let d = (columns.y[i].f64() - columns.pivot) * columns.unit;
                let v = columns.v[i].f64() * columns.unit * columns.unit;
                for (sums, term) in sums.iter_mut().zip(terms.of(d, terms.weight(v))) {
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
        let columns = Columns { y, v, pivot: 0.3, unit: 4.0 };
        let (terms, bits) = (Weighted(0.7), |sums: [f64; 3]| sums.map(f64::to_bits));
        let expected = bits(in_the_stated_order(&columns, terms));
        assert_eq!(bits(columns.sums(terms, terms)), expected, "{k} studies");
        assert_eq!(bits(columns.plainly(terms, terms)), expected, "{k} studies one by one");
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        if let Some(avx2) = V3::try_new() {
            let with = With { columns: &columns, weigh: terms, terms, zero: Wide::<_, 2>::all(avx2, 0.0) };
            assert_eq!(bits(avx2.vectorize(with)), expected, "{k} studies by AVX2");
        }
        let (at, min, max) = extremes(v).expect("numbers");
        let smallest = v.iter().position(|x| v.iter().all(|other| x <= other));
        assert_eq!(Some(at), smallest, "the first of the smallest of {k}");
        assert!(min == v[at] && v.iter().all(|x| *x <= max) && v.contains(&max), "the extremes of {k}");
    }

    #[test]
    fn vectors_have_the_bits_of_the_stated_order() {
        for k in (33..1100).chain([9000]) {
            let (mut y, v) = (numbers(k, 1 + k as u64), numbers(k, 77 + k as u64));
            y.iter_mut().step_by(3).for_each(|y| *y = -*y);
            check(&y, &v);
            let single = |x: &[f64]| x.iter().map(|x| f32::of(*x)).collect::<Vec<f32>>();
            check(&single(&y), &single(&v));
        }
    }

    #[test]
    fn the_first_of_equal_numbers_is_found() {
        for k in [5, 40, 10_000] {
            let mut v = vec![2.0; k];
            v[k / 2] = 1.0;
            v[k - 1] = 1.0;
            assert_eq!(extremes(&v), Some((k / 2, 1.0, 2.0)), "of {k}");
        }
        assert_eq!(extremes::<f64>(&[]), None, "of none");
    }
}
