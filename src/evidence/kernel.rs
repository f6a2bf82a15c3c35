//! Sums over studies, free of units and of cancellation.
//!
//! Two changes of variable keep every sum in range and every digit in place. Effects are taken as differences d from the
//! most precise study's, which is exact or nearly so. Where its variance is very small or very large, they are taken in units of
//! about its standard error, a power of two; data of ordinary size need no other unit, and no bit depends on it. Weights at a
//! given tau2 are taken relative to the largest, u = c / (v + tau2) with `c = v_min + tau2`, so that they lie in (0, 1]
//! whatever tau2 is. Everything downstream is a function of such sums. Thousands of studies of ordinary size may go another way (`many`).

use super::at_zero::{AtZero, Centre, squares_about_mean};
use super::curvature::{Curvature, ResidualSums, pairs_of_weights, split, trace_pp};
use super::terms::{
    AtTau2, Centred, CentredWithSquares, Deviations, Effects, FullyCentred, Residuals, ResidualsAndSpread,
    SquaredResiduals, TwiceWeighted, Unweighted,
};
use crate::num::extremes::extremes;
use crate::num::scale::unit_of_variance;
use crate::num::sum::sum_pairs;
use crate::num::vector_sum::{Columns, Terms};
use crate::real::Real;

/// The smallest variances of data that keep their unit. Not even squares of them come near the ends of the range of doubles.
pub(super) const ORDINARY: std::ops::Range<f64> = 1e-12..1e12;

/// The columns with their change of variable. Variances and tau2 are in the new unit everywhere in this file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kernel<'a, F> {
    pub(super) y: &'a [F],
    pub(super) v: &'a [F],
    /// The effect of the most precise study, in the user's unit; of many studies a rough mean of all.
    pub(super) pivot: f64,
    /// The power of two that turns the user's unit into ours; variances take it twice.
    pub(crate) unit: f64,
    /// Its inverse, as exact: a division takes long.
    pub(crate) per_unit: f64,
    pub(crate) v_min: f64,
    pub(crate) v_max: f64,
    /// There are many studies, and none of them dominates: see `many`.
    pub(super) many: bool,
}

/// Sums of relative weights. The largest weight (u = 1) is counted apart from the rest, so that what remains beside a
/// dominating study is never found by subtraction. Where there are many studies and none dominates, none is counted apart: then they
/// all are the rest, and their fourth powers, which cancel, are left at 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weights {
    /// `c = v_min + tau2`: weights are u / c.
    pub(crate) c: f64,
    /// How many studies have the largest weight.
    pub(super) top: f64,
    /// Sums of the other weights and of their squares, cubes and fourth powers.
    pub(super) rest: [f64; 4],
}

impl Weights {
    pub(crate) const fn new(c: f64, top: f64, rest: [f64; 4]) -> Self {
        Self { c, top, rest }
    }

    /// Σ u.
    pub(crate) fn total(&self) -> f64 {
        self.top + self.rest[0]
    }

    /// Σ u less one of the largest.
    pub(crate) fn others(&self) -> f64 {
        self.top - 1.0 + self.rest[0]
    }

    /// Σ u².
    pub(crate) fn total_squares(&self) -> f64 {
        self.top + self.rest[1]
    }

    /// Σ u³; needs all four powers.
    pub(crate) fn total_cubes(&self) -> f64 {
        self.top + self.rest[2]
    }

    /// c tr P = Σ u - Σ u² / Σ u, as a sum over pairs of studies, `Σ_{i≠j} u_i u_j / Σ u`.
    #[inline]
    pub(crate) fn trace(&self) -> f64 {
        let [s1, s2, ..] = self.rest;
        pairs_of_weights(self.top, s1, s2) / self.total()
    }

    /// c² tr PP; needs all four powers.
    #[inline]
    pub(crate) fn trace_pp(&self) -> f64 {
        trace_pp(self.top, self.rest, 1.0 / self.total())
    }

