//! Many studies of which none dominates: one pass instead of several, with half the divisions.
//!
//! Of residuals r about a guess, sums about the mean follow by `Σ w (r - s)² = Σ w r² - s (2 Σ w r - s Σ w)`, s being how far the mean
//! lies from the guess. That costs no digits as long as the change is a small part of the sum; where it is not, the
//! studies are passed through once more.
//!
//! What remains beside the largest weight is here found by subtraction, as that weight is a small part of all: it need not be
//! counted apart, effects need not be differences from its study, and two weights can share a division. Weights at tau2 > 0
//! are less unequal than those at 0, so that for the sums of weights what holds there holds for all tau2. (Σ u³ r² - (Σ u² r)² / Σ u
//! loses digits where many studies of equal effects dominate together, here as with the largest weight apart: proofs allow for it.)

use super::at_zero::{AtZero, Centre};
use super::curvature::{Curvature, ResidualSums};
use super::kernel::{Kernel, ORDINARY, Weights};
use super::terms::{AllPowers, Inverse, Powers, PowersOfResiduals, PowersWithSquares, Squares, Unweighted};
use crate::num::vector_sum::{Columns, Terms};
use crate::real::Real;

/// From how many studies on one pass is taken: fewer are close to the processor, and a second pass costs them little.
const MANY: usize = 4096;
/// The largest change, as a part of the sum.
const SMALL: f64 = 0.125;
/// No weight is a larger part of all. As `u <= 1` and `Σ u >= 64`, `Σ u² / Σ u` is at most a 64th of Σ u in tr P, and `Σ u³ / Σ u` at
/// most a 64th of Σ u² in tr PP.
const LARGEST_SHARE: f64 = 1.0 / 64.0;
/// Products of two variances and tau2 stay far within the range of doubles.
const LARGEST: f64 = 1e140;
/// How many studies the guess of the mean is made from.
const FEW: usize = 256;

/// Σ w (r - shift)² from Σ w r², Σ w r and Σ w; `None` where digits would be lost.
fn squares_about(shift: f64, [squares, residuals, weights]: [f64; 3]) -> Option<f64> {
    let change = shift * (2.0 * residuals - shift * weights);
    (squares.is_finite() && change.abs() <= SMALL * squares).then_some(squares - change)
}

/// The change of variable and the sums at tau2 = 0; `None` for fewer studies, for those far from ordinary ones, and where one of them
/// dominates.
#[inline(always)]
pub(super) fn in_one_pass<'a, F: Real>(y: &'a [F], v: &'a [F]) -> Option<(Kernel<'a, F>, AtZero, Weights)> {
    if v.len() < MANY { None } else { one_pass(y, v) }
}

#[inline(never)]
fn one_pass<'a, F: Real>(y: &'a [F], v: &'a [F]) -> Option<(Kernel<'a, F>, AtZero, Weights)> {
    let guess = rough_mean(y, v);
    let columns = Columns { y, v, pivot: guess, unit: 1.0 };
    let ([w, w2, w3, wr, wr2], range) = columns.sums_and_range(Inverse, PowersWithSquares);
    let c = range.min;
    let rest = [c * w, c * c * w2, c * c * c * w3, 0.0];
    let weights = Weights::new(c, 0.0, rest);
    let shift = wr / w;
    let squares = squares_about(shift, [wr2, wr, w])?;
    if !(ORDINARY.contains(&c) && range.max < LARGEST && weights.total() >= 1.0 / LARGEST_SHARE) {
        return None;
    }
    let kernel = Kernel { y, v, pivot: guess, unit: 1.0, per_unit: 1.0, v_min: c, v_max: range.max, many: true };
    let centre = Centre { c, total: weights.total(), mean: shift };
    Some((kernel, AtZero::new(c * squares, [0.0, rest[0], rest[1]], centre), weights))
}

/// About the weighted mean at tau2 = 0, from a few studies out of many.
fn rough_mean<F: Real>(y: &[F], v: &[F]) -> f64 {
    let [mut total, mut sum] = [0.0; 2];
    for (y, v) in y.iter().zip(v).step_by((v.len() / FEW).max(1)) {
        let w = 1.0 / v.f64();
        total += w;
        sum += w * y.f64();
    }
    sum / total
}

