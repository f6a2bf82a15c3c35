//! The likelihood of a pooled effect, maximised over τ² at every value of the effect.
//!
//! Everything is in the kernel's unit and from its origin. With m(t) the weighted mean at t, the log-likelihood of (μ, t) is that
//! of (m(t), t) less ½ Σw (m(t) - μ)². So the effects whose likelihood lies above a height are the union, over the t whose own
//! profile does, of intervals about m(t): each connected piece of such t gives one interval of effects, within which the
//! deviance crosses the height once on either side.

use crate::error::{Error, ErrorKind};
use crate::evidence::{Centre, Evidence};
use crate::num::root::root_between;
use crate::profile_likelihood::Profile;
use crate::real::Real;
use crate::tau2::{Stationary, stationary_points_about};

/// More than any limit takes: each step at least halves the bracket.
const MAX_STEPS: usize = 300;
/// Doublings of a bracket, enough for every double.
const MAX_DOUBLINGS: usize = 1100;
/// Relative accuracy of the limits by Skovgaard's statistic.
const ROOT: f64 = 1e-14;
/// Below this a deviance is taken as an integral: beyond, a difference has 12 digits.
const CLOSE: f64 = 1e-4;
/// The outer points of Gauss's rule, √15 / 10 from the middle.
const GAUSS: f64 = 0.387_298_334_620_741_7;
/// Within this many standard errors of the estimate Skovgaard's statistic is a straight line.
const STRAIGHT: f64 = 0.02;

/// The likelihood with its maximum.
pub(super) struct EffectProfile<'e, 'a, F> {
    evidence: &'e Evidence<'a, F>,
    profile: Profile<'e, 'a, F>,
    /// The height of the limits, as a deviance.
    deviance: f64,
    centre: Centre,
}

/// Twice how far the likelihood of an effect lies below the maximum, and the τ² that is best for it.
#[derive(Clone, Copy)]
struct Best {
    deviance: f64,
    tau2: f64,
}

/// 1 + C of the Bartlett correction; see [`LikelihoodCorrection::Bartlett`](super::LikelihoodCorrection::Bartlett).
pub(super) fn bartlett_factor<F: Real>(profile: &EffectProfile<'_, '_, F>) -> f64 {
    let weights = profile.evidence.kernel().full_weights(profile.tau2());
    let (total, squares, cubes) = (weights.total(), weights.total_squares(), weights.total_cubes());
    1.0 + 2.0 * cubes / (total * squares) - 0.5 * squares / (total * total)
}

impl<'e, 'a, F: Real> EffectProfile<'e, 'a, F> {
    /// `drop`: how far the limits lie below the maximum.
    pub(super) fn new(evidence: &'e Evidence<'a, F>, drop: f64) -> Result<Self, Error> {
        let profile = Profile::new(evidence, false, drop)?;
        let centre = evidence.centre(profile.top);
        Ok(Self { evidence, profile, deviance: 2.0 * drop, centre })
    }

    pub(super) fn with_drop(self, drop: f64) -> Self {
        Self { profile: self.profile.with_drop(drop), deviance: 2.0 * drop, ..self }
    }

    /// The estimate of τ².
    pub(super) fn tau2(&self) -> f64 {
        self.profile.top
    }

    /// The estimate of the effect.
    pub(super) fn mean(&self) -> f64 {
        self.centre.mean
    }

    pub(super) fn std_error(&self) -> f64 {
        self.centre.variance().sqrt()
    }

    /// The best τ² for an effect, among those of a piece.
    fn best(&self, mean: f64, (low, high): (f64, f64)) -> Result<Best, Error> {
        let kernel = self.evidence.kernel();
        let deviance = |tau2: f64| {
            let centre = self.evidence.centre(tau2);
            let off = centre.mean - mean;
            centre.total / centre.c * off * off - 2.0 * self.evidence.rise(self.profile.top, tau2, false)
        };
        let mut best = Best { deviance: f64::INFINITY, tau2: low };
        let mut consider = |tau2: f64| {
            let deviance = deviance(tau2);
            if deviance < best.deviance {
                best = Best { deviance, tau2 };
            }
        };
        if low > 0.0 {
            consider(low);
        }
        if high.is_finite() {
            consider(high);
        }
        stationary_points_about(kernel, mean, |point| match point {
            Stationary::Maximum(tau2) if tau2 >= low && tau2 <= high => consider(tau2),
            _ => {}
        })?;
        Ok(best)
    }

