//! All that an estimator of the variance between studies may look at.

mod at_zero;
mod curvature;
mod kernel;
mod many;
mod moderators;
mod moments;
mod terms;
mod weighted;

pub(crate) use at_zero::{AtZero, Centre, squares_about_mean};
pub(crate) use curvature::{Curvature, ResidualSums, split, split_at};
pub(crate) use kernel::{Kernel, Weights, between};
pub(crate) use moderators::Moderators;
pub(crate) use weighted::Weighted;

use std::f64::consts::{LN_2, PI};

use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;

/// The effects and variances of studies, and the functionals that estimators of tau2 are made of.
///
/// Every classical estimator is a function of a quadratic form y'Py, of traces of P, and of the likelihood and its
/// derivatives, where P = A - A1 (1'A1)⁻¹ 1'A for weights A. An estimator that asks for those, and not for the columns,
/// works unchanged where the mean is a regression on moderators: P then also takes the moderators out.
/// [`Regression::evidence`](crate::Regression::evidence) is such evidence.
///
/// Everything is on the analysis scale, variances in its square.
///
/// ```
/// use meta_analysis::{MeanDifference, Studies};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let evidence = studies.evidence();
/// let m = evidence.moments(|v| 1.0 / v);              // inverse-variance weights
/// assert_eq!((m.q, evidence.df(), m.trace), (14.0, 2.0, 2.0));
/// assert_eq!((m.q - evidence.df()) / m.trace, 6.0);   // DerSimonian-Laird
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a, F = f64> {
    y: &'a [F],
    v: &'a [F],
    kernel: Kernel<'a, F>,
    /// In the kernel's unit, as the weights.
    at_zero: AtZero,
    /// At tau2 = 0 and without moderators, with all four powers.
    weights: Weights,
    moderators: Option<&'a Moderators>,
}

/// A weighted quadratic form y'Py and what goes with it, for weights a.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Moments<F = f64> {
    /// y'Py: the weighted sum of squares about the weighted mean. With weights 1/v it is Cochran's Q.
    pub q: F,
    /// The sum of the weights.
    pub total: F,
    /// tr P = Σ a - Σ a² / Σ a.
    pub trace: F,
    /// tr PV = Σ a v - Σ a² v / Σ a.
    pub trace_v: F,
    /// tr PP, for the standard errors of moment estimators.
    pub trace_pp: F,
}

impl Moments {
    /// The same in the float type of the columns.
    fn rounded<F: Real>(self) -> Moments<F> {
        Moments {
            q: F::of(self.q),
            total: F::of(self.total),
            trace: F::of(self.trace),
            trace_v: F::of(self.trace_v),
            trace_pp: F::of(self.trace_pp),
        }
    }
}

/// Derivatives of a log-likelihood with respect to tau2.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Score<F = f64> {
    /// The first derivative.
    pub gradient: F,
    /// The expected information: what standard errors are made of.
    pub expected: F,
    /// The observed information, minus the second derivative: what Newton steps are made of. May be negative.
    pub observed: F,
}

impl<M: Measure, F: Real> Studies<M, F> {
    /// What estimators of the variance between studies may look at.
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_, F> {
        Evidence::new(self.y(), self.v())
    }
}

impl<'a, F: Real> Evidence<'a, F> {
    #[inline(always)]
    pub(crate) fn new(y: &'a [F], v: &'a [F]) -> Self {
        let (kernel, at_zero, weights) = many::in_one_pass(y, v).unwrap_or_else(|| {
            let kernel = Kernel::new(y, v);
            let (at_zero, weights) = kernel.at_zero();
            (kernel, at_zero, weights)
        });
        Self { y, v, kernel, at_zero, weights, moderators: None }
    }

    /// The evidence of the same columns when their mean is a regression on moderators, which were made for them.
    pub(crate) fn with_moderators(self, moderators: &'a Moderators) -> Self {
        let Curvature { q, trace, .. } = moderators.curvature(0.0, true);
        Self { at_zero: self.at_zero.with(q, trace), moderators: Some(moderators), ..self }
    }