/// Where [`in_one_pass`] made the kernel.
impl<F: Real> Kernel<'_, F> {
    /// Sums over studies of terms in (d, u), with the weights at tau2.
    #[inline(always)]
    pub(super) fn in_pairs<T: Terms<N>, const N: usize>(&self, tau2: f64, terms: T) -> [f64; N] {
        if tau2 < LARGEST {
            self.columns().sums_in_pairs(self.at(tau2), terms)
        } else {
            self.columns().sums(self.at(tau2), terms)
        }
    }

    /// Weights with three powers; Σ u and Σ u d. The fourth powers are needed where one study dominates: without the largest
    /// weight apart they cancel in tr PP, whatever they are.
    pub(super) fn powers(&self, tau2: f64) -> (Weights, [f64; 2]) {
        let [s1, s2, s3, ud] = self.in_pairs(tau2, Powers);
        (Weights::new(self.v_min + tau2, 0.0, [s1, s2, s3, 0.0]), [s1, ud])
    }

    /// The sums of residuals about the weighted mean, and their unweighted sum of squares.
    pub(super) fn powers_of_residuals(&self, tau2: f64, mean: f64) -> (ResidualSums<f64>, f64) {
        let [q, pp, u2r, u3r2, spread] = self.in_pairs(tau2, PowersOfResiduals(mean));
        (ResidualSums { q, pp, top_r2: 0.0, ur: 0.0, u2r, u3r2 }, spread)
    }

    /// The likelihood where the mean may be near a guess; `None` where it is not.
    pub(super) fn curvature_near(&self, guess: f64, tau2: f64, restricted: bool) -> Option<Curvature> {
        let [s1, s2, s3, ur, u2r, u3r, q, pp, u3r2] = self.about(guess).in_pairs(tau2, AllPowers);
        let shift = ur / s1;
        let sums = ResidualSums {
            q: squares_about(shift, [q, ur, s1])?,
            pp: squares_about(shift, [pp, u2r, s2])?,
            top_r2: 0.0,
            ur: 0.0,
            u2r: u2r - shift * s2,
            u3r2: squares_about(shift, [u3r2, u3r, s3])?,
        };
        Some(Curvature::new(self.v_min + tau2, 0.0, [s1, s2, s3, 0.0], &sums, restricted))
    }

    /// Σ (d - d̄)², unweighted, where the mean may be near a guess; `None` where it is not.
    pub(super) fn spread_near(&self, guess: f64) -> Option<f64> {
        let [residuals, squares] = self.about(guess).columns().sums(Unweighted, Squares);
        squares_about(residuals / self.count(), [squares, residuals, self.count()])
    }

    /// The same with differences from a mean.
    fn about(&self, mean: f64) -> Self {
        Self { pivot: self.pivot + mean, ..*self }
    }
}

#[cfg(test)]
mod tests {
    use super::{MANY, in_one_pass};
    use crate::evidence::{Centre, Curvature, Kernel};

    /// The digits that sums over so many studies have, in any order.
    const DIGITS: f64 = 2e-14;

    fn close(a: f64, b: f64, what: &str) {
        assert!((a - b).abs() <= DIGITS * b.abs(), "{what}: {a:e} in one pass, {b:e} in several");
    }

    fn share(i: usize, step: usize) -> f64 {
        f64::from(u32::try_from(i * step % 4999).unwrap()) / 4999.0
    }

    /// Effects within a half of `offset`, and variances from 0.01 to 0.5.
    fn studies(k: usize, offset: f64) -> (Vec<f64>, Vec<f64>) {
        (0..k).map(|i| (share(i, 2741) - 0.5 + offset, 0.01 * 50_f64.powf(share(i, 1733)))).unzip()
    }