    /// The variance of the mean in units of c, and the degrees of freedom, of Kenward & Roger (1997) for one coefficient:
    /// with `W_r = Σ w^r` and I = ½ tr PP, Var = (1 + 2 (W3/W1 - (W2/W1)²) / I) / W1 and df = 2 I / (Var W2)².
    pub(crate) fn kenward_roger(&self) -> (f64, f64) {
        let [s1, s2, s3, _] = self.rest;
        let (total, squares) = (self.total(), self.total_squares());
        let information = 0.5 * self.trace_pp();
        // W3/W1 - (W2/W1)² is the variance of u under the weights u.
        let mean = squares / total;
        let top = (s1 - s2) / total;
        let spread = (self.top * top * top + (s3 - 2.0 * mean * s2 + mean * mean * s1).max(0.0)) / total;
        let variance = (1.0 + 2.0 * spread / information) / total;
        (variance, 2.0 * information / (variance * squares).powi(2))
    }
}

/// A tau2 between two others, for bisection: the geometric mean of `v_min + tau2` where they are far apart, the arithmetic one
/// of tau2 where they are close.
pub(crate) fn between(v_min: f64, a: f64, b: f64) -> f64 {
    let (low, high) = (a.min(b), a.max(b));
    let (c_low, c_high) = (v_min + low, v_min + high);
    if c_high > 2.0 * c_low { (c_low.sqrt() * c_high.sqrt() - v_min).clamp(low, high) } else { 0.5 * low + 0.5 * high }
}

impl<'a, F: Real> Kernel<'a, F> {
    #[inline(always)]
    pub(crate) fn new(y: &'a [F], v: &'a [F]) -> Self {
        let mut kernel = Self { y, v, pivot: 0.0, unit: 1.0, per_unit: 1.0, v_min: 1.0, v_max: 1.0, many: false };
        let Some((at, min, max)) = extremes(v) else { return kernel };
        kernel.pivot = y[at].f64();
        if !ORDINARY.contains(&min.f64()) {
            kernel.unit = unit_of_variance(min.f64());
            kernel.per_unit = 1.0 / kernel.unit;
        }
        kernel.v_min = kernel.in_unit(min.f64());
        kernel.v_max = kernel.in_unit(max.f64());
        kernel
    }

    /// A variance from the user's unit to ours.
    #[inline]
    pub(crate) fn in_unit(&self, variance: f64) -> f64 {
        variance * self.unit * self.unit
    }

    /// A variance from our unit to the user's.
    #[inline]
    pub(crate) fn in_user_unit(&self, variance: f64) -> f64 {
        variance * self.per_unit * self.per_unit
    }

    /// A weighted mean from our unit and origin to the user's.
    #[inline]
    pub(crate) fn effect(&self, mean: f64) -> f64 {
        self.pivot + mean * self.per_unit
    }

    /// The inverse of [`effect`](Self::effect), for a mean that was found in another way.
    pub(crate) fn mean_of(&self, effect: f64) -> f64 {
        (effect - self.pivot) * self.unit
    }

    /// A tau2 between two others, for bisection.
    pub(crate) fn between(&self, a: f64, b: f64) -> f64 {
        between(self.v_min, a, b)
    }

    /// The sum of weights at tau2, and their mean.
    #[inline]
    pub(crate) fn centre(&self, tau2: f64) -> Centre {
        let [total, ud] = self.weighted(tau2, Centred);
        Centre { c: self.v_min + tau2, total, mean: ud / total }
    }

    /// Weights with all four powers; Σ u and Σ u d, as [`Centred`] adds them.
    #[inline(always)]
    fn full_sums(&self, tau2: f64) -> (Weights, [f64; 2]) {
        if self.many {
            return self.powers(tau2);
        }
        let at = self.at(tau2);
        let [top, s1, s2, s3, s4, total, ud] = self.columns().sums(at, FullyCentred);
        (Weights { c: at.c, top, rest: [s1, s2, s3, s4] }, [total, ud])
    }

    /// Weights with all four powers, and what [`centre`](Self::centre) gives.
    #[inline]
    pub(super) fn full_centre(&self, tau2: f64) -> (Weights, Centre) {
        let (weights, [total, ud]) = self.full_sums(tau2);
        (weights, Centre { c: weights.c, total, mean: ud / total })
    }

    /// Weights with all four powers, for traces of PP.
    pub(crate) fn full_weights(&self, tau2: f64) -> Weights {
        self.full_sums(tau2).0
    }

    /// Q(tau2) = Σ u r² / c about a mean.
    #[inline]
    pub(crate) fn q(&self, tau2: f64, mean: f64) -> f64 {
        self.squared_residuals(tau2, mean) / (self.v_min + tau2)
    }

