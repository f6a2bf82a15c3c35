//! Mean differences in the unit of the outcome.

use super::in_range;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::Error;
use crate::measure::MeanDifference;
use crate::summary::{PairedMeans, TwoMeans};

impl EffectSize<TwoMeans> for MeanDifference {
    type Measure = Self;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<Self>, Error> {
        let (g1, g2) = (study.treated(), study.control());
        // s (s / n) and not s² / n: the square of a large standard deviation could overflow.
        let v = g1.sd() * (g1.sd() / g1.size()) + g2.sd() * (g2.sd() / g2.size());
        in_range(*self, g1.mean() - g2.mean(), v)
    }
}

impl EffectSize<PairedMeans> for MeanDifference {
    type Measure = Self;

    fn effect(&self, study: &PairedMeans) -> Result<Effect<Self>, Error> {
        let sd = study.change_sd();
        if study.change_sd_in_units().1 == 0.0 {
            return Err(super::not_estimable(*self, "the changes do not vary"));
        }
        in_range(*self, study.after().mean() - study.before().mean(), sd * (sd / study.size()))
    }
}

/// Mean difference whose variance takes the two standard deviations to be equal.
///
/// It is that of Student's t-test and the default of Stata. Where group sizes and standard deviations both differ it is
/// biased; the recipe [`MeanDifference`] makes no such assumption.
///
/// # Formula
/// ```text
/// y = m1 - m2        v = s² (1/n1 + 1/n2)        s² = ((n1 - 1) s1² + (n2 - 1) s2²) / (n1 + n2 - 2)
/// ```
///
/// # Scale
/// The unit of the outcome on both scales: 0 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the difference or its variance is not a positive finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, PooledMeanDifference, TwoMeans};
///
/// // Edinburgh, the first of nine trials of stroke care (Normand 1999).
/// let effect = PooledMeanDifference.effect(&TwoMeans::new((155, 55.0, 47.0), (156, 75.0, 64.0))?)?;
/// assert_eq!(format!("{} {:.4}", effect.y(), effect.v()), "-20 40.5863");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "MD")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PooledMeanDifference;

impl EffectSize<TwoMeans> for PooledMeanDifference {
    type Measure = MeanDifference;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<MeanDifference>, Error> {
        let (g1, g2) = (study.treated(), study.control());
        let (unit, relative) = study.pooled_sd();
        let s = unit * relative;
        in_range(MeanDifference, g1.mean() - g2.mean(), s * (s / g1.size()) + s * (s / g2.size()))
    }
}