    /// Against the same studies with the largest weight counted apart and every weight divided for.
    fn compare(y: &[f64], v: &[f64], offset: f64) {
        let (one, zero, weights) = in_one_pass(y, v).expect("ordinary studies");
        let mut several = Kernel::new(y, v);
        assert_eq!((one.v_min, one.v_max), (several.v_min, several.v_max));
        // From a study far from all others their residuals would lack digits.
        several.pivot = offset;
        let expected = several.at_zero().0;
        let place = |kernel: &Kernel<'_, f64>, mean: f64| 1.0 + (kernel.effect(mean) - offset) / offset.max(1.0);
        close(zero.q, expected.q, "Q");
        close(zero.trace(), expected.trace(), "tr P");
        close(zero.centre.total, expected.centre.total, "sum of weights");
        close(place(&one, zero.centre.mean), place(&several, expected.centre.mean), "mean");
        let (mean, about) = (zero.centre.mean, expected.centre.mean);
        close(one.spread(mean), several.spread(about), "spread");
        close(weights.trace_pp(), several.full_weights(0.0).trace_pp(), "tr PP at 0");
        close(
            one.curvature_and_spread(&weights, mean, 0.0, true).1,
            several.spread_about(about),
            "spread about the mean",
        );
        // Near the mean one pass does, far from it a second one.
        for far in [0.0, 10.0 * offset.max(1.0)] {
            for (tau2, restricted) in [(0.0, true), (0.05, true), (0.5, true), (0.5, false), (40.0, true)] {
                let Curvature { q, pp, ppp, trace, trace_pp, .. } = one.curvature(tau2, restricted, mean + far);
                let expected = several.curvature(tau2, restricted, about);
                close(q, expected.q, "Σ u r²");
                close(pp, expected.pp, "Σ u² r²");
                close(ppp, expected.ppp, "y'PPPy");
                close(trace, expected.trace, "tr P");
                close(trace_pp, expected.trace_pp, "tr PP");
                let (a, b) = (one.q_and_slope(tau2), several.q_and_slope(tau2));
                close(a.0, b.0, "Q(tau2)");
                close(a.1, b.1, "its slope");
                let (a, b) = (one.full_weights(tau2).kenward_roger(), several.full_weights(tau2).kenward_roger());
                close(a.0, b.0, "variance of Kenward and Roger");
                close(a.1, b.1, "their degrees of freedom");
                let (Centre { total, mean, .. }, expected) = (one.centre(tau2), several.centre(tau2));
                close(total, expected.total, "sum of weights");
                close(place(&one, mean), place(&several, expected.mean), "mean");
            }
        }
    }

    #[test]
    fn one_pass_has_the_digits_of_several() {
        for k in [MANY, MANY + 8, MANY + 715] {
            let (mut y, v) = studies(k, 0.0);
            compare(&y, &v, 0.0);
            y.sort_by(f64::total_cmp);
            compare(&y, &v, 0.0);
            let (mut y, v) = studies(k, 1e6);
            compare(&y, &v, 1e6);
            y.sort_by(f64::total_cmp);
            compare(&y, &v, 1e6);
        }
    }

    #[test]
    fn the_most_precise_study_may_lie_far_from_all_others() {
        let (mut y, mut v) = studies(MANY + 99, 1e6);
        (y[4001], v[4001]) = (0.0, 0.0099);
        compare(&y, &v, 1e6);
    }

    #[test]
    fn what_is_not_ordinary_takes_several_passes() {
        let (y, v) = studies(MANY, 0.0);
        let with = |at: usize, y_at: f64, v_at: f64| {
            let (mut y, mut v) = (y.clone(), v.clone());
            (y[at], v[at]) = (y_at, v_at);
            in_one_pass(&y, &v).is_some()
        };
        assert!(with(77, 0.1, 0.02), "an ordinary study more");
        assert!(!with(77, 0.1, 1e-7), "one dominates");
        assert!(!with(77, 0.1, 1e-200), "variances out of the ordinary");
        assert!(!with(77, 0.1, 1e200), "products out of range");
        assert!(!with(77, 1e300, 0.02), "squares out of range");
        assert!(in_one_pass(&y[1..], &v[1..]).is_none(), "few studies");
        assert!(in_one_pass(&vec![0.3; MANY], &v).is_none(), "nothing but rounding errors to be about a mean");
    }
}