    fn best_of_all(&self, mean: f64) -> Result<Best, Error> {
        self.best(mean, (0.0, f64::INFINITY))
    }

    /// sign(μ̂ - μ) √W(μ).
    pub(super) fn signed_root(&self, mean: f64) -> Result<f64, Error> {
        let deviance = self.best_of_all(mean)?.deviance.max(0.0);
        let close = if deviance < CLOSE { self.deviance_nearby(mean)? } else { deviance };
        // Where the best τ² jumps on the way the integral is rough, and the difference the better one.
        let deviance = if (close - deviance).abs() < 1e-9 { close } else { deviance };
        Ok(deviance.sqrt().copysign(self.mean() - mean))
    }

    /// W near the estimate, where it is a difference of likelihoods that agree: as the integral of its derivative 2 Σw (μ - m),
    /// by the rule of Gauss with three points.
    fn deviance_nearby(&self, mean: f64) -> Result<f64, Error> {
        let distance = mean - self.mean();
        let mut integral = 0.0;
        for (at, weight) in [(0.5 - GAUSS, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.5 + GAUSS, 5.0 / 18.0)] {
            let between = self.mean() + at * distance;
            let Centre { c, total, mean: centre } = self.evidence.centre(self.best_of_all(between)?.tau2);
            integral += weight * (total / c * (between - centre));
        }
        Ok((2.0 * distance * integral).max(0.0))
    }

    /// The limits of the effects above the height that are connected to the estimate, and the number of separate pieces.
    pub(super) fn limits(&self) -> Result<((f64, f64), usize), Error> {
        let mut pieces = Vec::new();
        let mut holder = 0;
        for (low, peak, high) in self.profile.pieces()? {
            if low <= self.profile.top && self.profile.top <= high {
                holder = pieces.len();
            }
            let piece = (low, high);
            pieces.push((self.limit(piece, peak, -1.0)?, self.limit(piece, peak, 1.0)?));
        }
        Ok(joined(&pieces, holder))
    }

    /// The effect on one side of those that belong to a piece: Newton's method on the root of the deviance, which is nearly
    /// straight, and bisection where a step leaves the bracket.
    fn limit(&self, piece: (f64, f64), peak: f64, side: f64) -> Result<f64, Error> {
        let kernel = self.evidence.kernel();
        let centre = self.evidence.centre(peak);
        let start = centre.mean;
        let (target, unit) = (self.deviance.sqrt(), centre.variance().sqrt());
        // Within the piece: the interval about the mean at its peak alone.
        let room = (self.deviance + 2.0 * self.evidence.rise(self.profile.top, peak, false)).max(0.0).sqrt();
        let (mut inside, mut outside) = (room * unit, 2.0 * (room + f64::EPSILON) * unit);
        let at = |distance: f64| self.best(start + side * distance, piece);
        for _ in 0..MAX_DOUBLINGS {
            if at(outside)?.deviance > self.deviance {
                break;
            }
            (inside, outside) = (outside, 2.0 * outside);
        }
        let mut distance = inside;
        let mut previous = f64::INFINITY;
        for _ in 0..MAX_STEPS {
            let mean = start + side * distance;
            let best = at(distance)?;
            *(if best.deviance <= self.deviance { &mut inside } else { &mut outside }) = distance;
            let Centre { c, total, mean: centre } = self.evidence.centre(best.tau2);
            let root = best.deviance.max(0.0).sqrt();
            // The derivative of the deviance is that at a fixed τ², which is best.
            let step = (target - root) * root / (total / c * side * (mean - centre));
            let next = distance + step;
            let within = next > inside.min(outside) && next < inside.max(outside);
            let small = step.abs() <= 1e-8 * unit;
            if step.abs() <= 2.0 * f64::EPSILON * distance || (small && step.abs() >= 0.5 * previous) {
                return Ok(start + side * if within { next } else { distance });
            }
            let next = if within { next } else { 0.5 * inside + 0.5 * outside };
            if next == distance || next == inside || next == outside {
                return Ok(start + side * next);
            }
            previous = if within { step.abs() } else { f64::INFINITY };
            distance = next;
        }
        let last = kernel.effect(start + side * distance);
        Err(ErrorKind::NoConvergence { what: "a profile-likelihood limit of the effect", last, steps: MAX_STEPS }
            .into())
    }