    /// The effects.
    #[must_use]
    pub fn y(&self) -> &'a [F] {
        self.y
    }

    /// The sampling variances.
    #[must_use]
    pub fn v(&self) -> &'a [F] {
        self.v
    }

    /// The number of studies.
    #[must_use]
    pub fn k(&self) -> usize {
        self.y.len()
    }

    /// The degrees of freedom k - p: studies minus coefficients of the mean (1 without moderators).
    #[must_use]
    pub fn df(&self) -> F {
        F::of(self.degrees())
    }

    /// The quadratic form and the traces for weights `weight(v)`, such as `|v| 1.0 / v` or `|v| 1.0 / (v + tau2)`.
    ///
    /// (DerSimonian & Kacker 2007.) The weights must be positive. Sums run in double precision.
    #[must_use]
    pub fn moments(&self, weight: impl Fn(F) -> F) -> Moments<F> {
        match self.moderators {
            None => moments::without_moderators(self.y, self.v, &weight),
            Some(moderators) => moderators.moments(|i| weight(self.v[i]).f64(), self.kernel.unit).rounded(),
        }
    }

    /// Derivatives of the log-likelihood in tau2, profiled over the mean, at a tau2 of at least 0.
    #[must_use]
    pub fn score(&self, tau2: F) -> Score<F> {
        self.derivatives(tau2, false)
    }

    /// Derivatives of the restricted log-likelihood in tau2, at a tau2 of at least 0.
    #[must_use]
    pub fn restricted_score(&self, tau2: F) -> Score<F> {
        self.derivatives(tau2, true)
    }

    /// The log-likelihood, profiled over the mean, with all its constants:
    /// -½ (k ln 2π + Σ ln(v + tau2) + Q(tau2)).
    #[must_use]
    pub fn log_likelihood(&self, tau2: F) -> F {
        F::of(self.log_likelihood_at(self.kernel.in_unit(tau2.f64()), false))
    }

    /// The restricted log-likelihood with all its constants, -½ ((k - p) ln 2π - ln |X'X| + Σ ln(v + tau2) + ln |X'WX| +
    /// Q(tau2)), where |X'X| = k and |X'WX| = Σ w without moderators (Harville 1974).
    #[must_use]
    pub fn restricted_log_likelihood(&self, tau2: F) -> F {
        F::of(self.log_likelihood_at(self.kernel.in_unit(tau2.f64()), true))
    }

    fn derivatives(&self, tau2: F, restricted: bool) -> Score<F> {
        let Curvature { c, pp, ppp, trace, trace_pp, .. } = self.curvature(self.kernel.in_unit(tau2.f64()), restricted);
        let unit = |x: f64| self.kernel.in_unit(x);
        Score {
            gradient: F::of(0.5 * unit(pp / c - trace) / c),
            expected: F::of(0.5 * unit(unit(trace_pp / c)) / c),
            observed: F::of(unit(unit(ppp / c - 0.5 * trace_pp)) / c / c),
        }
    }
}

