//! Profile-likelihood intervals of tau2.

use crate::error::{Error, ErrorKind};
use crate::evidence::{Curvature, Evidence};
use crate::heterogeneity::Tau2Interval;
use crate::level::Level;
use crate::real::Real;
use crate::tau2::{MaximumLikelihood, Reml, Stationary, highest_mode, stationary_points};

/// Bisection alone would need fewer.
const MAX_STEPS: usize = 300;

impl Reml {
    /// The profile-likelihood interval of τ²: the values whose restricted log-likelihood is less than half the chi-squared
    /// quantile (1 degree of freedom) below its maximum (Viechtbauer 2007).
    ///
    /// All stationary points of the likelihood are known first, so that a limit is never taken from a wrong peak. Where the
    /// set falls into several [`pieces`](Tau2Interval::pieces), the limits are those of the piece with the estimate.
    ///
    /// # Errors
    /// As [`tau2`](crate::Tau2Estimator::tau2).
    ///
    /// ```
    /// use meta_analysis::{Level, MeanDifference, Reml, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
    /// let interval = Reml.profile_interval(&studies.evidence(), Level::P95)?;
    /// assert_eq!(format!("{interval:.2}"), "0.59 to 121.68");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PL")]
    pub fn profile_interval<F: Real>(
        &self,
        evidence: &Evidence<'_, F>,
        level: Level,
    ) -> Result<Tau2Interval<F>, Error> {
        Profile::new(evidence, true, half_chi_squared(level))?.interval(level)
    }
}

impl MaximumLikelihood {
    /// The profile-likelihood interval of τ²: as [`Reml::profile_interval`], from the likelihood that is not restricted
    /// (Hardy & Thompson 1996).
    ///
    /// # Errors
    /// As [`tau2`](crate::Tau2Estimator::tau2).
    #[doc(alias = "PL")]
    pub fn profile_interval<F: Real>(
        &self,
        evidence: &Evidence<'_, F>,
        level: Level,
    ) -> Result<Tau2Interval<F>, Error> {
        Profile::new(evidence, false, half_chi_squared(level))?.interval(level)
    }
}

/// Half the chi-squared quantile with 1 degree of freedom, which is the square of the normal one.
pub(crate) fn half_chi_squared(level: Level) -> f64 {
    0.5 * level.normal_quantile() * level.normal_quantile()
}

/// A likelihood with its stationary points, and a height below its top; τ² in the kernel's unit.
pub(crate) struct Profile<'e, 'a, F> {
    evidence: &'e Evidence<'a, F>,
    restricted: bool,
    points: Vec<Stationary>,
    /// The highest maximum.
    pub(crate) top: f64,
    /// How far the height of the limits lies below it.
    drop: f64,
}

impl<'e, 'a, F: Real> Profile<'e, 'a, F> {
    pub(crate) fn new(evidence: &'e Evidence<'a, F>, restricted: bool, drop: f64) -> Result<Self, Error> {
        let (top, _) = highest_mode(evidence, restricted)?;
        let mut points = Vec::new();
        stationary_points(evidence, restricted, |point| points.push(point))?;
        Ok(Self { evidence, restricted, points, top, drop })
    }

    /// The same likelihood with another height.
    pub(crate) fn with_drop(self, drop: f64) -> Self {
        Self { drop, ..self }
    }

    /// How far the log-likelihood lies above the height of the limits.
    fn margin(&self, tau2: f64) -> f64 {
        self.drop + self.evidence.rise(self.top, tau2, self.restricted)
    }

    fn interval(&self, level: Level) -> Result<Tau2Interval<F>, Error> {
        let limits = (self.lower(self.top)?, self.upper(self.top)?);
        Tau2Interval::new(self.evidence, Some(limits), level, self.peaks().len())
    }

    /// Every piece of the set above the height: its limits with its first peak between.
    pub(crate) fn pieces(&self) -> Result<Vec<(f64, f64, f64)>, Error> {
        self.peaks().into_iter().map(|peak| Ok((self.lower(peak)?, peak, self.upper(peak)?))).collect()
    }

    /// Between two stationary points the likelihood is monotone, so the limit lies before the first minimum below the height.
    fn lower(&self, peak: f64) -> Result<f64, Error> {
        let mut high = peak;
        for point in self.points.iter().rev() {
            match *point {
                Stationary::Maximum(t) if t < peak => high = t,
                Stationary::Minimum(t) if t < peak && self.margin(t) < 0.0 => return self.cross(high, t),
                _ => {}
            }
        }
        if self.margin(0.0) >= 0.0 { Ok(0.0) } else { self.cross(high, 0.0) }
    }

    fn upper(&self, peak: f64) -> Result<f64, Error> {
        let mut high = peak;
        for point in &self.points {
            match *point {
                Stationary::Maximum(t) if t > peak => high = t,
                Stationary::Minimum(t) if t > peak && self.margin(t) < 0.0 => return self.cross(high, t),
                _ => {}
            }
        }
        // Beyond the last maximum the likelihood falls without end, like a power of tau2.
        let v_min = self.evidence.kernel().v_min;
        let mut beyond = high;
        for _ in 0..MAX_STEPS {
            beyond = 16.0 * (v_min + beyond);
            if !beyond.is_finite() {
                break;
            }
            if self.margin(beyond) < 0.0 {
                return self.cross(high, beyond);
            }
        }
        Err(ErrorKind::OutOfRange { quantity: "the profile-likelihood interval" }.into())
    }

    /// The τ² at which the margin is 0, between one where it is not negative and one where it is: Newton's method, and
    /// bisection where a step leaves the bracket.
    fn cross(&self, mut inside: f64, mut outside: f64) -> Result<f64, Error> {
        let kernel = self.evidence.kernel();
        let mut t = kernel.between(inside, outside);
        let mut previous = f64::INFINITY;
        for _ in 0..MAX_STEPS {
            let margin = self.margin(t);
            *(if margin >= 0.0 { &mut inside } else { &mut outside }) = t;
            let Curvature { c, pp, trace, .. } = self.evidence.curvature(t, self.restricted);
            let step = -margin / (0.5 * (pp / c - trace) / c);
            let newton = t + step;
            let within = newton > inside.min(outside) && newton < inside.max(outside);
            let small = step.abs() <= 1e-8 * c;
            if step.abs() <= 2.0 * f64::EPSILON * t || (small && step.abs() >= 0.5 * previous) {
                return Ok(if within { newton } else { t });
            }
            let next = if within { newton } else { kernel.between(inside, outside) };
            // No number lies between: the bracket is as narrow as it gets.
            if next == t || next == inside || next == outside {
                return Ok(next);
            }
            previous = if within { step.abs() } else { f64::INFINITY };
            t = next;
        }
        Err(ErrorKind::NoConvergence { what: "a profile-likelihood limit", last: t, steps: MAX_STEPS }.into())
    }

    /// Peaks above the height of the limits, less those joined to the one before by a saddle above it.
    fn peaks(&self) -> Vec<f64> {
        let (mut peaks, mut joined) = (Vec::new(), false);
        for point in &self.points {
            match *point {
                Stationary::Maximum(t) => {
                    let above = self.margin(t) >= 0.0;
                    if above && !joined {
                        peaks.push(t);
                    }
                    joined = above;
                }
                Stationary::Minimum(t) => joined = joined && self.margin(t) >= 0.0,
            }
        }
        peaks
    }
}