    /// Skovgaard's statistic at an effect; `None` where it is undefined.
    pub(super) fn skovgaard(&self, mean: f64) -> Result<Option<f64>, Error> {
        let reach = STRAIGHT * self.std_error();
        let distance = mean - self.mean();
        if distance.abs() >= reach {
            return self.skovgaard_away(mean);
        }
        let (below, above) = (self.skovgaard_away(self.mean() - reach)?, self.skovgaard_away(self.mean() + reach)?);
        Ok(below.zip(above).map(|(below, above)| below + (above - below) * (0.5 + 0.5 * (distance / reach))))
    }

    fn skovgaard_away(&self, mean: f64) -> Result<Option<f64>, Error> {
        let kernel = self.evidence.kernel();
        let best = self.best_of_all(mean)?;
        let top = self.evidence.curvature(self.profile.top, false);
        let there = kernel.curvature_about(best.tau2, mean);
        // det j = Σw (Σ w³ e² - (Σ w² e)² / Σw - ½ Σw²), in which the first two terms are y'PPPy.
        let profiled = top.ppp / top.c - 0.5 * top.trace_pp;
        let held = match best.tau2 > 0.0 {
            true => there.ppp / there.c - 0.5 * there.trace_pp,
            false => 0.5 * there.trace_pp,
        };
        if !(self.profile.top > 0.0 && profiled > 0.0 && held > 0.0) {
            return Ok(None);
        }
        let squares = there.trace_pp / top.trace_pp * (top.c / there.c);
        let u = (self.mean() - mean) * squares * (top.trace / top.c).sqrt() * (profiled / held).sqrt();
        let r = best.deviance.max(0.0).sqrt().copysign(self.mean() - mean);
        let statistic = r + (u / r).ln() / r;
        Ok(statistic.is_finite().then_some(statistic))
    }

    /// The effects at which Skovgaard's statistic is the quantile, and minus it.
    pub(super) fn skovgaard_limits(&self, quantile: f64) -> Result<Option<(f64, f64)>, Error> {
        let limits = (self.skovgaard_limit(quantile)?, self.skovgaard_limit(-quantile)?);
        Ok(limits.0.zip(limits.1).filter(|(lower, upper)| lower <= upper))
    }

    fn skovgaard_limit(&self, target: f64) -> Result<Option<f64>, Error> {
        let Some(at_estimate) = self.skovgaard(self.mean())? else { return Ok(None) };
        // The statistic falls with the effect.
        let side = if at_estimate > target { 1.0 } else { -1.0 };
        let (mut near, mut step) = ((0.0, at_estimate - target), self.std_error());
        for _ in 0..MAX_DOUBLINGS {
            let Some(value) = self.skovgaard(self.mean() + side * step)? else { return Ok(None) };
            let far = (step, value - target);
            if (far.1 > 0.0) != (near.1 > 0.0) {
                // An undefined value or an error within the bracket: NaN, and the search may not settle.
                let miss = |distance: f64| match self.skovgaard(self.mean() + side * distance) {
                    Ok(Some(value)) => value - target,
                    _ => f64::NAN,
                };
                return Ok(root_between(miss, near, far, ROOT).map(|distance| self.mean() + side * distance));
            }
            (near, step) = (far, 2.0 * step);
        }
        Ok(None)
    }
}

/// The union of intervals that is connected to one of them, and how many such unions there are.
fn joined(pieces: &[(f64, f64)], holder: usize) -> ((f64, f64), usize) {
    let mut order: Vec<usize> = (0..pieces.len()).collect();
    order.sort_by(|&a, &b| pieces[a].0.total_cmp(&pieces[b].0));
    let mut unions: Vec<((f64, f64), bool)> = Vec::new();
    for index in order {
        let (low, high) = pieces[index];
        match unions.last_mut() {
            Some(((_, end), holds)) if low <= *end => (*end, *holds) = (end.max(high), *holds || index == holder),
            _ => unions.push(((low, high), index == holder)),
        }
    }
    let of_estimate = unions.iter().find(|(_, holds)| *holds).map_or((f64::NAN, f64::NAN), |(limits, _)| *limits);
    (of_estimate, unions.len())
}