/// For this crate's own estimators: the same functionals in the kernel's unit.
impl<'a, F: Real> Evidence<'a, F> {
    pub(crate) fn kernel(&self) -> &Kernel<'a, F> {
        &self.kernel
    }

    pub(crate) fn at_zero(&self) -> &AtZero {
        &self.at_zero
    }

    pub(crate) fn moderators(&self) -> Option<&'a Moderators> {
        self.moderators
    }

    /// p: the number of coefficients of the mean.
    pub(crate) fn coefficients(&self) -> usize {
        self.moderators.map_or(1, Moderators::p)
    }

    /// k - p.
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
    pub(crate) fn degrees(&self) -> f64 {
        self.moderators.map_or(self.k() as f64 - 1.0, Moderators::df)
    }

    /// The moment estimate of DerSimonian and Laird, which several methods start from.
    pub(crate) fn dersimonian_laird(&self) -> f64 {
        self.at_zero.excess(self.degrees()).max(0.0)
    }

    pub(crate) fn curvature(&self, tau2: f64, restricted: bool) -> Curvature {
        match self.moderators {
            None if tau2 == 0.0 => {
                self.kernel.curvature_from(&self.weights, self.at_zero.centre.mean, tau2, restricted)
            }
            None => self.kernel.curvature(tau2, restricted, self.at_zero.centre.mean),
            Some(moderators) => moderators.curvature(tau2, restricted),
        }
    }

    /// The likelihood at tau2 = 0, and a bound of lim t² y'PPy: without moderators the spread about the weighted mean, as none is
    /// smaller than that about the unweighted one.
    pub(crate) fn likelihood_at_zero(&self, restricted: bool) -> (Curvature, f64) {
        match self.moderators {
            None => self.kernel.curvature_and_spread(&self.weights, self.at_zero.centre.mean, 0.0, restricted),
            Some(moderators) => (moderators.curvature(0.0, restricted), moderators.spread()),
        }
    }

    /// The sum of weights at tau2 and their mean, without moderators.
    #[inline]
    pub(crate) fn centre(&self, tau2: f64) -> Centre {
        if tau2 == 0.0 { self.at_zero.centre } else { self.kernel.centre(tau2) }
    }

    /// The same with all four powers of the weights.
    #[inline]
    pub(crate) fn full_centre(&self, tau2: f64) -> (Weights, Centre) {
        if tau2 == 0.0 { (self.weights, self.at_zero.centre) } else { self.kernel.full_centre(tau2) }
    }

    /// Weights with all four powers, without moderators.
    #[inline]
    fn full_weights(&self, tau2: f64) -> Weights {
        if tau2 == 0.0 { self.weights } else { self.kernel.full_weights(tau2) }
    }

    /// c, c tr P and c² tr PP.
    #[inline]
    pub(crate) fn traces(&self, tau2: f64) -> [f64; 3] {
        match self.moderators {
            None => {
                let weights = self.full_weights(tau2);
                [weights.c, weights.trace(), weights.trace_pp()]
            }
            Some(moderators) => {
                let Curvature { c, trace, trace_pp, .. } = moderators.curvature(tau2, true);
                [c, trace, trace_pp]
            }
        }
    }

    /// tr(PSPS) of [`Kernel::trace_psps`].
    pub(crate) fn trace_psps(&self, base: f64, tau2: f64) -> Option<f64> {
        match self.moderators {
            None => Some(self.kernel.trace_psps(base, tau2)),
            Some(moderators) => moderators.trace_psps(base, tau2),
        }
    }

    pub(crate) fn q_and_slope(&self, tau2: f64) -> (f64, f64) {
        match self.moderators {
            None => self.kernel.q_and_slope(tau2),
            Some(moderators) => {
                let Curvature { c, q, pp, .. } = moderators.curvature(tau2, true);
                (q / c, -pp / c / c)
            }
        }
    }

    /// The (restricted) log-likelihood in the kernel's unit, without 2π.
    pub(crate) fn relative_log_likelihood(&self, tau2: f64, restricted: bool) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
        let k = self.k() as f64;
        let Curvature { c, q, .. } = self.curvature(tau2, restricted);
        let determinant = match (restricted, self.moderators) {
            (false, _) => 0.0,
            (true, None) => (self.centre(tau2).total / c / k).ln(),
            (true, Some(moderators)) => moderators.log_determinant(tau2),
        };
        -0.5 * (self.kernel.sum_log(tau2) + determinant + q / c)
    }

    /// How far the (restricted) log-likelihood at tau2 lies above that at `base`, in the kernel's unit.
    pub(crate) fn rise(&self, base: f64, tau2: f64, restricted: bool) -> f64 {
        let (at, from) = (self.curvature(tau2, restricted), self.curvature(base, restricted));
        let determinant = match (restricted, self.moderators) {
            (false, _) => 0.0,
            (true, None) => {
                let total = |t: f64| self.centre(t).total;
                (total(tau2) / total(base) * (from.c / at.c)).ln()
            }
            (true, Some(moderators)) => moderators.log_determinant(tau2) - moderators.log_determinant(base),
        };
        -0.5 * (self.kernel.sum_log_ratio(base, tau2) + determinant + (at.q / at.c - from.q / from.c))
    }

    /// The (restricted) log-likelihood with all constants; tau2 in the kernel's unit.
    pub(crate) fn log_likelihood_at(&self, tau2: f64, restricted: bool) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
        let k = self.k() as f64;
        let dimension = if restricted { self.degrees() } else { k };
        // Each dimension brings √2π and the unit, whose logarithm is an exact multiple of ln 2.
        let log_unit = LN_2 * self.kernel.unit.log2();
        self.relative_log_likelihood(tau2, restricted) + dimension * (log_unit - 0.5 * (2.0 * PI).ln())
    }
}
