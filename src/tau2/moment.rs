//! Estimators that match a moment of Cochran's Q.

use super::{QSolution, Tau2Estimator, check_degrees, named, solve_q, to_user};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::real::Real;

/// The moment estimator of DerSimonian and Laird, in closed form: the most widely used one, and Review Manager's.
///
/// Fast and without assumptions on the shape of the distribution. It is biased downwards where heterogeneity is large and
/// studies are few or unequal; [`Reml`](super::Reml) and [`PauleMandel`] are then preferred (Veroniki et al. 2016).
///
/// # Formula
/// ```text
/// τ² = max(0, (Q - (k - 1)) / (Σ w - Σ w² / Σ w))        w = 1 / v
/// ```
/// (DerSimonian & Laird 1986, equation 8.) The standard error is that of the moment, with the estimate put in for τ²:
/// √(2 (k-1) + 4 τ² tr P + 2 τ⁴ tr PP) / tr P (Biggerstaff & Tweedie 1997).
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{DerSimonianLaird, EffectSize, OddsRatio, Pool, RandomEffects, TwoByTwo};
///
/// // Ketamine against etomidate for emergency intubation, deaths: 0.97 (0.81, 1.16), tau2 0.015 (Zampieri et al.).
/// let trials = [
///     TwoByTwo::new([72, 163], [81, 153]), TwoByTwo::new([8, 2], [5, 7]),
///     TwoByTwo::new([54, 86], [61, 100]), TwoByTwo::new([131, 264], [142, 254]),
///     TwoByTwo::new([8, 62], [15, 58]), TwoByTwo::new([35, 95], [25, 105]),
///     TwoByTwo::new([330, 843], [345, 841]), TwoByTwo::new([11, 29], [8, 32]),
/// ];
/// let pooled = RandomEffects::new(DerSimonianLaird).pool(&OddsRatio.studies(&trials)?)?;
/// assert_eq!(format!("{:.3}", pooled.heterogeneity().tau2().unwrap()), "0.015");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "DL")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DerSimonianLaird;

named!(DerSimonianLaird, "DerSimonian-Laird");

impl<F: Real> Tau2Estimator<F> for DerSimonianLaird {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        let zero = evidence.at_zero();
        to_user(evidence, ((zero.q - evidence.degrees()) / zero.trace).max(0.0))
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        let kernel = evidence.kernel();
        let (trace, trace_pp) = evidence.traces(0.0);
        // In units of 1 / tr P, and the root of a sum of squares: the square of a large τ² could overflow.
        let x = kernel.in_unit(tau2.f64()) * trace;
        let (constant, slope) = (2.0 * evidence.degrees() + 4.0 * x, 2.0 * (trace_pp / trace / trace));
        finite(evidence, constant.sqrt().hypot(slope.sqrt() * x) / trace)
    }
}

/// The estimator of Paule and Mandel: the τ² at which the generalised Q statistic equals its expectation. It is also the
/// empirical Bayes estimator of Morris, which solves the same equation.
///
/// A good choice for effects of any distribution, less biased than [`DerSimonianLaird`](super::DerSimonianLaird) where
/// heterogeneity is large (Veroniki et al. 2016).
///
/// # Formula
/// ```text
/// Σ (y - μ(τ²))² / (v + τ²) = k - 1        or 0 if the left side is not above k - 1 at τ² = 0
/// ```
/// (Paule & Mandel 1982; DerSimonian & Kacker 2007). The left side decreases, so there is one root; it is
/// found to the last digits whatever the unit of the data. The standard error is √(2 k² / (k - 1)) / Σ w, as
/// R's metafor reports it for this estimator and the empirical Bayes one (after Morris 1983).
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, PauleMandel, Studies, Tau2Estimator};
///
/// // With equal variances it is the variance of the effects minus theirs.
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// assert_eq!(PauleMandel.tau2(&studies.evidence())?, 6.0);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "PM")]
#[doc(alias = "EB")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PauleMandel;

named!(PauleMandel, "Paule-Mandel");

impl<F: Real> Tau2Estimator<F> for PauleMandel {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        match solve_q(evidence, evidence.degrees())? {
            QSolution::BelowAtZero => Ok(F::zero()),
            QSolution::Root(tau2) => to_user(evidence, tau2),
        }
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        let kernel = evidence.kernel();
        let weights = kernel.centre(kernel.in_unit(tau2.f64())).weights;
        #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
        let k = evidence.k() as f64;
        finite(evidence, (2.0 / evidence.degrees()).sqrt() * k * weights.c / weights.total())
    }
}

/// A standard error from the kernel's unit to the user's float, if it is a finite number there.
pub(super) fn finite<F: Real>(evidence: &Evidence<'_, F>, std_error: f64) -> Option<F> {
    let value = F::of(evidence.kernel().in_user_unit(std_error));
    value.is_finite().then_some(value)
}
