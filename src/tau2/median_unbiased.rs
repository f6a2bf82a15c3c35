//! Estimators that match the median of a Q statistic.

use std::fmt;

use super::q_distribution::FixedWeights;
use super::{PauleMandel, QSolution, QWeights, Tau2Estimator, check_degrees, generalised_q, named, solve_q, to_user};
use crate::distributions;
use crate::error::Error;
use crate::evidence::Evidence;
use crate::real::Real;

/// The median-unbiased form of [`GeneralisedQ`](super::GeneralisedQ): the τ² at which the sum of squares that was observed is
/// the median of its distribution.
///
/// Moment estimators are too low more often than not, as Q is skewed. This one is too low as often as too high, up to the
/// cut at 0, if the effects are normal (Viechtbauer 2021). It lies in every
/// [`generalised_q_interval`](Evidence::generalised_q_interval) with the same weights that is not empty: it is the
/// interval of level 0.
///
/// # Formula
/// ```text
/// P(Q <= q | τ²) = 1/2            or 0 if the left side is not above 1/2 at τ² = 0
/// ```
/// where q is the observed Q = Σ a (y - ȳ)², ȳ = Σ a y / Σ a. Given τ² it is a sum of independent multiples of χ² variables, whose
/// distribution is evaluated to about 14 digits (Biggerstaff & Jackson 2008; Jackson 2013). The left side falls as τ²
/// grows, so there is one root. The standard error is that of [`GeneralisedQ`](super::GeneralisedQ) with this estimate put
/// in for τ².
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange);
/// [`TooManyStudies`](crate::ErrorKind::TooManyStudies) about a regression for more than 1000 of them.
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, MedianUnbiasedGeneralisedQ, QWeights, Studies, Tau2Estimator};
///
/// // With equal variances: Q = 14 is (1 + τ²) times the median of chi-squared with 2 degrees of freedom, 2 ln 2.
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let estimate: f64 = MedianUnbiasedGeneralisedQ::new(QWeights::InverseVariance).tau2(&studies.evidence())?;
/// assert!((estimate - (7.0 / 2.0_f64.ln() - 1.0)).abs() < 1e-12);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
///
/// # References
/// - Viechtbauer W (2021). Median-unbiased estimators for the amount of heterogeneity in meta-analysis. European Congress
///   of Methodology, Valencia.
/// - Biggerstaff BJ, Jackson D (2008). The exact distribution of Cochran's heterogeneity statistic in one-way random
///   effects meta-analysis. Statistics in Medicine 27, 6093-6110.
#[doc(alias = "GENQM")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MedianUnbiasedGeneralisedQ {
    weights: QWeights,
}

impl MedianUnbiasedGeneralisedQ {
    /// The estimator with these weights.
    #[must_use]
    pub const fn new(weights: QWeights) -> Self {
        Self { weights }
    }

    /// Its weights.
    #[must_use]
    pub const fn weights(self) -> QWeights {
        self.weights
    }
}

/// Prints as in "median-unbiased generalised Q (inverse variance)".
impl fmt::Display for MedianUnbiasedGeneralisedQ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self.weights {
            QWeights::InverseVariance => "median-unbiased generalised Q (inverse variance)",
            QWeights::InverseStdError => "median-unbiased generalised Q (inverse standard error)",
            QWeights::Equal => "median-unbiased generalised Q (equal weights)",
        })
    }
}

impl<F: Real> Tau2Estimator<F> for MedianUnbiasedGeneralisedQ {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        match FixedWeights::new(evidence, self.weights)?.solve(0.0)? {
            QSolution::BelowAtZero => Ok(F::zero()),
            QSolution::Root(tau2) => to_user(evidence, tau2),
        }
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        generalised_q::std_error(evidence, self.weights, tau2)
    }
}

/// The median-unbiased form of [`PauleMandel`]: the τ² at which the generalised Q statistic is at the median of its
/// chi-squared distribution rather than at its mean.
///
/// It is too low as often as too high, up to the cut at 0, if the effects are normal (Viechtbauer 2021), and it lies in
/// every [Q-profile interval](Evidence::q_profile) that is not empty.
///
/// # Formula
/// ```text
/// Σ (y - μ(τ²))² / (v + τ²) = m        or 0 if the left side is not above m at τ² = 0
/// ```
/// with m the median of chi-squared with k - 1 degrees of freedom. The standard error is that of [`PauleMandel`].
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, MedianUnbiasedPauleMandel, Studies, Tau2Estimator};
///
/// // With equal variances: Q = 14 / (1 + τ²) is 2 ln 2, the median of chi-squared with 2 degrees of freedom.
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let estimate: f64 = MedianUnbiasedPauleMandel.tau2(&studies.evidence())?;
/// assert!((estimate - (7.0 / 2.0_f64.ln() - 1.0)).abs() < 1e-13);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
///
/// # References
/// - Viechtbauer W (2021). Median-unbiased estimators for the amount of heterogeneity in meta-analysis. European Congress
///   of Methodology, Valencia.
#[doc(alias = "PMM")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct MedianUnbiasedPauleMandel;

named!(MedianUnbiasedPauleMandel, "median-unbiased Paule-Mandel");

impl<F: Real> Tau2Estimator<F> for MedianUnbiasedPauleMandel {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        match solve_q(evidence, distributions::chi_squared_quantile(0.5, evidence.degrees()))? {
            QSolution::BelowAtZero => Ok(F::zero()),
            QSolution::Root(tau2) => to_user(evidence, tau2),
        }
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        PauleMandel.std_error(evidence, tau2)
    }
}
