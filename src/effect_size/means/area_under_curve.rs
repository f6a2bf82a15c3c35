//! Reported areas under the curve.

use super::{in_range, not_estimable};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::CommonLanguageEffectSize;
use crate::summary::ReportedAuc;

/// Area under the curve as a study reports it, with a variance that assumes no distribution in particular.
///
/// Use it for common-language effect sizes, c statistics and Mann-Whitney statistics. Several areas near 1 are better
/// pooled as standardised differences, since the variance depends on the area.
///
/// # Formula
/// See [`AucVariance`].
///
/// # Scale
/// A probability on both scales: 1/2 is no effect.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) for an area of 0 or 1, whose variance would be 0 except without
/// effect.
///
/// # Example
/// ```
/// use meta_analysis::{AreaUnderCurve, EffectSize, ReportedAuc};
///
/// let effect = AreaUnderCurve::new().effect(&ReportedAuc::new(0.72, (35, 30))?)?;
/// assert_eq!(format!("{:.2} {:.6}", effect.y(), effect.v()), "0.72 0.004309");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "CLES")]
#[doc(alias = "AUC")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct AreaUnderCurve {
    variance: AucVariance,
}

/// The variance of an area a under the curve of n1 treated and n2 controls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AucVariance {
    /// a (1 - a) (1 + k (1 - a)/(2 - a) + k a/(1 + a)) / ((n1 - 1) (n2 - 1)) with k = (n1 + n2)/2 - 1 (Newcombe 2006,
    /// with the denominator of Cho et al. 2019): does not change if the groups change places.
    #[default]
    Newcombe,
    /// (a (1 - a) - t/4 + (n1 - 1) (a/(2 - a) - a²) + (n2 - 1) (2a²/(1 + a) - a²)) / ((n1 - 1) (n2 - 1)) with the
    /// proportion t of ties (Hanley & McNeil 1982; ties as in Cho et al. 2019).
    HanleyMcNeil,
    /// (n1 + n2 + 1) / (12 n1 n2), that of Mann and Whitney's test without effect.
    NoEffect,
    /// a (1 - a) / (min(n1, n2) - 1), the largest it can be, whatever the distributions (Birnbaum & Klose 1957, with
    /// the smaller size less one).
    Maximum,
}

impl AreaUnderCurve {
    /// The reported area with Newcombe's variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: AucVariance::Newcombe }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: AucVariance) -> Self {
        Self { variance }
    }
}

impl EffectSize<ReportedAuc> for AreaUnderCurve {
    type Measure = CommonLanguageEffectSize;

    fn effect(&self, study: &ReportedAuc) -> Result<Effect<Self::Measure>, Error> {
        let (a, b, (n1, n2)) = (study.auc(), 1.0 - study.auc(), study.n());
        if self.variance != AucVariance::NoEffect && a * b == 0.0 {
            return Err(not_estimable(CommonLanguageEffectSize, "an area of 0 or 1 has no variance of its own"));
        }
        let (m1, m2) = (n1 - 1.0, n2 - 1.0);
        let v = match self.variance {
            AucVariance::Newcombe => {
                let k = 0.5 * (m1 + m2);
                a * b * (1.0 + k * (b / (1.0 + b)) + k * (a / (1.0 + a))) / m1 / m2
            }
            AucVariance::HanleyMcNeil => {
                // a/(2 - a) - a² = a b²/(2 - a) ... and 2a²/(1 + a) - a² = a² b/(1 + a), without cancellation.
                let pairs = m1 * (a * b * b / (1.0 + b)) + m2 * (a * a * b / (1.0 + a));
                let v = (a * b - 0.25 * study.ties() + pairs) / m1 / m2;
                if v <= 0.0 {
                    let reason = "with so many ties its variance of Hanley and McNeil is not positive";
                    return Err(not_estimable(CommonLanguageEffectSize, reason));
                }
                v
            }
            AucVariance::NoEffect => (n1 + n2 + 1.0) / 12.0 / n1 / n2,
            AucVariance::Maximum => a * b / m1.min(m2),
        };
        in_range(CommonLanguageEffectSize, a, v)
    }
}