    /// Σ u r² about a mean.
    #[inline]
    fn squared_residuals(&self, tau2: f64, mean: f64) -> f64 {
        let [squares] = self.weighted(tau2, SquaredResiduals(mean));
        squares
    }

    /// The sums at tau2 = 0, and the weights with all four powers.
    #[inline(always)]
    pub(super) fn at_zero(&self) -> (AtZero, Weights) {
        let c = self.v_min;
        let at = AtTau2 { c, tau2: 0.0 };
        let [top, s1, s2, s3, s4, ud, squares] = self.columns().sums(at, CentredWithSquares);
        let weights = Weights { c, top, rest: [s1, s2, s3, s4] };
        let mean = ud / weights.total();
        let (squares, exact) = squares_about_mean(squares, ud, mean);
        let squares = if exact { squares } else { self.squared_residuals(0.0, mean) };
        (AtZero::new(squares, [top, s1, s2], Centre { c, total: weights.total(), mean }), weights)
    }

    /// Q(tau2) and its slope, -y'PPy.
    #[inline]
    pub(crate) fn q_and_slope(&self, tau2: f64) -> (f64, f64) {
        let Centre { c, mean, .. } = self.centre(tau2);
        let [q, pp] = self.weighted(tau2, TwiceWeighted(mean));
        (q / c, -pp / c / c)
    }

    /// The terms of the likelihood (`restricted`: of the restricted one) at tau2, where the mean may be near a guess.
    #[inline(always)]
    pub(super) fn curvature(&self, tau2: f64, restricted: bool, guess: f64) -> Curvature {
        if self.many
            && let Some(curvature) = self.curvature_near(guess, tau2, restricted)
        {
            return curvature;
        }
        let (weights, [_, ud]) = self.full_sums(tau2);
        let mean = ud / weights.total();
        self.curvature_from(&weights, mean, tau2, restricted)
    }

    /// As [`curvature`](Self::curvature), from weights with all four powers and their mean.
    #[inline(always)]
    pub(super) fn curvature_from(&self, weights: &Weights, mean: f64, tau2: f64, restricted: bool) -> Curvature {
        let sums = if self.many {
            self.powers_of_residuals(tau2, mean).0
        } else {
            let [q, pp, top_r2, ur, u2r, u3r2] = self.columns().sums(self.at(tau2), Residuals(mean));
            ResidualSums { q, pp, top_r2, ur, u2r, u3r2 }
        };
        Curvature::new(weights.c, weights.top, weights.rest, &sums, restricted)
    }

    /// The same with the unweighted sum of squares about the mean.
    #[inline]
    pub(super) fn curvature_and_spread(
        &self,
        weights: &Weights,
        mean: f64,
        tau2: f64,
        restricted: bool,
    ) -> (Curvature, f64) {
        let (sums, spread) = if self.many {
            self.powers_of_residuals(tau2, mean)
        } else {
            let terms = ResidualsAndSpread(mean);
            let [q, pp, top_r2, ur, u2r, u3r2, spread] = self.columns().sums(self.at(tau2), terms);
            (ResidualSums { q, pp, top_r2, ur, u2r, u3r2 }, spread)
        };
        (Curvature::new(weights.c, weights.top, weights.rest, &sums, restricted), spread)
    }

    /// As [`curvature`](Self::curvature) for the likelihood with the mean held at a value: A, B, C and D are then Σ u² r², Σ u,
    /// Σ u³ r² and Σ u² with r = d - mean.
    pub(crate) fn curvature_about(&self, tau2: f64, mean: f64) -> Curvature {
        let c = self.v_min + tau2;
        let [q, pp, ppp, trace, trace_pp] = self.sums(|d, v| {
            let (u, r) = (c / (v + tau2), d - mean);
            let ur = u * r;
            [ur * r, ur * ur, u * (ur * ur), u, u * u]
        });
        Curvature { c, q, pp, ppp, trace, trace_pp }
    }

