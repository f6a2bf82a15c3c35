//! Standardised differences and their kin when the two standard deviations differ.

use super::{SmallSampleCorrection, in_range, square};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::StandardisedMeanDifference;
use crate::summary::TwoMeans;

/// Bonett's d: the difference of two means in units of the root mean square of the two standard deviations, with a
/// variance that does not take them to be equal.
///
/// Use it where the spread differs between the groups and neither is the natural unit. Unlike the pooled standard
/// deviation of [`HedgesG`](crate::HedgesG) its unit does not depend on the sizes of the groups.
///
/// # Formula
/// ```text
/// y = J(m) (m1 - m2) / s        s² = (s1² + s2²) / 2        m = n1 + n2 - 2
/// v = y² (s1⁴ / (n1 - 1) + s2⁴ / (n2 - 1)) / (8 s⁴) + (s1² / (n1 - 1) + s2² / (n2 - 1)) / s²
/// ```
/// with J as for [`HedgesG`](crate::HedgesG) (Bonett 2008, 2009).
///
/// # Scale
/// Standard deviations: 0 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{BonettD, EffectSize, TwoMeans};
///
/// let effect = BonettD::new().effect(&TwoMeans::new((12, 5.5, 1.5), (15, 5.5, 1.1))?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.0000 0.1682");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMDH")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct BonettD {
    variance: HeteroscedasticVariance,
    correction: SmallSampleCorrection,
}

/// Variances that do not take the standard deviations to be equal: by what the parts of means and of standard
/// deviations are divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeteroscedasticVariance {
    /// Both parts by n - 1 (Bonett 2008).
    #[default]
    DegreesOfFreedom,
    /// Both parts by n, for large samples.
    SampleSize,
    /// The part of the means by n, that of the standard deviations by n - 1: each by its own sampling theory.
    Mixed,
    /// As [`DegreesOfFreedom`](Self::DegreesOfFreedom), without the part of the standard deviations, which is that of
    /// no effect.
    NoEffect,
}

impl HeteroscedasticVariance {
    /// The divisor of the part of the means.
    pub(super) const fn for_mean(self, n: f64) -> f64 {
        match self {
            Self::DegreesOfFreedom | Self::NoEffect => n - 1.0,
            Self::SampleSize | Self::Mixed => n,
        }
    }

    /// The divisor of the part of the standard deviations.
    pub(super) const fn for_sd(self, n: f64) -> f64 {
        match self {
            Self::DegreesOfFreedom | Self::Mixed | Self::NoEffect => n - 1.0,
            Self::SampleSize => n,
        }
    }

    /// The effect for which the variance is taken.
    pub(super) const fn at(self, effect: f64) -> f64 {
        match self {
            Self::NoEffect => 0.0,
            _ => effect,
        }
    }
}

impl BonettD {
    /// Bonett's d with the exact correction and the variance by degrees of freedom.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: HeteroscedasticVariance::DegreesOfFreedom, correction: SmallSampleCorrection::Exact }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: HeteroscedasticVariance) -> Self {
        Self { variance, ..self }
    }

    /// The same with another correction for small samples.
    #[must_use]
    pub const fn with_correction(self, correction: SmallSampleCorrection) -> Self {
        Self { correction, ..self }
    }
}

impl EffectSize<TwoMeans> for BonettD {
    type Measure = StandardisedMeanDifference;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<Self::Measure>, Error> {
        let (g1, g2) = (study.treated(), study.control());
        let (n1, n2) = (g1.size(), g2.size());
        let unit = g1.sd().max(g2.sd());
        // In units of the larger standard deviation, so that no square overflows.
        let (q1, q2) = (square(g1.sd() / unit), square(g2.sd() / unit));
        let s2 = 0.5 * (q1 + q2);
        let j = self.correction.factor(StandardisedMeanDifference, (n1 - 1.0) + (n2 - 1.0))?;
        let y = j * ((g1.mean() - g2.mean()) / unit / s2.sqrt());
        let means = (q1 / self.variance.for_mean(n1) + q2 / self.variance.for_mean(n2)) / s2;
        let sds = (q1 * q1 / self.variance.for_sd(n1) + q2 * q2 / self.variance.for_sd(n2)) / (8.0 * s2 * s2);
        in_range(StandardisedMeanDifference, y, square(self.variance.at(y)) * sds + means)
    }
}
