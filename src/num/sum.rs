//! One stated order of summation, the same in every path of the crate.
//!
//! Up to 32 terms are added in sequence. Beyond that, term i of each block of 512 goes to accumulator i mod 8, the eight
//! are added as a fixed tree, and the blocks are joined by compensated addition (Neumaier 1974). The order depends on
//! the number of terms alone: not on the processor, the threads or the values.

use super::lanes::Lanes;
use crate::real::Real;

pub(crate) const IN_SEQUENCE: usize = 32;
pub(super) const LANES: usize = 8;
pub(crate) const BLOCK: usize = 512;

/// Sums N terms of every pair (y, v) at once.
#[inline(always)]
pub(crate) fn sum_pairs<F: Real, const N: usize>(y: &[F], v: &[F], term: impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
    if y.len() <= IN_SEQUENCE { in_sequence(y, v, &term) } else { in_blocks(y, v, &term) }
}

#[inline(always)]
pub(crate) fn in_sequence<F: Real, const N: usize>(y: &[F], v: &[F], term: &impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
    let mut sums = [0.0; N];
    for (y, v) in y.iter().zip(v) {
        let terms = term(y.f64(), v.f64());
        for n in 0..N {
            sums[n] += terms[n];
        }
    }
    sums
}

fn in_blocks<F: Real, const N: usize>(y: &[F], v: &[F], term: &impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
    let mut totals = [Compensated::default(); N];
    for (y, v) in y.chunks(BLOCK).zip(v.chunks(BLOCK)) {
        let block = in_lanes(y, v, term);
        for n in 0..N {
            totals[n].add(block[n]);
        }
    }
    totals.map(Compensated::total)
}

#[inline(always)]
fn in_lanes<F: Real, const N: usize>(y: &[F], v: &[F], term: &impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
    let mut lanes = [[0.0; LANES]; N];
    let (whole_y, rest_y) = y.as_chunks::<LANES>();
    let (whole_v, rest_v) = v.as_chunks::<LANES>();
    for (y, v) in whole_y.iter().zip(whole_v) {
        for lane in 0..LANES {
            let terms = term(y[lane].f64(), v[lane].f64());
            for n in 0..N {
                lanes[n][lane] += terms[n];
            }
        }
    }
    for (lane, (y, v)) in rest_y.iter().zip(rest_v).enumerate() {
        let terms = term(y.f64(), v.f64());
        for n in 0..N {
            lanes[n][lane] += terms[n];
        }
    }
    lanes.map(|lanes| tree(&lanes))
}

/// The eight accumulators of a block.
#[inline(always)]
pub(crate) fn tree<L: Lanes>(l: &[L; LANES]) -> L {
    ((l[0] + l[4]) + (l[2] + l[6])) + ((l[1] + l[5]) + (l[3] + l[7]))
}

/// A running sum with the rounding errors kept beside it (Neumaier 1974).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    /// A sum of one term.
    pub(crate) const fn of(term: f64) -> Self {
        Self { sum: term, lost: 0.0 }
    }

    /// Two sums together.
    pub(crate) fn plus(self, other: Self) -> Self {
        let mut sum = self;
        sum.add(other.sum);
        sum.lost += other.lost;
        sum
    }

    #[inline]
    pub(crate) fn add(&mut self, term: f64) {
        let sum = self.sum + term;
        self.lost += if self.sum.abs() >= term.abs() { (self.sum - sum) + term } else { (term - sum) + self.sum };
        self.sum = sum;
    }

    #[inline]
    pub(crate) fn total(self) -> f64 {
        // After an overflow the correction is NaN; the sum itself says what happened.
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

/// For each term the sum of all others: those before and those after it, so that nothing is subtracted.
pub(crate) fn sums_of_others(terms: &[f64]) -> Vec<f64> {
    let mut after = vec![Compensated::default(); terms.len() + 1];
    for (i, &term) in terms.iter().enumerate().rev() {
        after[i] = after[i + 1];
        after[i].add(term);
    }
    let mut before = Compensated::default();
    let others = |(&term, after): (&f64, &Compensated)| {
        let others = before.plus(*after).total();
        before.add(term);
        others
    };
    terms.iter().zip(after.iter().skip(1)).map(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_sums_run_in_sequence() {
        let y = [1e16, 1.0, -1e16];
        let [sum] = sum_pairs(&y, &y, |y, _| [y]);
        assert_eq!(sum, (1e16 + 1.0) - 1e16, "the order is the order of the studies");
    }

    #[test]
    fn long_sums_keep_their_digits() {
        let y = vec![0.1; 1_000_003];
        let [sum] = sum_pairs(&y, &y, |y, _| [y]);
        assert!((sum / 100_000.3 - 1.0).abs() < 1e-15, "a million tenths: {sum}");
    }

    #[test]
    fn compensation_survives_overflow() {
        let mut sum = Compensated::default();
        sum.add(f64::MAX);
        sum.add(f64::MAX);
        assert_eq!(sum.total(), f64::INFINITY, "infinite, not NaN");
    }
}
