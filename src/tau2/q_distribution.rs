//! The generalised Q statistic with fixed weights, and the τ² at which it is where it was observed in its distribution.
//!
//! Q = Σ a (y - ȳ)², with ȳ = Σ a y / Σ a, is distributed as Σ λ χ² with one degree of freedom each, λ being the
//! positive eigenvalues of √P (V + τ² I) √P. By Weyl's inequality each increases with τ², strictly, as the derivative P
//! is positive definite on their space, and without limit. The same holds about a regression on moderators,
//! with k - p eigenvalues, which take k³ steps there. So Q increases stochastically: P(Q <= q) falls strictly, from its
//! value at τ² = 0 to 0, and there is at most one τ² for each probability (Biggerstaff & Jackson 2008; Jackson 2013).

use super::{QSolution, QWeights};
use crate::distributions::QuadraticForm;
use crate::error::{Error, ErrorKind};
use crate::evidence::{Evidence, Weighted, Weights, split};
use crate::num::root::{MAX_STEPS, root_between};
use crate::num::sum::sum_pairs;
use crate::real::Real;

/// Doublings of the upper bracket, of which ten reach its largest value: a τ² of 1e304 times the smallest variance.
const MAX_DOUBLINGS: usize = 10;
const LARGEST: f64 = 700.0;
/// The most studies for which eigenvalues are found: a second or so for each of about twenty sets of them.
const MOST_STUDIES: usize = 1000;
const QUANTITY: &str = "the generalised Q statistic";

/// The quadratic form for fixed weights, in the kernel's unit, with weights u relative to the largest.
pub(super) struct FixedWeights<'e, 'a, F> {
    evidence: &'e Evidence<'a, F>,
    weights: QWeights,
    relative: Weights,
    /// The regression with these weights, where the mean is one; `relative` is then not used.
    regression: Option<Weighted<'a>>,
    /// Σ u r².
    pub(super) q: f64,
    /// tr PV = Σ u v (1 - u / Σ u).
    pub(super) trace_v: f64,
}

impl<'e, 'a, F: Real> FixedWeights<'e, 'a, F> {
    pub(super) fn new(evidence: &'e Evidence<'a, F>, weights: QWeights) -> Result<Self, Error> {
        let relative = Weights::new(1.0, 1.0, [0.0; 4]);
        let mut form = Self { evidence, weights, relative, regression: None, q: 0.0, trace_v: 0.0 };
        if evidence.moderators().is_some() {
            return form.with_moderators();
        }
        // As in the kernel: the largest weight (u = 1) apart from the rest, for which nothing is then subtracted from
        // it.
        let [top, s1, s2, s3, s4, ud] = form.sums(|u, d, _| {
            let (top, rest) = split(u);
            let square = rest * rest;
            [top, rest, square, square * rest, square * square, u * d]
        });
        form.relative = Weights::new(1.0, top, [s1, s2, s3, s4]);
        let mean = ud / form.relative.total();
        let shares = form.shares();
        let [q, trace_v] = form.sums(|u, d, v| [u * ((d - mean) * (d - mean)), u * v * shares(u)]);
        (form.q, form.trace_v) = (q, trace_v);
        form.checked()
    }

    fn with_moderators(mut self) -> Result<Self, Error> {
        let (kernel, weights) = (self.evidence.kernel(), self.weights);
        let v = |i: usize| kernel.in_unit(self.evidence.v()[i].f64());
        let regression = self
            .evidence
            .moderators()
            .and_then(|moderators| moderators.weighted(|i| weights.relative(v(i), kernel.v_min)))
            .ok_or(ErrorKind::OutOfRange { quantity: QUANTITY })?;
        let uv: Vec<f64> = regression.u().iter().enumerate().map(|(i, u)| u * v(i)).collect();
        self.q = regression.q();
        [self.trace_v] = sum_pairs(&uv, &regression.left(), |uv, left| [uv * left]);
        self.regression = Some(regression);
        self.checked()
    }

    fn checked(self) -> Result<Self, Error> {
        let kernel = self.evidence.kernel();
        // Weights above the smallest normal number, and sums below the largest one.
        let smallest = self.weights.relative(kernel.v_max, kernel.v_min);
        let finite = self.q.is_finite() && self.trace_v.is_finite() && kernel.v_max.is_finite();
        if finite && smallest >= f64::MIN_POSITIVE {
            return Ok(self);
        }
        Err(ErrorKind::OutOfRange { quantity: QUANTITY }.into())
    }

    /// tr P.
    pub(super) fn trace(&self) -> f64 {
        match &self.regression {
            None => self.relative.trace(),
            Some(regression) => sum_pairs(regression.u(), &regression.left(), |u, left| [u * left])[0],
        }
    }

