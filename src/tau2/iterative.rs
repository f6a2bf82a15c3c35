//! Estimators of Paule and Mandel, and of Sidik and Jonkman.

use super::moment::{finite, studies};
use super::{LaneMethod, MeanAt, QSolution, Tau2, Tau2Estimator, check_degrees, named, solve_q, to_user};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::real::Real;

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
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        match solve_q(evidence, evidence.degrees())? {
            QSolution::BelowAtZero => Ok(F::zero()),
            QSolution::Root(tau2) => to_user(evidence, tau2),
        }
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        std_error_and_mean(evidence, tau2).0
    }

    fn estimate_and_mean(&self, evidence: &Evidence<'_, F>) -> Result<(Tau2<F>, Option<MeanAt>), Error> {
        let value = self.tau2(evidence)?;
        let (std_error, mean) = std_error_and_mean(evidence, value);
        Ok((Tau2 { value, std_error, modes: None }, mean))
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::PauleMandel)
    }
}

/// √(2 / (k-1)) k / Σ w, and the mean of the same weights, which is not that of a regression.
fn std_error_and_mean<F: Real>(evidence: &Evidence<'_, F>, tau2: F) -> (Option<F>, Option<MeanAt>) {
    let tau2 = evidence.kernel().in_unit(tau2.f64());
    let centre = evidence.centre(tau2);
    let std_error = (2.0 / evidence.degrees()).sqrt() * studies(evidence) * centre.variance();
    (finite(evidence, std_error), Some(MeanAt { tau2, centre }))
}

/// The estimator of Sidik and Jonkman, in closed form and positive unless all effects are equal.
///
/// Good where heterogeneity is large; it overestimates a small one (Veroniki et al. 2016).
///
/// # Formula
/// ```text
/// τ0² = Σ (y - ȳ)² / k        τ² = τ0² Q(τ0²) / (k-1)        Q(t) = Σ (y - μ(t))² / (v + t)
/// ```
/// (Sidik & Jonkman 2005, with the crude start τ0².) The standard error is τ0² √(2 tr PSPS) / (k-1), with P of weights
/// 1 / (v + τ0²) and S the variances v + τ².
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, SidikJonkman, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let tau2: f64 = SidikJonkman.tau2(&studies.evidence())?;
/// assert!((tau2 - 14.0 / 3.0 * 14.0 / (1.0 + 14.0 / 3.0) / 2.0).abs() < 1e-14);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SJ")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SidikJonkman;

named!(SidikJonkman, "Sidik-Jonkman");

/// Σ (y - ȳ)² / k about the unweighted mean, in the kernel's unit; with moderators too, as the start is about the mean.
fn crude_start<F: Real>(evidence: &Evidence<'_, F>) -> f64 {
    evidence.kernel().spread(evidence.at_zero().centre.mean) / studies(evidence)
}

impl<F: Real> Tau2Estimator<F> for SidikJonkman {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        let start = crude_start(evidence);
        let (q, _) = evidence.q_and_slope(start);
        to_user(evidence, start * (q / evidence.degrees()))
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        let start = crude_start(evidence);
        let trace = evidence.trace_psps(start, evidence.kernel().in_unit(tau2.f64()))?;
        finite(evidence, start * (2.0 * trace).sqrt() / evidence.degrees())
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::SidikJonkman)
    }
}

/// Sidik and Jonkman's estimator, iterated until it repeats itself.
///
/// The fixed point of τ² = τ² Q(τ²) / (k-1) is Q(τ²) = k - 1, the equation of [`PauleMandel`]: one estimator under two
/// names. Where Q(0) is at most k - 1 the iteration sinks to 0.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// As [`PauleMandel`].
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, SidikJonkmanIterated, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// assert_eq!(SidikJonkmanIterated.tau2(&studies.evidence())?, 6.0);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SJIT")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SidikJonkmanIterated;

named!(SidikJonkmanIterated, "Sidik-Jonkman (iterated)");

impl<F: Real> Tau2Estimator<F> for SidikJonkmanIterated {
    fn static_name(&self) -> Option<&'static str> {
        Some(Self::NAME)
    }

    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        PauleMandel.tau2(evidence)
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        PauleMandel.std_error(evidence, tau2)
    }

    fn lanes(&self) -> Option<LaneMethod> {
        Some(LaneMethod::PauleMandel)
    }
}
