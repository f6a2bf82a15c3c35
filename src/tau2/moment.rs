//! Estimators in closed form that match a moment of Cochran's Q.

use super::{GeneralisedQ, LaneMethod, QWeights, Tau2Estimator, check_degrees, named, to_user};
use crate::error::Error;
use crate::evidence::{Curvature, Evidence};
use crate::real::Real;

/// The moment estimator of DerSimonian and Laird, in closed form: the most widely used one, and Review Manager's.
///
/// Fast and without assumptions on the shape of the distribution. It is biased downwards where heterogeneity is large and
/// studies are few or unequal; [`Reml`](super::Reml) and [`PauleMandel`](super::PauleMandel) are then preferred (Veroniki et al. 2016).
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
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        to_user(evidence, evidence.dersimonian_laird())
    }

    #[inline(always)]
    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        finite(evidence, root_variance_of_q(evidence, tau2) / evidence.at_zero().trace())
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::DerSimonianLaird)
    }
}

/// The two-step estimator of DerSimonian and Kacker: the moment estimator again, with the weights of a first
/// [`DerSimonianLaird`] estimate.
///
/// Close to [`PauleMandel`](super::PauleMandel), of which it is the first step, and in closed form.
///
/// # Formula
/// ```text
/// t = max(0, DerSimonian-Laird)        τ² = max(0, t + (Q(t) - (k-1)) / tr P(t))        w = 1 / (v + t)
/// ```
/// (DerSimonian & Kacker 2007.) With weights w, tr PV is k - 1 - t tr P, hence this form. The standard error is
/// √(2 tr PSPS) / tr P with S the variances v + τ², taking the weights as fixed.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// As [`DerSimonianLaird`].
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, Studies, Tau2Estimator, TwoStepDerSimonianLaird};
///
/// // With equal variances the first step is the last.
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// assert_eq!(TwoStepDerSimonianLaird.tau2(&studies.evidence())?, 6.0);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "DL2")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TwoStepDerSimonianLaird;

named!(TwoStepDerSimonianLaird, "two-step DerSimonian-Laird");

impl<F: Real> Tau2Estimator<F> for TwoStepDerSimonianLaird {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        let first = evidence.dersimonian_laird();
        let Curvature { c, q, trace, .. } = evidence.curvature(first, true);
        to_user(evidence, (first + (q / c - evidence.degrees()) / (trace / c)).max(0.0))
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        let first = evidence.dersimonian_laird();
        let [c, trace, _] = evidence.traces(first);
        let psps = evidence.trace_psps(first, evidence.kernel().in_unit(tau2.f64()))?;
        finite(evidence, (2.0 * psps).sqrt() / trace * c)
    }
}

/// The estimator of Hedges and Olkin, in closed form: the variance of the effects less their mean sampling variance. Also
/// known as Cochran's analysis-of-variance estimator, or variance components.
///
/// Unbiased before it is cut off at 0; imprecise where the studies' variances differ much (Viechtbauer 2005).
///
/// # Formula
/// ```text
/// τ² = max(0, Σ (y - ȳ)² / (k-1) - Σ v / k)
/// ```
/// (Cochran 1954; Hedges 1983; Hedges & Olkin 1985.) It is [`GeneralisedQ`](super::GeneralisedQ) with equal weights.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// As [`GeneralisedQ`](super::GeneralisedQ).
///
/// # Example
/// ```
/// use meta_analysis::{HedgesOlkin, MeanDifference, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 2.0, 3.0])?;
/// assert_eq!(HedgesOlkin.tau2(&studies.evidence())?, 5.0);    // 14 / 2 - 6 / 3
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "HE")]
#[doc(alias = "HO")]
#[doc(alias = "CO")]
#[doc(alias = "VC")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HedgesOlkin;

named!(HedgesOlkin, "Hedges-Olkin");

impl<F: Real> Tau2Estimator<F> for HedgesOlkin {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        GeneralisedQ::new(QWeights::Equal).tau2(evidence)
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        GeneralisedQ::new(QWeights::Equal).std_error(evidence, tau2)
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::HedgesOlkin)
    }
}

/// The estimator of Hunter and Schmidt, in closed form: Q in excess of the number of studies.
///
/// Its mean squared error is small, at the price of a negative bias that does not vanish with many studies
/// (Viechtbauer 2005); it lives in psychology, for correlations. [`HunterSchmidtSmallSample`] removes part of the bias.
///
/// # Formula
/// ```text
/// τ² = max(0, (Q - k) / Σ w)        w = 1 / v
/// ```
/// (Hunter & Schmidt 1990; Viechtbauer 2005.) The standard error is √(2 (k-1) + 4 τ² tr P + 2 τ⁴ tr PP) / Σ w.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{HunterSchmidt, MeanDifference, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// assert_eq!(HunterSchmidt.tau2(&studies.evidence())?, 11.0 / 3.0);    // Q = 14
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "HS")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HunterSchmidt;