    /// tr(PSPS) with S = diag(v + tau2) and P of weights 1 / (v + base), for the variance of Q at those weights:
    /// `Σ a² s² (1 - a/Σa)² + Σ_{i≠j} a_i² a_j² s_i s_j / (Σ a)²`, with the largest weight counted apart.
    pub(crate) fn trace_psps(&self, base: f64, tau2: f64) -> f64 {
        let c = self.v_min + base;
        let [top, s1, top_s, top_ss, rest_2s, rest_2ss, rest_3ss, rest_4ss] = self.sums(|_, v| {
            let (top, rest) = split(c / (v + base));
            let (s, square) = ((v + tau2) / c, rest * rest);
            let squared = square * s * s;
            [top, rest, top * s, top * s * s, square * s, squared, rest * squared, square * squared]
        });
        let total = top + s1;
        let share = (top - 1.0 + s1) / total;
        let diagonal =
            top_ss * share * share + (rest_2ss - 2.0 * rest_3ss / total + rest_4ss / (total * total)).max(0.0);
        let off = (top_s * top_s - top_ss).max(0.0) + 2.0 * top_s * rest_2s + (rest_2s * rest_2s - rest_4ss).max(0.0);
        diagonal + off / (total * total)
    }

    /// The mean over studies of tau2 / (v + tau2), and its derivative in tau2.
    pub(crate) fn between_share(&self, tau2: f64) -> (f64, f64) {
        let [share, slope] = self.sums(|_, v| [tau2 / (v + tau2), v / (v + tau2) / (v + tau2)]);
        (share / self.count(), slope / self.count())
    }

    /// Σ (d - d̄)², unweighted: the limit of tau2² y'PPy for large tau2. The mean may be near a guess.
    pub(crate) fn spread(&self, guess: f64) -> f64 {
        if self.many
            && let Some(spread) = self.spread_near(guess)
        {
            return spread;
        }
        let [sum] = self.columns().sums(Unweighted, Effects);
        self.spread_about(sum / self.count())
    }

    /// Σ (d - mean)², unweighted.
    pub(crate) fn spread_about(&self, mean: f64) -> f64 {
        let [squares] = self.columns().sums(Unweighted, Deviations(mean));
        squares
    }

    /// k.
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
    pub(crate) fn count(&self) -> f64 {
        self.v.len() as f64
    }

    /// Σ ln((v + tau2) / (v + base)), to the last digits also where the two are close.
    pub(crate) fn sum_log_ratio(&self, base: f64, tau2: f64) -> f64 {
        let [sum] = self.sums(|_, v| {
            let change = (tau2 - base) / (v + base);
            // Near -1 the change has lost the digits of what is left.
            [if change.abs() < 0.5 { change.ln_1p() } else { ((v + tau2) / (v + base)).ln() }]
        });
        sum
    }

    /// Σ ln(v + tau2), in our unit, as logarithms of long products.
    pub(crate) fn sum_log(&self, tau2: f64) -> f64 {
        let mut sum = crate::num::sum::Compensated::default();
        let mut product = 1.0;
        for v in self.v {
            let factor = self.in_unit(v.f64()) + tau2;
            if factor > 1e150 {
                sum.add(factor.ln());
            } else {
                product *= factor;
            }
            if !(1e-150..1e150).contains(&product) {
                sum.add(product.ln());
                product = 1.0;
            }
        }
        sum.add(product.ln());
        sum.total()
    }

    /// Sums over studies of terms in (d, u), with the weights at tau2.
    #[inline(always)]
    fn weighted<T: Terms<N>, const N: usize>(&self, tau2: f64, terms: T) -> [f64; N] {
        if self.many { self.in_pairs(tau2, terms) } else { self.columns().sums(self.at(tau2), terms) }
    }

    /// The weights at tau2.
    #[inline(always)]
    pub(super) fn at(&self, tau2: f64) -> AtTau2 {
        AtTau2 { c: self.v_min + tau2, tau2 }
    }

    #[inline(always)]
    pub(super) const fn columns(&self) -> Columns<'a, F> {
        let Self { y, v, pivot, unit, .. } = *self;
        Columns { y, v, pivot, unit }
    }

    /// Sums over studies of terms in (d, v), in our unit, that are not computed in vectors.
    #[inline(always)]
    fn sums<const N: usize>(&self, term: impl Fn(f64, f64) -> [f64; N]) -> [f64; N] {
        let Self { pivot, unit, .. } = *self;
        sum_pairs(self.y, self.v, |y, v| term((y - pivot) * unit, v * unit * unit))
    }
}
