//! Glass' delta: standardised by one group alone.

use super::{SmallSampleCorrection, in_range, square};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::effect_size::over_the_set::{over_the_set, weighted_mean};
use crate::error::Error;
use crate::measure::StandardisedMeanDifference;
use crate::summary::{Group, TwoMeans};

/// Glass' delta: the difference of two means in units of the standard deviation of one group, usually the controls.
///
/// Use it where the treatment changes the spread of the outcome, so that only the controls show the usual one.
///
/// # Formula
/// ```text
/// y = J(m) (m1 - m2) / s2        m = n2 - 1
/// ```
/// with J as for [`HedgesG`](crate::HedgesG) (Glass 1976; Hedges 1981). The standard deviation, the variance and the
/// correction are named choices.
///
/// # Scale
/// Standard deviations of the chosen group: 0 is no effect.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) with two patients in the group of the standard deviation, unless
/// uncorrected; [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, GlassDelta, GlassDeltaVariance, Standardiser, TwoMeans};
///
/// // Edinburgh, the first of nine trials of stroke care (Normand 1999).
/// let study = TwoMeans::new((155, 55.0, 47.0), (156, 75.0, 64.0))?;
/// assert_eq!(format!("{:.4}", GlassDelta::new().effect(&study)?.y()), "-0.3110");
/// let by_treated = GlassDelta::new().with_standardiser(Standardiser::Treated);
/// assert_eq!(format!("{:.4}", by_treated.effect(&study)?.y()), "-0.4235");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMD1")]
#[doc(alias = "SMD1H")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct GlassDelta {
    standardiser: Standardiser,
    variance: GlassDeltaVariance,
    correction: SmallSampleCorrection,
}

/// Whose standard deviation is the unit of [`GlassDelta`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Standardiser {
    /// That of the control arm.
    #[default]
    Control,
    /// That of the treated arm.
    Treated,
}

/// The variance of [`GlassDelta`].
///
/// For the control arm's standard deviation, with m = n2 - 1 and J the factor of the correction (1 if uncorrected); for
/// the treated arm's the two arms change places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GlassDeltaVariance {
    /// 1/n1 + 1/n2 + y²/(2 n2) (Hedges 1981).
    #[default]
    LargeSample,
    /// 1/n1 + 1/n2 + y²/(2 (n2 - 1)) (Rosenthal 1994), for the uncorrected delta the convention of the R package meta.
    DegreesOfFreedom,
    /// J² (1/n1 + 1/n2 + d²/(2 n2)), with d before the correction (Borenstein 2009).
    Borenstein,
    /// 1/n1 + 1/n2 + y² (1 - (m - 2) / (m J²)) (Hedges 1983).
    Unbiased,
    /// 1/n1 + 1/n2 + ȳ²/(2 n2) with one y for all studies, their mean weighted by n1 + n2. One study alone is its own
    /// mean.
    Average,
    /// m J² / (m - 2) (1/n1 + 1/n2), exact without effect; it needs m > 2.
    NoEffect,
    /// (s1²/s2²) / (n1 - 1) + 1/(n2 - 1) + y² / (2 (n2 - 1)), which does not take the standard deviations to be equal
    /// (Bonett 2008). The others do, although delta itself does not.
    #[doc(alias = "SMD1H")]
    Heteroscedastic,
}

impl GlassDelta {
    /// Glass' delta by the controls' standard deviation, with the exact correction and the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            standardiser: Standardiser::Control,
            variance: GlassDeltaVariance::LargeSample,
            correction: SmallSampleCorrection::Exact,
        }
    }

    /// The same by another standard deviation.
    #[must_use]
    pub const fn with_standardiser(self, standardiser: Standardiser) -> Self {
        Self { standardiser, ..self }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: GlassDeltaVariance) -> Self {
        Self { variance, ..self }
    }

    /// The same with another correction for small samples.
    #[must_use]
    pub const fn with_correction(self, correction: SmallSampleCorrection) -> Self {
        Self { correction, ..self }
    }

    /// The group of the standard deviation, and the other one.
    fn unit(&self, study: &TwoMeans) -> (Group, Group) {
        match self.standardiser {
            Standardiser::Control => (study.control(), study.treated()),
            Standardiser::Treated => (study.treated(), study.control()),
        }
    }

    /// The estimate, its factor of correction, and the estimate before it.
    fn estimate(&self, study: &TwoMeans) -> Result<(f64, f64, f64), Error> {
        let (unit, _) = self.unit(study);
        let j = self.correction.factor(StandardisedMeanDifference, unit.size() - 1.0)?;
        let d = (study.treated().mean() - study.control().mean()) / unit.sd();
        Ok((j * d, j, d))
    }

    fn average(&self, all: &[&TwoMeans]) -> Option<f64> {
        if self.variance != GlassDeltaVariance::Average {
            return None;
        }
        weighted_mean(all.iter().filter_map(|study| {
            let (y, ..) = self.estimate(study).ok()?;
            Some((study.treated().size() + study.control().size(), y))
        }))
    }

    fn of(&self, study: &TwoMeans, average: Option<f64>) -> Result<Effect<StandardisedMeanDifference>, Error> {
        let measure = StandardisedMeanDifference;
        let (unit, other) = self.unit(study);
        let (n, m) = (unit.size(), unit.size() - 1.0);
        let (y, j, d) = self.estimate(study)?;
        let sampling = n.recip() + other.size().recip();
        let v = match self.variance {
            GlassDeltaVariance::LargeSample => sampling + y * y / (2.0 * n),
            GlassDeltaVariance::DegreesOfFreedom => sampling + y * y / (2.0 * m),
            GlassDeltaVariance::Borenstein => j * j * (sampling + d * d / (2.0 * n)),
            GlassDeltaVariance::Unbiased => sampling + y * y * self.correction.unbiased_share(m, j),
            GlassDeltaVariance::Average => sampling + square(average.unwrap_or(y)) / (2.0 * n),
            GlassDeltaVariance::NoEffect => sampling * SmallSampleCorrection::null_share(measure, m, j)?,
            GlassDeltaVariance::Heteroscedastic => {
                square(other.sd() / unit.sd()) / (other.size() - 1.0) + m.recip() + y * y / (2.0 * m)
            }
        };
        in_range(measure, y, v)
    }
}

impl EffectSize<TwoMeans> for GlassDelta {
    type Measure = StandardisedMeanDifference;

    over_the_set!(TwoMeans, average, of);
}
