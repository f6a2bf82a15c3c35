//! Odds ratios and standardised mean differences.

use super::converted;
use crate::effect::Effect;
use crate::effect_size::{EffectSize, OddsRatioFromDifference, UnderlyingDistribution};
use crate::error::Error;
use crate::measure::{OddsRatio, StandardisedMeanDifference};

/// Standardised mean difference that an odds ratio amounts to, if the events are an underlying outcome that was cut in
/// two.
///
/// Use it to pool studies that report events beside studies that report means of the same outcome; its inverse is
/// [`OddsRatioFromDifference`].
///
/// # Formula
/// ```text
/// d = y / c        v(d) = v / c²        c = π/√3 (logistic) or 1.65 (normal)
/// ```
/// (Hasselblad & Hedges 1995, Chinn 2000; Cox & Snell 1989). The sign stays: a treatment that makes events fewer has a
/// negative difference.
///
/// # Scale
/// In: log odds ratios. Out: standard deviations, 0 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{DifferenceFromOddsRatio, Effect, EffectSize, OddsRatio};
///
/// // Borenstein et al. 2009, chapter 7: log odds ratio 0.9069 with variance 0.0676.
/// let odds_ratio = Effect::from_analysis(OddsRatio, 0.9069, 0.0676)?;
/// let d = DifferenceFromOddsRatio::new().effect(&odds_ratio)?;
/// assert_eq!(format!("{:.4} {:.4}", d.y(), d.v()), "0.5000 0.0205");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "lnortod")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DifferenceFromOddsRatio {
    distribution: UnderlyingDistribution,
}

impl DifferenceFromOddsRatio {
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

impl EffectSize<Effect<OddsRatio>> for DifferenceFromOddsRatio {
    type Measure = StandardisedMeanDifference;

    fn effect(&self, effect: &Effect<OddsRatio>) -> Result<Effect<Self::Measure>, Error> {
        let factor = self.distribution.factor();
        converted(effect, StandardisedMeanDifference, effect.y() / factor, effect.v() / factor / factor)
    }
}

/// Of an effect that is already a standardised mean difference, with its own variance: y = c d, v = c² v(d).
///
/// ```
/// use meta_analysis::{Effect, EffectSize, OddsRatioFromDifference, StandardisedMeanDifference};
///
/// // Borenstein et al. 2009, chapter 7.
/// let d = Effect::from_analysis(StandardisedMeanDifference, 0.5, 0.0205)?;
/// let odds_ratio = OddsRatioFromDifference::new().effect(&d)?;
/// assert_eq!(format!("{:.4} {:.4}", odds_ratio.y(), odds_ratio.v()), "0.9069 0.0674");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
impl EffectSize<Effect<StandardisedMeanDifference>> for OddsRatioFromDifference {
    type Measure = OddsRatio;

    fn effect(&self, effect: &Effect<StandardisedMeanDifference>) -> Result<Effect<OddsRatio>, Error> {
        let factor = self.distribution().factor();
        converted(effect, OddsRatio, effect.y() * factor, effect.v() * factor * factor)
    }
}
