//! Odds ratios from standardised mean differences.

use super::in_range;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::OddsRatio;
use crate::summary::{ReportedDifference, TwoMeans};

/// Odds ratio that a standardised mean difference amounts to, if the outcome were cut in two at any point.
///
/// Use it to pool studies that report means beside studies that report events of the same underlying outcome.
///
/// # Formula
/// ```text
/// y = c d        v = c² (1/n1 + 1/n2 + d² / (2N))        c = π/√3 (logistic) or 1.65 (normal)
/// ```
/// with d the difference in pooled standard deviations without correction for small samples (Hasselblad & Hedges 1995,
/// Chinn 2000; Cox & Snell 1989).
///
/// # Scale
/// Pooled as a logarithm, read as an odds ratio: 1 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, OddsRatioFromDifference, ReportedDifference};
///
/// let effect = OddsRatioFromDifference::new().effect(&ReportedDifference::from_t(2.1, (12, 14))?)?;
/// assert_eq!(format!("{:.4} {:.2}", effect.y(), effect.natural()), "1.4984 4.47");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "D2OR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct OddsRatioFromDifference {
    distribution: UnderlyingDistribution,
}

/// The distribution of an outcome within each group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UnderlyingDistribution {
    /// Logistic, whose odds ratio is the same at every cut point: the factor is its standard deviation, π/√3.
    #[default]
    #[doc(alias = "D2ORL")]
    Logistic,
    /// Normal, whose odds ratio is nearly the same at every cut point, with Cox's factor of 1.65 (Cox & Snell 1989).
    #[doc(alias = "D2ORN")]
    Normal,
}

impl OddsRatioFromDifference {
    /// For a logistic outcome.
    #[must_use]
    pub const fn new() -> Self {
        Self { distribution: UnderlyingDistribution::Logistic }
    }

    /// The same for another distribution of the outcome.
    #[must_use]
    pub const fn with_distribution(self, distribution: UnderlyingDistribution) -> Self {
        Self { distribution }
    }
}

impl EffectSize<ReportedDifference> for OddsRatioFromDifference {
    type Measure = OddsRatio;

    fn effect(&self, study: &ReportedDifference) -> Result<Effect<OddsRatio>, Error> {
        let factor = match self.distribution {
            UnderlyingDistribution::Logistic => std::f64::consts::PI / 3.0_f64.sqrt(),
            UnderlyingDistribution::Normal => 1.65,
        };
        let y = factor * study.d();
        in_range(OddsRatio, y, factor * factor * study.sampling() + y * y / (2.0 * study.total()))
    }
}

impl EffectSize<TwoMeans> for OddsRatioFromDifference {
    type Measure = OddsRatio;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<OddsRatio>, Error> {
        self.effect(&ReportedDifference::of(study)?)
    }
}