    /// √(2 tr PSPS) / tr P with S = V + τ² I: the standard error of (Q - tr PV) / tr P.
    ///
    /// It is Σ u² s² (1 - p)² + ((Σ u² s)² - Σ u⁴ s²) / (Σ u)², the difference being a sum over pairs of studies, with
    /// s relative to the largest as squares could overflow.
    pub(super) fn std_error(&self, tau2: f64) -> f64 {
        let scale = self.evidence.kernel().v_max + tau2;
        if let Some(regression) = &self.regression {
            let us = self.terms(tau2).map(|(u, s)| u * (s / scale)).collect::<Vec<_>>();
            let squares = regression.trace_of_squares(&us, &regression.left());
            return scale * (2.0 * squares).sqrt() / self.trace();
        }
        let (shares, total) = (self.shares(), self.relative.total());
        let [diagonal, t1, t2, r1, r2] = self.sums(|u, _, v| {
            let s = (v + tau2) / scale;
            let (own, pair) = (u * s * shares(u), u * u * s);
            let (top, rest) = if u == 1.0 { (pair, 0.0) } else { (0.0, pair) };
            [own * own, top, top * top, rest, rest * rest]
        });
        let pairs = (t1 * t1 - t2).max(0.0) + 2.0 * t1 * r1 + (r1 * r1 - r2).max(0.0);
        scale * (2.0 * (diagonal + pairs / (total * total))).sqrt() / self.trace()
    }

    /// ln (P(Q < q) / P(Q > q)) at τ², q being as observed.
    fn logit(&self, tau2: f64) -> f64 {
        let form = match &self.regression {
            None => Some(QuadraticForm::new(self.terms(tau2))),
            Some(regression) => {
                let us = self.terms(tau2).map(|(u, s)| u * s).collect::<Vec<_>>();
                regression.eigenvalues(&us).map(QuadraticForm::of_eigenvalues)
            }
        };
        form.map_or(f64::NAN, |form| form.log_tails(self.q).logit())
    }

    /// Pairs of a weight and v + τ².
    fn terms(&self, tau2: f64) -> impl Iterator<Item = (f64, f64)> + Clone {
        let (kernel, weights) = (self.evidence.kernel(), self.weights);
        self.evidence.v().iter().map(move |v| {
            let v = kernel.in_unit(v.f64());
            (weights.relative(v, kernel.v_min), v + tau2)
        })
    }

    /// The τ² at which the logit of the observed Q is `target`.
    ///
    /// The unknown is `x = ln(1 + τ² / v_min)`, in which the logit is smooth and nearly straight whatever the scale. A
    /// root is bracketed by doubling x.
    pub(super) fn solve(&self, target: f64) -> Result<QSolution, Error> {
        let v_min = self.evidence.kernel().v_min;
        let tau2 = |x: f64| v_min * x.exp_m1();
        let miss = |x: f64| self.logit(tau2(x)) - target;
        let k = self.evidence.k();
        if self.regression.is_some() && k > MOST_STUDIES {
            let quantity = "the distribution of the generalised Q statistic about a regression";
            return Err(ErrorKind::TooManyStudies { quantity, most: MOST_STUDIES, found: k }.into());
        }
        let (mut low, mut at_low) = (0.0, miss(0.0));
        if at_low < 0.0 {
            return Ok(QSolution::BelowAtZero);
        }
        let (mut high, mut at_high) = (1.0, miss(1.0));
        for _ in 0..MAX_DOUBLINGS {
            if at_high > 0.0 {
                (low, at_low) = (high, at_high);
                high = f64::min(2.0 * high, LARGEST);
                at_high = miss(high);
            }
        }
        // A NaN comes of variances beyond the floating-point range.
        if at_low.is_nan() || at_high.is_nan() || at_high > 0.0 {
            return Err(out_of_range());
        }
        root_between(miss, (low, at_low), (high, at_high), 2.0 * f64::EPSILON)
            .map(|x| QSolution::Root(tau2(x)))
            .ok_or_else(|| {
                let last = self.evidence.kernel().in_user_unit(tau2(high));
                ErrorKind::NoConvergence { what: "the equation of the generalised Q statistic", last, steps: MAX_STEPS }
                    .into()
            })
    }

    /// 1 - u / Σ u, without subtracting the largest weight from the total that holds it.
    fn shares(&self) -> impl Fn(f64) -> f64 + use<F> {
        let Self { relative, .. } = *self;
        let (total, others) = (relative.total(), relative.others());
        move |u| if u == 1.0 { others / total } else { (total - u) / total }
    }

    /// Sums over studies of terms in (u, d, v), in the kernel's unit.
    fn sums<const N: usize>(&self, term: impl Fn(f64, f64, f64) -> [f64; N]) -> [f64; N] {
        let (kernel, weights) = (self.evidence.kernel(), self.weights);
        sum_pairs(self.evidence.y(), self.evidence.v(), |y, v| {
            let v = kernel.in_unit(v);
            term(weights.relative(v, kernel.v_min), kernel.mean_of(y), v)
        })
    }
}

fn out_of_range() -> Error {
    ErrorKind::OutOfRange { quantity: "the distribution of the generalised Q statistic" }.into()
}

/// The τ² for several targets of the logit, with one and the same quadratic form.
pub(crate) fn solve_generalised_q<F: Real, const N: usize>(
    evidence: &Evidence<'_, F>,
    weights: QWeights,
    targets: [f64; N],
) -> Result<[QSolution; N], Error> {
    let form = FixedWeights::new(evidence, weights)?;
    let mut solutions = [QSolution::BelowAtZero; N];
    for (solution, target) in solutions.iter_mut().zip(targets) {
        *solution = form.solve(target)?;
    }
    Ok(solutions)
}