named!(HunterSchmidt, "Hunter-Schmidt");

impl<F: Real> Tau2Estimator<F> for HunterSchmidt {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        hunter_schmidt(evidence, 1.0)
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        finite(evidence, root_variance_of_q(evidence, tau2) / total_weight(evidence))
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::HunterSchmidt)
    }
}

/// Hunter and Schmidt's estimator with the small-sample correction of Brannick et al.
///
/// # Formula
/// ```text
/// τ² = max(0, (k / (k-1) Q - k) / Σ w)        w = 1 / v
/// ```
/// (Brannick, Potter, Benitez & Morris 2019.) The standard error is k / (k-1) times that of [`HunterSchmidt`]'s formula.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// As [`HunterSchmidt`].
///
/// # Example
/// ```
/// use meta_analysis::{HunterSchmidtSmallSample, MeanDifference, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// assert_eq!(HunterSchmidtSmallSample.tau2(&studies.evidence())?, 6.0);    // (3/2 · 14 - 3) / 3
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "HSk")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HunterSchmidtSmallSample;

named!(HunterSchmidtSmallSample, "Hunter-Schmidt (small-sample)");

impl<F: Real> Tau2Estimator<F> for HunterSchmidtSmallSample {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        hunter_schmidt(evidence, studies(evidence) / evidence.degrees())
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        let factor = studies(evidence) / evidence.degrees();
        finite(evidence, factor * root_variance_of_q(evidence, tau2) / total_weight(evidence))
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::HunterSchmidtSmallSample)
    }
}

/// max(0, (factor Q - k) / Σ w).
fn hunter_schmidt<F: Real>(evidence: &Evidence<'_, F>, factor: f64) -> Result<F, Error> {
    check_degrees(evidence)?;
    let excess = factor * evidence.at_zero().q - studies(evidence);
    to_user(evidence, (excess / total_weight(evidence)).max(0.0))
}

/// The estimator of Hartung and Makambi, in closed form and positive unless Q is 0.
///
/// Use it where an estimate of zero is unwanted; it is biased upwards without heterogeneity (Veroniki et al. 2016).
///
/// # Formula
/// ```text
/// τ² = Q² / ((2 (k-1) + Q) (Σ w - Σ w² / Σ w))        w = 1 / v
/// ```
/// (Hartung & Makambi 2003.) No standard error.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{HartungMakambi, MeanDifference, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let tau2: f64 = HartungMakambi.tau2(&studies.evidence())?;
/// assert!((tau2 - 14.0 * 14.0 / (18.0 * 2.0)).abs() < 1e-14);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "HM")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HartungMakambi;

named!(HartungMakambi, "Hartung-Makambi");

impl<F: Real> Tau2Estimator<F> for HartungMakambi {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        let zero = evidence.at_zero();
        to_user(evidence, zero.q / (2.0 * evidence.degrees() + zero.q) * (zero.q / zero.trace()))
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::HartungMakambi)
    }
}

/// k.
#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
pub(super) fn studies<F: Real>(evidence: &Evidence<'_, F>) -> f64 {
    evidence.k() as f64
}

/// Σ w at τ² = 0, in the kernel's unit.
fn total_weight<F: Real>(evidence: &Evidence<'_, F>) -> f64 {
    let centre = evidence.at_zero().centre;
    centre.total / centre.c
}

/// The standard deviation of Q under an estimate of τ²: √(2 (k-1) + 4 τ² tr P + 2 τ⁴ tr PP) (Biggerstaff & Tweedie 1997).
#[inline(always)]
fn root_variance_of_q<F: Real>(evidence: &Evidence<'_, F>, tau2: F) -> f64 {
    let [c, trace, trace_pp] = evidence.traces(0.0);
    let t = evidence.kernel().in_unit(tau2.f64()) / c;
    let (constant, slope) = (2.0 * evidence.degrees() + 4.0 * (t * trace), 2.0 * trace_pp);
    let variance = constant + slope * t * t;
    // The square of a large τ² may overflow where its root does not.
    if variance.is_finite() { variance.sqrt() } else { constant.sqrt().hypot(slope.sqrt() * t) }
}

/// A standard error from the kernel's unit to the user's float, if it is a finite number there.
#[inline]
pub(super) fn finite<F: Real>(evidence: &Evidence<'_, F>, std_error: f64) -> Option<F> {
    let value = F::of(evidence.kernel().in_user_unit(std_error));
    value.is_finite().then_some(value)
}
