//! Moment estimators with weights of one's choice.

use std::fmt;

use super::moment::finite;
use super::q_distribution::FixedWeights;
use super::{Tau2Estimator, check_degrees, to_user};
use crate::error::Error;
use crate::evidence::Evidence;
use crate::real::Real;

/// Fixed weights of a generalised Q statistic, as functions of a study's variance v.
///
/// They weigh squares of differences when τ² is estimated; the pooled effect has weights 1/(v + τ²) whatever these are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QWeights {
    /// 1/v: Cochran's Q. Efficient where τ² is small against the variances.
    #[default]
    InverseVariance,
    /// 1/√v: a compromise for τ² of any size, proposed by Jackson (2013).
    InverseStdError,
    /// 1: the sum of squares of Hedges and of Cochran. Efficient where τ² is large against the variances.
    Equal,
}

impl QWeights {
    /// The weight relative to the largest, which is that of the smallest variance.
    pub(super) fn relative(self, v: f64, v_min: f64) -> f64 {
        match self {
            Self::InverseVariance => v_min / v,
            Self::InverseStdError => (v_min / v).sqrt(),
            Self::Equal => 1.0,
        }
    }
}

/// Prints as in "inverse variance".
impl fmt::Display for QWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::InverseVariance => "inverse variance",
            Self::InverseStdError => "inverse standard error",
            Self::Equal => "equal weights",
        })
    }
}

/// The generalised method of moments: the τ² at which a sum of squares with fixed weights equals its expectation.
///
/// With [`QWeights::InverseVariance`] it is the estimate of [`DerSimonianLaird`](super::DerSimonianLaird), with
/// [`QWeights::Equal`] that of Hedges and Olkin. [`QWeights::InverseStdError`] lies between: less biased than the
/// former where heterogeneity is large, more precise than the latter where it is small (Jackson 2013). Like these it is in
/// closed form and assumes no shape of the distribution of effects. [`generalised_q_interval`](Evidence::generalised_q_interval)
/// with the same weights is the interval that goes with it.
///
/// # Formula
/// ```text
/// τ² = max(0, (Q - tr PV) / tr P)
/// Q = Σ a (y - ȳ)²                    ȳ = Σ a y / Σ a
/// tr P = Σ a - Σ a² / Σ a             tr PV = Σ a v - Σ a² v / Σ a
/// ```
/// (DerSimonian & Kacker 2007; Jackson 2013.) The standard error is √(2 tr PSPS) / tr P with S = diag(v + τ²), the estimate
/// being put in for τ²; the closed form is tr PSPS = Σ a² s² (1 - p)² + ((Σ a² s)² - Σ a⁴ s²) / (Σ a)², p = a / Σ a.
///
/// # Scale
/// The analysis scale squared.
///
/// # Errors
/// [`TooFewStudies`](crate::ErrorKind::TooFewStudies) for one study; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{GeneralisedQ, MeanDifference, QWeights, Studies, Tau2Estimator};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 4.0])?;
/// let evidence = studies.evidence();
/// // Equal weights: the variance of the effects, 7, minus the mean of their variances, 2.
/// assert_eq!(GeneralisedQ::new(QWeights::Equal).tau2(&evidence)?, 5.0);
/// // Weights 1, 1, 1/2: the mean is 2.4 and Q 8.6, of which the variances explain 2.8; the trace is 1.6.
/// let estimate: f64 = GeneralisedQ::new(QWeights::InverseStdError).tau2(&evidence)?;
/// assert!((estimate - 3.625).abs() < 1e-14);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
///
/// # References
/// - DerSimonian R, Kacker R (2007). Random-effects model for meta-analysis of clinical trials: an update. Contemporary
///   Clinical Trials 28, 105-114.
/// - Jackson D (2013). Confidence intervals for the between-study variance in random effects meta-analysis using
///   generalised Cochran heterogeneity statistics. Research Synthesis Methods 4, 220-229.
#[doc(alias = "GENQ")]
#[doc(alias = "HE")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GeneralisedQ {
    weights: QWeights,
}

impl GeneralisedQ {
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

/// Prints as in "generalised Q (inverse variance)".
impl fmt::Display for GeneralisedQ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self.weights {
            QWeights::InverseVariance => "generalised Q (inverse variance)",
            QWeights::InverseStdError => "generalised Q (inverse standard error)",
            QWeights::Equal => "generalised Q (equal weights)",
        })
    }
}

impl<F: Real> Tau2Estimator<F> for GeneralisedQ {
    fn tau2(&self, evidence: &Evidence<'_, F>) -> Result<F, Error> {
        check_degrees(evidence)?;
        let form = FixedWeights::new(evidence, self.weights)?;
        to_user(evidence, ((form.q - form.trace_v) / form.trace()).max(0.0))
    }

    fn std_error(&self, evidence: &Evidence<'_, F>, tau2: F) -> Option<F> {
        std_error(evidence, self.weights, tau2)
    }
}

/// The standard error of the moment for these weights, `None` where it is out of range.
pub(super) fn std_error<F: Real>(evidence: &Evidence<'_, F>, weights: QWeights, tau2: F) -> Option<F> {
    check_degrees(evidence).ok()?;
    let form = FixedWeights::new(evidence, weights).ok()?;
    finite(evidence, form.std_error(evidence.kernel().in_unit(tau2.f64())))
}
